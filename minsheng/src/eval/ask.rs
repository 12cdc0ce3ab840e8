//! `minsheng eval ask`: one question a row, as a citizen would ask it, through the whole node.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use contact::{Opening, Said};
use serde_json::json;

use super::rig::Rig;

/// Asks every row of a CSV (column `text`) in a contact of its own and writes one JSON line each.
///
/// # Errors
/// When a file cannot be read or written.
pub async fn run(input: &Path, out: &Path, pack: &Path, import: Option<&Path>) -> Result<()> {
    let rig = Rig::start(pack).await?;
    if let Some(import) = import {
        crate::parts::import_table(rig.hotline.library(), import, rig.hotline.clock()).await?;
    }
    let mut reader = csv::Reader::from_path(input).with_context(|| input.display().to_string())?;
    let text_at = reader.headers()?.iter().position(|name| name.trim_start_matches('\u{feff}') == "text");
    let text_at = text_at.context("输入文件要有 text 这一列")?;
    let mut file =
        std::io::BufWriter::new(std::fs::File::create(out).with_context(|| out.display().to_string())?);
    let (mut rows, mut answered, mut handed_over) = (0, 0, 0);
    for record in reader.records() {
        let record = record?;
        let text = record.get(text_at).unwrap_or_default();
        let chat = rig.hotline.chat_open(Opening { line: "12345".to_owned(), ..Opening::default() }).await?;
        let started = Instant::now();
        let said = rig.hotline.chat_say(&chat.token, "q", Said::Text(text.to_owned())).await;
        let latency_ms = started.elapsed().as_secs_f64() * 1000.0;
        let contact = rig.hotline.chat_contact(&chat.token).await?;
        let line = match said {
            Ok(chat) => {
                let replies: Vec<_> =
                    chat.messages.iter().filter(|message| message.author == "bot").collect();
                let answer = replies.iter().find(|message| message.kind == "answer");
                let outcome = chat.outcome.clone().unwrap_or_else(|| chat.phase.clone());
                let outcome = if answer.is_some() { "answered".to_owned() } else { outcome };
                let person = matches!(outcome.as_str(), "queued" | "with_agent" | "handed_over");
                answered += usize::from(answer.is_some());
                handed_over += usize::from(person);
                let nearest = rig.hotline.nearest(text, 3);
                let confidence = nearest.first().map_or(0.0, |best| best.1);
                json!({
                    "text": text, "outcome": if person { "handed_over" } else { outcome.as_str() },
                    "answer": answer.map_or_else(|| replies.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n"), |one| one.text.clone()),
                    "citations": answer.map(|one| one.citations.clone()).unwrap_or_default(),
                    "confidence": confidence, "nearest": nearest, "latency_ms": latency_ms,
                })
            }
            Err(error) => {
                json!({"text": text, "outcome": "refused", "answer": kernel::Coded::advice(&error), "citations": [], "confidence": 0.0, "latency_ms": latency_ms})
            }
        };
        rows += 1;
        writeln!(file, "{line}")?;
        drop(rig.hotline.chat_end(&chat.token).await);
        rig.release(&contact).await;
    }
    file.flush()?;
    println!("{}", json!({"rows": rows, "answered": answered, "handed_over": handed_over}));
    Ok(())
}
