//! What every engine must do alike: transactions, outbox, timers, leases, settings, migrations.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use std::time::Duration;

use kernel::{Ctx, Micros};
use sqlx::Row as _;
use store::testing::{for_each_engine, prepare_all, sqlite_db, test_ctx};
use store::{Store, StoreError, one_changed, sql};

async fn count(store: &Store, table: &str) -> i64 {
    let text = format!("SELECT COUNT(*) FROM {table}");
    sqlx::query(sqlx::AssertSqlSafe(text)).fetch_one(store.read()).await.unwrap().try_get(0).unwrap()
}

async fn emit(store: &Store, ctx: &Ctx, topic: &str, key: &str) -> bool {
    let mut tx = store.begin(ctx).await.unwrap();
    let added = tx.emit(topic, key, &serde_json::json!({ "key": key })).await.unwrap();
    tx.commit().await.unwrap();
    added
}

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    for_each_engine(async |db| {
        assert_eq!(prepare_all(db, sql::ALL).await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_statement_is_reported() {
    for_each_engine(async |db| {
        let wrong = [store::Statement {
            name: "WRONG",
            sql: store::Pair {
                sqlite: "SELECT nothing FROM nowhere",
                postgres: "SELECT nothing FROM nowhere",
            },
        }];
        assert!(prepare_all(db, &wrong).await.unwrap_err().contains("WRONG"));
    })
    .await;
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    for_each_engine(async |db| {
        let before = count(db, "audit").await;
        assert!(db.migrate(&test_ctx(1)).await.unwrap().is_empty());
        assert_eq!(count(db, "audit").await, before);
    })
    .await;
}

#[tokio::test]
async fn an_edited_or_unknown_migration_is_refused() {
    for_each_engine(async |db| {
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        sqlx::query("UPDATE migrations SET checksum = 'x' WHERE number = 1").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let error = db.migrate(&test_ctx(1)).await.unwrap_err().to_string();
        assert!(error.contains("edited"), "{error}");

        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        sqlx::query("INSERT INTO migrations (number, name, checksum) VALUES (99999, '99999_future.sql', '')")
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let error = db.migrate(&test_ctx(1)).await.unwrap_err().to_string();
        assert!(error.contains("newer"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_leaves_no_trace() {
    for_each_engine(async |db| {
        let before = count(db, "audit").await;
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        tx.emit("topic", "k", &1).await.unwrap();
        tx.audit("test", "thing:1", &()).await.unwrap();
        drop(tx);
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        tx.emit("topic", "k", &1).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(count(db, "outbox").await, 0);
        assert_eq!(count(db, "audit").await, before);
    })
    .await;
}

#[tokio::test]
async fn a_unique_violation_and_a_lost_update_are_told_apart() {
    for_each_engine(async |db| {
        let add = "INSERT INTO counters (name, value) VALUES ($1, 1)";
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        sqlx::query(add).bind("n").execute(&mut *tx).await.unwrap();
        let error = StoreError::from(sqlx::query(add).bind("n").execute(&mut *tx).await.unwrap_err());
        assert!(error.is_unique(), "{error:?}");
        drop(tx);
        assert!(matches!(one_changed(0, "contact"), Err(StoreError::Conflict(what)) if what == "contact"));
    })
    .await;
}

#[tokio::test]
async fn readers_cannot_write_on_sqlite() {
    let db = sqlite_db().await;
    let error = sqlx::query("INSERT INTO counters (name, value) VALUES ('n', 1)")
        .execute(db.read())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
}

#[tokio::test]
async fn hostile_text_comes_back_as_it_went_in() {
    for_each_engine(async |db| {
        for (number, text) in
            ["'; DROP TABLE contacts; --", "𠮷野家 👨‍👩‍👧 \u{202e}abc", "%_\\", "", "$1 ? :name"]
                .iter()
                .enumerate()
        {
            let mut tx = db.begin(&test_ctx(1)).await.unwrap();
            tx.emit("text", &format!("k{number}"), text).await.unwrap();
            tx.commit().await.unwrap();
            let claimed = db.outbox_claim(&["text"], "h", 1, 60, Micros(0).plus_secs(2)).await.unwrap();
            assert_eq!(claimed[0].read::<String>().unwrap(), *text);
            db.outbox_done(&claimed[0], Micros(0).plus_secs(2)).await.unwrap();
        }
        // As JSON even a NUL passes; bare it is refused by PostgreSQL and recognisable.
        let mut tx = db.begin(&test_ctx(1)).await.unwrap();
        tx.emit("nul", "nul", &"a\0b").await.unwrap();
        let bare = tx.emit("nul\0", "nul2", &1).await;
        match db.dialect() {
            store::Dialect::Sqlite => assert!(bare.is_ok()),
            store::Dialect::Postgres => assert!(matches!(bare, Err(StoreError::Refused(_))), "{bare:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_is_emitted_once_per_key() {
    for_each_engine(async |db| {
        let ctx = test_ctx(1);
        assert!(emit(db, &ctx, "sms", "a").await);
        assert!(!emit(db, &ctx, "sms", "a").await);
        assert_eq!(count(db, "outbox").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_claimed_message_is_hidden_until_its_lease_runs_out() {
    for_each_engine(async |db| {
        emit(db, &test_ctx(1), "sms", "a").await;
        emit(db, &test_ctx(1), "mail", "b").await;
        let at = |secs| Micros(0).plus_secs(secs);
        let first = db.outbox_claim(&["sms"], "one", 10, 30, at(10)).await.unwrap();
        assert_eq!(
            first.iter().map(|m| m.key.as_str()).collect::<Vec<_>>(),
            ["a"],
            "only the topics asked for"
        );
        assert!(db.outbox_claim(&["sms"], "two", 10, 30, at(39)).await.unwrap().is_empty());
        let again = db.outbox_claim(&["sms", "mail"], "two", 10, 30, at(40)).await.unwrap();
        assert_eq!(
            again.iter().map(|m| (m.key.as_str(), m.attempts)).collect::<Vec<_>>(),
            [("a", 2), ("b", 1)]
        );
        // The first holder's failure no longer counts, its success does.
        db.outbox_retry(&first[0], "late", at(41)).await.unwrap();
        assert!(db.outbox_claim(&["sms"], "three", 10, 30, at(45)).await.unwrap().is_empty());
        db.outbox_done(&first[0], at(42)).await.unwrap();
        assert_eq!(db.outbox_depth().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_failed_message_waits_longer_each_time_and_is_reported() {
    for_each_engine(async |db| {
        emit(db, &test_ctx(0), "sms", "a").await;
        let mut now = Micros(0);
        for attempt in 1..=12 {
            let claimed = db.outbox_claim(&["sms"], "h", 1, 5, now).await.unwrap();
            assert_eq!(claimed.len(), 1, "attempt {attempt}");
            db.outbox_retry(&claimed[0], "gateway says 503", now).await.unwrap();
            let pause = store::backoff_secs(attempt);
            assert!(db.outbox_claim(&["sms"], "h", 1, 5, now.plus_secs(pause - 1)).await.unwrap().is_empty());
            now = now.plus_secs(pause);
        }
        let stuck = db.outbox_stuck(10, 5).await.unwrap();
        assert_eq!((stuck.len(), stuck[0].attempts), (1, 12));
        assert_eq!(stuck[0].failure.as_deref(), Some("gateway says 503"));
        assert_eq!(store::backoff_secs(i64::MAX), 600);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_delivery_is_applied_once() {
    for_each_engine(async |db| {
        for round in 0..3 {
            let mut tx = db.begin(&test_ctx(round)).await.unwrap();
            if tx.apply_once("stock", "k").await.unwrap() {
                tx.counter_next("applied").await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        let mut tx = db.begin(&test_ctx(9)).await.unwrap();
        assert_eq!(tx.counter_next("applied").await.unwrap(), 2, "one application, then this one");
    })
    .await;
}

#[tokio::test]
async fn pruning_forgets_only_what_is_old_and_done() {
    for_each_engine(async |db| {
        let at = |secs| Micros(0).plus_secs(secs);
        for key in ["done", "open"] {
            emit(db, &test_ctx(0), "t", key).await;
        }
        let claimed = db.outbox_claim(&["t"], "h", 1, 5, at(1)).await.unwrap();
        db.outbox_done(&claimed[0], at(2)).await.unwrap();
        assert_eq!(db.prune(at(2), at(10)).await.unwrap(), 0);
        assert_eq!(db.prune(at(3), at(10)).await.unwrap(), 1);
        assert_eq!(count(db, "outbox").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_commit_wakes_every_listener_once() {
    for_each_engine(async |db| {
        let mut one = db.wakeups(&["sms", "mail"]);
        let mut two = db.wakeups(&["sms"]);
        let long = Duration::from_secs(20);
        let begun = std::time::Instant::now();
        emit(db, &test_ctx(1), "sms", "a").await;
        one.next(long).await;
        two.next(long).await;
        assert!(begun.elapsed() < long);
        // PostgreSQL's echo of our own notification may come as a second hint; after it there is quiet.
        one.next(Duration::from_millis(300)).await;
        let begun = std::time::Instant::now();
        one.next(Duration::from_millis(200)).await;
        assert!(begun.elapsed() >= Duration::from_millis(190));
    })
    .await;
}

#[tokio::test]
async fn another_process_is_woken_on_postgres() {
    for_each_engine(async |db| {
        if db.dialect() == store::Dialect::Sqlite {
            return;
        }
        let other = Store::open(db.url()).await.unwrap();
        let mut heard = false;
        for attempt in 0..20 {
            // The listener connects in its own time: repeat until it hears.
            let mut wakeups = other.wakeups(&["sms"]);
            emit(db, &test_ctx(1), "sms", &format!("k{attempt}")).await;
            let begun = std::time::Instant::now();
            wakeups.next(Duration::from_millis(500)).await;
            if begun.elapsed() < Duration::from_millis(450) {
                heard = true;
                break;
            }
        }
        assert!(heard);
        other.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_timer_fires_once_unless_moved() {
    for_each_engine(async |db| {
        let at = |secs| Micros(0).plus_secs(secs);
        let set = async |due| {
            let mut tx = db.begin(&test_ctx(0)).await.unwrap();
            tx.timer_set("due", "ticket-1", at(due), &"x").await.unwrap();
            tx.commit().await.unwrap();
        };
        set(100).await;
        assert_eq!(db.timer_next("due").await.unwrap(), Some(at(100)));
        assert!(db.timer_claim(&["due"], "h", 10, 30, at(99)).await.unwrap().is_empty());
        let claimed = db.timer_claim(&["due"], "h", 10, 30, at(100)).await.unwrap();
        assert_eq!(claimed[0].read::<String>().unwrap(), "x");
        assert!(db.timer_claim(&["due"], "other", 10, 30, at(101)).await.unwrap().is_empty());

        // Moved while it fires: this firing is void, the new time stands.
        set(200).await;
        let mut tx = db.begin(&test_ctx(102)).await.unwrap();
        assert!(!tx.timer_fired(&claimed[0]).await.unwrap());
        drop(tx);

        let claimed = db.timer_claim(&["due"], "h", 10, 30, at(200)).await.unwrap();
        db.timer_retry(&claimed[0], at(200)).await.unwrap();
        assert_eq!(db.timer_next("due").await.unwrap(), Some(at(201)));
        let claimed = db.timer_claim(&["due"], "h", 10, 30, at(201)).await.unwrap();
        let mut tx = db.begin(&test_ctx(201)).await.unwrap();
        assert!(tx.timer_fired(&claimed[0]).await.unwrap());
        assert!(!tx.timer_fired(&claimed[0]).await.unwrap());
        tx.commit().await.unwrap();
        assert!(db.timer_claim(&["due"], "h", 10, 30, at(999)).await.unwrap().is_empty());
        assert_eq!(db.timer_next("due").await.unwrap(), None);

        set(300).await;
        let mut tx = db.begin(&test_ctx(202)).await.unwrap();
        assert!(tx.timer_cancel("due", "ticket-1").await.unwrap());
        assert!(!tx.timer_cancel("due", "ticket-1").await.unwrap());
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_and_a_late_one_is_fenced_off() {
    for_each_engine(async |db| {
        let at = |secs| Micros(0).plus_secs(secs);
        let first = db.lease_take("routing", "a", 10, at(0)).await.unwrap().unwrap();
        assert_eq!(first.fence, 1);
        assert_eq!(db.lease_take("routing", "b", 10, at(5)).await.unwrap(), None);
        assert_eq!(db.lease_take("routing", "a", 10, at(8)).await.unwrap().unwrap().fence, 1, "renewed");
        let second = db.lease_take("routing", "b", 10, at(18)).await.unwrap().unwrap();
        assert_eq!(second.fence, 2, "taken over");

        let mut tx = db.begin(&test_ctx(19)).await.unwrap();
        assert!(matches!(tx.lease_guard(&first).await, Err(StoreError::LeaseLost(_))));
        tx.lease_guard(&second).await.unwrap();
        tx.commit().await.unwrap();

        db.lease_release(&first, at(19)).await.unwrap();
        assert_eq!(
            db.lease_take("routing", "a", 10, at(19)).await.unwrap(),
            None,
            "a late release frees nothing"
        );
        db.lease_release(&second, at(19)).await.unwrap();
        assert_eq!(db.lease_take("routing", "a", 10, at(19)).await.unwrap().unwrap().fence, 3);
    })
    .await;
}

#[tokio::test]
async fn settings_keep_their_history_and_refuse_lost_updates() {
    for_each_engine(async |db| {
        assert!(db.setting::<i64>("chat.idle_secs").await.unwrap().is_none());
        let put = async |value: i64, seen: i64| {
            let mut tx = db.begin(&test_ctx(value)).await.unwrap();
            let version = tx.setting_put("chat.idle_secs", &value, seen).await?;
            tx.commit().await.map(|()| version)
        };
        assert_eq!(put(10, 0).await.unwrap(), 1);
        assert!(matches!(put(11, 0).await, Err(StoreError::Conflict(_))));
        assert_eq!(put(12, 1).await.unwrap(), 2);
        assert!(matches!(put(13, 1).await, Err(StoreError::Conflict(_))));
        let now = db.setting::<i64>("chat.idle_secs").await.unwrap().unwrap();
        assert_eq!((now.value, now.version), (12, 2));
        let history = db.setting_history("chat.idle_secs").await.unwrap();
        assert_eq!(history.iter().map(|c| c.value.as_str()).collect::<Vec<_>>(), ["12", "10"]);
        assert!(matches!(db.setting::<Vec<u8>>("chat.idle_secs").await, Err(StoreError::Json { .. })));
    })
    .await;
}

#[tokio::test]
async fn an_unusable_address_is_named_without_its_password() {
    for url in ["mysql://root:secret@host/db", "sqlite:", "sqlite::memory:", "/tmp/x.db"] {
        let error = Store::open(url).await.unwrap_err();
        assert!(matches!(error, StoreError::Address(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_path_may_hold_spaces_and_chinese() {
    let folder = std::env::temp_dir().join(format!("民声 test #1?%41 {}", std::process::id()));
    let store = Store::open(&format!("sqlite:{}", folder.join("数据.db").display())).await.unwrap();
    store.migrate(&test_ctx(0)).await.unwrap();
    assert!(folder.join("数据.db").exists());
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_is_committed_survives_a_new_process() {
    for_each_engine(async |db| {
        emit(db, &test_ctx(1), "sms", "a").await;
        db.close().await;
        let again = Store::open(db.url()).await.unwrap();
        assert_eq!(again.outbox_depth().await.unwrap()[0].waiting, 1);
        again.close().await;
    })
    .await;
}
