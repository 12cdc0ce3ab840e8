use std::collections::{BTreeMap, BTreeSet};

use kernel::{ContactId, QueueId, StaffId};
use proptest::prelude::*;

use super::reference::Plain;
use super::world::*;
use crate::*;

/// What can happen, in small numbers so that things meet.
#[derive(Debug, Clone)]
enum Act {
    Pass(u8),
    Come {
        who: u8,
        queue: u8,
        chat: bool,
        lane: u8,
        priority: u8,
        need: u8,
        back_secs: u16,
    },
    Abandon(u8),
    KeepPlace(u8),
    Resume(u8),
    Presence(u8, u8),
    Accept(u8),
    Decline(u8),
    Finish(u8),
    WrapUp(u8),
    ToQueue(u8, u8),
    ToAgent(u8, u8),
    TakeOver(u8, u8),
    Requeue(u8),
    Gone(u8),
    /// A command about things that do not fit together.
    Nonsense(u8, u8, u8),
}

const AGENTS: u8 = 6;
const CONTACTS: u8 = 24;
const QUEUES: [&str; 6] = ["general", "elderly", "dialect", "medical", "urgent", "nowhere"];

fn act() -> impl Strategy<Value = Act> {
    let contact = 0..CONTACTS;
    let agent = 0..AGENTS;
    prop_oneof![
        4 => (0_u8..40).prop_map(Act::Pass),
        8 => (contact.clone(), 0_u8..6, any::<bool>(), 0_u8..8, 0_u8..8, 0_u8..6, 0_u16..3000).prop_map(
            |(who, queue, chat, lane, priority, need, back_secs)| Act::Come {
                who, queue, chat, lane, priority, need, back_secs
            }
        ),
        1 => contact.clone().prop_map(Act::Abandon),
        1 => contact.clone().prop_map(Act::KeepPlace),
        1 => contact.clone().prop_map(Act::Resume),
        2 => (agent.clone(), 0_u8..5).prop_map(|(agent, to)| Act::Presence(agent, to)),
        8 => agent.clone().prop_map(Act::Accept),
        1 => agent.clone().prop_map(Act::Decline),
        5 => agent.clone().prop_map(Act::Finish),
        5 => agent.clone().prop_map(Act::WrapUp),
        1 => (agent.clone(), 0_u8..6).prop_map(|(agent, queue)| Act::ToQueue(agent, queue)),
        1 => (agent.clone(), agent.clone()).prop_map(|(agent, to)| Act::ToAgent(agent, to)),
        1 => (agent.clone(), agent.clone()).prop_map(|(agent, to)| Act::TakeOver(agent, to)),
        1 => contact.clone().prop_map(Act::Requeue),
        1 => agent.clone().prop_map(Act::Gone),
        1 => (contact, agent, 0_u8..6).prop_map(|(contact, agent, kind)| Act::Nonsense(contact, agent, kind)),
    ]
}

fn who(number: u8) -> ContactId {
    contact(&format!("c{number:02}"))
}

fn agent_name(number: u8) -> String {
    format!("agent-{number}")
}

fn house() -> World {
    let mut world = World::new();
    let lists: [&[(&str, u8)]; AGENTS as usize] = [
        &[("综合", 4), ("医保", 2)],
        &[("综合", 2), ("宁波话", 5)],
        &[("医保", 5)],
        &[("综合", 4), ("应急", 3), ("宁波话", 1)],
        &[("综合", 1)],
        &[],
    ];
    for (number, list) in lists.into_iter().enumerate() {
        world.tell(Command::Profile {
            agent: staff(&agent_name(number as u8)),
            skills: skills(list),
            voice: number != 4,
            chat_capacity: Some([3, 2, 0, 1, 3, 2][number]),
        });
    }
    world
}

fn holds(world: &World, agent: u8) -> Option<ContactId> {
    let agent = world.state.agent(&staff(&agent_name(agent)))?;
    agent.talking.keys().next().cloned()
}

/// The command an act means here and now; none when it means nothing.
fn command(world: &World, act: &Act) -> Option<Command> {
    let agent_id = |number: u8| staff(&agent_name(number));
    Some(match act {
        Act::Pass(_) => Command::Tick,
        Act::Come { who: number, queue, chat, lane, priority, need, back_secs } => {
            Command::Enqueue(Arrival {
                contact: who(*number),
                queue: QueueId::from(QUEUES[usize::from(*queue)]),
                media: if *chat { Media::Chat } else { Media::Voice },
                lane: Lane::ALL.get(usize::from(*lane)).copied().unwrap_or(Lane::Normal),
                priority: (*priority > 0).then_some(*priority),
                needs: match need {
                    0 => skills(&[("医保", 3)]),
                    1 => skills(&[("综合", 2), ("医保", 1)]),
                    _ => BTreeMap::new(),
                },
                place: (*back_secs > 2000).then(|| world.now.plus_secs(i64::from(*back_secs) - 2900)),
            })
        }
        Act::Abandon(number) => Command::Abandon { contact: who(*number) },
        Act::KeepPlace(number) => Command::KeepPlace { contact: who(*number) },
        Act::Resume(number) => Command::Resume { contact: who(*number) },
        Act::Presence(agent, to) => Command::AgentState {
            agent: agent_id(*agent),
            to: match to {
                0 => Presence::Offline,
                1 => Presence::Break(BreakReason::Rest),
                _ => Presence::Ready,
            },
        },
        Act::Accept(agent) | Act::Decline(agent) => {
            let id = agent_id(*agent);
            let contact = world.state.agent(&id)?.ringing.as_ref()?.contact.clone();
            match act {
                Act::Accept(_) => Command::Accept { agent: id, contact },
                _ => Command::Decline { agent: id, contact },
            }
        }
        Act::Finish(agent) => {
            Command::Finish { contact: holds(world, *agent)?, agent: Some(agent_id(*agent)) }
        }
        Act::WrapUp(agent) => {
            let id = agent_id(*agent);
            let contact = world.state.agent(&id)?.wrapping.keys().next()?.clone();
            Command::WrapUpDone { agent: id, contact }
        }
        Act::ToQueue(agent, queue) => Command::TransferQueue {
            contact: holds(world, *agent)?,
            by: Some(agent_id(*agent)),
            queue: QueueId::from(QUEUES[usize::from(*queue)]),
            needs: BTreeMap::new(),
        },
        Act::ToAgent(agent, to) => Command::TransferAgent {
            contact: holds(world, *agent)?,
            by: Some(agent_id(*agent)),
            to: agent_id(*to),
        },
        Act::TakeOver(agent, to) => Command::TakeOver { contact: holds(world, *agent)?, to: agent_id(*to) },
        Act::Requeue(number) => Command::Requeue { contact: who(*number) },
        Act::Gone(agent) => Command::AgentGone { agent: agent_id(*agent) },
        Act::Nonsense(number, agent, kind) => {
            let (contact, agent) = (who(*number), agent_id(*agent));
            match kind {
                0 => Command::Accept { agent, contact },
                1 => Command::Finish { contact, agent: Some(agent) },
                2 => Command::WrapUpDone { agent, contact },
                3 => Command::TransferAgent { contact, by: Some(agent.clone()), to: agent },
                4 => Command::Decline { agent, contact },
                _ => Command::TransferQueue {
                    contact,
                    by: None,
                    queue: QueueId::from("nowhere"),
                    needs: BTreeMap::new(),
                },
            }
        }
    })
}

/// What an outsider knows: contacts that came and have not left, their places, and the rows as they would be stored.
#[derive(Default)]
struct Watch {
    here: BTreeSet<ContactId>,
    places: BTreeMap<ContactId, kernel::Micros>,
    rows: BTreeMap<ContactId, Item>,
    desks: BTreeMap<StaffId, Agent>,
}

impl Watch {
    fn sees(&mut self, world: &mut World, command: &Command, effects: &[Effect]) {
        if let Command::Enqueue(arrival) = command {
            let place = arrival.place.map_or(world.now, |place| place.min(world.now));
            let before = self.here.contains(&arrival.contact).then(|| self.places[&arrival.contact]);
            self.places.insert(arrival.contact.clone(), before.map_or(place, |before| before.min(place)));
            self.here.insert(arrival.contact.clone());
        }
        for effect in effects {
            if let Effect::Left { contact, .. } = effect {
                assert!(self.here.remove(contact), "{contact} left without having come");
            }
        }
        let changes = world.state.take_changes();
        for contact in &changes.contacts {
            self.rows.insert(contact.clone(), world.state.item(contact).expect("changed rows exist").clone());
        }
        for contact in changes.ended.keys() {
            self.rows.remove(contact);
        }
        for agent in &changes.agents {
            self.desks.insert(agent.clone(), world.state.agent(agent).expect("changed rows exist").clone());
        }
    }
}

fn check(world: &World, watch: &Watch) {
    let state = &world.state;
    let here: BTreeSet<ContactId> = state.items().map(|item| item.contact.clone()).collect();
    assert_eq!(here, watch.here, "none lost, none made up");
    let mut offered = BTreeMap::new();
    let mut talking: BTreeMap<StaffId, BTreeSet<ContactId>> = BTreeMap::new();
    for item in state.items() {
        assert_eq!(item.place, watch.places[&item.contact], "{} keeps its place", item.contact);
        match &item.phase {
            Phase::Waiting => {}
            Phase::Offered { agent, until } => {
                let before =
                    offered.insert(agent.clone(), Ringing { contact: item.contact.clone(), until: *until });
                assert!(before.is_none(), "one offer a desk");
            }
            Phase::Talking { agent, .. } => {
                talking.entry(agent.clone()).or_default().insert(item.contact.clone());
            }
        }
    }
    for agent in state.agents() {
        assert_eq!(agent.ringing.as_ref(), offered.get(&agent.id), "{}", agent.id);
        let held: BTreeSet<ContactId> = agent.talking.keys().cloned().collect();
        assert_eq!(held, talking.remove(&agent.id).unwrap_or_default(), "{}", agent.id);
        if agent.talking.values().any(|media| *media == Media::Voice) {
            assert_eq!(agent.load(), 1, "a call takes {} whole", agent.id);
        } else if agent.load() > 0 {
            let voice = u8::from(agent.voice);
            assert!(agent.load() <= agent.chat_capacity.max(voice), "{} is over capacity", agent.id);
        }
    }
    let stored: BTreeMap<ContactId, Item> =
        state.items().map(|item| (item.contact.clone(), Item { told: None, ..item.clone() })).collect();
    let rows: BTreeMap<ContactId, Item> = watch
        .rows
        .iter()
        .map(|(contact, item)| (contact.clone(), Item { told: None, ..item.clone() }))
        .collect();
    assert_eq!(rows, stored, "the changed rows are all that changed");
    for agent in state.agents() {
        assert_eq!(watch.desks.get(&agent.id), Some(agent), "the changed rows are all that changed");
    }
}

/// Offers against the plain statement of matching, and against the promise that nobody with an earlier turn is passed over.
fn check_offers(world: &World, effects: &[Effect]) {
    let made: Vec<(StaffId, ContactId)> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Offer { agent, contact, .. } => Some((agent.clone(), contact.clone())),
            _ => None,
        })
        .collect();
    let mut plain = Plain::of(&world.state);
    for (agent, contact) in made.iter().rev() {
        plain.undo(agent, contact);
    }
    for (agent, contact) in &made {
        let taken = &plain.items[contact];
        for other in world.state.items().filter(|item| item.phase == Phase::Waiting) {
            let desk = &plain.agents[agent];
            let may = desk.has_room(other.media)
                && !other.avoids(agent, world.now)
                && match &other.wanted {
                    Some(wanted) => wanted.agent == *agent,
                    None => plain.may_go_to(other, desk, world.now),
                };
            assert!(
                !may || plain.turn(taken) < plain.turn(other),
                "{} was passed over for {contact}",
                other.contact
            );
        }
    }
    assert_eq!(made, plain.offers(world.now), "as the plain statement has it");
    let plain = Plain::of(&world.state);
    for (contact, estimate) in world.state.estimates() {
        assert_eq!(estimate.position, plain.position(&contact), "position of {contact}");
        assert_eq!(Some(estimate), world.state.estimate(&contact), "one by one as all together");
    }
}

fn play(acts: &[Act]) {
    let mut world = house();
    let mut watch = Watch::default();
    watch.sees(&mut world, &Command::Tick, &[]);
    for act in acts {
        if let Act::Pass(secs) = act {
            world.pass(i64::from(*secs));
        }
        let Some(command) = command(&world, act) else { continue };
        let before = world.state.clone();
        let Ok(effects) = step(&mut world.state, command.clone(), world.now) else {
            assert!(world.state == before, "a refused command changes nothing");
            assert!(world.state.take_changes().is_empty());
            continue;
        };
        watch.sees(&mut world, &command, &effects);
        check(&world, &watch);
        check_offers(&world, &effects);
        if command == Command::Tick {
            let once = world.state.clone();
            let again = step(&mut world.state, Command::Tick, world.now).expect("time always passes");
            assert_eq!(again, vec![], "a second tick does nothing");
            assert!(world.state == once && world.state.take_changes().is_empty());
        }
    }
    // Written down and read back, it goes on as if nothing had happened.
    let text = serde_json::to_string(&world.state).expect("written");
    let mut read: State = serde_json::from_str(&text).expect("read");
    assert!(read == world.state);
    world.pass(21);
    let here = step(&mut world.state, Command::Tick, world.now).expect("tick");
    let there = step(&mut read, Command::Tick, world.now).expect("tick");
    assert_eq!(here, there);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_promises_hold(acts in prop::collection::vec(act(), 1..160)) {
        play(&acts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// One agent, any stream of contacts: nobody is served after somebody who came later than the bound allows.
    #[test]
    fn overtaking_is_bounded(
        stream in prop::collection::vec((0_u8..6, 1_u8..6, 1_i64..400), 20..120),
        handling in 30_i64..400,
    ) {
        let mut world = World::new();
        world.agent("lin", &[("综合", 3), ("宁波话", 3)]);
        let mut came = BTreeMap::new();
        let mut free_at = world.now;
        let mut serving: Option<String> = None;
        let mut served = Vec::new();
        let mut stream = stream.into_iter().enumerate();
        let mut next = stream.next();
        loop {
            while let Some((number, (lane, priority, gap))) = next.filter(|_| world.now <= free_at) {
                let lane = Lane::ALL.get(usize::from(lane)).copied().unwrap_or(Lane::Normal);
                let name = format!("c{number:03}");
                came.insert(name.clone(), (world.now, lane, priority));
                let effects = world.tell(Command::Enqueue(Arrival {
                    contact: contact(&name), queue: QueueId::from("elderly"), media: Media::Voice, lane,
                    priority: Some(priority), needs: BTreeMap::new(), place: None,
                }));
                if serving.is_none() {
                    serving = offers(&effects).pop().map(|(_, name)| name);
                    free_at = world.now.plus_secs(handling);
                }
                world.pass(gap);
                next = stream.next();
            }
            let Some(name) = serving.take() else { break };
            world.now = world.now.max(free_at);
            served.push(name.clone());
            serving = offers(&world.serve("lin", &name)).pop().map(|(_, name)| name);
            free_at = world.now.plus_secs(handling);
            if serving.is_none() && next.is_none() {
                break;
            }
        }
        for (index, name) in served.iter().enumerate() {
            let (mine, lane, priority) = came[name];
            let bound = i64::from(world.state.tuning().overtaking_bound_secs(lane, priority));
            for earlier in &served[..index] {
                let (theirs, _, _) = came[earlier];
                prop_assert!(theirs.secs_since(mine) < bound.max(1), "{earlier} overtook {name} out of bounds");
            }
        }
        prop_assert_eq!(served.len(), came.len(), "everybody is served");
    }
}
