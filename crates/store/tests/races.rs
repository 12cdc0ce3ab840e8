//! Many at once: nothing claimed twice, nothing lost.

use std::collections::BTreeMap;

use kernel::Micros;
use sqlx::Row as _;
use store::testing::{for_each_empty_engine, for_each_engine, test_ctx};
use store::{Store, StoreError, one_changed};
use tokio::task::JoinSet;

const CLAIMERS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_claimers_never_hold_the_same_message() {
    for_each_engine(async |db| {
        const MESSAGES: usize = 400;
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        for number in 0..MESSAGES {
            tx.emit("work", &format!("k{number}"), &number).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut claimers = JoinSet::new();
        for claimer in 0..CLAIMERS {
            let store: Store = (**db).clone();
            claimers.spawn(async move {
                let mut keys = Vec::new();
                loop {
                    let now = Micros(0).plus_secs(2);
                    let claimed =
                        store.outbox_claim(&["work"], &format!("h{claimer}"), 7, 3600, now).await.unwrap();
                    if claimed.is_empty() {
                        return keys;
                    }
                    for message in claimed {
                        store.outbox_done(&message, now).await.unwrap();
                        keys.push(message.key);
                    }
                }
            });
        }
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(keys) = claimers.join_next().await {
            for key in keys.unwrap() {
                *times.entry(key).or_default() += 1;
            }
        }
        assert_eq!(times.len(), MESSAGES, "none lost");
        assert!(times.values().all(|&n| n == 1), "none twice: {times:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_runners_fire_each_timer_once() {
    for_each_engine(async |db| {
        const TIMERS: usize = 120;
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        for number in 0..TIMERS {
            tx.timer_set("due", &format!("s{number}"), Micros(0), &()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut runners = JoinSet::new();
        for runner in 0..CLAIMERS {
            let store: Store = (**db).clone();
            runners.spawn(async move {
                let mut fired = 0;
                loop {
                    let now = Micros(0).plus_secs(2);
                    let due = store.timer_claim(&["due"], &format!("h{runner}"), 5, 3600, now).await.unwrap();
                    if due.is_empty() {
                        return fired;
                    }
                    for timer in due {
                        let mut tx = store.begin(&test_ctx(2)).await.unwrap();
                        if tx.timer_fired(&timer).await.unwrap() {
                            fired += 1;
                            tx.commit().await.unwrap();
                        }
                    }
                }
            });
        }
        let fired: usize = runners.join_all().await.into_iter().sum();
        assert_eq!(fired, TIMERS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_writers_lose_nothing() {
    for_each_engine(async |db| {
        const EACH: i64 = 25;
        let mut writers = JoinSet::new();
        for writer in 0..CLAIMERS {
            let store: Store = (**db).clone();
            writers.spawn(async move {
                for round in 0..EACH {
                    let mut tx = store.begin(&test_ctx(round)).await.unwrap();
                    let number = tx.counter_next("ticket").await.unwrap();
                    tx.emit("opened", &format!("{writer}-{round}"), &number).await.unwrap();
                    tx.commit().await.unwrap();
                }
            });
        }
        writers.join_all().await;
        let total = EACH * CLAIMERS as i64;
        let row = sqlx::query("SELECT COUNT(*), COUNT(DISTINCT payload) FROM outbox")
            .fetch_one(db.read())
            .await
            .unwrap();
        assert_eq!(row.try_get::<i64, _>(0).unwrap(), total);
        assert_eq!(row.try_get::<i64, _>(1).unwrap(), total, "no number given twice");
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        assert_eq!(tx.counter_next("ticket").await.unwrap(), total + 1, "no number skipped");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn optimistic_writers_retry_until_each_has_counted() {
    async fn add_one(store: &Store) -> Result<(), StoreError> {
        let row =
            sqlx::query("SELECT version FROM agents WHERE staff_id = 'a'").fetch_one(store.read()).await?;
        let seen: i64 = row.try_get(0)?;
        tokio::task::yield_now().await;
        let mut tx = store.begin(&test_ctx(1)).await?;
        let changed =
            sqlx::query("UPDATE agents SET version = version + 1 WHERE staff_id = 'a' AND version = $1")
                .bind(seen)
                .execute(&mut *tx)
                .await?;
        one_changed(changed.rows_affected(), "agent")?;
        tx.commit().await
    }
    for_each_engine(async |db| {
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        sqlx::query("INSERT INTO agents (staff_id, state, since_us, version) VALUES ('a', 'ready', 0, 0)")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut writers = JoinSet::new();
        for _ in 0..CLAIMERS {
            let store: Store = (**db).clone();
            writers.spawn(async move {
                for _ in 0..10 {
                    while let Err(error) = add_one(&store).await {
                        assert!(error.is_retryable(), "{error:?}");
                    }
                }
            });
        }
        writers.join_all().await;
        let row = sqlx::query("SELECT version FROM agents WHERE staff_id = 'a'")
            .fetch_one(db.read())
            .await
            .unwrap();
        assert_eq!(row.try_get::<i64, _>(0).unwrap(), 10 * CLAIMERS as i64);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_eight_gets_the_lease() {
    for_each_engine(async |db| {
        for round in 0..5_i64 {
            let mut takers = JoinSet::new();
            for taker in 0..CLAIMERS {
                let store: Store = (**db).clone();
                let now = Micros(0).plus_secs(round * 100);
                takers.spawn(
                    async move { store.lease_take("lead", &format!("n{taker}-{round}"), 50, now).await },
                );
            }
            let won: Vec<_> = takers.join_all().await.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(won.len(), 1);
            assert_eq!(won[0].fence, round + 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_processes_migrate_at_once() {
    for_each_empty_engine(async |db| {
        let mut openers = JoinSet::new();
        for _ in 0..CLAIMERS {
            let url = db.url().to_owned();
            openers.spawn(async move {
                let store = Store::open(&url).await.unwrap();
                let applied = store.migrate(&test_ctx(1)).await.unwrap();
                store.close().await;
                applied.len()
            });
        }
        let applied = openers.join_all().await;
        assert_eq!(
            applied.iter().filter(|count| **count > 0).count(),
            1,
            "one does it, for all: {applied:?}"
        );
        assert!(db.migrate(&test_ctx(2)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cancelled_write_frees_the_writer() {
    for_each_engine(async |db| {
        for _ in 0..20 {
            let store: Store = (**db).clone();
            let task = tokio::spawn(async move {
                let mut tx = store.begin(&test_ctx(1)).await.unwrap();
                tx.counter_next("n").await.unwrap();
                std::future::pending::<()>().await;
            });
            tokio::task::yield_now().await;
            task.abort();
            let _ = task.await;
        }
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        assert_eq!(tx.counter_next("n").await.unwrap(), 1, "nothing of the cancelled writes stayed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_write_one_database() {
    for_each_engine(async |db| {
        let mut writers = JoinSet::new();
        for process in 0..2 {
            let store = Store::open(db.url()).await.unwrap();
            writers.spawn(async move {
                for round in 0..60 {
                    let mut tx = store.begin(&test_ctx(round)).await.unwrap();
                    tx.counter_next("n").await.unwrap();
                    tx.emit("t", &format!("{process}-{round}"), &round).await.unwrap();
                    tx.commit().await.unwrap();
                }
                store.close().await;
            });
        }
        writers.join_all().await;
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        assert_eq!(tx.counter_next("n").await.unwrap(), 121);
    })
    .await;
}
