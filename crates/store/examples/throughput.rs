//! How many small write transactions a second a store takes, and how fast it reads beside them.
//!
//! `cargo run --release -p store --example throughput -- sqlite:/tmp/t.db` (or a `postgres://` address of an empty database).

use std::error::Error;
use std::time::Instant;

use kernel::{Actor, Ctx, Micros};
use store::Store;
use tokio::task::JoinSet;

const WRITERS: usize = 16;
const EACH: usize = 250;

fn ctx() -> Ctx {
    Ctx { actor: Actor::System { part: "throughput".to_owned() }, now: Micros(1), trace: String::new() }
}

/// What a chat turn writes: one state row, one audit row, one outgoing message.
async fn turn(store: &Store, key: &str) -> Result<(), store::StoreError> {
    let mut tx = store.begin(&ctx()).await?;
    sqlx::query("INSERT INTO agents (staff_id, state, since_us, version) VALUES ($1, 'ready', 0, 1)")
        .bind(key)
        .execute(&mut *tx)
        .await?;
    tx.audit("turn", key, &()).await?;
    tx.emit("turn", key, &"公积金怎么提取").await?;
    tx.commit().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("give a database address")?;
    let store = Store::open(&url).await?;
    store.migrate(&ctx()).await?;
    let begun = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut slowest = 0.0_f64;
            for round in 0..EACH {
                let one = Instant::now();
                turn(&store, &format!("{writer}-{round}")).await?;
                slowest = slowest.max(one.elapsed().as_secs_f64());
            }
            Ok::<f64, store::StoreError>(slowest)
        });
    }
    let mut slowest = 0.0_f64;
    while let Some(done) = writers.join_next().await {
        slowest = slowest.max(done??);
    }
    let secs = begun.elapsed().as_secs_f64();
    let writes = (WRITERS * EACH) as f64 / secs;

    let begun = Instant::now();
    const READS: usize = 5_000;
    for round in 0..READS {
        sqlx::query("SELECT state FROM agents WHERE staff_id = $1")
            .bind(format!("3-{}", round % EACH))
            .fetch_one(store.read())
            .await?;
    }
    let read_us = begun.elapsed().as_secs_f64() * 1e6 / READS as f64;
    println!(
        "{writes:.0} transactions/s with {WRITERS} writers, slowest {:.0} ms; {read_us:.0} us a read",
        slowest * 1e3
    );
    store.close().await;
    Ok(())
}
