//! `minsheng bench chat`: many web chats at once over HTTP against a node of its own, in this process.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use kernel::{Clock, Rng, SystemClock};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::eval::rig::config_in;

/// What callers say here: greetings, questions, follow-ups, a ticket, a wish for a person.
const WORDS: &[&str] = &[
    "你好",
    "租房子能不能提公积金",
    "医保卡丢了怎么补",
    "失业金怎么领",
    "身份证到期了在哪里换",
    "小区门口路灯不亮",
    "在天童南路100号",
    "不留",
    "结婚登记要带什么",
    "老人补贴有哪些",
    "谢谢",
    "转人工",
];

/// Runs the load and prints what a turn took. Every chat starts at its own moment and waits between turns as people do.
///
/// # Errors
/// When the node cannot be started.
pub async fn run(chats: usize, turns: usize, think_secs: f64, pack: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut config = config_in(folder.path(), pack);
    config.chat.contacts_per_minute = 10_000;
    config.chat.messages_per_minute = 600;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (hotline, _) = crate::boot::hotline(&config, clock, false).await?;
    let _tasks = hotline.start();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let app = crate::serve::app(hotline, &config, api::Rooms::default());
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::builder().pool_max_idle_per_host(chats).build()?;
    let times = Arc::new(Mutex::new(Vec::with_capacity(chats * turns)));
    let failures = Arc::new(Mutex::new(0_usize));
    let mut rng = Rng::seeded(7);
    let started = Instant::now();
    let mut tasks = Vec::with_capacity(chats);
    for number in 0..chats {
        let delay = Duration::from_secs_f64(think_secs * (rng.below(1000) as f64 / 1000.0));
        let (client, base, times, failures) =
            (client.clone(), base.clone(), Arc::clone(&times), Arc::clone(&failures));
        tasks.push(tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            if let Err(error) = talk(&client, &base, number, turns, think_secs, &times).await {
                tracing::warn!(%error, "a chat failed");
                *failures.lock().await += 1;
            }
        }));
    }
    for task in tasks {
        task.await?;
    }
    let seconds = started.elapsed().as_secs_f64();
    server.abort();
    let mut times = std::mem::take(&mut *times.lock().await);
    times.sort_by(f64::total_cmp);
    let at =
        |share: f64| times.get(((times.len() as f64 - 1.0) * share) as usize).copied().unwrap_or_default();
    println!(
        "{}",
        json!({
            "chats": chats, "turns": times.len(), "failed_chats": *failures.lock().await, "seconds": seconds,
            "turns_per_second": times.len() as f64 / seconds,
            "p50_ms": at(0.50), "p95_ms": at(0.95), "p99_ms": at(0.99), "max_ms": at(1.0),
        })
    );
    Ok(())
}

async fn talk(
    client: &reqwest::Client,
    base: &str,
    number: usize,
    turns: usize,
    think_secs: f64,
    times: &Mutex<Vec<f64>>,
) -> Result<()> {
    let chat: Value = client
        .post(format!("{base}/api/v1/chats"))
        .json(&json!({}))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let token = chat.get("token").and_then(Value::as_str).context("no token")?.to_owned();
    for turn in 0..turns {
        tokio::time::sleep(Duration::from_secs_f64(think_secs)).await;
        let words = WORDS.get((number + turn) % WORDS.len()).copied().unwrap_or_default();
        let started = Instant::now();
        client
            .post(format!("{base}/api/v1/chats/{token}/messages"))
            .json(&json!({"client_id": format!("{number}-{turn}"), "text": words}))
            .send()
            .await?
            .error_for_status()?
            .bytes()
            .await?;
        times.lock().await.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(())
}
