use std::collections::BTreeMap;

use super::*;
use crate::boundary::Boundary;
use crate::brain::{LineProfile, Policy};
use crate::guards::{Guard, Guards};
use crate::scenario::{Scenarios, parse};

/// As far as a unit test goes; `minsheng eval charter` goes to the end.
const STATES: usize = 12_000;

const FLOW: &str = r"
id: sample
title: 租房提取公积金
domain: 公积金
kind: consult
triggers: [我租房子想提公积金, 租房提取]
slots:
  has_home: {type: yes_no, ask: 您名下有房吗？, reask: 房本上有没有您的名字？}
  months: {type: number, unit: 个月, ask: 连续交了几个月？}
start: basics
nodes:
  basics: {answer: sample-entry, next: home}
  home: {ask: has_home, next: months}
  months: {ask: months, next: decide}
  decide:
    branch:
      - when: {has_home: yes}
        to: not_now
      - when: {months: {lt: 3}}
        to: wait
    else: repair
  not_now: {answer: sample-entry#1, next: done}
  wait: {knowledge: true, next: done}
  repair:
    ticket: {kind: help, category: 人工核查, needs: [place, phone]}
    next: done
  done: {end: 还有别的事，您接着说就行。}
";

const LATE: &str = r"
id: late
title: 先问两句
domain: 其他
kind: consult
triggers: [我想问一件事, 打听个事]
slots:
  a: {type: yes_no, ask: 是第一种吗？}
start: a
nodes:
  a: {ask: a, next: pick}
  pick: {answer: sample-entry, next: done}
  done: {end: 好的。}
";

fn brain(guards: Guards) -> Brain {
    let scenarios = [FLOW, LATE].map(|text| parse("sample.yaml", text).unwrap());
    // The site's own greeting forgets to say that a machine speaks: the guard must add it.
    let line = LineProfile {
        id: "12345".to_owned(),
        name: "12345".to_owned(),
        greeting: "您好，请说。".to_owned(),
        domains: vec![],
    };
    Brain {
        scenarios: Scenarios::new(scenarios),
        boundary: Boundary::default(),
        lines: BTreeMap::from([("12345".to_owned(), line)]),
        policy: Policy::default(),
        guards,
        ..Brain::default()
    }
}

fn run(guards: Guards, stop_at: Option<u8>) -> Report {
    let now = Micros(1_790_000_000_000_000);
    let cards =
        |entry: &str, _: Option<&str>| Some(Card { entry_id: entry.to_owned(), ..inputs::sample(now) });
    check(&brain(guards), &cards, now, Limits { stop_at, states: STATES, ..Limits::default() })
}

#[test]
fn the_charter_holds() {
    let report = run(Guards::default(), None);
    let mut shown = std::collections::BTreeSet::new();
    for violation in report.violations.iter().filter(|violation| shown.insert(violation.line)) {
        println!("第{}条：{}\n{}", violation.line, violation.what, violation.transcript.join("\n"));
    }
    println!("{} states, {} transitions", report.states, report.transitions);
    assert!(report.violations.is_empty(), "{} violations", report.violations.len());
    assert!(report.unreached.is_empty(), "not reached: {:?}", report.unreached);
    assert!(report.states > 1_000, "the walk is wide: {}", report.states);
}

#[test]
fn removing_any_enforcing_line_is_caught() {
    let mut missed = Vec::new();
    // A valid scenario has no silent loop, so `Progress`, the net under a database touched by hand, cannot be reached here.
    for (guard, line) in Guard::ALL.into_iter().filter(|(guard, _)| *guard != Guard::Progress) {
        let report = run(Guards::without(guard), Some(line));
        if !report.violations.iter().any(|violation| violation.line == line) {
            missed.push(guard);
        }
    }
    assert!(missed.is_empty(), "the checker did not notice that these were removed: {missed:?}");
}
