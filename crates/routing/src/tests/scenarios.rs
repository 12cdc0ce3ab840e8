use kernel::QueueId;

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
fn what_cannot_be_is_refused_with_a_sentence_that_says_what_to_do() {
    use kernel::Coded as _;
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.agent("chen", &[("综合", 4)]);
    world.calls("a");
    let (offered, other) =
        if world.offered_to("a").as_deref() == Some("lin") { ("lin", "chen") } else { ("chen", "lin") };
    let accept = |agent: &str| Command::Accept { agent: staff(agent), contact: contact("a") };
    let refusals = [
        world.refused(accept(other)),
        world.refused(Command::Finish { contact: contact("a"), agent: Some(staff(offered)) }),
        world.refused(Command::Finish { contact: contact("nobody"), agent: None }),
        world.refused(Command::AgentState { agent: staff("nobody"), to: Presence::Ready }),
        world.refused(Command::TransferQueue {
            contact: contact("a"),
            by: Some(staff(other)),
            queue: QueueId::from("general"),
            needs: Default::default(),
        }),
    ];
    world.accept(offered, "a");
    let still = world.refused(Command::AgentState { agent: staff(offered), to: Presence::Offline });
    for refusal in refusals.iter().chain([&still]) {
        assert!(refusal.advice().ends_with('。'), "{refusal}: {}", refusal.advice());
    }
    assert_eq!(still, Refusal::StillTalking(staff(offered)));
}

#[test]
fn an_unknown_queue_never_turns_a_caller_away() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    let effects = world.comes("a", "no-such-queue", Media::Voice, Lane::Normal);
    assert_eq!(offers(&effects), vec![pair("lin", "a")]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Alarm(Alarm::NoSuchQueue { .. }))));
    // Not even where the fallback does not exist.
    let mut bare = World { state: State::new(Tuning::default(), vec![]), now: OPENING };
    bare.agent("lin", &[]);
    assert_eq!(offers(&bare.calls("a")), vec![pair("lin", "a")]);
}

#[test]
fn an_emergency_with_nobody_on_duty_raises_an_alarm() {
    let mut world = World::new();
    let effects = world.comes("danger", "urgent", Media::Chat, Lane::Emergency);
    assert!(effects.contains(&Effect::Alarm(Alarm::EmergencyAlone { contact: contact("danger") })));
    assert_eq!(position(&effects, "danger"), Some((1, None)));
}

#[test]
fn a_waiting_contact_that_turns_dangerous_moves_up() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.calls("busy");
    world.accept("lin", "busy");
    world.calls("a");
    world.pass(1);
    world.chats("b");
    let effects = world.comes("b", "urgent", Media::Chat, Lane::Emergency);
    assert_eq!(position(&effects, "b").map(|(position, _)| position), Some(1));
    // Said again: nothing moves.
    let effects = world.comes("b", "general", Media::Chat, Lane::Normal);
    assert_eq!(position(&effects, "b").map(|(position, _)| position), Some(1));
    assert_eq!(world.state.item(&contact("b")).expect("b").lane, Lane::Emergency);
}

#[test]
fn the_expected_wait_follows_the_formula() {
    let mut world = World::new();
    for agent in 0..3 {
        world.agent(&format!("agent-{agent}"), &[("综合", 4)]);
        let name = format!("busy-{agent}");
        world.calls(&name);
        world.accept(&format!("agent-{agent}"), &name);
    }
    // 180 s each, three agents: one comes free every minute.
    assert_eq!(position(&world.calls("a"), "a"), Some((1, Some(60))));
    assert_eq!(position(&world.calls("b"), "b"), Some((2, Some(120))));
    assert_eq!(
        position(&world.comes("e", "elderly", Media::Voice, Lane::Elderly), "e"),
        Some((1, Some(60))),
        "the elderly lane comes first"
    );
    let told = world.wait(15);
    assert_eq!(position(&told, "a"), Some((2, Some(120))));
    assert_eq!(position(&told, "b"), Some((3, Some(180))));
    // Chats: an agent holds three at once, so one's share is a third of the time.
    assert_eq!(position(&world.chats("c"), "c"), Some((4, Some(200))));
}

#[test]
fn recent_handling_times_move_the_expected_wait() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    for n in 0..100 {
        let name = format!("c{n}");
        world.calls(&name);
        world.accept("lin", &name);
        world.pass(30);
        world.finish("lin", &name);
        world.wrapped("lin", &name);
    }
    let mean = world.state.handling_us(&QueueId::from("general")) / 1_000_000;
    assert!((30..33).contains(&mean), "{mean}");
}

#[test]
fn the_board_counts() {
    let mut world = World::new();
    world.agent("lin", &[("综合", 4)]);
    world.agent("idle", &[("公积金", 4)]);
    world.presence("idle", Presence::Break(BreakReason::Meal));
    world.calls("a");
    world.accept("lin", "a");
    world.calls("b");
    world.pass(40);
    world.comes("e", "general", Media::Voice, Lane::Elderly);
    let board = world.state.snapshot(world.now);
    let general = board.queues.iter().find(|queue| queue.id.0 == "general").expect("general");
    assert_eq!((general.waiting, general.talking, general.offered), (2, 1, 0));
    assert_eq!(general.longest_wait_secs, 40);
    assert_eq!((general.agents_ready, general.agents_busy), (0, 1));
    assert_eq!(
        general.lanes,
        vec![
            LaneView { lane: Lane::Elderly, waiting: 1, longest_secs: 0 },
            LaneView { lane: Lane::Normal, waiting: 1, longest_secs: 40 }
        ]
    );
    assert_eq!(board.agent_counts.get("busy"), Some(&1));
    assert_eq!(board.agent_counts.get("break"), Some(&1));
}

#[test]
fn a_long_wait_raises_one_alarm_and_its_end_another() {
    let mut world = World::new();
    world.calls("a");
    let alarms = |effects: Vec<Effect>| effects.into_iter().filter(|e| matches!(e, Effect::Alarm(_))).count();
    assert_eq!(alarms(world.wait(59)), 0);
    assert_eq!(alarms(world.wait(1)), 1);
    assert_eq!(alarms(world.wait(60)), 0);
    world.tell(Command::Abandon { contact: contact("a") });
    assert_eq!(alarms(world.wait(1)), 1);
}

#[test]
fn the_sites_choices_are_checked_against_the_charter() {
    assert_eq!(Tuning::default().problems(), Vec::<String>::new());
    let wrong = Tuning { elderly_start_secs: 0, accept_secs: 0, ..Tuning::default() };
    assert_eq!(wrong.problems().len(), 2, "{:?}", wrong.problems());
    assert_eq!(Tuning::default().overtaking_bound_secs(Lane::Emergency, 1), 0);
    assert_eq!(Tuning::default().overtaking_bound_secs(Lane::Normal, 5), 4 * 3600 + 480);
}
