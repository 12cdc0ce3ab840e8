//! Who is served, by whom, in which order.

use super::world::*;
use crate::*;

fn pair(agent: &str, contact: &str) -> (String, String) {
    (agent.to_owned(), contact.to_owned())
}

#[test]
fn a_caller_goes_to_a_free_agent_at_once() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    let effects = world.calls("a");
    assert_eq!(offers(&effects), vec![pair("lin", "a")]);
    let effects = world.accept("lin", "a");
    assert!(effects.contains(&Effect::Connected {
        agent: staff("lin"),
        contact: contact("a"),
        call_back: false
    }));
    let effects = world.finish("lin", "a");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Left { how: Departure::Finished, .. })));
    assert_eq!(world.state.agent(&staff("lin")).expect("lin").state().name(), "wrap_up");
    let effects = world.calls("b");
    assert_eq!(offers(&effects), vec![], "not while writing up");
    let effects = world.wrapped("lin", "a");
    assert_eq!(offers(&effects), vec![pair("lin", "b")]);
}

#[test]
fn the_best_fitting_agent_is_chosen_then_the_longest_idle() {
    let mut world = World::new();
    world.agent("low", &[("综合", 2)]);
    world.pass(10);
    world.agent("high", &[("综合", 5)]);
    world.pass(10);
    world.agent("also-high", &[("综合", 5)]);
    assert_eq!(offers(&world.calls("a")), vec![pair("high", "a")]);
    assert_eq!(offers(&world.calls("b")), vec![pair("also-high", "b")]);
    assert_eq!(offers(&world.calls("c")), vec![pair("low", "c")]);
}

#[test]
fn lanes_come_in_the_charters_order_and_the_first_come_first_within_one() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4), ("宁波话", 3), ("应急", 1)]);
    world.calls("busy");
    world.accept("lin", "busy");
    world.calls("normal-1");
    world.pass(1);
    world.calls("normal-2");
    world.pass(1);
    world.comes("dialect", "dialect", Media::Voice, Lane::Dialect);
    world.pass(1);
    world.comes("elderly", "elderly", Media::Voice, Lane::Elderly);
    world.pass(1);
    world.comes("danger", "urgent", Media::Voice, Lane::Emergency);
    world.finish("lin", "busy");
    let mut next = offers(&world.wrapped("lin", "busy"));
    let mut order = Vec::new();
    while let Some((_, name)) = next.pop() {
        world.accept("lin", &name);
        world.finish("lin", &name);
        next = offers(&world.wrapped("lin", &name));
        order.push(name);
    }
    assert_eq!(order, vec!["danger", "elderly", "dialect", "normal-1", "normal-2"]);
}

#[test]
fn nobody_starves_behind_a_stream_of_elderly_callers() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.calls("busy");
    world.accept("lin", "busy");
    world.calls("patient");
    world.finish("lin", "busy");
    let bound = i64::from(world.state.tuning().overtaking_bound_secs(Lane::Normal, 3));
    let mut served = offers(&world.wrapped("lin", "busy")).pop().expect("patient is alone").1;
    assert_eq!(served, "patient");
    // Now the same with a queue of elderly callers coming every minute, each taking a minute.
    world.serve("lin", "patient");
    world.comes("e0", "elderly", Media::Voice, Lane::Elderly);
    let start = world.now;
    world.calls("patient");
    served = "e0".to_owned();
    let mut n = 0;
    while served != "patient" {
        n += 1;
        world.comes(&format!("e{n}"), "elderly", Media::Voice, Lane::Elderly);
        world.accept("lin", &served);
        world.pass(60);
        world.finish("lin", &served);
        served = offers(&world.wrapped("lin", &served)).pop().expect("somebody waits").1;
    }
    let waited = world.now.secs_since(start);
    assert!(waited <= bound + 60, "waited {waited} s, the bound is {bound} s");
    assert!(n > 25, "elderly callers did come first for half an hour: {n}");
}

#[test]
fn dialect_callers_wait_a_little_for_an_agent_who_speaks_it_then_take_anybody() {
    let mut world = World::new();
    world.agent("mandarin", &[("综合", 5)]);
    world.agent("ningbo", &[("综合", 2), ("宁波话", 5)]);
    world.agent("third", &[("综合", 1), ("宁波话", 1)]);
    assert_eq!(
        offers(&world.comes("a", "dialect", Media::Voice, Lane::Dialect)),
        vec![pair("ningbo", "a")],
        "the one who speaks it best"
    );
    world.comes("b", "dialect", Media::Voice, Lane::Dialect);
    assert_eq!(world.offered_to("b").as_deref(), Some("third"));
    world.comes("c", "dialect", Media::Voice, Lane::Dialect);
    assert_eq!(world.offered_to("c"), None, "both who speak it are taken: a short patience");
    assert_eq!(offers(&world.wait(14)), vec![]);
    assert_eq!(offers(&world.wait(1)), vec![pair("mandarin", "c")]);
}

#[test]
fn nobody_waits_for_a_skill_that_nobody_on_duty_has() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    let effects = world.comes("a", "medical", Media::Voice, Lane::Normal);
    assert_eq!(offers(&effects), vec![pair("lin", "a")]);
    // With a specialist on duty, though busy, callers wait for the specialist up to the patience of the normal lane.
    world.serve("lin", "a");
    world.agent("zhou", &[("医保", 5)]);
    world.comes("b", "medical", Media::Voice, Lane::Normal);
    assert_eq!(world.offered_to("b").as_deref(), Some("zhou"));
    world.accept("zhou", "b");
    world.comes("c", "medical", Media::Voice, Lane::Normal);
    assert_eq!(offers(&world.wait(119)), vec![]);
    assert_eq!(offers(&world.wait(1)), vec![pair("lin", "c")]);
}

#[test]
fn an_unanswered_offer_goes_back_in_its_place_and_two_put_the_agent_on_break() {
    let mut world = World::new();
    world.agent("asleep", &[("综合", 5)]);
    world.calls("a");
    world.calls("b");
    assert_eq!(offers(&world.wait(19)), vec![]);
    let effects = world.wait(1);
    assert!(effects.contains(&Effect::OfferWithdrawn {
        agent: staff("asleep"),
        contact: contact("a"),
        why: Withdrawal::TimedOut
    }));
    assert!(effects.contains(&Effect::Requeued { contact: contact("a"), from: staff("asleep") }));
    assert_eq!(offers(&effects), vec![pair("asleep", "b")], "a is not offered to the same agent at once");
    let item = world.state.item(&contact("a")).expect("a");
    assert_eq!(item.place, OPENING, "its place is kept");
    let effects = world.wait(20);
    assert!(effects.contains(&Effect::Alarm(Alarm::NotAnswering { agent: staff("asleep") })));
    assert_eq!(
        world.state.agent(&staff("asleep")).expect("agent").presence,
        Presence::Break(BreakReason::NoAnswer)
    );
    // An awake agent takes them in the order they came.
    assert_eq!(offers(&world.agent("awake", &[("综合", 1)])), vec![pair("awake", "a")]);
}

#[test]
fn an_answer_in_between_clears_the_misses() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 5)]);
    world.calls("a");
    world.wait(20);
    world.wait(30);
    assert_eq!(world.offered_to("a").as_deref(), Some("lin"));
    world.serve("lin", "a");
    world.calls("b");
    world.wait(20);
    assert_eq!(world.state.agent(&staff("lin")).expect("lin").presence, Presence::Ready);
}

#[test]
fn an_agent_holds_up_to_three_chats_and_no_call_beside_them() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    for name in ["a", "b", "c"] {
        world.chats(name);
        assert_eq!(world.offered_to(name).as_deref(), Some("lin"));
        world.accept("lin", name);
    }
    world.chats("d");
    world.pass(1);
    world.calls("call");
    assert_eq!(world.offered_to("d"), None);
    assert_eq!(world.offered_to("call"), None);
    world.finish("lin", "a");
    assert_eq!(world.offered_to("d"), None, "writing up counts");
    assert_eq!(offers(&world.wrapped("lin", "a")), vec![pair("lin", "d")]);
    world.accept("lin", "d");
}

#[test]
fn a_waiting_call_is_not_starved_by_chats() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.agent("chen", &[("综合", 3)]);
    for name in ["a", "b", "c", "d"] {
        world.chats(name);
        let agent = world.offered_to(name).expect("offered");
        world.accept(&agent, name);
    }
    // Two chats each. A call comes: one of the two is held back from further chats, the other takes them.
    world.calls("call");
    world.pass(1);
    assert_eq!(offers(&world.chats("e")), vec![pair("chen", "e")]);
    world.accept("chen", "e");
    assert_eq!(offers(&world.chats("f")), vec![], "chen is full and lin is held back");
    let held: Vec<ContactName> = holds(&world, "lin");
    world.finish("lin", &held[0]);
    assert_eq!(offers(&world.wrapped("lin", &held[0])), vec![], "still held back");
    world.finish("lin", &held[1]);
    assert_eq!(offers(&world.wrapped("lin", &held[1])), vec![pair("lin", "call")]);
}

type ContactName = String;

fn holds(world: &World, agent: &str) -> Vec<ContactName> {
    world.state.agent(&staff(agent)).expect("agent").talking.keys().map(|contact| contact.0.clone()).collect()
}
