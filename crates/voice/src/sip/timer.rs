//! Session timers (RFC 4028): both sides agree on an interval and on who refreshes; a session that nobody refreshes is over.
//!
//! Pure: headers as text and the time go in, what to do comes out. A far side that knows no session timers is refreshed by us
//! all the same (RFC 4028, section 9): its answer, whatever it says, proves that it lives.

use std::fmt::Write as _;

/// What the site wants, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Between refreshes that keep the session.
    pub interval_secs: u32,
    /// The shortest interval taken; RFC 4028 allows none under 90.
    pub least_secs: u32,
}

/// Who sends the next refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// We do.
    We,
    /// The far side does.
    They,
}

/// What a request or a response says about timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Said {
    /// `Supported: timer` or `Require: timer`.
    pub supported: bool,
    /// `Session-Expires`, in seconds.
    pub expires_secs: Option<u32>,
    /// Its `refresher`: true is `uac`, who sent the request.
    pub by_requester: Option<bool>,
    /// `Min-SE`, in seconds.
    pub least_secs: Option<u32>,
    /// `Allow: UPDATE`.
    pub updates: bool,
}

/// What was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// Between refreshes, in seconds.
    pub secs: u32,
    /// Who refreshes.
    pub refresher: Refresher,
    /// The far side knows session timers.
    pub supported: bool,
}

/// Reads the headers of a message, given as names and values.
pub fn read<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Said {
    let mut said = Said::default();
    let has = |value: &str, word: &str| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word));
    for (name, value) in headers {
        match name.to_ascii_lowercase().as_str() {
            "supported" | "k" | "require" => said.supported |= has(value, "timer"),
            "allow" => said.updates |= has(value, "UPDATE"),
            "min-se" => said.least_secs = number(value),
            "session-expires" | "x" => {
                said.expires_secs = number(value);
                said.by_requester = value.split(';').skip(1).find_map(|parameter| {
                    let (name, value) = parameter.split_once('=')?;
                    name.trim()
                        .eq_ignore_ascii_case("refresher")
                        .then(|| value.trim().eq_ignore_ascii_case("uac"))
                });
            }
            _ => {}
        }
    }
    said
}

fn number(value: &str) -> Option<u32> {
    value.split(';').next()?.trim().parse().ok()
}

/// Answers what the far side asks for in a request of theirs (RFC 4028, section 9).
///
/// # Errors
/// The shortest interval taken, for a 422: the far side knows timers and asked for less.
pub fn answer(terms: Terms, said: &Said) -> Result<Agreed, u32> {
    let least = said.least_secs.unwrap_or(0).max(terms.least_secs);
    let secs = match said.expires_secs {
        Some(asked) if asked < terms.least_secs && said.supported => return Err(terms.least_secs),
        // Never longer than asked, never shorter than either side bears. What asks for less without knowing timers was
        // written by a proxy; it gets the least.
        Some(asked) => asked.max(terms.least_secs).min(terms.interval_secs.max(least)),
        None => terms.interval_secs.max(least),
    };
    let refresher = match (said.supported, said.by_requester) {
        (true, Some(true)) => Refresher::They,
        // Left to us we do it: then nothing hangs on the far side's care.
        _ => Refresher::We,
    };
    Ok(Agreed { secs, refresher, supported: said.supported })
}

/// What the response to a request of ours agreed on (section 7.2). A far side that says nothing is refreshed by us.
pub fn settled(terms: Terms, said: &Said) -> Agreed {
    let secs = said.expires_secs.unwrap_or(terms.interval_secs).max(terms.least_secs);
    let refresher = if said.expires_secs.is_some() && said.by_requester == Some(false) {
        Refresher::They
    } else {
        Refresher::We
    };
    Agreed { secs, refresher, supported: said.supported || said.expires_secs.is_some() }
}

/// `Session-Expires` for the response to a request of theirs.
pub fn for_response(agreed: Agreed) -> String {
    expires(agreed.secs, agreed.refresher == Refresher::They)
}

/// `Session-Expires` for a request of ours: who refreshes now goes on doing so.
pub fn for_request(secs: u32, refresher: Refresher) -> String {
    expires(secs, refresher == Refresher::We)
}

fn expires(secs: u32, by_requester: bool) -> String {
    let mut text = secs.to_string();
    let _infallible = write!(text, ";refresher={}", if by_requester { "uac" } else { "uas" });
    text
}

/// What is to be done about a session now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// Refresh it.
    Refresh,
    /// Nobody has: it is over.
    Over,
}

/// The timer of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    agreed: Agreed,
    /// When it was last refreshed.
    fresh_ms: u64,
    /// Not before this we try to refresh.
    not_before_ms: u64,
    /// A refresh of ours is under way.
    asking: bool,
}

/// After a refresh that was refused for now (491, 500) we wait this long: RFC 3261, section 14.1 has 2.1 to 4 seconds.
const AGAIN_MS: u64 = 3_000;

impl Timer {
    /// From the agreement's instant on.
    pub const fn new(agreed: Agreed, now_ms: u64) -> Self {
        let half = agreed.secs as u64 * 500;
        Self { agreed, fresh_ms: now_ms, not_before_ms: now_ms + half, asking: false }
    }

    /// What was agreed on.
    pub const fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// When it is over if nobody refreshes it: a little before the interval's end (section 10).
    const fn over_ms(&self) -> u64 {
        let whole = self.agreed.secs as u64 * 1_000;
        let early = if whole / 3 < 32_000 { whole / 3 } else { 32_000 };
        self.fresh_ms + whole - early
    }

    /// What is to be done. `Refresh` is said once until [`Self::answered`], [`Self::later`] or a new agreement.
    pub fn due(&mut self, now_ms: u64) -> Due {
        if now_ms >= self.over_ms() {
            return Due::Over;
        }
        if self.agreed.refresher == Refresher::We && !self.asking && now_ms >= self.not_before_ms {
            self.asking = true;
            return Due::Refresh;
        }
        Due::Nothing
    }

    /// Somebody wants to know now whether the far side lives. False when it is being asked already.
    pub const fn ask(&mut self) -> bool {
        let asked = self.asking;
        self.asking = true;
        !asked
    }

    /// The far side answered, in whatever manner: it lives.
    pub const fn answered(&mut self, agreed: Agreed, now_ms: u64) {
        *self = Self::new(agreed, now_ms);
    }

    /// The far side cannot take it at this moment.
    pub const fn later(&mut self, now_ms: u64) {
        self.asking = false;
        self.not_before_ms = now_ms + AGAIN_MS;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TERMS: Terms = Terms { interval_secs: 1_800, least_secs: 90 };

    fn said(supported: bool, expires_secs: Option<u32>, by_requester: Option<bool>) -> Said {
        Said { supported, expires_secs, by_requester, ..Said::default() }
    }

    #[test]
    fn headers_are_read() {
        let got = read([
            ("k", "100rel, Timer"),
            ("Session-Expires", " 600 ;refresher=UAC;x=y"),
            ("Min-SE", "120"),
            ("ALLOW", "INVITE, update"),
        ]);
        let expected = Said {
            supported: true,
            expires_secs: Some(600),
            by_requester: Some(true),
            least_secs: Some(120),
            updates: true,
        };
        assert_eq!(got, expected);
        assert_eq!(read([("x", "rubbish;refresher"), ("min-se", "-1")]), Said::default());
    }

    #[test]
    fn the_table_of_refreshers() {
        // RFC 4028, table 2: who sent the request, knows timers or not, names a refresher or not.
        let refresher = |said: &Said| answer(TERMS, said).unwrap().refresher;
        assert_eq!(refresher(&said(false, Some(600), None)), Refresher::We);
        assert_eq!(refresher(&said(true, Some(600), None)), Refresher::We);
        assert_eq!(refresher(&said(true, Some(600), Some(true))), Refresher::They);
        assert_eq!(refresher(&said(true, Some(600), Some(false))), Refresher::We);
        assert_eq!(refresher(&said(false, None, None)), Refresher::We);
    }

    #[test]
    fn too_short_is_refused_where_it_is_understood() {
        assert_eq!(answer(TERMS, &said(true, Some(89), None)), Err(90));
        assert_eq!(answer(TERMS, &said(true, Some(90), None)).unwrap().secs, 90);
        assert_eq!(answer(TERMS, &said(false, Some(5), None)).unwrap().secs, 90, "a proxy's doing");
        assert_eq!(answer(TERMS, &said(true, Some(7_200), None)).unwrap().secs, 1_800, "shorter is allowed");
        let strict = Said { least_secs: Some(3_600), ..said(true, Some(7_200), None) };
        assert_eq!(answer(TERMS, &strict).unwrap().secs, 3_600, "not shorter than the far side bears");
    }

    #[test]
    fn half_an_hour_of_silence_is_lived_through_by_a_far_side_that_answers() {
        let mut timer = Timer::new(Agreed { secs: 1_800, refresher: Refresher::We, supported: false }, 0);
        let mut asked = 0;
        for second in 0..4 * 1_800 {
            match timer.due(second * 1_000) {
                Due::Refresh => {
                    asked += 1;
                    timer.answered(timer.agreed(), second * 1_000);
                }
                Due::Nothing => {}
                Due::Over => panic!("over after {second} s"),
            }
        }
        assert_eq!(asked, 7, "every quarter of an hour");
    }

    #[test]
    fn a_session_their_side_does_not_refresh_is_over_half_a_minute_early() {
        let mut timer =
            Timer::new(Agreed { secs: 1_800, refresher: Refresher::They, supported: true }, 5_000);
        assert_eq!(timer.due(5_000 + 1_767_999), Due::Nothing);
        assert_eq!(timer.due(5_000 + 1_768_000), Due::Over);
    }

    #[test]
    fn a_refusal_for_now_is_tried_again() {
        let mut timer = Timer::new(Agreed { secs: 90, refresher: Refresher::We, supported: true }, 0);
        assert_eq!(timer.due(45_000), Due::Refresh);
        assert_eq!(timer.due(46_000), Due::Nothing);
        timer.later(46_000);
        assert_eq!(timer.due(48_999), Due::Nothing);
        assert_eq!(timer.due(49_000), Due::Refresh);
        assert_eq!(timer.due(60_000), Due::Over);
    }

    proptest! {
        #[test]
        fn laws_of_agreeing(supported: bool, expires in proptest::option::of(0_u32..100_000), by in proptest::option::of(any::<bool>()),
            least in proptest::option::of(0_u32..100_000), interval in 90_u32..100_000) {
            let terms = Terms { interval_secs: interval, least_secs: 90 };
            let asked = Said { supported, expires_secs: expires, by_requester: by, least_secs: least, updates: false };
            match answer(terms, &asked) {
                Ok(agreed) => {
                    prop_assert!(agreed.secs >= 90);
                    if let Some(expires) = expires {
                        prop_assert!(agreed.secs <= expires.max(90), "never longer than asked");
                        prop_assert!(agreed.secs >= least.unwrap_or(0).min(expires));
                    }
                    if !supported { prop_assert_eq!(agreed.refresher, Refresher::We); }
                    // What we write is read back by the far side as we meant it.
                    let text = for_response(agreed);
                    let back = read([("Session-Expires", text.as_str())]);
                    prop_assert_eq!(back.expires_secs, Some(agreed.secs));
                    prop_assert_eq!(back.by_requester, Some(agreed.refresher == Refresher::They));
                }
                Err(least) => prop_assert!(supported && expires.is_some_and(|expires| expires < least)),
            }
        }

        #[test]
        fn a_timer_ends_only_when_nobody_answers(secs in 90_u32..4_000, steps in proptest::collection::vec((1_u64..60_000, any::<bool>()), 1..300)) {
            let mut timer = Timer::new(Agreed { secs, refresher: Refresher::We, supported: true }, 0);
            let (mut now, mut fresh) = (0, 0);
            for (pause, answers) in steps {
                now += pause;
                match timer.due(now) {
                    Due::Over => {
                        prop_assert!(now - fresh >= u64::from(secs) * 1_000 * 2 / 3 || now - fresh + 32_000 >= u64::from(secs) * 1_000);
                        break;
                    }
                    Due::Refresh if answers => { timer.answered(timer.agreed(), now); fresh = now; }
                    Due::Refresh => timer.later(now),
                    Due::Nothing => {}
                }
            }
        }
    }
}
