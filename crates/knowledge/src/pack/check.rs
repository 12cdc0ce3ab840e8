//! What the files of a pack say about each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_yaml_ng::Value;

use super::load::Pack;
use super::model::{Hours, ScopeLevel};
use crate::entry::Fault;
use crate::model::Entry;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Everything that names something which is not there, or is told twice.
pub(super) fn faults(pack: &Pack) -> Vec<Fault> {
    let mut check = Check { pack, faults: Vec::new() };
    check.domains();
    check.organisation();
    check.lines();
    check.staff();
    check.boundary();
    check.answers();
    check.faults
}

struct Check<'a> {
    pack: &'a Pack,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn add(&mut self, file: &str, field: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault::new(field, message).at(file, None));
    }

    fn unique<'b>(&mut self, file: &str, what: &str, ids: impl Iterator<Item = &'b str>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id) {
                self.add(file, id, format!("{what}“{id}”写了两遍，请改掉一处。"));
            }
        }
    }

    fn known_domains(&mut self, file: &str, owner: &str, domains: &[String]) {
        for domain in domains {
            if !self.pack.domains.iter().any(|known| known.name == *domain) {
                self.add(file, owner, format!("没有“{domain}”这个业务领域，请从domains.yaml里选。"));
            }
        }
    }

    fn domains(&mut self) {
        let pack = self.pack;
        self.unique("domains.yaml", "代码", pack.domains.iter().map(|domain| domain.code.as_str()));
        self.unique("domains.yaml", "名称", pack.domains.iter().map(|domain| domain.name.as_str()));
    }

    fn organisation(&mut self) {
        const FILE: &str = "organisation.yaml";
        let pack = self.pack;
        let Some(organisation) = &pack.organisation else { return };
        self.unique(FILE, "地点代码", organisation.places.iter().map(|place| place.code.as_str()));
        self.unique(FILE, "单位编号", organisation.units.iter().map(|unit| unit.id.as_str()));
        for unit in &organisation.units {
            self.known_domains(FILE, &unit.id, &unit.leads);
            self.known_domains(FILE, &unit.id, &unit.domains);
            if let Some(parent) = &unit.parent
                && !organisation.units.iter().any(|known| known.id == *parent)
            {
                self.add(FILE, unit.id.as_str(), format!("上级单位“{parent}”不存在，请核对parent。"));
            }
            if let Some(place) = &unit.place
                && !organisation.places.iter().any(|known| known.code == *place)
            {
                self.add(FILE, unit.id.as_str(), format!("地点“{place}”不存在，请核对place。"));
            }
        }
        for domain in &pack.domains {
            let leaders: Vec<&str> = organisation
                .units
                .iter()
                .filter(|unit| unit.leads.contains(&domain.name))
                .map(|unit| unit.id.as_str())
                .collect();
            if leaders.len() != 1 {
                let message = format!(
                    "“{}”应由一个单位牵头，现在有{}个（{}），请改leads。",
                    domain.name,
                    leaders.len(),
                    leaders.join("、")
                );
                self.add(FILE, "leads", message);
            }
        }
    }

    fn lines(&mut self) {
        const FILE: &str = "lines.yaml";
        let pack = self.pack;
        self.unique(FILE, "热线编号", pack.lines.iter().map(|line| line.id.as_str()));
        self.unique("queues.yaml", "队列编号", pack.queues.iter().map(|queue| queue.id.as_str()));
        for line in &pack.lines {
            self.known_domains(FILE, &line.id, &line.domains);
            if !pack.queues.iter().any(|queue| queue.id == line.queue) {
                let message = format!("队列“{}”不存在，请从queues.yaml里选。", line.queue);
                self.add(FILE, line.id.as_str(), message);
            }
            let others = line.after_hours_line.iter().chain(&line.parent).chain(&line.business_lines);
            for other in others {
                if !pack.lines.iter().any(|known| known.id == *other) {
                    self.add(FILE, line.id.as_str(), format!("热线“{other}”不存在，请核对编号。"));
                }
            }
            if line.lane.as_deref().is_some_and(|lane| !["normal", "elderly", "dialect"].contains(&lane)) {
                self.add(FILE, line.id.as_str(), "lane 只能是 normal、elderly、dialect。");
            }
            if !line.greeting.contains("机器") {
                self.add(FILE, line.id.as_str(), "问候语要说明是机器在接听，请补上。");
            }
            for hours in &line.hours {
                if !hours_are_sound(hours) {
                    let message =
                        "服务时间写法不对：days 如 mon-fri，from、to 如 08:30 和 24:00，结束要晚于开始。";
                    self.add(FILE, line.id.as_str(), message);
                }
            }
        }
    }

    fn staff(&mut self) {
        const FILE: &str = "staff.yaml";
        let pack = self.pack;
        self.unique(FILE, "账号", pack.staff.iter().map(|account| account.login.as_str()));
        for account in &pack.staff {
            if account.skills.values().any(|level| !(1..=5).contains(level)) {
                self.add(FILE, account.login.as_str(), "技能等级只能是1到5。");
            }
            let known = pack.organisation.as_ref().is_none_or(|organisation| match account.scope.level {
                ScopeLevel::District => organisation.district.code == account.scope.id,
                ScopeLevel::Place => organisation.places.iter().any(|place| place.code == account.scope.id),
                ScopeLevel::Unit => organisation.units.iter().any(|unit| unit.id == account.scope.id),
            });
            if !known {
                let message =
                    format!("数据范围“{}”在organisation.yaml里没有，请核对scope。", account.scope.id);
                self.add(FILE, account.login.as_str(), message);
            }
        }
    }

    fn boundary(&mut self) {
        const FILE: &str = "boundary.yaml";
        let pack = self.pack;
        let allowed: [(&str, &[&str]); 4] = [
            ("kind", &["consult", "help", "complaint", "report", "suggestion", "praise", "other", "*"]),
            ("urgency", &["normal", "urgent", "*"]),
            ("lane", &["normal", "elderly", "dialect", "*"]),
            ("treat", &["bot", "human_first", "human_only"]),
        ];
        for (at, row) in pack.boundary.iter().enumerate() {
            if row.matter != "*" {
                self.known_domains(
                    FILE,
                    &format!("boundary[{at}].matter"),
                    std::slice::from_ref(&row.matter),
                );
            }
            let values = [&row.kind, &row.urgency, &row.lane, &row.treat];
            for ((field, known), value) in allowed.iter().zip(values) {
                if !known.contains(&value.as_str()) {
                    let message = format!("不能填“{value}”，可填的有：{}。", known.join("、"));
                    self.add(FILE, format!("boundary[{at}].{field}"), message);
                }
            }
        }
    }

    /// Every answer a scenario gives must stand in the knowledge of the pack.
    fn answers(&mut self) {
        let pack = self.pack;
        let entries: HashMap<&str, &Entry> =
            pack.entries.iter().map(|entry| (entry.id.as_str(), entry)).collect();
        for scenario in &pack.scenarios {
            for (node, (entry, clause)) in answers_of(&scenario.yaml) {
                let message = match (entries.get(entry.as_str()), clause) {
                    (None, _) => format!("节点“{node}”引用的条目“{entry}”不存在，请核对编号。"),
                    (Some(known), Some(clause)) if !known.clauses.iter().any(|known| known.id == clause) => {
                        format!("节点“{node}”引用的条款“{entry}#{clause}”不存在，请核对条款编号。")
                    }
                    _ => continue,
                };
                self.add(&scenario.file, format!("nodes.{node}.answer"), message);
            }
        }
    }
}

/// The entries a scenario's nodes answer from: node, entry and clause. Empty for a text that is not a scenario.
pub(crate) fn answers_of(yaml: &str) -> BTreeMap<String, (String, Option<String>)> {
    let Ok(value) = serde_yaml_ng::from_str::<Value>(yaml) else { return BTreeMap::new() };
    let Some(nodes) = value.get("nodes").and_then(Value::as_mapping) else { return BTreeMap::new() };
    nodes
        .iter()
        .filter_map(|(name, node)| {
            let answer = node.get("answer")?.as_str()?;
            let (entry, clause) = match answer.split_once('#') {
                Some((entry, clause)) => (entry, Some(clause.to_owned())),
                None => (answer, None),
            };
            Some((name.as_str()?.to_owned(), (entry.to_owned(), clause)))
        })
        .collect()
}

fn hours_are_sound(hours: &Hours) -> bool {
    let day = |name: &str| DAYS.contains(&name.trim());
    let days = hours.days.split(',').all(|part| match part.split_once('-') {
        Some((from, to)) => day(from) && day(to),
        None => day(part),
    });
    matches!((minutes(&hours.from), minutes(&hours.to)), (Some(from), Some(to)) if days && from < to)
}

/// Minutes after midnight, of exactly `HH:MM`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| if part.len() == 2 { part.parse::<u32>().ok() } else { None };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 24 * 60).then_some(all)
}

impl super::load::ScenarioText {
    /// The entries its nodes answer from: node, then entry and clause.
    pub fn answers(&self) -> BTreeMap<String, (String, Option<String>)> {
        answers_of(&self.yaml)
    }
}
