//! Contacts that break off, come back, are moved.

use kernel::QueueId;

use super::world::*;
use crate::*;

fn pair(agent: &str, contact: &str) -> (String, String) {
    (agent.to_owned(), contact.to_owned())
}

#[test]
fn a_dropped_call_keeps_its_place_as_a_call_back() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.calls("busy");
    world.accept("lin", "busy");
    world.calls("a");
    world.pass(30);
    world.calls("b");
    let effects = world.tell(Command::KeepPlace { contact: contact("a") });
    assert!(effects.contains(&Effect::PlaceKept { contact: contact("a") }));
    world.finish("lin", "busy");
    let effects = world.wrapped("lin", "busy");
    assert!(matches!(
        effects.iter().find(|effect| matches!(effect, Effect::Offer { .. })),
        Some(Effect::Offer { contact, call_back: true, .. }) if contact.0 == "a"
    ));
    let effects = world.accept("lin", "a");
    assert!(effects.contains(&Effect::Connected {
        agent: staff("lin"),
        contact: contact("a"),
        call_back: true
    }));
}

#[test]
fn a_caller_who_comes_back_as_a_new_contact_has_the_old_place() {
    let mut world = World::new();
    world.calls("a");
    let place = world.state.item(&contact("a")).expect("a").place;
    world.pass(60);
    world.calls("b");
    world.tell(Command::Abandon { contact: contact("a") });
    world.pass(60);
    let effects = world.tell(Command::Enqueue(Arrival {
        contact: contact("a2"),
        queue: QueueId::from("general"),
        media: Media::Voice,
        lane: Lane::Normal,
        priority: None,
        needs: Default::default(),
        place: Some(place),
    }));
    assert_eq!(position(&effects, "a2"), Some((1, None)), "before b, and nobody is on duty");
}

#[test]
fn a_talk_cut_off_waits_for_the_same_agent_first() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 1)]);
    world.calls("a");
    world.accept("lin", "a");
    world.agent("chen", &[("综合", 5)]);
    let effects = world.tell(Command::KeepPlace { contact: contact("a") });
    assert_eq!(offers(&effects), vec![pair("lin", "a")], "not to the better agent who knows nothing of it");
}

#[test]
fn a_lost_desk_gives_everything_back_in_place() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    for name in ["a", "b"] {
        world.chats(name);
        world.accept("lin", name);
    }
    world.chats("c");
    let effects = world.tell(Command::AgentGone { agent: staff("lin") });
    for name in ["a", "b", "c"] {
        assert!(effects.contains(&Effect::Requeued { contact: contact(name), from: staff("lin") }), "{name}");
        assert_eq!(world.phase(name), Phase::Waiting);
    }
    let first = offers(&world.agent("chen", &[("综合", 1)]));
    assert_eq!(first, vec![pair("chen", "a")]);
}

#[test]
fn a_transfer_to_a_queue_keeps_the_place_and_does_not_come_straight_back() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4), ("医保", 1)]);
    world.agent("zhou", &[("医保", 5)]);
    world.comes("before", "medical", Media::Voice, Lane::Normal);
    world.accept("zhou", "before");
    world.calls("a");
    world.accept("lin", "a");
    world.pass(90);
    world.comes("later", "medical", Media::Voice, Lane::Normal);
    let effects = world.tell(Command::TransferQueue {
        contact: contact("a"),
        by: Some(staff("lin")),
        queue: QueueId::from("medical"),
        needs: Default::default(),
    });
    assert!(effects.contains(&Effect::Transferred {
        contact: contact("a"),
        from: Some(staff("lin")),
        target: Target::Queue(QueueId::from("medical"))
    }));
    assert_eq!(position(&effects, "a").map(|(position, _)| position), Some(1), "before those who came later");
    assert_eq!(world.state.agent(&staff("lin")).expect("lin").state().name(), "wrap_up");
    let effects = world.wrapped("lin", "a");
    assert_eq!(
        offers(&effects),
        vec![pair("lin", "later")],
        "lin may help, but not with the one just given away"
    );
    world.finish("zhou", "before");
    assert_eq!(offers(&world.wrapped("zhou", "before")), vec![pair("zhou", "a")]);
}

#[test]
fn a_transfer_to_an_agent_waits_for_that_agent_a_while() {
    let mut world = World::new();
    for name in ["lin", "zhou", "chen"] {
        world.agent(name, &[("综合", 4)]);
    }
    world.calls("a");
    let with = world.offered_to("a").expect("offered");
    world.accept(&with, "a");
    world.calls("b");
    let busy = world.offered_to("b").expect("offered");
    world.accept(&busy, "b");
    let transfer =
        |to: &str| Command::TransferAgent { contact: contact("a"), by: Some(staff(&with)), to: staff(to) };
    assert_eq!(world.refused(transfer(&with)), Refusal::SameAgent);
    assert!(matches!(world.refused(transfer("nobody")), Refusal::UnknownAgent(_)));
    let free = ["lin", "zhou", "chen"].into_iter().find(|name| *name != with && *name != busy).expect("one");
    let effects = world.tell(transfer(&busy));
    assert_eq!(offers(&effects), vec![], "the third agent is free, but this one was asked for");
    assert_eq!(offers(&world.wait(59)), vec![]);
    assert_eq!(offers(&world.wait(1)), vec![pair(free, "a")], "then anybody");
}

#[test]
fn a_supervisor_takes_a_call_over_at_once() {
    let mut world = World::new();
    for name in ["lin", "zhou", "ban"] {
        world.agent(name, &[("综合", 4)]);
    }
    world.calls("a");
    let with = world.offered_to("a").expect("offered");
    world.accept(&with, "a");
    let take = |to: &str| Command::TakeOver { contact: contact("a"), to: staff(to) };
    assert_eq!(world.refused(take(&with)), Refusal::SameAgent);
    assert!(matches!(world.refused(take("nobody")), Refusal::UnknownAgent(_)));
    let to = ["lin", "zhou", "ban"].into_iter().find(|name| *name != with).expect("one");
    let effects = world.tell(take(to));
    let taken = Effect::TakenOver { contact: contact("a"), from: staff(&with), to: staff(to) };
    assert!(effects.contains(&taken), "{effects:?}");
    assert_eq!(offers(&effects), vec![], "nothing rings");
    assert!(matches!(world.state.agent(&staff(&with)).expect("known").state(), AgentState::WrapUp { .. }));
    assert!(matches!(world.state.agent(&staff(to)).expect("known").state(), AgentState::Busy { .. }));
    // Whoever has a call of their own does not take another.
    world.calls("b");
    let third = world.offered_to("b").expect("offered");
    world.accept(&third, "b");
    assert!(matches!(world.refused(take(&third)), Refusal::Occupied(_)));
}
