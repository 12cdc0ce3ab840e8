//! `minsheng call`: a telephone that plays a script into any SIP number, and writes down what it heard and how long it took.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::json;
use voice::caller::{Manner, Telephone, script::Act, script::Turn};
use voice::media::wheel::Wheel;
use voice::speech::http::HttpSpeech;
use voice::speech::{Recogniser, Synthesiser};

use crate::eval::dialogues::{Expect, main_line};

/// The other side has finished when it has been quiet for so long: longer than between two sentences.
pub const QUIET_MS: u32 = 1500;

/// A script of a call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallScript {
    /// Its name.
    #[serde(default)]
    pub id: String,
    /// The number dialled.
    #[serde(default = "main_line")]
    pub line: String,
    /// The caller's own number.
    #[serde(default)]
    pub from: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// The caller's turns.
    pub turns: Vec<Turn>,
    /// What is expected, where it is judged.
    #[serde(default)]
    pub expect: Option<Expect>,
    /// Silence after which the other side has finished, in milliseconds.
    #[serde(default)]
    pub quiet_ms: Option<u32>,
}

/// A file holds one script or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scripts {
    One(Box<CallScript>),
    Many(Vec<CallScript>),
}

impl CallScript {
    /// The scripts of a file. Recordings are found beside it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(file: &Path) -> Result<Vec<Self>> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        // A list and a table are told apart first, so that an error names the very line.
        let list =
            serde_yaml_ng::from_str::<serde_yaml_ng::Value>(&text).is_ok_and(|value| value.is_sequence());
        let read = if list {
            serde_yaml_ng::from_str(&text).map(Scripts::Many)
        } else {
            serde_yaml_ng::from_str(&text).map(|one| Scripts::One(Box::new(one)))
        };
        let mut scripts = match read
            .with_context(|| format!("{}不是通话脚本，请对照 docs/evaluation.md 检查", file.display()))?
        {
            Scripts::One(script) => vec![*script],
            Scripts::Many(scripts) => scripts,
        };
        let folder = file.parent().unwrap_or_else(|| Path::new("."));
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        for (at, script) in scripts.iter_mut().enumerate() {
            if script.id.is_empty() {
                script.id = format!("{name}-{}", at + 1);
            }
            for turn in &mut script.turns {
                if let Act::Play(sound) = &mut turn.act {
                    *sound = folder.join(&*sound);
                }
            }
        }
        Ok(scripts)
    }

    /// The scripts of a file, or of every YAML file of a folder.
    ///
    /// # Errors
    /// When one cannot be read or two have one name.
    pub fn read_all(path: &Path) -> Result<Vec<Self>> {
        let mut files = vec![path.to_owned()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
            files = entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|file| file.extension().is_some_and(|kind| kind == "yaml" || kind == "yml"))
                .collect();
            files.sort();
        }
        let mut scripts: Vec<Self> = Vec::new();
        for file in files {
            for script in Self::read(&file)? {
                ensure!(scripts.iter().all(|known| known.id != script.id), "有两个脚本叫{}", script.id);
                scripts.push(script);
            }
        }
        Ok(scripts)
    }
}

/// What to dial and play.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// 拨给谁，如 sip:12345@127.0.0.1:5060
    #[arg(long)]
    pub to: String,
    /// 脚本文件（YAML）
    #[arg(long)]
    pub say: PathBuf,
    /// 录音写到哪个文件（WAV，左来电人右对方）
    #[arg(long)]
    pub record: Option<PathBuf>,
    /// 主叫号码
    #[arg(long)]
    pub from: Option<String>,
    /// 结果写到哪个文件（JSON）；不填打印出来
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// Dials, plays, and writes what came of it.
///
/// # Errors
/// When the script cannot be read or spoken, or nobody answers.
pub async fn run(options: &Options, section: &config::Voice) -> Result<()> {
    let mut scripts = CallScript::read(&options.say)?;
    ensure!(scripts.len() == 1, "minsheng call 一次打一通电话，这个文件里有{}个脚本", scripts.len());
    let Some(script) = scripts.pop() else { bail!("脚本是空的") };
    let (number, server) = address(&options.to).await?;
    let caller = options.from.clone().or(script.from).unwrap_or_else(|| "13900000000".to_owned());
    let manner = manner(section, &script.turns, script.quiet_ms)?;
    let wheel = Wheel::start()?;
    let mut calls = Vec::new();
    let mut tracks = voice::caller::Track::default();
    for acts in script.turns.split(|turn| turn.act == Act::CallBack) {
        let telephone = Telephone::new(server, &caller, &wheel).await?;
        let call = match telephone.dial(&number).await.with_context(|| format!("{server}没有应答"))? {
            Ok(call) => call,
            Err(status) => bail!("对方没有接，回了{status}"),
        };
        let (protocol, track) = voice::caller::play(&call, acts, &manner, async |_| {}).await?;
        tracks.heard.extend(track.heard);
        tracks.said.extend(track.said);
        calls.push(protocol);
    }
    if let Some(file) = &options.record {
        crate::eval::calls::save(&tracks, file)?;
    }
    let told = json!({"id": script.id, "to": options.to, "from": caller, "calls": calls});
    match &options.out {
        Some(file) => {
            std::fs::write(file, format!("{told:#}\n")).with_context(|| file.display().to_string())?;
        }
        None => println!("{told:#}"),
    }
    Ok(())
}

/// `sip:NUMBER@HOST[:PORT]`, with what stands after a semicolon left out.
async fn address(to: &str) -> Result<(String, SocketAddr)> {
    let wrong = || format!("“{to}”不是电话地址，请写成 sip:12345@127.0.0.1:5060 这样");
    let rest = to.strip_prefix("sip:").unwrap_or(to);
    let (number, host) = rest.split_once('@').with_context(wrong)?;
    let host = host.split([';', '>']).next().unwrap_or(host);
    ensure!(!number.is_empty() && !host.is_empty(), wrong());
    let with_port = if host.rsplit(']').next().is_some_and(|end| end.contains(':')) {
        host.to_owned()
    } else {
        format!("{host}:5060")
    };
    let found = tokio::net::lookup_host(&with_port).await.with_context(wrong)?.next();
    Ok((number.to_owned(), found.with_context(wrong)?))
}

fn manner(section: &config::Voice, turns: &[Turn], quiet_ms: Option<u32>) -> Result<Manner> {
    let service = |url: &str, deadline: u32| {
        (!url.is_empty())
            .then(|| HttpSpeech::new(url, &section.voice_name, Duration::from_millis(u64::from(deadline))))
            .transpose()
    };
    let synthesiser = service(&section.synthesiser_url, section.synthesiser_deadline_ms)?;
    let recogniser = service(&section.recogniser_url, section.recogniser_deadline_ms)?;
    ensure!(
        synthesiser.is_some() || !turns.iter().any(|turn| matches!(turn.act, Act::Say(_))),
        "脚本里有要说的话，却没有语音合成服务：请设置 voice.synthesiser_url，或改用 play 播放录音"
    );
    if recogniser.is_none() {
        eprintln!("没有设置 voice.recogniser_url：结果里只有时间，没有对方说的话");
    }
    Ok(Manner {
        synthesiser: synthesiser.map(|one| Arc::new(one) as Arc<dyn Synthesiser>),
        recogniser: recogniser.map(|one| Arc::new(one) as Arc<dyn Recogniser>),
        quiet_ms: quiet_ms.unwrap_or(QUIET_MS),
    })
}
