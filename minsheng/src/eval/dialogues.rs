//! `minsheng eval dialogues`: scripts of whole conversations, played against the real engine, routing and stores.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use contact::{Opening, Said};
use dialogue::{Channel, Conversation, Event, Lane, Phase};
use serde::{Deserialize, Serialize};
use serde_json::json;
use voice::caller::script::Act;

use super::judge::{Evidence, Verdict, judge};
use super::rig::Rig;

/// A script.
#[derive(Debug, Clone, Deserialize)]
pub struct Script {
    /// Its name.
    pub id: String,
    /// The number dialled.
    #[serde(default = "main_line")]
    pub line: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// The caller's turns.
    pub turns: Vec<String>,
    /// What is expected.
    pub expect: Expect,
}

pub(crate) fn main_line() -> String {
    "12345".to_owned()
}

/// What is expected of a conversation.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Expect {
    /// `answered | handed_over | ticket | emergency_advice | refused_nothing`.
    pub outcome: String,
    /// Statements that must hold.
    #[serde(default)]
    pub must: Vec<String>,
    /// Statements that must not.
    #[serde(default)]
    pub must_not: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Turn {
    caller: String,
    replies: Vec<String>,
    phase: String,
}

/// Plays the scripts of a file and writes one JSON line each.
///
/// # Errors
/// When a file cannot be read or written.
pub async fn run(scripts: &Path, out: &Path, pack: &Path) -> Result<()> {
    let text = std::fs::read_to_string(scripts).with_context(|| scripts.display().to_string())?;
    let scripts: Vec<Script> = serde_yaml_ng::from_str(&text).context("脚本文件格式不对，请对照文档检查")?;
    let rig = Rig::start(pack).await?;
    let mut file =
        std::io::BufWriter::new(std::fs::File::create(out).with_context(|| out.display().to_string())?);
    let (mut outcome_right, mut must_right, mut must_total, mut must_not_broken) = (0, 0, 0, 0);
    for (at, script) in scripts.iter().enumerate() {
        let played = Box::pin(play(&rig, script, at)).await.with_context(|| script.id.clone())?;
        let verdict = judge(&script.expect, &played);
        outcome_right += usize::from(verdict.outcome_right);
        must_total += verdict.must.len();
        must_right += verdict.must.iter().filter(|one| one.holds == Some(true)).count();
        must_not_broken += verdict.must_not.iter().filter(|one| one.holds == Some(true)).count();
        writeln!(file, "{}", line(script, &played, &verdict))?;
        println!(
            "{} {}：{}（应为{}）",
            if verdict.outcome_right { "✓" } else { "✗" },
            script.id,
            played.outcome,
            script.expect.outcome
        );
    }
    file.flush()?;
    println!(
        "{}",
        json!({"scripts": scripts.len(), "outcome_right": outcome_right, "must_right": must_right,
               "must_total": must_total, "must_not_broken": must_not_broken})
    );
    Ok(())
}

pub(super) fn line(script: &Script, played: &Evidence, verdict: &Verdict) -> serde_json::Value {
    json!({
        "id": script.id, "line": script.line, "description": script.description,
        "transcript": played.transcript, "outcome": played.outcome, "expected": script.expect.outcome,
        "passport": played.passport, "tickets": played.tickets, "citations": played.citations,
        "asked": played.asked, "asked_again": played.asked_again, "no_escape": played.no_escape,
        "verdict": verdict,
    })
}

/// Plays one script.
pub(super) async fn play(rig: &Rig, script: &Script, at: usize) -> Result<Evidence> {
    let hotline = &rig.hotline;
    let phone = format!("139{:08}", 57_400_000 + at);
    let line = hotline
        .site()
        .lines
        .values()
        .find(|line| line.number == script.line && line.parent.is_none())
        .map(|line| line.id.clone());
    let opening = Opening {
        line: line.unwrap_or_else(|| script.line.clone()),
        channel: Channel::Voice,
        lane: Lane::Normal,
        phone: Some(phone.clone()),
    };
    let mut chat = hotline.chat_open(opening.clone()).await?;
    let mut evidence = Evidence::default();
    let mut seen = 0;
    let mut turns = vec![Turn {
        caller: "[[接通]]".to_owned(),
        replies: replies(&chat.messages, &mut seen, &mut evidence),
        phase: chat.phase.clone(),
    }];
    let mut before = settled(rig, &chat.token).await?;
    super::conversations::try_escapes(hotline, &before, &mut evidence);
    for (number, turn) in script.turns.iter().enumerate() {
        match Act::read(turn) {
            Act::Silence(secs) => hotline.contact_event(&chat.token, Event::Silence { secs }).await?,
            Act::HangUp => hotline.contact_event(&chat.token, Event::HungUp).await?,
            Act::Keys(keys) => {
                for (at, key) in keys.chars().enumerate() {
                    drop(hotline.chat_say(&chat.token, &format!("t{number}.{at}"), Said::Key(key)).await?);
                }
            }
            Act::CallBack => {
                evidence.take(&hotline.contact_state(&hotline.chat_contact(&chat.token).await?).await?);
                chat = hotline.chat_open(opening.clone()).await?;
                seen = 0;
            }
            Act::Say(words) => {
                drop(hotline.chat_say(&chat.token, &format!("t{number}"), Said::Text(words)).await?);
            }
            Act::Play(_) => {}
        }
        let state = settled(rig, &chat.token).await?;
        evidence.take(&state);
        super::conversations::note_asked_again(&before, &state, &mut evidence);
        super::conversations::try_escapes(hotline, &state, &mut evidence);
        before = state;
        let now = hotline.chat_get(&chat.token, seen).await?;
        evidence.places.extend(now.queue.as_ref().map(|place| place.position));
        turns.push(Turn {
            caller: turn.clone(),
            replies: replies(&now.messages, &mut seen, &mut evidence),
            phase: now.phase,
        });
    }
    let contact = hotline.chat_contact(&chat.token).await?;
    let state = settled(rig, &chat.token).await?;
    evidence.take(&state);
    evidence.finish(hotline, &contact, &state).await?;
    evidence.transcript = serde_json::to_value(turns)?;
    // The caller leaves, so that agents are free for the next script.
    hotline.contact_event(&chat.token, Event::HungUp).await?;
    rig.release(&contact).await;
    Ok(evidence)
}

/// Waits until nothing is on its way: a ticket's number, a person for who waits.
async fn settled(rig: &Rig, token: &str) -> Result<Conversation> {
    let contact = rig.hotline.chat_contact(token).await?;
    let mut state = rig.hotline.contact_state(&contact).await?;
    for _ in 0..60 {
        if !matches!(state.phase, Phase::Filing { .. } | Phase::Seeking { .. } | Phase::Queued { .. }) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
        state = rig.hotline.contact_state(&contact).await?;
    }
    Ok(state)
}

pub(super) fn replies(
    messages: &[contact::view::Message],
    seen: &mut i64,
    evidence: &mut Evidence,
) -> Vec<String> {
    let mut texts = Vec::new();
    let before = *seen;
    for message in messages.iter().filter(|message| message.seq > before) {
        *seen = message.seq;
        if message.author == "citizen" {
            continue;
        }
        if message.kind == "ask" {
            evidence.questions.push(message.text.clone());
        }
        for citation in &message.citations {
            evidence.citations.push(format!(
                "《{}》{}",
                citation.source,
                citation.article.as_deref().unwrap_or_default()
            ));
        }
        texts.push(message.text.clone());
        evidence.said.push(message.text.clone());
    }
    texts
}
