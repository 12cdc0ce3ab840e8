//! `minsheng bench calls`: telephone calls over real SIP and RTP on loopback, against a node of its own in this process.
//!
//! Latencies are taken from the sound itself by the program's own telephone. Load comes from `sipp` in a process of its own,
//! so that the processor time printed is the node's alone; without `sipp` that part is left out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use kernel::{Clock, Rng, SystemClock};
use serde_json::{Value, json};
use voice::audio::{level_db, tone, tone_share};
use voice::caller::{Caller, Telephone};
use voice::media::wheel::Wheel;
use voice::speech::scripted::{ScriptedEar, ScriptedVoice, pitch};
use voice::{House, Parts};

use crate::eval::rig::config_in;

const SCENARIO: &str = include_str!("calls.xml");
const WITHIN: Duration = Duration::from_secs(10);

/// What is to be measured.
pub struct Load {
    /// Calls at one time.
    pub calls: usize,
    /// How long each lasts, in seconds.
    pub secs: usize,
    /// New calls a second.
    pub rate: usize,
    /// Calls for each latency.
    pub probes: usize,
}

/// Runs the measurement and prints it as JSON.
///
/// # Errors
/// When the node cannot be started.
pub async fn run(load: &Load, pack: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let config = config_in(folder.path(), pack);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (hotline, _) = crate::boot::hotline(&config, clock, false).await?;
    let _tasks = hotline.start();
    let ear = ScriptedEar {
        words: [(5, "租房子能不能提公积金".to_owned())].into(),
        ..ScriptedEar::default()
    };
    let section = config::Voice {
        sip_address: "127.0.0.1:0".to_owned(),
        recordings_dir: folder.path().join("rec").display().to_string(),
        prompts_dir: folder.path().join("prompts").display().to_string(),
        max_calls: 20_000,
        calls_per_second: 10_000,
        rtp_from: 10_000,
        rtp_to: 39_998,
        ..config::Voice::default()
    };
    let house = House::open(Parts {
        hotline: hotline.clone(),
        config: section,
        rng: Rng::from_system().context("系统没有可用的随机数")?,
        recogniser: Some(Arc::new(ear)),
        synthesiser: Some(Arc::new(ScriptedVoice { millis: 3000 })),
        shipped_prompts: None,
    })
    .await?;
    let wheel = Wheel::start()?;
    let greeting = hotline
        .site()
        .lines
        .get("12345")
        .map(|line| hotline.brain().guards.greeting(&line.greeting))
        .context("the pack has no line 12345")?;
    let first = voice::ear::rewrite(&greeting).into_iter().next().context("no greeting")?;
    let greeting = pitch(&first);
    let (mut keys, mut barges, mut turns, mut set_ups) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 0..load.probes {
        let user = format!("138000{number:05}");
        let call = dial(&house, &wheel, &user).await?;
        set_ups.push(call.set_up.as_secs_f64() * 1000.0);
        keys.extend(until_changed(&call, greeting, || call.press('0')).await);
        call.hang_up().await;
        let call = dial(&house, &wheel, &user).await?;
        barges.extend(until_changed(&call, greeting, || call.say(&tone::tone(300.0, 600, 0.4))).await);
        call.hang_up().await;
        let call = dial(&house, &wheel, &format!("139000{number:05}")).await?;
        turns.extend(turn(&call).await);
        call.hang_up().await;
    }
    let mut told = json!({
        "probes": load.probes,
        "set_up_ms": spread(set_ups), "key_to_changed_sound_ms": spread(keys),
        "first_syllable_to_silence_ms": spread(barges),
        "end_of_speech_to_first_sound_ms_pause_800_included": spread(turns),
    });
    if load.calls > 0
        && let Some(map) = told.as_object_mut()
    {
        map.insert("load".to_owned(), loaded(&house, load, folder.path()).await?);
    }
    println!("{told}");
    house.close();
    Ok(())
}

async fn dial(house: &House, wheel: &Wheel, user: &str) -> Result<Caller> {
    let telephone = Telephone::new(house.address(), user, wheel).await?;
    telephone.dial("12345").await?.map_err(|status| anyhow::anyhow!("refused: {status}"))
}

/// From an act to the moment the greeting is no longer heard.
async fn until_changed(call: &Caller, greeting: f32, act: impl Fn()) -> Option<f64> {
    let began = Instant::now();
    loop {
        let frame = tokio::time::timeout(WITHIN, call.next_frame()).await.ok()??;
        if tone_share(&frame, greeting) > 0.9 {
            break;
        }
        if began.elapsed() > WITHIN {
            return None;
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(call.heard().await);
    act();
    let acted = Instant::now();
    loop {
        let frame = tokio::time::timeout(WITHIN, call.next_frame()).await.ok()??;
        if tone_share(&frame, greeting) < 0.5 {
            return Some(acted.elapsed().as_secs_f64() * 1000.0);
        }
        if acted.elapsed() > WITHIN {
            return None;
        }
    }
}

/// From the end of the caller's speech to the first sound of the answer, with a recogniser that takes no time.
async fn turn(call: &Caller) -> Option<f64> {
    // Greeting and notice, in several parts of three seconds, are waited for.
    let mut quiet = 0;
    while quiet < 40 {
        let frame = tokio::time::timeout(WITHIN, call.next_frame()).await.ok()??;
        quiet = if level_db(&frame) < -60.0 { quiet + 1 } else { 0 };
    }
    call.say(&tone::tone(300.0, 1000, 0.4));
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(call.heard().await);
    let ended = Instant::now();
    loop {
        let frame = tokio::time::timeout(WITHIN, call.next_frame()).await.ok()??;
        if level_db(&frame) > -40.0 {
            return Some(ended.elapsed().as_secs_f64() * 1000.0);
        }
        if ended.elapsed() > WITHIN {
            return None;
        }
    }
}

fn spread(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        values.get(((values.len() as f64 - 1.0).max(0.0) * share).round() as usize).map(|value| value.round())
    };
    json!({"n": values.len(), "p50": at(0.5), "p95": at(0.95), "max": at(1.0)})
}

/// Processor seconds of this process, and its memory in MiB.
fn used() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| after.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse::<f64>().ok());
    ((ticks(11) + ticks(12)) / 100.0, memory.unwrap_or_default() / 1024.0)
}

async fn loaded(house: &House, load: &Load, folder: &Path) -> Result<Value> {
    let scenario = folder.join("calls.xml");
    std::fs::write(&scenario, SCENARIO)?;
    // A second of something like speech, then quiet, round and round.
    let mut sound = tone::tone(300.0, 1000, 0.3);
    sound.extend(tone::pause(9_000));
    let codes: Vec<u8> = sound.iter().map(|sample| voice::audio::g711::Law::A.encode(*sample)).collect();
    std::fs::write(folder.join("speech.alaw"), codes)?;
    let before = used();
    let began = Instant::now();
    house.punctuality();
    let child = tokio::process::Command::new("sipp")
        .current_dir(folder)
        .arg(house.address().to_string())
        .args([
            "-i",
            "127.0.0.1",
            "-sf",
            "calls.xml",
            "-nostdin",
            "-trace_stat",
            "-stf",
            "stat.csv",
            "-fd",
            "1",
        ])
        .args(["-mp", "40000", "-buff_size", "4194304"])
        .args(["-r", &load.rate.to_string(), "-d", &(load.secs * 1000).to_string()])
        .args(["-m", &load.calls.to_string(), "-l", &load.calls.to_string(), "-timeout", "300"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return Ok(json!("sipp is not installed")) };
    let (mut most, mut steady) = (0, Vec::new());
    let mut last = (Instant::now(), used().0);
    while child.try_wait()?.is_none() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let legs = house.counts().legs;
        most = most.max(legs);
        let now = (Instant::now(), used().0);
        if legs * 10 >= load.calls * 9 {
            steady.push((now.1 - last.1) / (now.0 - last.0).as_secs_f64());
        }
        last = now;
    }
    let seconds = began.elapsed().as_secs_f64();
    let after = used();
    let sender = house.punctuality();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let csv = std::fs::read_to_string(folder.join("stat.csv")).unwrap_or_default();
    let mut rows = csv.lines();
    let names: Vec<&str> = rows.next().unwrap_or_default().split(';').collect();
    let values: Vec<&str> = rows.next_back().unwrap_or_default().split(';').collect();
    let figure = |name: &str| {
        names
            .iter()
            .position(|known| *known == name)
            .and_then(|at| values.get(at))
            .map_or("", |value| *value)
            .to_owned()
    };
    steady.sort_by(f64::total_cmp);
    let counts = house.counts();
    Ok(json!({
        "calls": load.calls, "rate_asked": load.rate, "secs_each": load.secs,
        "succeeded": figure("SuccessfulCall(C)"), "failed": figure("FailedCall(C)"),
        "retransmissions": figure("Retransmissions(C)"), "answer_time": figure("ResponseTime1(C)"),
        "most_legs": most, "seconds": seconds.round(),
        "cores_mean": (after.0 - before.0) / seconds,
        "cores_while_full_median": steady.get(steady.len() / 2),
        "memory_mib": after.1.round(),
        "packets": sender.packets, "late_over_5_ms": sender.late, "worst_late_ms": sender.worst_us / 1000,
        "left_over": {"legs": counts.legs, "sides": counts.sides, "dialogs": counts.dialogs},
    }))
}
