//! `minsheng eval charter`: proves the caller's charter over every scenario of a pack, or prints how it breaks.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use dialogue::checker::{Limits, check};
use dialogue::{Boundary, Brain};
use kernel::{Clock as _, SystemClock};
use language::Reader;
use serde_json::json;

use crate::pack::PackFiles;

/// Runs the check; true when every line holds.
///
/// # Errors
/// When the pack cannot be read.
pub fn run(pack: &Path, states: usize) -> Result<bool> {
    let files = PackFiles::read(pack)?;
    let brain = brain(&files)?;
    let now = SystemClock.now();
    let entries: BTreeMap<&str, &knowledge::Entry> =
        files.entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
    let cards = |entry: &str, clause: Option<&str>| {
        entries.get(entry).and_then(|entry| entry.card(clause, now.day())).map(contact::site::card)
    };
    let started = Instant::now();
    let report = check(&brain, &cards, now, Limits { states, ..Limits::default() });
    for violation in &report.violations {
        println!("第{}条没有守住：{}（场景 {}）", violation.line, violation.what, violation.scenario);
        for line in &violation.transcript {
            println!("    {line}");
        }
    }
    for node in &report.unreached {
        println!("走不到的节点：{node}");
    }
    for scenario in &report.cut {
        println!("状态太多，走到上限为止：{scenario}");
    }
    let broken = report.violations.len();
    println!(
        "{}个场景，{}个状态，{}次转移，{}处不符",
        report.scenarios, report.states, report.transitions, broken
    );
    println!(
        "{}",
        json!({
            "scenarios": report.scenarios, "states": report.states, "transitions": report.transitions,
            "broken": broken, "seconds": started.elapsed().as_secs_f64(),
        })
    );
    Ok(broken == 0)
}

/// The brain a pack gives.
///
/// # Errors
/// When a scenario or a document cannot be read.
pub fn brain(files: &PackFiles) -> Result<Brain> {
    let texts = files.scenarios.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    let scenarios = dialogue::scenario::parse_many(texts)?;
    let boundary: Boundary = files.document("boundary")?.context("boundary.yaml")?;
    let site = contact::site::Site::from_documents(|name| files.raw(name))?;
    Ok(Brain {
        scenarios: dialogue::Scenarios::new(scenarios),
        // The laws are the engine's, whatever it is told; without the encoder the walk reads a hundred times faster.
        reader: std::sync::Arc::new(Reader::builtin().quick()),
        boundary,
        lines: site.profiles(),
        line_of_domain: site.line_of_domain(),
        skill_of_domain: site.domains.values().map(|one| (one.name.clone(), one.skill.clone())).collect(),
        on_site: site.domains.values().filter(|one| one.on_site).map(|one| one.name.clone()).collect(),
        ..Brain::default()
    })
}
