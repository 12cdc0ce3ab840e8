//! Kill -9 and cut lines during an exchange in both directions: nothing lost, nothing doubled.
//!
//! `MINSHENG_EXCHANGE_TICKETS=10000` makes it as long as that; without, 300.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Mood, Peer, casework, exchange, open_ticket, send, setup, until};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use exchange::Exchange;
use serde_json::{Value, json};
use sqlx::Row as _;
use store::Store;
use store::testing::test_db;

const CHILD: &str = "MINSHENG_EXCHANGE_CHILD";

/// The process that is killed: the exchange and its address for the peer. Does nothing unless it is asked to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(told) = std::env::var(CHILD) else { return };
    let [url, base, port] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let store = Store::open(url).await.unwrap();
    let exchange = exchange(&store, setup(base, "all", 100).unwrap());
    let _tasks = exchange.start();
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    let routes = Router::new().route("/exchange/v1/messages", post(take)).with_state(exchange);
    axum::serve(listener, routes).await.unwrap();
}

async fn take(
    State(exchange): State<Exchange>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if exchange.check_signature("POST", uri.path(), header, &body).is_err() {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    match exchange.receive(&body).await {
        Ok(receipt) => (StatusCode::OK, serde_json::to_string(&receipt).unwrap()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

fn start(told: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "endurance::child", "--nocapture"])
        .env(CHILD, told)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_and_cuts_lose_nothing_and_double_nothing() {
    let total: usize =
        std::env::var("MINSHENG_EXCHANGE_TICKETS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let (ours, theirs) = (total / 2, total - total / 2);
    let began = Instant::now();
    let db = test_db().await;
    let (peer, base) = Peer::open(Mood::Flaky).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let told = format!("{} {base} {port}", db.url());
    let mut running = start(&told);
    // Following begins at the present: nothing is opened before the child has looked for the first time.
    until("the cursor", 60, async || {
        sqlx::query("SELECT at_us FROM casework_followers").fetch_optional(db.read()).await.unwrap().is_some()
    })
    .await;

    let finished = Arc::new(AtomicBool::new(false));
    let killer = {
        let (finished, told) = (Arc::clone(&finished), told.clone());
        tokio::spawn(async move {
            let mut kills = 0;
            let most = 3 + total as u64 / 500;
            while !finished.load(Ordering::SeqCst) && kills < most {
                tokio::time::sleep(Duration::from_millis(4_000 + 1_500 * (kills % 4))).await;
                // SIGKILL: nothing is closed, nothing written.
                running.kill().unwrap();
                running.wait().unwrap();
                kills += 1;
                running = start(&told);
            }
            (running, kills)
        })
    };
    let home = format!("http://127.0.0.1:{port}");
    let sender = tokio::spawn(async move {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(2)).no_proxy().build().unwrap();
        let tries = Arc::new(AtomicUsize::new(0));
        let lanes = (0..4).map(|lane| {
            let (client, home, tries) = (client.clone(), home.clone(), Arc::clone(&tries));
            tokio::spawn(async move {
                for n in (lane..theirs).step_by(4) {
                    let body = json!({"id": format!("p-{n}"), "kind": "ticket", "body": {
                        "caseNo": format!("S{n}"), "caseTitle": format!("对方第{n}件"), "content": "请办理", "caseType": "02"}})
                    .to_string();
                    loop {
                        tries.fetch_add(1, Ordering::SeqCst);
                        let answer = send(&client, &home, "/exchange/v1/messages", &body).await;
                        if let Some((200, _)) = answer {
                            break;
                        }
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            })
        });
        for lane in lanes.collect::<Vec<_>>() {
            lane.await.unwrap();
        }
        tries.load(Ordering::SeqCst)
    });
    let house = casework(&db);
    for n in 0..ours {
        open_ticket(&house, n).await;
    }
    let tries = sender.await.unwrap();
    // Half of what is to be sent arrives under kills, then the house may stand.
    until("half of it", 3_600, async || peer.taken.lock().unwrap().len() * 2 >= total).await;
    finished.store(true, Ordering::SeqCst);
    let (mut last, kills) = killer.await.unwrap();
    until("all of it", 3_600, async || {
        peer.of_kind("ticket").len() >= ours && peer.of_kind("event").len() >= theirs
    })
    .await;
    until("all acknowledged", 600, async || {
        let waiting = "SELECT COUNT(*) FROM outbox WHERE topic = 'exchange.push' AND done_us IS NULL";
        let row = sqlx::query(waiting).fetch_one(db.read()).await.unwrap();
        row.try_get::<i64, _>(0).unwrap() == 0
    })
    .await;
    last.kill().unwrap();
    last.wait().unwrap();

    let count = async |sql: &'static str| -> usize {
        let row = sqlx::query(sql).fetch_one(db.read()).await.unwrap();
        usize::try_from(row.try_get::<i64, _>(0).unwrap()).unwrap()
    };
    let names = |messages: &[Value]| -> BTreeSet<String> {
        messages.iter().map(|message| message["body"]["caseNo"].to_string()).collect()
    };
    let (tickets, events) = (peer.of_kind("ticket"), peer.of_kind("event"));
    assert_eq!((tickets.len(), names(&tickets).len()), (ours, ours), "ours, each once");
    assert_eq!((events.len(), names(&events).len()), (theirs, theirs), "theirs, each answered once");
    assert_eq!(count("SELECT COUNT(*) FROM tickets").await, total, "no ticket twice");
    assert_eq!(count("SELECT COUNT(*) FROM exchange_journal WHERE direction = 'in'").await, theirs);
    assert_eq!(
        count("SELECT COUNT(*) FROM exchange_journal WHERE direction = 'out' AND peer = 'province'").await,
        total
    );
    assert_eq!(
        count("SELECT COUNT(*) FROM exchange_letters WHERE topic = 'exchange.push'").await,
        0,
        "nothing given up"
    );
    assert!(kills >= 1, "it was killed");
    eprintln!(
        "{total} tickets: 0 lost, 0 doubled; {kills} kills, {tries} tries for {theirs} messages taken, {:.0} s",
        began.elapsed().as_secs_f64()
    );
}
