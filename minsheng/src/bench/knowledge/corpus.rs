//! What is measured on: the pack's entries, real service items and real questions where they are at hand, and copies for other
//! places until the wanted size is reached. The same every time.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, Result};
use knowledge::{Clause, Entry, EntryKind};
use serde::Deserialize;
use serde_json::Value;

use crate::pack::PackFiles;

/// From this size on the real questions are among the entries: they ask about everything, not about services alone.
const WITH_QUESTIONS: usize = 40_000;
/// Syllables of made-up places.
const NAMES: [char; 24] = [
    '东', '西', '南', '北', '湖', '山', '桥', '溪', '江', '洋', '塘', '岙', '浦', '渡', '田', '陈', '林',
    '周', '石', '龙', '云', '新', '古', '白',
];
/// What such places are.
const KINDS: [&str; 3] = ["镇", "街道", "乡"];

/// Entries and the questions to ask of them.
#[derive(Debug)]
pub struct Corpus {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Questions, each with the entry that answers it.
    pub questions: Vec<(String, String)>,
    /// Where they come from.
    pub from: &'static str,
}

/// As many entries as wanted, and at most `asked` questions to some of them.
///
/// # Errors
/// When the pack or a data file does not read.
pub fn corpus(size: usize, asked: usize, pack: &Path, data: &Path) -> Result<Corpus> {
    let mut entries = PackFiles::read(pack)?.entries;
    entries.truncate(size / 2);
    let mut questions: Vec<(String, String)> = Vec::new();
    for entry in &entries {
        questions.extend(entry.tests.iter().map(|test| (test.clone(), entry.id.clone())));
    }
    let items = data.join("gov_items/items.jsonl");
    let real = items.is_file();
    let services = if real { services(&items)? } else { entries.clone() };
    let faq = data.join("faq");
    if size >= WITH_QUESTIONS && faq.is_dir() {
        let (more, asked) = faq_of(&faq)?;
        entries.extend(more);
        questions.extend(asked);
    }
    let mut copy = usize::from(!real);
    while entries.len() < size && !services.is_empty() {
        let missing = size - entries.len();
        entries.extend(services.iter().take(missing).map(|entry| elsewhere(entry, copy)));
        copy += 1;
    }
    entries.truncate(size);
    let held: HashSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    questions.retain(|(_, gold)| held.contains(gold.as_str()));
    let stride = (questions.len() / asked.max(1)).max(1);
    let questions = questions.into_iter().step_by(stride).take(asked).collect();
    let from = if real { "pack, service items, questions, copies" } else { "pack, copies" };
    Ok(Corpus { entries, questions, from })
}

/// The entry as it would stand for a made-up place; copy 0 is the entry itself.
fn elsewhere(entry: &Entry, copy: usize) -> Entry {
    if copy == 0 {
        return entry.clone();
    }
    let letter = |at: usize| NAMES.get(at % NAMES.len()).copied().unwrap_or('东');
    let kind = KINDS.get(copy % KINDS.len()).copied().unwrap_or("镇");
    let place = format!("{}{}{kind}", letter(copy), letter(copy / NAMES.len() + copy * 7));
    let named = |text: &String| format!("{place}{text}");
    Entry {
        id: format!("{}-{copy}", entry.id),
        title: named(&entry.title),
        answer: named(&entry.answer),
        questions: entry.questions.iter().map(named).collect(),
        tests: Vec::new(),
        ..entry.clone()
    }
}

/// A service item as its site publishes it; only the fields that are read.
#[derive(Debug, Deserialize)]
struct Item {
    #[serde(rename = "TASK_CODE")]
    code: String,
    #[serde(rename = "TASK_NAME")]
    name: String,
    #[serde(rename = "DEPT_NAME", default)]
    unit: Option<String>,
    #[serde(default)]
    handle_location: Option<String>,
    #[serde(default)]
    handle_time_limit: Option<String>,
    #[serde(default)]
    accept_standard: Option<String>,
    #[serde(default)]
    consult_phone: Option<String>,
    #[serde(default)]
    material_intro: Value,
}

/// Each service item as up to four entries: conditions, materials, place, time and telephone.
fn services(file: &Path) -> Result<Vec<Entry>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut out = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let item: Item =
            serde_json::from_str(line).with_context(|| format!("{}:{}", file.display(), at + 1))?;
        let materials: Vec<&str> =
            item.material_intro.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let time = item.handle_time_limit.as_deref().map(|days| {
            format!("承诺{days}内办结，咨询电话{}。", item.consult_phone.as_deref().unwrap_or("见办事指南"))
        });
        let said = [
            ("tiaojian", "办理条件", "要符合什么条件才能办", item.accept_standard.clone()),
            ("cailiao", "申请材料", "要带哪些材料", Some(materials.join("；"))),
            ("didian", "办理地点", "在哪里办", item.handle_location.clone()),
            ("shixian", "办理时限", "要多久，打什么电话问", time),
        ];
        for (code, what, asks, text) in said {
            let Some(text) = text.filter(|text| text.chars().count() > 3) else { continue };
            out.push(service(&item, at, code, what, asks, &text));
        }
    }
    Ok(out)
}

fn service(item: &Item, at: usize, code: &str, what: &str, asks: &str, text: &str) -> Entry {
    let unit = item.unit.clone().unwrap_or_default();
    let clause = Clause {
        id: "1".to_owned(),
        text: text.to_owned(),
        source: format!("{unit}办事指南"),
        document_number: Some(item.code.clone()),
        article: None,
        in_force_from: None,
        in_force_until: None,
        local: true,
    };
    Entry {
        id: format!("item-{at}-{code}"),
        title: format!("{}{what}", item.name),
        domain: "其他".to_owned(),
        kind: EntryKind::Guide,
        region: knowledge::model::EVERYWHERE.to_owned(),
        tags: Vec::new(),
        owner: unit,
        answer: text.chars().take(knowledge::entry::MAX_ANSWER_CHARS).collect(),
        questions: vec![format!("{}{asks}", item.name)],
        clauses: vec![clause],
        tests: Vec::new(),
    }
}

#[derive(Deserialize)]
struct Known {
    kb_id: String,
    question: String,
}

#[derive(Deserialize)]
struct AskedOf {
    query: String,
    gold_kb_id: String,
}

/// Entries, and questions with the entry each is about.
type Faq = (Vec<Entry>, Vec<(String, String)>);

fn faq_of(folder: &Path) -> Result<Faq> {
    let known: Vec<Known> =
        csv::Reader::from_path(folder.join("kb_28018.csv"))?.deserialize().collect::<Result<_, _>>()?;
    let asked: Vec<AskedOf> =
        csv::Reader::from_path(folder.join("queries_dev.csv"))?.deserialize().collect::<Result<_, _>>()?;
    let item = Item {
        code: String::new(),
        name: String::new(),
        unit: None,
        handle_location: None,
        handle_time_limit: None,
        accept_standard: None,
        consult_phone: None,
        material_intro: Value::Null,
    };
    let entries = known.into_iter().enumerate().map(|(at, row)| Entry {
        id: row.kb_id,
        title: row.question.clone(),
        questions: Vec::new(),
        ..service(&item, at, "", "", "", &row.question)
    });
    Ok((entries.collect(), asked.into_iter().map(|row| (row.query, row.gold_kb_id)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_data_the_pack_is_copied_and_twice_the_same() {
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs/starter");
        let one = corpus(3_000, 50, &pack, Path::new("/nowhere")).unwrap();
        let two = corpus(3_000, 50, &pack, Path::new("/nowhere")).unwrap();
        assert_eq!(one.entries, two.entries);
        assert_eq!((one.entries.len(), one.questions.len()), (3_000, 50));
        let ids: HashSet<&str> = one.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids.len(), 3_000);
        assert!(one.questions.iter().all(|(_, gold)| ids.contains(gold.as_str())));
    }
}
