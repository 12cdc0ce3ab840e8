//! A small house to try things in.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};

use crate::*;

/// Ten in the morning of some day.
pub const OPENING: Micros = Micros(1_767_232_800_000_000);

pub fn contact(name: &str) -> ContactId {
    ContactId::from(name)
}

pub fn staff(name: &str) -> StaffId {
    StaffId::from(name)
}

pub fn skills(list: &[(&str, u8)]) -> BTreeMap<String, u8> {
    list.iter().map(|(skill, level)| ((*skill).to_owned(), *level)).collect()
}

pub fn queue(id: &str, skills: &[&str], priority: u8) -> Queue {
    Queue {
        id: QueueId::from(id),
        name: id.to_owned(),
        skills: skills.iter().map(|skill| (*skill).to_owned()).collect(),
        priority,
        target_answer_secs: 15,
    }
}

pub fn queues() -> Vec<Queue> {
    vec![
        queue("general", &["综合"], 3),
        queue("elderly", &["综合", "宁波话"], 1),
        queue("dialect", &["宁波话"], 2),
        queue("medical", &["医保"], 3),
        queue("urgent", &["应急", "综合"], 1),
    ]
}

/// A house with a clock, told commands and asked what it did.
pub struct World {
    pub state: State,
    pub now: Micros,
}

impl World {
    pub fn new() -> Self {
        Self::tuned(Tuning::default())
    }

    pub fn tuned(tuning: Tuning) -> Self {
        Self { state: State::new(tuning, queues()), now: OPENING }
    }

    pub fn wait(&mut self, secs: i64) -> Vec<Effect> {
        self.now = self.now.plus_secs(secs);
        self.tell(Command::Tick)
    }

    pub fn pass(&mut self, secs: i64) {
        self.now = self.now.plus_secs(secs);
    }

    pub fn tell(&mut self, command: Command) -> Vec<Effect> {
        step(&mut self.state, command, self.now).expect("accepted")
    }

    pub fn refused(&mut self, command: Command) -> Refusal {
        let before = self.state.clone();
        let refusal = step(&mut self.state, command, self.now).expect_err("refused");
        assert!(self.state == before, "a refused command changes nothing");
        refusal
    }

    /// An agent who takes calls and three chats, ready.
    pub fn agent(&mut self, name: &str, list: &[(&str, u8)]) -> Vec<Effect> {
        self.tell(Command::Profile {
            agent: staff(name),
            skills: skills(list),
            voice: true,
            chat_capacity: None,
        });
        self.presence(name, Presence::Ready)
    }

    pub fn presence(&mut self, name: &str, to: Presence) -> Vec<Effect> {
        self.tell(Command::AgentState { agent: staff(name), to })
    }

    pub fn comes(&mut self, name: &str, queue: &str, media: Media, lane: Lane) -> Vec<Effect> {
        self.tell(Command::Enqueue(Arrival {
            contact: contact(name),
            queue: QueueId::from(queue),
            media,
            lane,
            priority: None,
            needs: BTreeMap::new(),
            place: None,
        }))
    }

    pub fn calls(&mut self, name: &str) -> Vec<Effect> {
        self.comes(name, "general", Media::Voice, Lane::Normal)
    }

    pub fn chats(&mut self, name: &str) -> Vec<Effect> {
        self.comes(name, "general", Media::Chat, Lane::Normal)
    }

    pub fn accept(&mut self, agent: &str, name: &str) -> Vec<Effect> {
        self.tell(Command::Accept { agent: staff(agent), contact: contact(name) })
    }

    pub fn finish(&mut self, agent: &str, name: &str) -> Vec<Effect> {
        self.tell(Command::Finish { contact: contact(name), agent: Some(staff(agent)) })
    }

    pub fn wrapped(&mut self, agent: &str, name: &str) -> Vec<Effect> {
        self.tell(Command::WrapUpDone { agent: staff(agent), contact: contact(name) })
    }

    /// Takes a contact from ringing to done.
    pub fn serve(&mut self, agent: &str, name: &str) -> Vec<Effect> {
        self.accept(agent, name);
        self.finish(agent, name);
        self.wrapped(agent, name)
    }

    pub fn phase(&self, name: &str) -> Phase {
        self.state.item(&contact(name)).expect("here").phase.clone()
    }

    pub fn offered_to(&self, name: &str) -> Option<String> {
        match self.phase(name) {
            Phase::Offered { agent, .. } => Some(agent.0),
            _ => None,
        }
    }
}

/// Who was offered what, in order.
pub fn offers(effects: &[Effect]) -> Vec<(String, String)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Offer { agent, contact, .. } => Some((agent.0.clone(), contact.0.clone())),
            _ => None,
        })
        .collect()
}

pub fn position(effects: &[Effect], name: &str) -> Option<(u32, Option<u32>)> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Position { contact, position, expected_wait_secs } if contact.0 == name => {
            Some((*position, *expected_wait_secs))
        }
        _ => None,
    })
}
