//! One event at a time.

use kernel::{Micros, StaffId};

use super::{AWAY, Call, Effect, Event, HELD, Line, Phone, Standing};

/// Sentences that a caller must hear to the end: danger comes before manners.
const NEVER_INTERRUPTED: &str = "advice";
/// A call whose end cannot be played is ended after this, in seconds.
const CLOSING_SECS: i64 = 20;

impl Call {
    /// Applies an event. Pure: the same arguments give the same effects.
    pub fn step(&mut self, event: Event, now: Micros) -> Vec<Effect> {
        if self.over {
            return Vec::new();
        }
        let mut out = Vec::new();
        if !matches!(event, Event::Tick) {
            self.quiet_since = now;
        }
        match event {
            Event::Lines(lines, standing) => self.lines(lines, standing, &mut out),
            Event::Offered(agent) => self.offered(agent, &mut out),
            Event::Key(key) => self.key(key, &mut out),
            Event::Began => {
                self.speaking = true;
                if !self.bridged {
                    self.hush(&mut out);
                }
            }
            Event::Dropped => self.speaking = false,
            Event::Spoken => {
                self.speaking = false;
                self.recognising += 1;
            }
            Event::Words { text, confidence } => {
                self.recognising = self.recognising.saturating_sub(1);
                if !text.trim().is_empty() {
                    out.push(Effect::TellWords { text, confidence });
                } else if !self.bridged && self.standing == Standing::Bot {
                    // Speech without words: the engine counts it as not understood, two in a row call a person.
                    out.push(Effect::TellWords { text: "…".to_owned(), confidence: 0 });
                }
            }
            Event::NoWords => {
                self.recognising = self.recognising.saturating_sub(1);
                self.speech_down(&mut out);
            }
            Event::Played(item) => self.played(item, true, &mut out),
            Event::Unsayable(item) => {
                if self.is_waiting(item) {
                    out.push(if self.notice == Some(item) { Effect::Attention } else { Effect::Regret });
                }
                self.played(item, false, &mut out);
                self.speech_down(&mut out);
            }
            Event::AgentLifted => self.lifted(&mut out),
            Event::LiftRefused => self.unring(&mut out),
            Event::AgentUnreachable => self.unreachable(&mut out),
            Event::AgentHungUp => self.agent_hung_up(&mut out),
            Event::AgentLost => self.agent_lost(&mut out),
            Event::AgentReady => self.agent_ready(&mut out),
            Event::AgentAway => self.agent_away(now, &mut out),
            Event::Hold(on) => self.hold(on, &mut out),
            Event::CallerHungUp => {
                out.push(Effect::TellHungUp);
                self.end(&mut out, false);
            }
            Event::Tick => self.tick(now, &mut out),
        }
        out
    }

    fn speak(&mut self, text: String, interruptible: bool, out: &mut Vec<Effect>) -> u32 {
        let item = self.next_item;
        self.next_item = item.wrapping_add(1).max(1);
        self.waiting.push((item, interruptible));
        out.push(Effect::Speak { item, text, interruptible });
        item
    }

    fn lines(&mut self, lines: Vec<Line>, standing: Standing, out: &mut Vec<Effect>) {
        if !std::mem::replace(&mut self.opened, true) && !self.terms.silent {
            out.push(Effect::Attention);
        }
        let mut notice_again = false;
        for line in lines {
            if line.author == "citizen" || line.text.is_empty() {
                continue;
            }
            let urgent = line.kind == NEVER_INTERRUPTED;
            if urgent && self.notice.is_some_and(|notice| self.is_waiting(notice)) {
                notice_again = true;
                self.notice = None;
                self.waiting.clear();
                out.push(Effect::Clear);
            }
            // With an agent on the line only danger is spoken over them.
            if self.bridged && !urgent {
                continue;
            }
            // A one-key telephone hears the person, not that there is one.
            if self.terms.silent && !urgent && matches!(standing, Standing::WithAgent(_)) {
                continue;
            }
            let greeting = line.kind == "greeting";
            self.speak(line.text, !urgent, out);
            if greeting {
                self.give_notice(out);
            }
        }
        // Danger comes before the notice; nothing is recorded until it has been heard after all.
        if notice_again {
            self.give_notice(out);
        }
        self.stands(standing, out);
        if self.notice.is_none() {
            self.no_listener(out);
        }
    }

    fn is_waiting(&self, item: u32) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == item)
    }

    fn give_notice(&mut self, out: &mut Vec<Effect>) {
        if self.notice.is_none() && !self.terms.notice.is_empty() && !self.terms.silent {
            let text = self.terms.notice.clone();
            self.notice = Some(self.speak(text, false, out));
        }
    }

    /// Nobody can listen: after the greeting the caller goes to a person, and hears why.
    fn no_listener(&mut self, out: &mut Vec<Effect>) {
        if !self.terms.recogniser && self.standing == Standing::Bot {
            self.speech_down(out);
        }
    }

    fn stands(&mut self, standing: Standing, out: &mut Vec<Effect>) {
        if standing == self.standing {
            return;
        }
        let before = std::mem::replace(&mut self.standing, standing.clone());
        self.failed = None;
        match standing {
            Standing::Bot => out.push(Effect::Comfort(false)),
            Standing::Queued => {
                if matches!(before, Standing::WithAgent(_)) {
                    self.part(out);
                    self.unring(out);
                }
                out.push(Effect::Comfort(true));
            }
            Standing::WithAgent(agent) => match &self.phone {
                Some(phone) if phone.agent == agent => self.try_bridge(out),
                _ => {
                    self.part(out);
                    self.unring(out);
                    out.push(Effect::Comfort(true));
                    self.ring(agent, out);
                }
            },
            Standing::Ended => {
                self.part(out);
                self.unring(out);
                out.push(Effect::Comfort(false));
                self.closing = true;
                if self.waiting.is_empty() {
                    self.end(out, true);
                }
            }
        }
    }

    fn ring(&mut self, agent: StaffId, out: &mut Vec<Effect>) {
        out.push(Effect::Ring(agent.clone()));
        self.phone = Some(Phone { agent, lifted: false, ready: false, away: None, held: false });
    }

    fn unring(&mut self, out: &mut Vec<Effect>) {
        if self.phone.take().is_some() {
            out.push(Effect::Unring);
        }
    }

    fn part(&mut self, out: &mut Vec<Effect>) {
        if std::mem::replace(&mut self.bridged, false) {
            out.push(Effect::Part);
        }
    }

    fn offered(&mut self, agent: Option<StaffId>, out: &mut Vec<Effect>) {
        if matches!(self.standing, Standing::WithAgent(_) | Standing::Ended) {
            return;
        }
        if agent.is_none() {
            self.failed = None;
        }
        match agent {
            Some(agent) if self.failed.as_ref() == Some(&agent) => {}
            Some(agent) if self.phone.as_ref().is_none_or(|phone| phone.agent != agent) => {
                self.failed = None;
                self.unring(out);
                self.ring(agent, out);
            }
            // A lifted handset waits for routing's word; a ringing one whose offer is gone stops.
            None if self.phone.as_ref().is_some_and(|phone| !phone.lifted) => self.unring(out),
            _ => {}
        }
    }

    fn lifted(&mut self, out: &mut Vec<Effect>) {
        let Some(phone) = &mut self.phone else { return };
        phone.lifted = true;
        let agent = phone.agent.clone();
        if matches!(self.standing, Standing::WithAgent(_)) {
            self.try_bridge(out);
        } else {
            out.push(Effect::TellLifted(agent));
        }
    }

    fn try_bridge(&mut self, out: &mut Vec<Effect>) {
        let lifted = self.phone.as_ref().is_some_and(|phone| (phone.lifted || phone.ready) && !phone.held);
        if lifted && !self.bridged {
            self.bridged = true;
            out.push(Effect::Comfort(false));
            self.hush(out);
            out.push(Effect::Bridge);
        }
    }

    fn unreachable(&mut self, out: &mut Vec<Effect>) {
        let Some(phone) = self.phone.take() else { return };
        match &self.standing {
            Standing::WithAgent(agent) if *agent == phone.agent => out.push(Effect::TellParted),
            Standing::Queued => {
                self.failed = Some(phone.agent.clone());
                out.push(Effect::TellDeclined(phone.agent));
            }
            _ => {}
        }
    }

    fn agent_hung_up(&mut self, out: &mut Vec<Effect>) {
        let Some(phone) = self.phone.take() else { return };
        self.part(out);
        match &self.standing {
            Standing::WithAgent(_) => out.push(Effect::TellAgentHungUp(phone.agent)),
            Standing::Queued => {
                self.failed = Some(phone.agent.clone());
                out.push(Effect::TellDeclined(phone.agent));
            }
            _ => {}
        }
    }

    fn agent_lost(&mut self, out: &mut Vec<Effect>) {
        if self.phone.is_none() {
            return;
        }
        self.part(out);
        self.unring(out);
        out.push(Effect::Comfort(true));
        out.push(Effect::TellParted);
    }

    /// The line of a browser is there, or there again.
    fn agent_ready(&mut self, out: &mut Vec<Effect>) {
        let Some(phone) = &mut self.phone else { return };
        phone.ready = true;
        phone.away = None;
        if self.standing == Standing::WithAgent(phone.agent.clone()) {
            self.try_bridge(out);
        }
    }

    /// A browser that reloads or changes its network comes back; until then the caller is not left in silence.
    fn agent_away(&mut self, now: Micros, out: &mut Vec<Effect>) {
        let Some(phone) = &mut self.phone else { return };
        if !std::mem::replace(&mut phone.ready, false) || !matches!(self.standing, Standing::WithAgent(_)) {
            return;
        }
        phone.away = Some(now);
        let held = phone.held;
        self.part(out);
        if !held {
            out.push(Effect::Comfort(true));
            self.speak(AWAY.to_owned(), true, out);
        }
    }

    fn hold(&mut self, on: bool, out: &mut Vec<Effect>) {
        let Some(phone) = &mut self.phone else { return };
        if on && self.bridged {
            phone.held = true;
            self.part(out);
            out.push(Effect::Comfort(true));
            self.speak(HELD.to_owned(), true, out);
        } else if !on && std::mem::replace(&mut phone.held, false) {
            // Who is away as well is joined when they are back.
            self.try_bridge(out);
        }
    }

    fn key(&mut self, key: char, out: &mut Vec<Effect>) {
        if self.bridged {
            return;
        }
        self.hush(out);
        out.push(Effect::TellKey(key));
    }

    fn played(&mut self, item: u32, heard: bool, out: &mut Vec<Effect>) {
        self.waiting.retain(|(waiting, _)| *waiting != item);
        if self.notice == Some(item) {
            if heard && self.terms.record {
                out.push(Effect::Record);
            }
            self.no_listener(out);
        }
        if self.closing && self.waiting.is_empty() {
            self.end(out, true);
        }
    }

    /// Told once: the engine says it plainly and calls a person.
    fn speech_down(&mut self, out: &mut Vec<Effect>) {
        if self.standing == Standing::Bot && !std::mem::replace(&mut self.down_told, true) {
            out.push(Effect::TellSpeechDown);
        }
    }

    fn tick(&mut self, now: Micros, out: &mut Vec<Effect>) {
        let away = self.phone.as_ref().and_then(|phone| phone.away);
        if away.is_some_and(|since| now.secs_since(since) >= i64::from(self.terms.lost_secs)) {
            return self.agent_lost(out);
        }
        let quiet = now.secs_since(self.quiet_since);
        if self.closing && quiet >= CLOSING_SECS {
            return self.end(out, true);
        }
        let listening = self.standing == Standing::Bot
            && self.waiting.is_empty()
            && self.recognising == 0
            && !self.speaking
            && !self.closing;
        if listening && quiet >= i64::from(self.terms.silence_secs) {
            self.quiet_since = now;
            out.push(Effect::TellSilence(self.terms.silence_secs));
        }
    }

    /// What is stopped will not be reported as played.
    fn hush(&mut self, out: &mut Vec<Effect>) {
        self.waiting.retain(|(_, interruptible)| !interruptible);
        out.push(Effect::Hush);
    }

    fn end(&mut self, out: &mut Vec<Effect>, hang_up: bool) {
        self.part(out);
        self.unring(out);
        self.over = true;
        if hang_up {
            out.push(Effect::HangUp);
        }
    }
}
