//! What a scenario must be before it may run: every way leads on and ends, questions are few, no fact stands in `say`.

use std::collections::{BTreeMap, BTreeSet};

use super::common::is_common_slot;
use super::error::Problem;
use super::model::{NodeBody, Scenario, SlotType};
use super::parse::line_of;

/// Words that only the engine may say, because it alone knows whether they are true (charter line 8).
const RESERVED: &[&str] = &["转接", "为您转", "给您转", "正在转", "为您接通", "正在接通", "我是真人", "工号"];

/// All faults of a scenario.
pub fn validate(scenario: &Scenario, file: &str, text: &str) -> Vec<Problem> {
    let mut check = Check { scenario, file, text, problems: Vec::new() };
    check.head();
    check.references();
    check.reachable();
    check.questions();
    check.loops();
    check.problems
}

struct Check<'a> {
    scenario: &'a Scenario,
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

/// The nodes a node leads to.
fn leads_to<'a>(scenario: &'a Scenario, name: &str) -> Vec<&'a str> {
    let Some(node) = scenario.nodes.get(name) else { return Vec::new() };
    let mut targets: Vec<&str> = node.next.iter().map(String::as_str).collect();
    if let NodeBody::Branch { cases, otherwise } = &node.body {
        targets.extend(cases.iter().map(|case| case.to.as_str()));
        targets.push(otherwise);
    }
    targets
}

impl Check<'_> {
    fn fault(&mut self, at: &str, message: String) {
        let line = line_of(self.text, at);
        self.problems.push(Problem { file: self.file.to_owned(), line, message });
    }

    fn head(&mut self) {
        if self.scenario.triggers.len() < 2 {
            self.fault("triggers", "triggers 至少写2种来电人的说法。".to_owned());
        }
        if !self.scenario.nodes.contains_key(&self.scenario.start) {
            let message =
                format!("start 指向的节点“{}”不存在，请改成 nodes 里有的名字。", self.scenario.start);
            self.fault("start", message);
        }
        for (name, slot) in &self.scenario.slots {
            if slot.slot_type == SlotType::Choice && slot.options.len() < 2 {
                self.fault(name, format!("问题“{name}”是选择题，options 至少要有2项。"));
            }
            if slot.ask.trim().is_empty() {
                self.fault(name, format!("问题“{name}”没有问句，请写 ask。"));
            }
        }
    }

    fn references(&mut self) {
        let scenario = self.scenario;
        for (name, node) in &scenario.nodes {
            for target in leads_to(scenario, name) {
                if !scenario.nodes.contains_key(target) {
                    self.fault(name, format!("节点“{name}”指向的“{target}”不存在，请改名或补上这个节点。"));
                }
            }
            match &node.body {
                NodeBody::Ask(slot) => self.slot(name, slot),
                NodeBody::Ticket(ticket) => ticket.needs.iter().for_each(|slot| self.slot(name, slot)),
                NodeBody::Branch { cases, .. } => {
                    cases.iter().flat_map(|case| case.when.keys()).for_each(|slot| self.slot(name, slot));
                }
                NodeBody::Say(words) | NodeBody::End(words) => {
                    if let Some(reserved) = RESERVED.iter().find(|reserved| words.contains(**reserved)) {
                        self.fault(
                            name,
                            format!("节点“{name}”的话里有“{reserved}”：转接由系统说，场景里请用 hand_over。"),
                        );
                    }
                }
                NodeBody::Answer(_) | NodeBody::Knowledge | NodeBody::HandOver(_) => {}
            }
            let ends =
                matches!(node.body, NodeBody::End(_) | NodeBody::HandOver(_) | NodeBody::Branch { .. });
            if !ends && node.next.is_none() {
                self.fault(name, format!("节点“{name}”没有下一步，请写 next，或改成 end / hand_over。"));
            }
        }
    }

    fn slot(&mut self, node: &str, slot: &str) {
        if !self.scenario.slots.contains_key(slot) && !is_common_slot(slot) {
            self.fault(node, format!("节点“{node}”用到的问题“{slot}”没有定义，请在 slots 里补上。"));
        }
    }

    fn reachable(&mut self) {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![self.scenario.start.as_str()]);
        while let Some(name) = todo.pop() {
            if seen.insert(name) {
                todo.extend(leads_to(self.scenario, name));
            }
        }
        let lost: Vec<String> =
            self.scenario.nodes.keys().filter(|name| !seen.contains(name.as_str())).cloned().collect();
        for name in lost {
            self.fault(&name, format!("节点“{name}”永远走不到，请接上或删掉。"));
        }
    }

    /// At most one question on any way to the first useful step (charter line 2).
    fn questions(&mut self) {
        let mut worst: BTreeMap<&str, u8> = BTreeMap::new();
        let mut todo = vec![(self.scenario.start.as_str(), 0_u8)];
        while let Some((name, before)) = todo.pop() {
            let Some(node) = self.scenario.nodes.get(name) else { continue };
            let asked = match node.body {
                NodeBody::Ask(_) => before.saturating_add(1),
                NodeBody::Answer(_) | NodeBody::Knowledge | NodeBody::Ticket(_) | NodeBody::HandOver(_) => {
                    continue;
                }
                _ => before,
            };
            if asked > 1 {
                self.fault(
                    name,
                    format!("到节点“{name}”已问了两个问题还没给答复：请先 answer 再问，或去掉一个问题。"),
                );
                return;
            }
            if worst.get(name).is_none_or(|known| *known < asked) {
                worst.insert(name, asked);
                todo.extend(leads_to(self.scenario, name).into_iter().map(|next| (next, asked)));
            }
        }
    }

    /// No loop without a question in it: nothing would ever change on the way round.
    fn loops(&mut self) {
        let silent: Vec<&str> = self
            .scenario
            .nodes
            .iter()
            .filter(|(_, node)| !matches!(node.body, NodeBody::Ask(_) | NodeBody::Ticket(_)))
            .map(|(name, _)| name.as_str())
            .collect();
        for start in &silent {
            let (mut seen, mut todo) = (BTreeSet::new(), leads_to(self.scenario, start));
            while let Some(name) = todo.pop() {
                if name == *start {
                    self.fault(start, format!("节点“{start}”会绕回自己而中间什么也没问，请改掉这个圈。"));
                    return;
                }
                if silent.contains(&name) && seen.insert(name) {
                    todo.extend(leads_to(self.scenario, name));
                }
            }
        }
    }
}
