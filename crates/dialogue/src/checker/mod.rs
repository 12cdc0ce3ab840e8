//! The charter checker: walks the real engine through every scenario, state and kind of input, under every condition of
//! the parts around it, and proves that no line of the charter can be broken, or gives the shortest conversation that
//! breaks one.
//!
//! Explicit-state breadth-first search. A vertex is a conversation (without clock readings and counters that change
//! nothing) with the requests it waits for; an edge is one event. Because results of searches, queues and tickets are
//! edges too, every order is covered: words while a search is under way, hanging up while a ticket is filed.
//! What is judged ([`laws`]) is kept apart from how the engine enforces it (`guards`): the checker keeps its own books.

mod inputs;
mod laws;
mod vertex;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use kernel::Micros;
use serde::Serialize;

use crate::brain::Brain;
use crate::engine::step;
use crate::event::Card;
use crate::scenario::{HELP_FLOW, Scenario};

pub use inputs::Input;
pub use laws::Breach;
use vertex::Vertex;

/// Where cards come from: entry, clause.
pub type Cards<'a> = dyn Fn(&str, Option<&str>) -> Option<Card> + Sync + 'a;

/// A broken line of the charter with the shortest conversation that breaks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The charter's line, 1 to 10.
    pub line: u8,
    /// What is wrong.
    pub what: String,
    /// The scenario.
    pub scenario: String,
    /// The conversation, one event and its effects a line.
    pub transcript: Vec<String>,
}

/// The result of a check.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Scenarios walked.
    pub scenarios: usize,
    /// States reached.
    pub states: usize,
    /// Transitions judged.
    pub transitions: usize,
    /// The shortest violation of each line in each scenario.
    pub violations: Vec<Violation>,
    /// Nodes that no conversation reached: `scenario/node`.
    pub unreached: Vec<String>,
    /// Scenarios whose states were more than the limit, so that the proof is not whole.
    pub cut: Vec<String>,
}

/// How far to go.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most states of one walk.
    pub states: usize,
    /// Threads.
    pub threads: usize,
    /// Stop as soon as this line is found broken.
    pub stop_at: Option<u8>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { states: 1_000_000, threads: 2, stop_at: None }
    }
}

/// Checks every scenario of the brain.
///
/// Outside a flow no scenario matters, so that part of the space is walked once, whole; each scenario's own walk goes
/// through its flow and ends where the flow is left.
pub fn check(brain: &Brain, cards: &Cards<'_>, now: Micros, limits: Limits) -> Report {
    let whole = brain.scenarios.get(HELP_FLOW).map(|scenario| (scenario, Reach::Whole));
    let walks: Vec<(&Scenario, Reach)> =
        whole.into_iter().chain(brain.scenarios.iter().map(|scenario| (scenario, Reach::Flow))).collect();
    let next = AtomicUsize::new(0);
    let merged = Mutex::new(Report::default());
    std::thread::scope(|scope| {
        for _ in 0..limits.threads.max(1) {
            scope.spawn(|| {
                while let Some((scenario, reach)) = walks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = walk(brain, scenario, *reach, cards, now, limits);
                    let mut all = merged.lock().unwrap_or_else(PoisonError::into_inner);
                    all.scenarios += usize::from(*reach == Reach::Flow);
                    all.states += one.states;
                    all.transitions += one.transitions;
                    all.violations.extend(one.violations);
                    all.unreached.extend(one.unreached);
                    all.cut.extend(one.cut);
                    let found = |line: u8| all.violations.iter().any(|violation| violation.line == line);
                    if limits.stop_at.is_some_and(found) {
                        next.store(walks.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut report = merged.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.violations.sort_by(|a, b| {
        (a.line, a.transcript.len(), &a.scenario).cmp(&(b.line, b.transcript.len(), &b.scenario))
    });
    report
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Everything.
    Whole,
    /// The way into the flow and the flow itself.
    Flow,
}

struct Visited {
    vertex: Vertex,
    from: Option<usize>,
    said: String,
}

fn walk(
    brain: &Brain,
    scenario: &Scenario,
    reach: Reach,
    cards: &Cards<'_>,
    now: Micros,
    limits: Limits,
) -> Report {
    let mut visited = vec![Visited { vertex: Vertex::fresh(now), from: None, said: String::new() }];
    let mut known: HashMap<u64, usize> = HashMap::new();
    let mut todo = VecDeque::from([0_usize]);
    let mut report = Report::default();
    let mut broken: BTreeSet<u8> = BTreeSet::new();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some(at) = todo.pop_front() {
        if limits.stop_at.is_some_and(|line| broken.contains(&line)) {
            break;
        }
        let Some(vertex) = visited.get(at).map(|visited| visited.vertex.clone()) else { break };
        if let Some(flow) = vertex.state.flow.as_ref().filter(|flow| flow.scenario == scenario.id) {
            reached.insert(flow.node.clone());
            reached.extend(flow.told.iter().cloned());
        }
        if reach == Reach::Flow && !vertex.leads_into(scenario) {
            continue;
        }
        for input in inputs::of(&vertex, scenario, brain, cards, now) {
            report.transitions += 1;
            let after = step(brain, vertex.state.clone(), input.event.clone(), now);
            reached.extend(passed_nodes(scenario, &vertex, &after.state));
            let (breaches, next) = laws::judge(&vertex, &input, &after, scenario, brain, now);
            let said = vertex::line(&input, &after.effects);
            for breach in breaches {
                if broken.insert(breach.line) {
                    report.violations.push(Violation {
                        line: breach.line,
                        what: breach.what,
                        scenario: scenario.id.clone(),
                        transcript: transcript(&visited, at, &said),
                    });
                }
            }
            let key = next.key();
            if let std::collections::hash_map::Entry::Vacant(e) = known.entry(key) {
                if visited.len() >= limits.states {
                    if report.cut.is_empty() {
                        report.cut.push(scenario.id.clone());
                    }
                    continue;
                }
                e.insert(visited.len());
                todo.push_back(visited.len());
                visited.push(Visited { vertex: next, from: Some(at), said });
            }
        }
    }
    report.states = visited.len();
    report.unreached = scenario
        .nodes
        .keys()
        .filter(|node| !reached.contains(*node))
        .map(|node| format!("{}/{node}", scenario.id))
        .collect();
    report
}

/// Nodes a step ran through without stopping: branches on the way, and the last node of a flow that ended.
fn passed_nodes(scenario: &Scenario, before: &Vertex, after: &crate::state::Conversation) -> Vec<String> {
    use crate::scenario::NodeBody;
    let mut passed = Vec::new();
    let started =
        before.state.flow.as_ref().filter(|flow| flow.scenario == scenario.id).map(|flow| flow.node.clone());
    let mut todo = vec![started.unwrap_or_else(|| scenario.start.clone())];
    let moved =
        after.flow.as_ref().map(|flow| &flow.node) != before.state.flow.as_ref().map(|flow| &flow.node);
    if !moved {
        return passed;
    }
    let value = |slot: &str| {
        let own = format!("{}.{slot}", scenario.id);
        after.passport.value(&own).or_else(|| after.passport.value(slot)).map(str::to_owned)
    };
    while let Some(at) = todo.pop() {
        if passed.contains(&at) || passed.len() > 64 {
            continue;
        }
        let Some(node) = scenario.nodes.get(&at) else { continue };
        passed.push(at.clone());
        if after.flow.as_ref().is_some_and(|flow| flow.node == at) {
            break;
        }
        match &node.body {
            NodeBody::Branch { cases, otherwise } => {
                let case = cases
                    .iter()
                    .find(|case| case.when.iter().all(|(slot, test)| test.holds(value(slot).as_deref())));
                todo.push(case.map_or(otherwise, |case| &case.to).clone());
            }
            NodeBody::Answer(_) | NodeBody::Knowledge | NodeBody::Ticket(_) if passed.len() > 1 => {}
            _ => todo.extend(node.next.clone()),
        }
    }
    passed
}

fn transcript(visited: &[Visited], mut at: usize, last: &str) -> Vec<String> {
    let mut lines = vec![last.to_owned()];
    while let Some(one) = visited.get(at) {
        if !one.said.is_empty() {
            lines.push(one.said.clone());
        }
        match one.from {
            Some(from) => at = from,
            None => break,
        }
    }
    lines.reverse();
    lines
}

#[cfg(test)]
mod tests;
