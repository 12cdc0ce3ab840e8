//! How many steps a second with 2,000 agents and 5,000 waiting contacts: a large city at its worst hour.
//!
//! `cargo bench -p routing`

use std::cell::RefCell;
use std::collections::BTreeMap;

use divan::Bencher;
use kernel::{ContactId, Micros, QueueId, StaffId};
use routing::{Arrival, Command, Effect, Lane, Media, Phase, Presence, Queue, State, Tuning, step};

const AGENTS: usize = 2_000;
const WAITING: usize = 5_000;
const SKILLS: [&str; 20] = [
    "综合",
    "宁波话",
    "医保",
    "社保",
    "公积金",
    "公安",
    "交通",
    "民政",
    "住建",
    "城管",
    "环保",
    "市场监管",
    "税务",
    "应急",
    "司法",
    "心理",
    "就业劳动",
    "教育",
    "文旅",
    "农业",
];

fn main() {
    divan::main();
}

struct City {
    state: State,
    now: Micros,
    next: usize,
}

impl City {
    /// Every agent talks, 5,000 wait in 20 queues and 4 lanes.
    fn at_its_worst() -> Self {
        let queues = SKILLS
            .iter()
            .enumerate()
            .map(|(number, skill)| Queue {
                id: QueueId(format!("queue-{number:02}")),
                name: (*skill).to_owned(),
                skills: vec![(*skill).to_owned()],
                priority: 3,
                target_answer_secs: 15,
            })
            .collect();
        let mut city = Self {
            state: State::new(Tuning::default(), queues),
            now: Micros(1_767_232_800_000_000),
            next: 0,
        };
        for number in 0..AGENTS {
            let agent = StaffId(format!("agent-{number:04}"));
            let skills: BTreeMap<String, u8> = (0..4)
                .filter_map(|k| SKILLS.get((number * 7 + k * k * 5) % SKILLS.len()))
                .enumerate()
                .map(|(k, skill)| ((*skill).to_owned(), 2 + ((k + number) % 4) as u8))
                .collect();
            city.tell(Command::Profile { agent: agent.clone(), skills, voice: true, chat_capacity: None });
            city.tell(Command::AgentState { agent, to: Presence::Ready });
        }
        while city.state.items().filter(|item| item.phase == Phase::Waiting).count() < WAITING {
            city.arrive();
            city.accept_all();
        }
        city
    }

    fn tell(&mut self, command: Command) -> Vec<Effect> {
        step(&mut self.state, command, self.now).unwrap_or_default()
    }

    fn arrive(&mut self) -> Vec<Effect> {
        self.next += 1;
        self.now = self.now.plus_secs(1);
        let number = self.next;
        let lane = match number % 50 {
            0 => Lane::Emergency,
            1..=4 => Lane::Elderly,
            5..=9 => Lane::Dialect,
            _ => Lane::Normal,
        };
        let queue = QueueId(format!("queue-{:02}", number * 13 % SKILLS.len()));
        self.tell(Command::Enqueue(Arrival {
            contact: ContactId(format!("contact-{number:08}")),
            queue,
            media: Media::Voice,
            lane,
            priority: None,
            needs: BTreeMap::new(),
            place: None,
        }))
    }

    fn accept_all(&mut self) {
        let ringing: Vec<(StaffId, ContactId)> = self
            .state
            .agents()
            .filter_map(|agent| Some((agent.id.clone(), agent.ringing.as_ref()?.contact.clone())))
            .collect();
        for (agent, contact) in ringing {
            self.tell(Command::Accept { agent, contact });
        }
    }

    fn somebody_talking(&self) -> Option<(StaffId, ContactId)> {
        let at = self.next % AGENTS;
        self.state
            .agents()
            .skip(at)
            .find_map(|agent| Some((agent.id.clone(), agent.talking.keys().next()?.clone())))
    }
}

/// One contact comes, all agents busy: enqueue, position and expected wait.
#[divan::bench]
fn enqueue_when_all_are_busy(bencher: Bencher) {
    let city = RefCell::new(City::at_its_worst());
    bencher.bench_local(|| {
        let mut city = city.borrow_mut();
        city.arrive();
        // And one leaves, so that 5,000 stay.
        let last = ContactId(format!("contact-{:08}", city.next));
        city.tell(Command::Abandon { contact: last })
    });
}

/// One contact from talk to the next offer taken: finish, wrap-up done, offer, accept, and a new arrival.
#[divan::bench]
fn serve_one(bencher: Bencher) {
    let city = RefCell::new(City::at_its_worst());
    bencher.bench_local(|| {
        let mut city = city.borrow_mut();
        let Some((agent, contact)) = city.somebody_talking() else { return };
        city.tell(Command::Finish { contact: contact.clone(), agent: Some(agent.clone()) });
        for effect in city.tell(Command::WrapUpDone { agent, contact }) {
            if let Effect::Offer { agent, contact, .. } = effect {
                city.tell(Command::Accept { agent, contact });
            }
        }
        city.arrive();
    });
}

/// A second passes: deadlines, 5,000 positions and expected waits.
#[divan::bench]
fn tick(bencher: Bencher) {
    let city = RefCell::new(City::at_its_worst());
    bencher.bench_local(|| {
        let mut city = city.borrow_mut();
        city.now = city.now.plus_secs(1);
        city.accept_all();
        city.tell(Command::Tick)
    });
}

/// The whole state from its parts, as after a restart.
#[divan::bench(sample_count = 20)]
fn rebuild(bencher: Bencher) {
    let city = City::at_its_worst();
    let items: Vec<_> = city.state.items().cloned().collect();
    let agents: Vec<_> = city.state.agents().cloned().collect();
    let queues: Vec<_> = city.state.queues().cloned().collect();
    bencher
        .bench_local(|| State::assembled(Tuning::default(), queues.clone(), items.clone(), agents.clone()));
}
