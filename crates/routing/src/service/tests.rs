use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ContactId, Ctx, QueueId, Rng, TestClock};
use sqlx::Row as _;
use store::testing::{TestDb, for_each_engine, prepare_all};

use super::*;
use crate::tests::world::{OPENING, contact, offers, queues, skills, staff};
use crate::{Arrival, Departure, Lane, Media, Phase, Presence};

fn router(db: &TestDb, clock: &TestClock, leadership: Leadership) -> Router {
    Router::new(
        (**db).clone(),
        Arc::new(clock.clone()),
        Rng::seeded(7),
        Tuning::default(),
        queues(),
        Options { leadership, announce: true },
    )
}

fn alone(db: &TestDb, clock: &TestClock) -> Router {
    router(db, clock, Leadership::Alone)
}

fn leased(db: &TestDb, clock: &TestClock, holder: &str) -> Router {
    router(db, clock, Leadership::Leased { holder: holder.to_owned(), secs: 10 })
}

fn ctx(clock: &TestClock) -> Ctx {
    Ctx::system("test", clock)
}

fn arrival(name: &str, media: Media) -> Command {
    Command::Enqueue(Arrival {
        contact: contact(name),
        queue: QueueId::from("general"),
        media,
        lane: Lane::Normal,
        priority: None,
        needs: BTreeMap::new(),
        place: None,
    })
}

async fn ready(router: &Router, clock: &TestClock, name: &str) -> Vec<Effect> {
    let profile = Command::Profile {
        agent: staff(name),
        skills: skills(&[("综合", 3)]),
        voice: true,
        chat_capacity: None,
    };
    router.command(&ctx(clock), profile).await.expect("profile");
    let to = Command::AgentState { agent: staff(name), to: Presence::Ready };
    router.command(&ctx(clock), to).await.expect("ready")
}

async fn facts(router: &Router) -> (Vec<crate::Item>, Vec<crate::Agent>) {
    router
        .look(|state| {
            let items = state.items().map(|item| crate::Item { told: None, ..item.clone() }).collect();
            (items, state.agents().cloned().collect())
        })
        .await
        .expect("look")
}

async fn count(db: &TestDb, query: &'static str) -> i64 {
    sqlx::query(query).fetch_one(db.read()).await.expect("count").try_get(0).expect("a number")
}

#[tokio::test]
async fn every_statement_is_prepared_on_both_engines() {
    for_each_engine(async |db: &TestDb| prepare_all(db, crate::sql::ALL).await.expect("prepared")).await;
}

#[tokio::test]
async fn a_restart_picks_everything_up_where_it_was() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let first = alone(db, &clock);
        ready(&first, &clock, "lin").await;
        ready(&first, &clock, "chen").await;
        for name in ["a", "b", "c", "d"] {
            first.command(&ctx(&clock), arrival(name, Media::Voice)).await.expect("enqueue");
            clock.advance_secs(3);
        }
        let with = |phase: Option<Phase>| match phase {
            Some(Phase::Offered { agent, .. } | Phase::Talking { agent, .. }) => agent,
            other => panic!("nobody has it: {other:?}"),
        };
        let agent = with(first.place(&contact("a")).await.expect("place"));
        first
            .command(&ctx(&clock), Command::Accept { agent: agent.clone(), contact: contact("a") })
            .await
            .expect("accept");
        first.command(&ctx(&clock), Command::KeepPlace { contact: contact("c") }).await.expect("keep");
        let finish = Command::Finish { contact: contact("a"), agent: Some(agent.clone()) };
        first.command(&ctx(&clock), finish).await.expect("finish");
        clock.advance_secs(14);
        first.command(&ctx(&clock), Command::Tick).await.expect("tick");
        let here = facts(&first).await;
        assert!(here.0.iter().any(|item| !item.avoid.is_empty()), "an offer has timed out by now");

        let second = alone(db, &clock);
        assert_eq!(facts(&second).await, here);
        assert_eq!(second.snapshot().await.expect("board"), first.snapshot().await.expect("board"));
        // The old process is gone; the new one goes on.
        let done = Command::WrapUpDone { agent, contact: contact("a") };
        let effects = second.command(&ctx(&clock), done).await.expect("done");
        assert_eq!(offers(&effects).len(), 1);
        let third = alone(db, &clock);
        assert_eq!(
            third.look(|state| state.handling_us(&QueueId::from("general"))).await.expect("look"),
            second.look(|state| state.handling_us(&QueueId::from("general"))).await.expect("look"),
            "what was learned is kept too"
        );
        assert_eq!(count(db, "SELECT COUNT(*) FROM queue_items WHERE state = 'finished'").await, 1);
        assert!(count(db, "SELECT COUNT(*) FROM routing_events WHERE kind = 'connected'").await == 1);
    })
    .await;
}

#[tokio::test]
async fn a_command_handed_over_twice_is_applied_once() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let router = alone(db, &clock);
        for _ in 0..2 {
            let mut tx = db.begin(&ctx(&clock)).await.expect("begin");
            hand_over(&mut tx, "a:1", &arrival("a", Media::Chat)).await.expect("hand over");
            tx.commit().await.expect("commit");
        }
        // Rolled back: never happened.
        let mut tx = db.begin(&ctx(&clock)).await.expect("begin");
        hand_over(&mut tx, "b:1", &arrival("b", Media::Chat)).await.expect("hand over");
        tx.rollback().await.expect("rollback");

        // A process claims the message and dies before it is done; the next one finds it when the lease has run out.
        let claimed = db.outbox_claim(&[HANDED_OVER], "dead", 10, 30, clock.now()).await.expect("claim");
        assert_eq!(claimed.len(), 1);
        assert_eq!(router.drain().await.expect("drain"), vec![]);
        clock.advance_secs(31);
        let effects = router.drain().await.expect("drain");
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Position { position: 1, .. })));
        // It was delivered again although it had been applied.
        router.take(&claimed[0]).await.expect("taken");
        let abandon = Command::Abandon { contact: contact("a") };
        router.command(&ctx(&clock), abandon).await.expect("abandon");
        assert_eq!(router.take(&claimed[0]).await.expect("taken"), vec![]);
        assert_eq!(router.places().await.expect("places").len(), 0, "applied once, it does not come back");
        assert_eq!(count(db, "SELECT COUNT(*) FROM routing_events WHERE kind = 'enqueued'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn refused_and_unreadable_messages_hold_nothing_up() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let router = alone(db, &clock);
        let mut tx = db.begin(&ctx(&clock)).await.expect("begin");
        tx.emit(HANDED_OVER, "broken", &"not a command").await.expect("emit");
        let refused = Command::Requeue { contact: contact("nobody") };
        hand_over(&mut tx, "refused", &refused).await.expect("hand over");
        hand_over(&mut tx, "good", &arrival("a", Media::Chat)).await.expect("hand over");
        tx.commit().await.expect("commit");
        router.drain().await.expect("drain");
        assert_eq!(router.places().await.expect("places").len(), 1);
        assert_eq!(
            count(db, "SELECT COUNT(*) FROM outbox WHERE topic = 'routing.enqueue' AND done_us IS NULL")
                .await,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_leader_writes_and_a_late_one_cannot() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let (old, new) = (leased(db, &clock, "old"), leased(db, &clock, "new"));
        old.command(&ctx(&clock), arrival("a", Media::Chat)).await.expect("the first to come leads");
        let other = new.command(&ctx(&clock), arrival("b", Media::Chat)).await;
        assert!(matches!(other, Err(RoutingError::NotLeading)), "{other:?}");
        assert_eq!(new.places().await.expect("places").len(), 1, "anybody may look");

        // The old leader stops for a while; the new one takes over.
        let stopped = ctx(&clock);
        clock.advance_secs(11);
        new.command(&ctx(&clock), arrival("b", Media::Chat)).await.expect("the lease ran out");
        // The old one wakes up and still believes that it is then: its write is refused by the fence.
        let late = old.command(&stopped, arrival("c", Media::Chat)).await;
        assert!(matches!(late, Err(RoutingError::NotLeading)), "{late:?}");
        let names: Vec<ContactId> =
            new.look(|state| state.items().map(|i| i.contact.clone()).collect()).await.expect("look");
        assert_eq!(names, vec![contact("a"), contact("b")]);
        assert_eq!(facts(&old).await, facts(&new).await, "and it looks at the rows again");
        new.step_down().await.expect("step down");
        old.command(&ctx(&clock), arrival("c", Media::Chat)).await.expect("leads again at once");
        assert_eq!(old.places().await.expect("places").len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_fails_leaves_no_trace_in_memory() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let router = alone(db, &clock);
        ready(&router, &clock, "lin").await;
        // PostgreSQL refuses U+0000 in text; SQLite takes it. Both must agree with their rows afterwards.
        let nul = router.command(&ctx(&clock), arrival("a\0b", Media::Chat)).await;
        let rows = count(db, "SELECT COUNT(*) FROM queue_items").await;
        assert_eq!(rows == 1, nul.is_ok());
        assert_eq!(router.places().await.expect("places").len() as i64, rows);
        assert_eq!(facts(&alone(db, &clock)).await, facts(&router).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_lose_and_double_nothing() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let router = alone(db, &clock);
        for number in 0..4 {
            ready(&router, &clock, &format!("agent-{number}")).await;
        }
        let callers = (0..60).map(|number| {
            let (router, clock) = (router.clone(), clock.clone());
            tokio::spawn(async move {
                let command = arrival(&format!("c{number:02}"), Media::Chat);
                router.command(&ctx(&clock), command).await.expect("enqueue")
            })
        });
        let mut ringing = Vec::new();
        for caller in callers.collect::<Vec<_>>() {
            ringing.extend(offers(&caller.await.expect("joined")));
        }
        assert_eq!(ringing.len(), 4, "one offer a desk");
        let mut served = 0;
        while let Some((agent, name)) = ringing.pop() {
            let (agent, contact) = (staff(&agent), contact(&name));
            for command in [
                Command::Accept { agent: agent.clone(), contact: contact.clone() },
                Command::Finish { agent: Some(agent.clone()), contact: contact.clone() },
                Command::WrapUpDone { agent, contact },
            ] {
                ringing.extend(offers(&router.command(&ctx(&clock), command).await.expect("served")));
            }
            served += 1;
        }
        assert_eq!(served, 60);
        assert_eq!(count(db, "SELECT COUNT(*) FROM queue_items WHERE state = 'finished'").await, 60);
        assert_eq!(count(db, "SELECT COUNT(*) FROM routing_events WHERE kind = 'connected'").await, 60);
        let left = count(db, "SELECT COUNT(*) FROM outbox WHERE topic = 'routing.effects'").await;
        assert!(left >= 180, "every command's effects are announced: {left}");
    })
    .await;
}

#[tokio::test]
async fn what_people_do_is_audited() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let router = alone(db, &clock);
        ready(&router, &clock, "lin").await;
        router.command(&ctx(&clock), arrival("a", Media::Voice)).await.expect("enqueue");
        let person = Ctx {
            actor: kernel::Actor::Staff {
                id: staff("lin"),
                role: kernel::Role::Agent,
                scope: kernel::Scope::District,
            },
            ..ctx(&clock)
        };
        let accept = Command::Accept { agent: staff("lin"), contact: contact("a") };
        router.command(&person, accept).await.expect("accept");
        assert_eq!(count(db, "SELECT COUNT(*) FROM audit WHERE action LIKE 'routing.%'").await, 1);
        let ended =
            router.command(&ctx(&clock), Command::Abandon { contact: contact("a") }).await.expect("abandon");
        assert!(ended.iter().any(|effect| matches!(effect, Effect::Left { how: Departure::Finished, .. })));
    })
    .await;
}

/// A large city's state is read from its rows in under a second.
#[tokio::test]
async fn two_thousand_agents_and_five_thousand_waiting_are_read_in_a_second() {
    for_each_engine(async |db: &TestDb| {
        let clock = TestClock::at(OPENING);
        let mut state = State::new(Tuning::default(), queues());
        for number in 0..2_000_u16 {
            let agent = staff(&format!("agent-{number:04}"));
            let list = skills(&[("综合", 1 + (number % 5) as u8), ("医保", 3), ("宁波话", 1), ("应急", 2)]);
            let profile =
                Command::Profile { agent: agent.clone(), skills: list, voice: true, chat_capacity: None };
            step(&mut state, profile, OPENING).expect("profile");
            let to = Command::AgentState { agent, to: Presence::Ready };
            step(&mut state, to, OPENING).expect("ready");
        }
        for number in 0..7_000 {
            let name = format!("contact-{number:05}");
            let effects =
                step(&mut state, arrival(&name, Media::Voice), OPENING.plus_secs(number)).expect("enqueue");
            for (agent, name) in offers(&effects) {
                let accept = Command::Accept { agent: staff(&agent), contact: contact(&name) };
                step(&mut state, accept, OPENING).expect("accept");
            }
        }
        let changes = state.take_changes();
        let mut tx = db.begin(&ctx(&clock)).await.expect("begin");
        write::put_changes(&mut tx, &state, &changes).await.expect("written");
        tx.commit().await.expect("commit");
        // The machine may be busy with other things: the best of a few counts.
        let mut best = std::time::Duration::MAX;
        let mut read = State::new(Tuning::default(), queues());
        for _ in 0..5 {
            let started = std::time::Instant::now();
            read = load::load(db, &Tuning::default(), &queues()).await.expect("read");
            best = best.min(started.elapsed());
        }
        println!("{:?}: 2,000 agents and 7,000 contacts read in {best:?}", db.dialect());
        assert!(best.as_secs_f64() < 1.0, "{best:?}");
        assert_eq!(read.items().filter(|item| item.phase == Phase::Waiting).count(), 5_000);
        assert_eq!(facts_of(&read), facts_of(&state));
    })
    .await;
}

fn facts_of(state: &State) -> (Vec<crate::Item>, Vec<crate::Agent>) {
    let items = state.items().map(|item| crate::Item { told: None, ..item.clone() }).collect();
    (items, state.agents().cloned().collect())
}
