//! `minsheng eval calls`: scripts of telephone calls, dialled by a real telephone into a node of its own: SIP, RTP, listening,
//! speaking, engine, routing, agents with telephones.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use contact::Hotline;
use futures::StreamExt as _;
use kernel::{Ctx, Rng, Role};
use serde::Serialize;
use serde_json::{Value, json};
use voice::caller::{Manner, Protocol, Telephone, Track, script::Act, script::Turn};
use voice::media::wheel::Wheel;
use voice::speech::coded::Coded;
use voice::{House, Parts};

use super::dialogues::replies;
use super::judge::{Evidence, Verdict, judge};
use super::rig::Rig;
use crate::bench::measured::spread;
use crate::call::CallScript;

/// What the telephone of an agent says when it is lifted.
const AGENT: &str = "您好，我是座席，请讲。";
/// A whole evaluation.
const SHIFT: Duration = Duration::from_hours(6);

/// Where words become sound and sound words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Speech {
    /// The configured services.
    Service,
    /// Numbered tones, always understood: judges everything but recognition.
    Coded,
}

/// What to play.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// 脚本文件或目录
    #[arg(long, default_value = "evals/calls")]
    pub scripts: PathBuf,
    /// 输出，每通电话一行 JSON
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// 录音放在哪个目录；不填不录
    #[arg(long)]
    pub record: Option<PathBuf>,
    /// 同时打几通
    #[arg(long, default_value_t = 3)]
    pub at_once: usize,
    /// 语音从哪里来：service 用配置的识别和合成服务，coded 用每句都听得懂的编码音；不填时有服务就用服务
    #[arg(long)]
    pub speech: Option<Speech>,
    /// 知识包目录
    #[arg(long, default_value = "packs/starter")]
    pub pack: PathBuf,
}

/// A call as it went, seen from both ends.
#[derive(Debug, Serialize)]
struct Made {
    id: String,
    line: String,
    description: String,
    /// What the telephone did and heard, one a call: a script that calls back has several.
    calls: Vec<Protocol>,
    outcome: String,
    expected: Option<String>,
    passport: Vec<super::judge::Told>,
    tickets: Vec<Value>,
    citations: Vec<String>,
    /// What the node wrote down, turn by turn.
    transcript: Value,
    verdict: Option<Verdict>,
    /// Why the call could not be made.
    failed: Option<String>,
}

/// Plays every script and prints one JSON line at the end; tells whether every call could be made.
///
/// # Errors
/// When a script cannot be read or the node cannot be started.
pub async fn run(options: &Options, section: config::Voice) -> Result<bool> {
    let scripts = CallScript::read_all(&options.scripts)?;
    ensure!(!scripts.is_empty(), "{}里没有通话脚本", options.scripts.display());
    if let Some(folder) = &options.record {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let station = Station::open(options, section).await?;
    let record = options.record.as_deref();
    let mut calls = futures::stream::iter(scripts.iter().enumerate())
        .map(async |(at, script)| (at, station.make(at, script, record).await))
        .buffer_unordered(options.at_once.max(1));
    let mut outcomes = Vec::new();
    while let Some((at, outcome)) = calls.next().await {
        println!("{}", told(&outcome));
        outcomes.push((at, outcome));
    }
    drop(calls);
    outcomes.sort_by_key(|(at, _)| *at);
    let outcomes: Vec<Made> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    if let Some(out) = &options.out {
        let file = std::fs::File::create(out).with_context(|| out.display().to_string())?;
        let mut file = std::io::BufWriter::new(file);
        for outcome in &outcomes {
            writeln!(file, "{}", serde_json::to_string(outcome)?)?;
        }
        file.flush()?;
    }
    println!("{}", summary(&outcomes, station.speech));
    Ok(outcomes.iter().all(|outcome| outcome.failed.is_none()))
}

fn told(outcome: &Made) -> String {
    let Made { id, failed, expected, .. } = outcome;
    match (failed, &outcome.verdict, expected) {
        (Some(reason), ..) => format!("✗ {id}：电话没有打成：{reason}"),
        (None, Some(verdict), Some(expected)) if !verdict.outcome_right => {
            format!("✗ {id}：{}（应为{expected}）", outcome.outcome)
        }
        _ => format!("✓ {id}：{}", outcome.outcome),
    }
}

fn summary(outcomes: &[Made], speech: Speech) -> Value {
    let verdicts: Vec<&Verdict> = outcomes.iter().filter_map(|outcome| outcome.verdict.as_ref()).collect();
    let holds = |pick: fn(&Verdict) -> &Vec<super::judge::Judged>| {
        verdicts.iter().flat_map(|one| pick(one)).filter(|one| one.holds == Some(true)).count()
    };
    let calls = || outcomes.iter().flat_map(|outcome| &outcome.calls);
    let turns = || calls().flat_map(|call| call.turns.iter().skip(1));
    json!({
        "scripts": outcomes.len(),
        "calls": calls().count(),
        "failed": outcomes.iter().filter(|outcome| outcome.failed.is_some()).count(),
        "outcome_right": verdicts.iter().filter(|one| one.outcome_right).count(),
        "must_right": holds(|one| &one.must),
        "must_total": verdicts.iter().map(|one| one.must.len()).sum::<usize>(),
        "must_not_broken": holds(|one| &one.must_not),
        "set_up_ms": spread(calls().map(|call| call.set_up_ms).collect()),
        "answer_ms": spread(turns().filter_map(|turn| turn.answer_ms).map(|ms| ms as f64).collect()),
        "speech": match speech {
            Speech::Service => "service",
            Speech::Coded => "coded",
        },
    })
}

/// A node with a telephone, agents at theirs, and a caller's manner of speaking.
struct Station {
    rig: Rig,
    house: House,
    wheel: Wheel,
    manner: Manner,
    speech: Speech,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl Drop for Station {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        self.house.close();
    }
}

impl Station {
    async fn open(options: &Options, section: config::Voice) -> Result<Self> {
        let services = !section.recogniser_url.is_empty() && !section.synthesiser_url.is_empty();
        let speech = match options.speech {
            Some(Speech::Service) if !services => {
                bail!(
                    "还没有语音服务：请设置 voice.recogniser_url 和 voice.synthesiser_url，或用 --speech coded"
                )
            }
            Some(speech) => speech,
            None if services => Speech::Service,
            None => Speech::Coded,
        };
        let folder = tempfile::tempdir()?;
        let section = config::Voice {
            sip_address: "127.0.0.1:0".to_owned(),
            media_ip: String::new(),
            trunks: Vec::new(),
            recordings_dir: folder.path().join("recordings").display().to_string(),
            // What was spoken in tones must not be found where prompts of a real voice are kept.
            prompts_dir: match speech {
                Speech::Service => section.prompts_dir.clone(),
                Speech::Coded => folder.path().join("prompts").display().to_string(),
            },
            ..section
        };
        let rig = Rig::start(&options.pack).await?;
        let rng = Rng::from_system().context("系统没有可用的随机数")?;
        let mut parts = Parts::configured(rig.hotline.clone(), &section, rng)?;
        if speech == Speech::Coded {
            let coded = Coded::default();
            parts.recogniser = Some(Arc::new(coded.clone()));
            parts.synthesiser = Some(Arc::new(coded));
        } else {
            parts.shipped_prompts = Some(options.pack.join("prompts"));
        }
        let manner = Manner {
            synthesiser: parts.synthesiser.clone(),
            recogniser: parts.recogniser.clone(),
            quiet_ms: crate::call::QUIET_MS,
        };
        let house = House::open(parts).await?;
        let wheel = Wheel::start()?;
        let mut station = Self { rig, house, wheel, manner, speech, tasks: Vec::new(), _folder: folder };
        station.seat_agents().await?;
        Ok(station)
    }

    /// Every sample agent gets a desk telephone that is lifted when it rings.
    async fn seat_agents(&mut self) -> Result<()> {
        let hotline = &self.rig.hotline;
        let staff = hotline.accounts().staff_list(&Ctx::system("eval", hotline.clock())).await?;
        let hello = match &self.manner.synthesiser {
            Some(voice) => voice.speak(AGENT).await?,
            None => Vec::new(),
        };
        for agent in staff.into_iter().filter(|one| one.role == Role::Agent) {
            let desk = Desk {
                house: self.house.clone(),
                hotline: hotline.clone(),
                login: agent.login,
                wheel: self.wheel.clone(),
                hello: hello.clone(),
            };
            self.tasks.push(tokio::spawn(async move { desk.answer().await }));
        }
        // Registrations are noted by other tasks.
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    }

    async fn make(&self, at: usize, script: &CallScript, record: Option<&Path>) -> Made {
        let mut evidence = Evidence::default();
        let mut calls = Vec::new();
        let made = self.calls(at, script, record, &mut evidence, &mut calls).await;
        let failed = made.err().map(|error| crate::sentence(&error));
        let verdict =
            script.expect.as_ref().filter(|_| failed.is_none()).map(|expect| judge(expect, &evidence));
        Made {
            id: script.id.clone(),
            line: script.line.clone(),
            description: script.description.clone(),
            calls,
            outcome: evidence.outcome,
            expected: script.expect.as_ref().map(|expect| expect.outcome.clone()),
            passport: evidence.passport,
            tickets: evidence.tickets,
            citations: evidence.citations,
            transcript: evidence.transcript,
            verdict,
            failed,
        }
    }

    async fn calls(
        &self,
        at: usize,
        script: &CallScript,
        record: Option<&Path>,
        evidence: &mut Evidence,
        calls: &mut Vec<Protocol>,
    ) -> Result<()> {
        let number = script.from.clone().unwrap_or_else(|| format!("139{:08}", 57_600_000 + at));
        let hotline = &self.rig.hotline;
        let mut turns = Vec::new();
        let parts: Vec<&[Turn]> = script.turns.split(|turn| turn.act == Act::CallBack).collect();
        for (part, acts) in parts.iter().enumerate() {
            let before = hotline.call_latest(&number).await?;
            let telephone = Telephone::new(self.house.address(), &number, &self.wheel).await?;
            let call = match telephone.dial(&script.line).await? {
                Ok(call) => call,
                Err(status) => bail!("拨{}被回了{status}", script.line),
            };
            let mut manner = self.manner.clone();
            manner.quiet_ms = script.quiet_ms.unwrap_or(manner.quiet_ms);
            let mut seen = 0;
            let mut contact = None;
            let (protocol, track) = voice::caller::play(&call, acts, &manner, async |done| {
                if contact.is_none() {
                    contact = hotline
                        .call_latest(&number)
                        .await
                        .ok()
                        .flatten()
                        .filter(|id| Some(id) != before.as_ref());
                }
                let Some(id) = &contact else { return };
                let (Ok(state), Ok(view)) =
                    (hotline.contact_state(id).await, hotline.call_view(id, seen).await)
                else {
                    return;
                };
                evidence.take(&state);
                let said = replies(&view.messages, &mut seen, evidence);
                let words = done
                    .checked_sub(1)
                    .and_then(|at| acts.get(at))
                    .map_or_else(|| "[[接通]]".to_owned(), |turn| turn.act.to_string());
                turns.push(json!({"caller": words, "replies": said, "phase": view.phase}));
            })
            .await?;
            if let Some(folder) = record {
                save(&track, &folder.join(format!("{}-{}.wav", script.id, part + 1)))?;
            }
            calls.push(protocol);
            if contact.is_none() {
                contact = hotline.call_latest(&number).await?;
            }
            let contact = contact.context("电话接通了，却没有留下来访记录")?;
            self.ended(&contact).await?;
            let state = hotline.contact_state(&contact).await?;
            evidence.take(&state);
            evidence.finish(hotline, &contact, &state).await?;
            self.rig.release(&contact).await;
        }
        evidence.transcript = Value::Array(turns);
        Ok(())
    }

    /// Waits until the node knows that the call is over.
    async fn ended(&self, contact: &kernel::ContactId) -> Result<()> {
        for _ in 0..200 {
            if self.rig.hotline.call_view(contact, i64::MAX).await?.phase == "ended" {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Ok(())
    }
}

pub(crate) fn save(track: &Track, file: &Path) -> Result<()> {
    std::fs::write(file, track.wav()).with_context(|| file.display().to_string())
}

/// An agent's telephone.
struct Desk {
    house: House,
    hotline: Hotline,
    login: String,
    wheel: Wheel,
    hello: Vec<i16>,
}

impl Desk {
    /// Answers one call after another.
    async fn answer(&self) {
        let mut telephone = None;
        loop {
            match self.answer_one(telephone.take()).await {
                Ok(next) => telephone = Some(next),
                Err(error) => {
                    tracing::debug!(%error, login = self.login, "an agent's telephone begins anew");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    }

    /// One call to its end. The telephone for the next is registered before that, as one that is never away.
    async fn answer_one(&self, telephone: Option<Telephone>) -> Result<Telephone> {
        let telephone = match telephone {
            Some(telephone) => telephone,
            None => self.registered().await?,
        };
        let call = telephone.lift(SHIFT, Duration::from_millis(200)).await?;
        let next = self.registered().await?;
        call.say(&self.hello);
        call.ended(SHIFT).await;
        Ok(next)
    }

    async fn registered(&self) -> Result<Telephone> {
        let telephone = Telephone::new(self.house.address(), &self.login, &self.wheel).await?;
        let status =
            telephone.register(self.hotline.keys().device_secret(&self.login).expose(), 3600).await?;
        ensure!(status == 200, "refused: {status}");
        Ok(telephone)
    }
}
