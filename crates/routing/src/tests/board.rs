//! Refusals, alarms, what citizens and supervisors are told.

use kernel::QueueId;

use super::world::*;
use crate::*;

fn pair(agent: &str, contact: &str) -> (String, String) {
    (agent.to_owned(), contact.to_owned())
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
