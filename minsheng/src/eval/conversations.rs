//! `minsheng eval conversations`: whole conversations, and in every state they pass through two promises: a wish for a person
//! is met in that very turn, and nothing known is asked again.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use contact::Hotline;
use dialogue::{Conversation, Effect, Event, Phase, step};
use serde_json::json;

use super::dialogues::{Script, line, play};
use super::judge::{Evidence, judge};
use super::rig::Rig;

/// Wishes tried in every state: plain, polite, at the end of patience, indirect, in dialect.
const WISHES: [&str; 6] = [
    "转人工",
    "麻烦帮我接一下人工客服",
    "别废话了叫个人来",
    "跟你这个机器说不清楚",
    "有没有活人啊",
    "人工人工人工",
];

/// Plays every script of a file or folder and writes one JSON line each; tells whether both promises were kept.
///
/// # Errors
/// When a file cannot be read or written, or two scripts have one name.
pub async fn run(scripts: &Path, out: &Path, pack: &Path) -> Result<bool> {
    let scripts = read(scripts)?;
    let rig = Rig::start(pack).await?;
    let mut file =
        std::io::BufWriter::new(std::fs::File::create(out).with_context(|| out.display().to_string())?);
    let (mut turns, mut tried, mut no_escape, mut asked_again) = (0, 0, 0, 0);
    let (mut outcome_right, mut must_right, mut must_total, mut must_not_broken) = (0, 0, 0, 0);
    for (at, script) in scripts.iter().enumerate() {
        let played = Box::pin(play(&rig, script, at)).await.with_context(|| script.id.clone())?;
        let verdict = judge(&script.expect, &played);
        turns += script.turns.len();
        tried += played.escapes_tried;
        no_escape += played.no_escape.len();
        asked_again += played.asked_again.len();
        outcome_right += usize::from(verdict.outcome_right);
        must_total += verdict.must.len();
        must_right += verdict.must.iter().filter(|one| one.holds == Some(true)).count();
        must_not_broken += verdict.must_not.iter().filter(|one| one.holds == Some(true)).count();
        for lost in &played.no_escape {
            println!("✗ {}：没有马上转人工：{lost}", script.id);
        }
        for slot in &played.asked_again {
            println!("✗ {}：已经知道还问：{slot}", script.id);
        }
        writeln!(file, "{}", line(script, &played, &verdict))?;
    }
    file.flush()?;
    println!(
        "{}",
        json!({"scripts": scripts.len(), "turns": turns, "escapes_tried": tried, "escapes_missed": no_escape,
               "asked_again": asked_again, "outcome_right": outcome_right, "must_right": must_right,
               "must_total": must_total, "must_not_broken": must_not_broken})
    );
    Ok(no_escape == 0 && asked_again == 0)
}

/// The scripts of one file, or of every YAML file of a folder.
fn read(path: &Path) -> Result<Vec<Script>> {
    let mut files: Vec<PathBuf> = if path.is_dir() {
        let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
        paths.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "yaml")).collect()
    } else {
        vec![path.to_owned()]
    };
    files.sort();
    ensure!(!files.is_empty(), "{}里没有脚本（.yaml文件）", path.display());
    let mut scripts: Vec<Script> = Vec::new();
    let mut known = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let more: Vec<Script> = serde_yaml_ng::from_str(&text)
            .with_context(|| format!("{}：脚本文件格式不对，请对照文档检查", file.display()))?;
        for script in more {
            let before = known.insert(script.id.clone(), file.clone());
            ensure!(before.is_none(), "{}：脚本{}重名，请换个名字", file.display(), script.id);
            scripts.push(script);
        }
    }
    Ok(scripts)
}

/// Tries every wish and the key 0 in a state. The engine is pure: nothing comes of it.
pub(super) fn try_escapes(hotline: &Hotline, state: &Conversation, evidence: &mut Evidence) {
    let brain = hotline.brain();
    let wishes = WISHES.map(|words| Event::Said { text: words.to_owned(), speech: None });
    for wish in wishes.into_iter().chain([Event::Key { digit: '0' }]) {
        evidence.escapes_tried += 1;
        let tried = format!("{wish:?}");
        let stepped = step(&brain, state.clone(), wish, hotline.clock().now());
        let enqueued = stepped.effects.iter().any(|effect| matches!(effect, Effect::Enqueue(_)));
        let there = matches!(stepped.state.phase, Phase::Queued { .. } | Phase::WithAgent);
        // What waits for a search is heard once it is over; after the end the key has nobody to ring.
        let later = matches!(state.phase, Phase::Ended);
        if !(enqueued || there || later && tried.starts_with("Key")) {
            evidence.no_escape.push(format!("{tried}，{}", contact::phase_name(&state.phase)));
        }
    }
}

/// Notes a question whose answer was known before the turn.
pub(super) fn note_asked_again(before: &Conversation, after: &Conversation, evidence: &mut Evidence) {
    let Phase::Asking { slot } = &after.phase else { return };
    let own = after.flow.as_ref().map(|flow| format!("{}.{slot}", flow.scenario));
    let known = |name: &str| before.passport.value(name).is_some();
    if known(slot) || own.is_some_and(|own| known(&own)) {
        evidence.asked_again.push(slot.clone());
    }
}
