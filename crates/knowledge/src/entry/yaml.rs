//! Entries from YAML, with the line of every fault and a Chinese word for it.

use std::collections::HashMap;

use super::{Fault, Vocabulary};
use crate::model::Entry;

/// The largest file of entries, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The entries of one file, or everything wrong with it.
///
/// # Errors
/// All faults found, each with its line where it can be told.
pub fn read(file: &str, text: &str, vocabulary: &Vocabulary) -> Result<Vec<Entry>, Vec<Fault>> {
    if text.len() > MAX_BYTES {
        let message = format!("文件超过{}MB，请拆成几个文件。", MAX_BYTES / 1024 / 1024);
        return Err(vec![Fault::new("", message).at(file, None)]);
    }
    let entries: Option<Vec<Entry>> =
        serde_yaml_ng::from_str(text).map_err(|error| vec![of_error(file, &error)])?;
    let entries = entries.unwrap_or_default();
    let lines = Lines::of(text);
    let mut faults = Vec::new();
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (number, entry) in entries.iter().enumerate() {
        let place = |fault: Fault| {
            let line = lines.of_field(number, &fault.field);
            let field = format!("{} {}", entry.id, fault.field);
            Fault { field, ..fault }.at(file, line)
        };
        faults.extend(entry.faults(vocabulary).into_iter().map(place));
        if let Some(before) = first.insert(&entry.id, number) {
            let before = lines.of_field(before, "id").unwrap_or(0);
            let message = format!("编号“{}”在第{before}行已经用过，请换一个编号。", entry.id);
            faults.push(place(Fault::new("id", message)));
        }
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

/// The fault of a file that does not read.
pub fn of_error(file: &str, error: &serde_yaml_ng::Error) -> Fault {
    Fault::new("", in_chinese(error)).at(file, error.location().map(|at| at.line()))
}

/// What the YAML reader complains of, in Chinese, saying what to do.
pub fn in_chinese(error: &serde_yaml_ng::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    // "[3].clauses[0]: unknown field ..." names the place before the complaint.
    let (place, what) = match text.split_once(": ") {
        Some((place, what)) if !place.contains(' ') => (format!("【{}】", place_in_chinese(place)), what),
        _ => (String::new(), text),
    };
    let quoted = |what: &str| what.split('`').nth(1).unwrap_or_default().to_owned();
    let words = if what.starts_with("unknown field") {
        let known = what.split_once("expected").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        format!("没有“{}”这个字段，请检查拼写；可用的有：{}。", quoted(what), known.join("、"))
    } else if what.starts_with("missing field") {
        format!("缺少“{}”，请补上。", quoted(what))
    } else if what.starts_with("duplicate field") || what.starts_with("duplicate entry") {
        format!("“{}”写了两遍，请删去一处。", quoted(what))
    } else if what.starts_with("unknown variant") {
        let known = what.split_once("expected").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        format!("不能填“{}”；可填的有：{}。", quoted(what), known.join("、"))
    } else if what.contains("date") || what.contains("datetime") || what.contains("month") {
        "日期写法不对，请写成“年-月-日”，如 2026-01-01，并核对这一天是否存在。".to_owned()
    } else if let Some(rest) = what.strip_prefix("invalid type: ") {
        format!("填的内容类型不对（{rest}），请对照知识包格式说明修改；像编号这样的数字请加引号。")
    } else {
        format!("格式读不懂（{what}），请检查缩进、冒号后的空格和引号是否成对。")
    };
    format!("{place}{words}")
}

/// `.[0].clauses[1].id` as a person counts: 第1条 clauses[1].id.
fn place_in_chinese(place: &str) -> String {
    let place = place.trim_start_matches('.');
    let item = place.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match item.and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest))) {
        Some((number, rest)) => {
            format!("第{}条 {}", number + 1, rest.trim_start_matches('.')).trim_end().to_owned()
        }
        None => place.to_owned(),
    }
}

/// Where the entries of a list stand in its text.
struct Lines<'a> {
    lines: Vec<&'a str>,
    /// The first line of each entry, from 0.
    begins: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let item = |line: &&str| line.starts_with('-') && !line.starts_with("---");
        let begins = lines.iter().enumerate().filter(|(_, line)| item(line)).map(|(at, _)| at).collect();
        Self { lines, begins }
    }

    /// The line (from 1) of a field of an entry, or of the entry.
    fn of_field(&self, entry: usize, field: &str) -> Option<usize> {
        let begin = *self.begins.get(entry)?;
        let end = self.begins.get(entry + 1).copied().unwrap_or(self.lines.len());
        let mut at = begin;
        // `clauses[1].source`: the key, then the item, then the key within it.
        for part in field.split('.').filter(|part| !part.is_empty()) {
            let (key, item) = part.split_once('[').unwrap_or((part, ""));
            let Some(found) = self.find(at, end, |line| is_key(line, key)) else { break };
            at = found;
            if let Ok(item) = item.trim_end_matches(']').parse::<usize>() {
                let Some(found) = self.item(at + 1, end, item) else { break };
                at = found;
            }
        }
        Some(at + 1)
    }

    fn find(&self, from: usize, to: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        (from..to).find(|at| self.lines.get(*at).is_some_and(|line| wanted(line)))
    }

    /// The line of an item of the list that begins at `from`.
    fn item(&self, from: usize, to: usize, number: usize) -> Option<usize> {
        let first = self.find(from, to, |line| line.trim_start().starts_with('-'))?;
        let indent = |at: usize| self.lines.get(at).map_or(0, |line| line.len() - line.trim_start().len());
        let depth = indent(first);
        (first..to)
            .filter(|at| {
                indent(*at) == depth
                    && self.lines.get(*at).is_some_and(|line| line.trim_start().starts_with('-'))
            })
            .nth(number)
    }
}

fn is_key(line: &str, key: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    line.trim_start_matches(['"', '\''])
        .strip_prefix(key)
        .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
}
