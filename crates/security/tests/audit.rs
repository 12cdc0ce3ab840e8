//! The audit chain shows every way of tampering: on both engines.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail their test")]

use security::audit::{Head, seal, verify};
use store::testing::{TestDb, for_each_engine, test_ctx};
use tokio::task::JoinSet;

async fn write(db: &TestDb, rows: i64) {
    let mut tx = db.begin(&test_ctx(1)).await.unwrap();
    for row in 0..rows {
        tx.audit("ticket.open", &format!("ticket:{row}"), &serde_json::json!({ "n": row })).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn tamper(db: &TestDb, statement: &'static str) {
    let mut tx = db.begin(&test_ctx(1)).await.unwrap();
    let changed = sqlx::query(statement).execute(&mut *tx).await.unwrap();
    assert!(changed.rows_affected() > 0, "{statement}");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn sealing_again_adds_nothing_and_the_chain_holds() {
    for_each_engine(async |db| {
        let empty = verify(db, None).await.unwrap();
        assert_eq!((empty.verified, empty.broken), (0, None));
        write(db, 1203).await;
        let (head, sealed) = seal(db, &test_ctx(2)).await.unwrap();
        assert!(sealed > 1203, "the migrations' rows too");
        assert_eq!(seal(db, &test_ctx(3)).await.unwrap(), (head.clone(), 0));
        write(db, 2).await;
        let verdict = verify(db, Some(&head)).await.unwrap();
        assert_eq!((verdict.verified, verdict.waiting, verdict.broken), (head.link, 2, None));
        assert_eq!(verdict.head, head);
        let (later, _) = seal(db, &test_ctx(4)).await.unwrap();
        assert_eq!(later.link, head.link + 2);
        assert_eq!(verify(db, Some(&head)).await.unwrap().broken, None);
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_tampering_shows() {
    for statement in [
        "UPDATE audit SET actor = 'staff:other' WHERE link = 5",
        "UPDATE audit SET detail = '{}' WHERE link = 5",
        "UPDATE audit SET at_us = at_us + 1 WHERE link = 5",
        "UPDATE audit SET action = 'ticket.opentick', object = 'et:4' WHERE link = 5",
        "DELETE FROM audit WHERE link = 5",
        "UPDATE audit SET link = NULL, hash = NULL WHERE link = 5",
        "UPDATE audit SET hash = 'x' WHERE link = 5",
    ] {
        for_each_engine(async |db| {
            write(db, 10).await;
            seal(db, &test_ctx(2)).await.unwrap();
            tamper(db, statement).await;
            let broken = verify(db, None).await.unwrap().broken.unwrap();
            assert_eq!(broken.link, 5, "{statement}: {broken:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_cut_end_and_a_rewritten_chain_show_against_a_kept_head() {
    for_each_engine(async |db| {
        write(db, 10).await;
        let (head, _) = seal(db, &test_ctx(2)).await.unwrap();
        tamper(db, "DELETE FROM audit WHERE link >= 8").await;
        assert_eq!(verify(db, None).await.unwrap().broken, None, "by itself a shorter chain holds");
        let broken = verify(db, Some(&head)).await.unwrap().broken.unwrap();
        assert_eq!(broken.link, 8);

        // Unsealed, changed and sealed anew, up to the same length.
        write(db, 5).await;
        tamper(db, "UPDATE audit SET link = NULL, hash = NULL, actor = 'staff:other'").await;
        seal(db, &test_ctx(3)).await.unwrap();
        let other = Head { link: 5, hash: head.hash.clone() };
        let broken = verify(db, Some(&other)).await.unwrap().broken.unwrap();
        assert!(broken.reason.contains("整体改写"), "{broken:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sealers_and_writers_side_by_side_leave_one_chain() {
    for_each_engine(async |db| {
        let mut tasks = JoinSet::new();
        for worker in 0..8 {
            let store = (**db).clone();
            tasks.spawn(async move {
                for round in 0..15 {
                    let mut tx = store.begin(&test_ctx(round)).await.unwrap();
                    tx.audit("a", &format!("o:{worker}-{round}"), &()).await.unwrap();
                    tokio::task::yield_now().await;
                    tx.commit().await.unwrap();
                    if worker < 4 {
                        seal(&store, &test_ctx(round)).await.unwrap();
                    }
                }
            });
        }
        tasks.join_all().await;
        seal(db, &test_ctx(99)).await.unwrap();
        let verdict = verify(db, None).await.unwrap();
        assert_eq!((verdict.broken, verdict.waiting), (None, 0));
        assert!(verdict.verified >= 120);
    })
    .await;
}
