//! The crates depend on each other as docs/architecture.md says, and in no other way.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail their test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Names = BTreeSet<String>;

/// What a crate's manifest asks for.
#[derive(Debug, Default)]
struct Needs {
    /// In the product: its own and its build script's.
    product: Names,
    /// In tests as well.
    everything: Names,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The crates of the workspace, as cargo reads their manifests.
fn crates() -> BTreeMap<String, Needs> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata.get("packages").and_then(Value::as_array).unwrap().iter().map(needs).collect()
}

fn needs(package: &Value) -> (String, Needs) {
    let own = package["name"].as_str().unwrap();
    let mut needs = Needs::default();
    for dependency in package["dependencies"].as_array().unwrap() {
        let name = dependency["name"].as_str().unwrap();
        // A crate names itself among its tests' dependencies to switch a feature on.
        if name == own {
            continue;
        }
        if dependency["kind"].as_str() != Some("dev") {
            needs.product.insert(name.to_owned());
        }
        needs.everything.insert(name.to_owned());
    }
    (own.to_owned(), needs)
}

/// The lines of a fenced block of docs/architecture.md: what stands before the sign, and after it.
fn block(name: &str, sign: &str) -> Vec<(String, Names)> {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let start = text.find(&format!("```{name}\n")).unwrap_or_else(|| panic!("no block {name}"));
    let lines: Vec<(String, Names)> = text
        .split_at(start)
        .1
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .map(|line| line.split_once(sign).unwrap_or_else(|| panic!("no {sign} in: {line}")))
        .map(|(left, right)| (left.trim().to_owned(), right.split_whitespace().map(str::to_owned).collect()))
        .collect();
    assert!(!lines.is_empty(), "the block {name} is empty");
    lines
}

fn arrows() -> BTreeMap<String, Names> {
    let lines = block("arrows", "->");
    let number = lines.len();
    let arrows: BTreeMap<String, Names> = lines.into_iter().collect();
    assert_eq!(arrows.len(), number, "a crate stands twice among the arrows");
    arrows
}

#[test]
fn crates_depend_on_each_other_as_the_document_says() {
    let (crates, arrows) = (crates(), arrows());
    let mut faults = Vec::new();
    for (name, needs) in &crates {
        let Some(allowed) = arrows.get(name) else {
            faults.push(format!("{name} is not among the arrows of docs/architecture.md"));
            continue;
        };
        for other in needs.everything.iter().filter(|other| crates.contains_key(*other)) {
            if !allowed.contains(other) {
                faults.push(format!("{name} -> {other} is not allowed"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_document_names_crates_that_exist_and_draws_no_ring() {
    let (crates, arrows) = (crates(), arrows());
    let mut below: Names = Names::new();
    // Crates whose every arrow leads to one already placed, until nothing is left: a ring would be left over.
    while let Some(next) = arrows
        .iter()
        .find(|(name, targets)| !below.contains(*name) && targets.is_subset(&below))
        .map(|(name, _)| name.clone())
    {
        below.insert(next);
    }
    let known: Names = crates.keys().cloned().collect();
    let named: Names = arrows.keys().cloned().collect();
    assert_eq!(named, known, "the arrows name every crate, and no other");
    assert_eq!(below, named, "arrows in a ring, or to a crate that has no line");
    let upon_the_program: Vec<&String> =
        arrows.iter().filter(|(_, targets)| targets.contains("minsheng")).map(|(name, _)| name).collect();
    assert!(upon_the_program.is_empty(), "nothing depends on the program: {upon_the_program:?}");
}

#[test]
fn what_is_kept_out_of_a_crate_stays_out() {
    let crates = crates();
    let mut faults = Vec::new();
    for (names, kept_out) in block("without", ":") {
        for name in names.split_whitespace() {
            let needs = crates.get(name).unwrap_or_else(|| panic!("no crate {name}"));
            let found: Vec<&String> = needs.product.intersection(&kept_out).collect();
            if !found.is_empty() {
                faults.push(format!("{name} is to live without {found:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
