//! What every entry must hold, whoever brings it.

use std::collections::{BTreeSet, HashSet};

use super::fault::Fault;
use super::vocabulary::Vocabulary;
use crate::model::{Clause, Entry};

/// The longest answer, in characters. Written answers aim at 120; this is the limit of what is bearable when spoken.
pub const MAX_ANSWER_CHARS: usize = 300;
const MAX_ID_BYTES: usize = 80;
const MAX_TITLE_CHARS: usize = 200;
const MAX_LINE_CHARS: usize = 500;
const MAX_CLAUSE_CHARS: usize = 20_000;
const MAX_LIST: usize = 500;

/// Whether an id is well formed: small letters, digits and hyphens, beginning with a letter or digit.
pub fn id_is_sound(id: &str) -> bool {
    id.len() <= MAX_ID_BYTES
        && id.bytes().next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl Entry {
    /// Everything wrong with the entry; empty when it may be published.
    pub fn faults(&self, vocabulary: &Vocabulary) -> Vec<Fault> {
        let mut faults = Faults::default();
        if !id_is_sound(&self.id) {
            faults.add("id", "编号只能用小写字母、数字和连字符，不超过80个字符，如 gjj-zufang-tiqu。");
        }
        faults.text("title", &self.title, MAX_TITLE_CHARS);
        faults.text("answer", &self.answer, MAX_ANSWER_CHARS);
        faults.text("owner", &self.owner, MAX_TITLE_CHARS);
        if !vocabulary.knows_domain(&self.domain) {
            let known = names(&vocabulary.domains);
            faults.add("domain", format!("没有“{}”这个业务领域，请从这些里选：{known}。", self.domain));
        } else if self.domain.trim().is_empty() {
            faults.add("domain", "没有填写业务领域。");
        }
        if self.region.trim().is_empty() {
            faults.add("region", "没有填写适用地区，全国适用的填“全国”。");
        } else if !vocabulary.knows_region(&self.region) {
            faults.add(
                "region",
                format!("没有“{}”这个地区，请填“全国”或本地的市、区、镇、街道、园区全名。", self.region),
            );
        }
        for (field, lines) in [("tags", &self.tags), ("questions", &self.questions), ("tests", &self.tests)] {
            faults.lines(field, lines);
        }
        if self.clauses.is_empty() {
            faults.add("clauses", "至少要有一个条款，写明依据的原文和出处。");
        }
        if self.clauses.len() > MAX_LIST {
            faults.add("clauses", format!("条款超过{MAX_LIST}个，请拆成几个条目。"));
        }
        let mut ids = HashSet::new();
        for (at, clause) in self.clauses.iter().enumerate() {
            if !ids.insert(clause.id.as_str()) {
                let message = format!("条款编号“{}”重复，同一条目里每个条款要用不同的编号。", clause.id);
                faults.add(format!("clauses[{at}].id"), message);
            }
            faults.clause(at, clause);
        }
        faults.0
    }
}

fn names(set: &BTreeSet<String>) -> String {
    set.iter().map(String::as_str).collect::<Vec<_>>().join("、")
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Fault::new(field, message));
    }

    fn text(&mut self, field: impl Into<String>, text: &str, most: usize) {
        let field = field.into();
        if text.trim().is_empty() {
            self.add(field, "没有填写，请补上。");
            return;
        }
        let chars = text.chars().count();
        if chars > most {
            self.add(field.clone(), format!("有{chars}个字，最多{most}个字，请写短些。"));
        }
        if text.chars().any(|c| c == '\0' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))) {
            self.add(field, "含有看不见的控制字符，请删去后重新填写。");
        }
    }

    fn lines(&mut self, field: &str, lines: &[String]) {
        if lines.len() > MAX_LIST {
            self.add(field, format!("超过{MAX_LIST}条，请减少一些。"));
        }
        for (at, line) in lines.iter().enumerate() {
            self.text(format!("{field}[{at}]"), line, MAX_LINE_CHARS);
        }
    }

    fn clause(&mut self, at: usize, clause: &Clause) {
        let field = |name: &str| format!("clauses[{at}].{name}");
        let id = clause.id.trim();
        if id.is_empty() || id != clause.id || id.len() > MAX_ID_BYTES || id.contains(['#', ' ']) {
            self.add(field("id"), "条款编号不能为空，不能有空格和“#”，如 \"1\"。");
        }
        self.text(field("text"), &clause.text, MAX_CLAUSE_CHARS);
        if clause.source.trim().is_empty() {
            self.add(field("source"), "没有写出处，请填法律、法规或文件的全名。");
        } else {
            self.text(field("source"), &clause.source, MAX_LINE_CHARS);
        }
        for (name, value) in [("document_number", &clause.document_number), ("article", &clause.article)] {
            if let Some(value) = value {
                self.text(field(name), value, MAX_LINE_CHARS);
            }
        }
        if let (Some(from), Some(until)) = (clause.in_force_from, clause.in_force_until)
            && until < from
        {
            let message = format!("失效日期{until}早于生效日期{from}，请核对这两个日期。");
            self.add(field("in_force_until"), message);
        }
    }
}
