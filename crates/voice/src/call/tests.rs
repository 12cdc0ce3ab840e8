use kernel::{Micros, StaffId};
use proptest::prelude::*;

use super::*;

fn terms() -> Terms {
    Terms {
        recogniser: true,
        notice: "本次通话将被录音。".to_owned(),
        record: true,
        silence_secs: 8,
        silent: false,
        lost_secs: 20,
    }
}

fn call() -> Call {
    Call::new(terms(), Micros(0))
}

fn line(kind: &str, text: &str) -> Line {
    Line { author: "bot".to_owned(), kind: kind.to_owned(), text: text.to_owned() }
}

fn opened() -> Call {
    let mut call = call();
    call.step(Event::Lines(vec![line("greeting", "您好")], Standing::Bot), Micros(0));
    call
}

fn wang() -> StaffId {
    StaffId::from("wang")
}

#[test]
fn greeting_then_notice_then_the_recording() {
    let mut call = call();
    let effects = call.step(Event::Lines(vec![line("greeting", "您好")], Standing::Bot), Micros(0));
    assert_eq!(
        effects,
        [
            Effect::Attention,
            Effect::Speak { item: 1, text: "您好".to_owned(), interruptible: true },
            Effect::Speak { item: 2, text: "本次通话将被录音。".to_owned(), interruptible: false },
        ]
    );
    assert_eq!(call.step(Event::Played(1), Micros(1)), []);
    assert_eq!(call.step(Event::Played(2), Micros(2)), [Effect::Record]);
}

#[test]
fn a_one_key_caller_hears_the_person_and_not_that_there_is_one() {
    let mut call = Call::new(Terms { silent: true, ..terms() }, Micros(0));
    call.step(Event::Lines(Vec::new(), Standing::Queued), Micros(0));
    let joined =
        call.step(Event::Lines(vec![line("queue", "王芳已接入")], Standing::WithAgent(wang())), Micros(1));
    assert!(!joined.iter().any(|effect| matches!(effect, Effect::Speak { .. })), "{joined:?}");
    let danger =
        call.step(Event::Lines(vec![line("advice", "请拨119")], Standing::WithAgent(wang())), Micros(2));
    assert!(danger.iter().any(|effect| matches!(effect, Effect::Speak { .. })), "danger is told always");
}

#[test]
fn danger_comes_before_the_notice_and_the_recording_after_both() {
    let mut call = opened();
    let effects = call.step(Event::Lines(vec![line("advice", "请拨119")], Standing::Queued), Micros(1));
    let said = |item, text: &str| Effect::Speak { item, text: text.to_owned(), interruptible: false };
    assert_eq!(effects[..3], [Effect::Clear, said(3, "请拨119"), said(4, "本次通话将被录音。")]);
    assert_eq!(call.step(Event::Played(2), Micros(2)), [], "the notice that was stopped");
    assert_eq!(call.step(Event::Played(3), Micros(3)), []);
    assert_eq!(call.step(Event::Played(4), Micros(4)), [Effect::Record]);
}

#[test]
fn a_key_stops_the_words_and_is_told_whatever_plays() {
    let mut call = opened();
    assert_eq!(call.step(Event::Key('0'), Micros(1)), [Effect::Hush, Effect::TellKey('0')]);
}

#[test]
fn a_notice_that_could_not_be_said_is_no_ground_to_record() {
    let mut call = opened();
    let effects = call.step(Event::Unsayable(2), Micros(1));
    assert!(!effects.contains(&Effect::Record));
    assert!(effects.contains(&Effect::TellSpeechDown), "{effects:?}");
}

#[test]
fn without_a_recogniser_the_caller_goes_to_a_person_after_the_notice() {
    let mut call = Call::new(Terms { recogniser: false, ..terms() }, Micros(0));
    let effects = call.step(Event::Lines(vec![line("greeting", "您好")], Standing::Bot), Micros(0));
    assert!(!effects.contains(&Effect::TellSpeechDown), "not before the notice: {effects:?}");
    assert!(call.step(Event::Played(2), Micros(1)).contains(&Effect::TellSpeechDown));
}

#[test]
fn silence_is_told_only_when_nothing_else_happens() {
    let secs = |n: i64| Micros(n * 1_000_000);
    let mut call = opened();
    assert_eq!(call.step(Event::Tick, secs(30)), [], "words are still being played");
    call.step(Event::Played(1), secs(31));
    call.step(Event::Played(2), secs(32));
    assert_eq!(call.step(Event::Tick, secs(39)), []);
    assert_eq!(call.step(Event::Tick, secs(40)), [Effect::TellSilence(8)]);
    assert_eq!(call.step(Event::Tick, secs(41)), [], "once");
    call.step(Event::Spoken, secs(42));
    assert_eq!(call.step(Event::Tick, secs(60)), [], "what was said is being recognised");
}

#[test]
fn the_handset_and_the_console_lead_to_the_same_bridge() {
    for console_first in [false, true] {
        let mut call = opened();
        call.step(Event::Lines(vec![], Standing::Queued), Micros(1));
        assert_eq!(call.step(Event::Offered(Some(wang())), Micros(2)), [Effect::Ring(wang())]);
        let with = Event::Lines(vec![], Standing::WithAgent(wang()));
        let effects = if console_first {
            assert_eq!(call.step(with, Micros(3)), []);
            call.step(Event::AgentLifted, Micros(4))
        } else {
            assert_eq!(call.step(Event::AgentLifted, Micros(3)), [Effect::TellLifted(wang())]);
            call.step(with, Micros(4))
        };
        assert!(
            effects.contains(&Effect::Bridge) && effects.contains(&Effect::Comfort(false)),
            "{effects:?}"
        );
        assert_eq!(call.step(Event::AgentHungUp, Micros(5)), [Effect::Part, Effect::TellAgentHungUp(wang())]);
    }
}

#[test]
fn an_offer_withdrawn_stops_the_ringing_and_a_lost_telephone_returns_the_call() {
    let mut call = opened();
    call.step(Event::Lines(vec![], Standing::Queued), Micros(1));
    call.step(Event::Offered(Some(wang())), Micros(2));
    assert_eq!(call.step(Event::Offered(None), Micros(3)), [Effect::Unring]);
    call.step(Event::Offered(Some(wang())), Micros(4));
    call.step(Event::AgentLifted, Micros(5));
    call.step(Event::Lines(vec![], Standing::WithAgent(wang())), Micros(6));
    let effects = call.step(Event::AgentLost, Micros(7));
    assert_eq!(effects, [Effect::Part, Effect::Unring, Effect::Comfort(true), Effect::TellParted]);
}

/// A call with an agent at a browser.
fn with_browser() -> Call {
    let mut call = opened();
    call.step(Event::Lines(vec![], Standing::Queued), Micros(1));
    assert_eq!(call.step(Event::Offered(Some(wang())), Micros(2)), [Effect::Ring(wang())]);
    assert_eq!(call.step(Event::AgentReady, Micros(3)), [], "a line that is up has not been lifted");
    let effects = call.step(Event::Lines(vec![], Standing::WithAgent(wang())), Micros(4));
    assert!(effects.contains(&Effect::Bridge), "accepting in the console lifts it: {effects:?}");
    call
}

#[test]
fn a_browser_that_comes_back_is_joined_again_and_one_that_does_not_gives_the_place_back() {
    let secs = |n: i64| Micros(n * 1_000_000);
    let mut call = with_browser();
    let effects = call.step(Event::AgentAway, secs(10));
    assert!(
        matches!(effects.as_slice(), [Effect::Part, Effect::Comfort(true), Effect::Speak { text, .. }] if text == AWAY),
        "{effects:?}"
    );
    assert_eq!(call.step(Event::AgentAway, secs(11)), [], "told once");
    let effects = call.step(Event::AgentReady, secs(12));
    assert_eq!(effects, [Effect::Comfort(false), Effect::Hush, Effect::Bridge]);
    assert_eq!(call.step(Event::AgentReady, secs(13)), []);
    call.step(Event::AgentAway, secs(20));
    assert_eq!(call.step(Event::Tick, secs(39)), []);
    assert_eq!(call.step(Event::Tick, secs(40)), [Effect::Unring, Effect::Comfort(true), Effect::TellParted]);
}

#[test]
fn a_held_caller_hears_music_and_is_taken_back() {
    let mut call = with_browser();
    let effects = call.step(Event::Hold(true), Micros(5));
    assert!(
        matches!(effects.as_slice(), [Effect::Part, Effect::Comfort(true), Effect::Speak { text, .. }] if text == HELD),
        "{effects:?}"
    );
    assert!(call.is_held() && !call.is_bridged());
    assert_eq!(call.step(Event::Hold(true), Micros(6)), []);
    let effects = call.step(Event::Hold(false), Micros(7));
    assert_eq!(effects, [Effect::Comfort(false), Effect::Hush, Effect::Bridge]);
    call.step(Event::Hold(true), Micros(8));
    assert_eq!(call.step(Event::AgentAway, Micros(9)), [], "the caller hears music already");
    assert_eq!(call.step(Event::Hold(false), Micros(10)), [], "nobody is there to be joined with");
    assert!(call.step(Event::AgentReady, Micros(11)).contains(&Effect::Bridge));
}

#[test]
fn danger_is_spoken_over_the_agent_and_never_interrupted() {
    let mut call = opened();
    call.step(Event::Lines(vec![], Standing::WithAgent(wang())), Micros(1));
    call.step(Event::AgentLifted, Micros(2));
    assert!(call.is_bridged());
    call.step(Event::Played(2), Micros(3));
    let lines = vec![line("note", "不说"), line("advice", "请拨打119")];
    let effects = call.step(Event::Lines(lines, Standing::WithAgent(wang())), Micros(3));
    assert!(matches!(effects.as_slice(), [Effect::Speak { interruptible: false, .. }]), "{effects:?}");
}

#[test]
fn goodbye_is_played_before_the_end() {
    let mut call = opened();
    call.step(Event::Played(1), Micros(1));
    call.step(Event::Played(2), Micros(1));
    let effects = call.step(Event::Lines(vec![line("note", "再见")], Standing::Ended), Micros(2));
    assert!(!effects.contains(&Effect::HangUp));
    assert_eq!(call.step(Event::Played(3), Micros(3)), [Effect::HangUp]);
    assert!(call.is_over());
}

fn any_event() -> impl Strategy<Value = Event> {
    let standing = prop_oneof![
        Just(Standing::Bot),
        Just(Standing::Queued),
        Just(Standing::WithAgent(wang())),
        Just(Standing::WithAgent(StaffId::from("li"))),
        Just(Standing::Ended),
    ];
    let kinds = prop_oneof![Just("greeting"), Just("answer"), Just("advice"), Just("queue")];
    prop_oneof![
        (proptest::collection::vec(kinds, 0..3), standing).prop_map(|(kinds, standing)| Event::Lines(
            kinds.into_iter().map(|kind| line(kind, "字")).collect(),
            standing
        )),
        prop_oneof![Just(None), Just(Some(wang())), Just(Some(StaffId::from("li")))].prop_map(Event::Offered),
        prop_oneof![Just('0'), Just('5'), Just('#')].prop_map(Event::Key),
        Just(Event::Began),
        Just(Event::Dropped),
        Just(Event::Spoken),
        Just(Event::Words { text: "话".to_owned(), confidence: 90 }),
        Just(Event::NoWords),
        (1..12_u32).prop_map(Event::Played),
        (1..12_u32).prop_map(Event::Unsayable),
        Just(Event::AgentLifted),
        Just(Event::LiftRefused),
        Just(Event::AgentUnreachable),
        Just(Event::AgentHungUp),
        Just(Event::AgentLost),
        Just(Event::AgentReady),
        Just(Event::AgentAway),
        any::<bool>().prop_map(Event::Hold),
        Just(Event::CallerHungUp),
        Just(Event::Tick),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever happens in whatever order: bridges and rings are paired, nothing follows the end, every key is told, the
    /// recording never precedes the notice.
    #[test]
    fn the_laws_of_a_call(events in proptest::collection::vec(any_event(), 0..60)) {
        let mut call = call();
        let (mut bridged, mut ringing, mut over, mut notice, mut hung_up) = (false, false, false, None, false);
        for (at, event) in events.into_iter().enumerate() {
            let was_bridged = bridged;
            let effects = call.step(event.clone(), Micros(at as i64 * 3_000_000));
            if over {
                prop_assert!(effects.is_empty(), "after the end: {effects:?}");
                continue;
            }
            if let Event::Key(key) = event {
                prop_assert!(was_bridged || effects.contains(&Effect::TellKey(key)));
            }
            hung_up |= event == Event::CallerHungUp;
            for effect in &effects {
                match effect {
                    Effect::Bridge => { prop_assert!(!bridged && ringing); bridged = true; }
                    Effect::Part => { prop_assert!(bridged); bridged = false; }
                    Effect::Ring(_) => { prop_assert!(!ringing || matches!(event, Event::Lines(..) | Event::Offered(_))); ringing = true; }
                    Effect::Unring => ringing = false,
                    Effect::Speak { item, text, interruptible } if text.contains("录音") => { prop_assert!(!interruptible); notice = Some(*item); }
                    Effect::Record => prop_assert_eq!(Some(event.clone()), notice.map(Event::Played)),
                    Effect::HangUp => prop_assert!(!hung_up),
                    _ => {}
                }
            }
            if matches!(event, Event::AgentUnreachable | Event::AgentHungUp) { ringing = false; }
            over = call.is_over();
            prop_assert_eq!(bridged, call.is_bridged());
            if over { prop_assert!(!bridged); }
        }
    }
}
