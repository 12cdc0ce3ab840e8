//! A document's text as a first proposal: entries by chapter, clauses by article and item, ways of asking.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use language::pinyin;

use super::fault;
use super::working::{Common, MOST_CLAUSES, Source, Working, WorkingClause, WorkingEntry};
use crate::entry::Fault;
use crate::import::convert::shortened;
use crate::split::marks::{Level, mark};
use crate::split::{self, Fate, Reason, split_beside};

/// Items under one lead-in that are together no longer than this stay one clause.
const TOGETHER: usize = 200;
/// A chapter of more clauses becomes several entries.
const MOST_TOGETHER: usize = 40;
/// Characters of an answer put together from clauses.
const ANSWER_CHARS: usize = 120;
/// Characters of a heading that go into an id.
const ID_CHARS: usize = 8;
/// The longest heading that names an entry.
const HEADING_CHARS: usize = 36;
/// Paragraphs at the head that are looked through for the document's number.
const HEAD: usize = 20;

impl Working {
    /// Reads a text. `aside` are the lines that are no part of what it says, and why.
    ///
    /// # Errors
    /// When it gives more clauses than one desk holds.
    pub fn of(text: &str, aside: &BTreeMap<usize, Reason>) -> Result<Self, Fault> {
        let found = split_beside(text, aside);
        if found.clauses.len() > MOST_CLAUSES {
            let count = found.clauses.len();
            return Err(fault(format!("这份文件能拆出{count}条，超过{MOST_CLAUSES}条，请拆成几个文件。")));
        }
        let words =
            |paragraph: &split::Paragraph| text.get(paragraph.at.clone()).unwrap_or_default().to_owned();
        let paragraphs: Vec<Source> = found
            .paragraphs
            .iter()
            .map(|paragraph| Source {
                text: words(paragraph),
                left_out: match paragraph.fate {
                    Fate::LeftOut(reason) => reason.told().to_owned(),
                    Fate::Used(_) | Fate::Merged(_) => String::new(),
                },
            })
            .collect();
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); found.clauses.len()];
        for (at, paragraph) in found.paragraphs.iter().enumerate() {
            if let Fate::Merged(clauses) = &paragraph.fate {
                above.get_mut(clauses.clone()).into_iter().flatten().for_each(|over| over.push(at));
            }
        }
        // Its number often stands between the lines of the title.
        let number = number(&paragraphs).unwrap_or_default();
        let bare = if number.is_empty() { found.title.clone() } else { found.title.replace(&number, "") };
        let title = bare.trim().to_owned();
        let entries = entries(&found, &title, above);
        let common = Common {
            source: title.clone(),
            document_number: number,
            in_force_from: in_force(&paragraphs),
            ..Common::default()
        };
        Ok(Self { title, common, paragraphs, entries })
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Lead-ins above a clause: 申请人应当提交下列材料：
fn lead(clause: &split::Clause) -> String {
    clause.path.iter().filter(|line| line.ends_with(['：', ':'])).map(String::as_str).collect()
}

/// Clauses under one chapter make one entry; a document without chapters is one, a long one several.
fn entries(found: &split::Split, title: &str, above: Vec<Vec<usize>>) -> Vec<WorkingEntry> {
    let mut groups: Vec<(String, Vec<WorkingClause>)> = Vec::new();
    let mut under: Option<&split::Clause> = None;
    for (clause, above) in found.clauses.iter().zip(above) {
        let chapter = clause.path.iter().find(|line| {
            !found.title.contains(line.as_str())
                && length(line) <= HEADING_CHARS
                && !line.ends_with(['：', ':', '。'])
        });
        let chapter = chapter.cloned().unwrap_or_default();
        let opens = mark(&clause.text).is_none_or(|mark| mark.level <= Level::Number);
        let fits = groups
            .last()
            .is_some_and(|(known, held)| *known == chapter && (held.len() < MOST_TOGETHER || !opens));
        if !fits {
            groups.push((chapter, Vec::new()));
            under = None;
        }
        let Some((_, held)) = groups.last_mut() else { continue };
        let lead = lead(clause);
        // Items of one short list belong together: a caller wants all of it.
        let joins = !lead.is_empty() && under.is_some_and(|before| before.path == clause.path);
        under = Some(clause);
        if let Some(last) =
            held.last_mut().filter(|last| joins && length(&last.text) + length(&clause.text) <= TOGETHER)
        {
            last.text.push_str(&clause.text);
            last.place = common_place(&last.place, &clause.place);
            if last.paragraphs.last() != Some(&clause.paragraph) {
                last.paragraphs.push(clause.paragraph);
            }
            continue;
        }
        held.push(WorkingClause {
            place: clause.place.clone(),
            text: format!("{lead}{}", clause.text),
            paragraphs: vec![clause.paragraph],
            above,
            replaces: None,
        });
    }
    let mut taken = BTreeSet::new();
    let mut before = String::new();
    groups
        .into_iter()
        .map(|(chapter, clauses)| {
            let again = before == chapter && !taken.is_empty();
            before.clone_from(&chapter);
            entry(title, &chapter, again, clauses, &mut taken)
        })
        .collect()
}

/// What two places in the numbering have in common: 第三条（一） and 第三条（二） are both in 第三条.
fn common_place(a: &str, b: &str) -> String {
    let same = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b).map_or(a.len(), |((at, _), _)| at);
    let same = a.get(..same).unwrap_or_default();
    same.trim_end_matches(['（', '(', '第']).to_owned()
}

fn entry(
    title: &str,
    chapter: &str,
    again: bool,
    clauses: Vec<WorkingClause>,
    taken: &mut BTreeSet<String>,
) -> WorkingEntry {
    let bare = mark(chapter).and_then(|mark| chapter.get(mark.text.len()..)).unwrap_or(chapter);
    let bare = bare.trim_matches(|c: char| c.is_whitespace() || "、.．:：".contains(c));
    let first =
        clauses.first().map(|clause| clause.text.chars().take(20).collect::<String>()).unwrap_or_default();
    let mut name = match (title.is_empty(), bare.is_empty()) {
        (true, true) => first,
        (false, true) => title.to_owned(),
        (true, false) => bare.to_owned(),
        (false, false) => format!("{title}：{bare}"),
    };
    if again && let Some(clause) = clauses.first() {
        name = format!("{name}（{}起）", clause.place);
    }
    let matter = matter(title);
    let about = match (matter.is_empty(), bare.is_empty() || GENERAL.contains(&bare)) {
        (_, true) => matter,
        (true, false) => bare.to_owned(),
        (false, false) => format!("{matter}{bare}"),
    };
    WorkingEntry {
        id: free(&spelled(&name), taken),
        answer: answer(&clauses),
        questions: questions(&about, &clauses),
        title: name,
        clauses,
        ..WorkingEntry::default()
    }
}

/// Chapters that say nothing of the matter.
const GENERAL: [&str; 5] = ["总则", "附则", "其他", "其他规定", "一般规定"];

/// What a document is about: 关于印发《高龄津贴发放办法》的通知 is about 高龄津贴发放.
fn matter(title: &str) -> String {
    let inner =
        title.split_once('《').and_then(|(_, rest)| rest.split_once('》')).map_or(title, |(inner, _)| inner);
    let inner = inner.rsplit_once("关于").map_or(inner, |(_, rest)| rest);
    let mut matter = inner.trim_start_matches("印发").trim_start_matches("做好");
    const ENDS: [&str; 16] = [
        "（试行）",
        "(试行)",
        "的通知",
        "的通告",
        "的公告",
        "的意见",
        "管理办法",
        "实施办法",
        "暂行办法",
        "实施细则",
        "工作的",
        "办法",
        "规定",
        "细则",
        "条例",
        "方案",
    ];
    while let Some(shorter) = ENDS.iter().find_map(|end| matter.strip_suffix(end)) {
        matter = shorter;
    }
    matter.trim().to_owned()
}

/// Ways in which callers might ask for what the clauses say.
fn questions(about: &str, clauses: &[WorkingClause]) -> Vec<String> {
    if !(2..=24).contains(&length(about)) {
        return Vec::new();
    }
    let says =
        |words: &[&str]| clauses.iter().any(|clause| words.iter().any(|word| clause.text.contains(word)));
    let kinds: [(&[&str], &str); 6] = [
        (&["条件", "符合", "可以申请", "可以申领", "情形之一"], "要符合什么条件"),
        (&["材料", "证件", "身份证", "提交"], "要带什么材料"),
        (&["元", "标准", "百分之", "%"], "的标准是多少"),
        (&["工作日", "办结", "期限", "日内"], "多久能办好"),
        (&["地点", "窗口", "受理机构", "向所在地", "服务中心"], "到哪里办"),
        (&["程序", "流程", "申请", "办理"], "怎么办理"),
    ];
    let mut out: Vec<String> =
        kinds.iter().filter(|(words, _)| says(words)).map(|(_, ask)| format!("{about}{ask}")).collect();
    if out.is_empty() {
        out.push(format!("{about}是怎么规定的"));
    }
    out
}

/// The first clauses that answer something, in their own words, as many as are bearable to hear.
fn answer(clauses: &[WorkingClause]) -> String {
    let purpose =
        |text: &str| text.contains("制定本") || text.contains("现就有关") || text.contains("现通知如下");
    let telling: Vec<&WorkingClause> = clauses.iter().filter(|clause| !purpose(&clause.text)).collect();
    let chosen = if telling.is_empty() { clauses.iter().collect() } else { telling };
    let mut out = String::new();
    for clause in chosen {
        let own = mark(&clause.text)
            .and_then(|mark| clause.text.get(mark.text.len()..))
            .unwrap_or(&clause.text)
            .trim();
        if !out.is_empty() && length(&out) + length(own) > ANSWER_CHARS {
            break;
        }
        out.push_str(own);
        if length(&out) >= ANSWER_CHARS {
            break;
        }
    }
    shortened(&out)
}

/// The document's number: 甬政发〔2026〕12号, 国务院令第262号.
fn number(paragraphs: &[Source]) -> Option<String> {
    let chars = |text: &str| text.chars().collect::<Vec<char>>();
    paragraphs.iter().take(HEAD).find_map(|paragraph| {
        let text = chars(&paragraph.text);
        let end = text.iter().position(|c| *c == '号')?;
        let head = text.get(..=end)?;
        let open = head.iter().rposition(|c| matches!(c, '〔' | '[' | '（' | '令'))?;
        let digits = head.get(open + 1..end)?;
        let sound = digits.iter().all(|c| c.is_ascii_digit() || matches!(c, '〕' | ']' | '）' | '第'))
            && digits.iter().any(char::is_ascii_digit);
        let begin = head.get(..open)?.iter().rposition(|c| !c.is_alphabetic()).map_or(0, |at| at + 1);
        (sound && open > begin && end - begin < 30).then(|| head.iter().skip(begin).collect())
    })
}

/// The day from which it holds: 自2026年1月1日起施行.
fn in_force(paragraphs: &[Source]) -> Option<Date> {
    paragraphs.iter().rev().find_map(|paragraph| {
        let (before, _) = ["起施行", "起执行", "起实施", "起生效"]
            .iter()
            .find_map(|word| paragraph.text.split_once(word))?;
        let (_, day) = before.rsplit_once('自')?;
        let parts: Vec<i16> = day
            .trim_end_matches('日')
            .split(['年', '月'])
            .map(|part| part.trim().parse().ok())
            .collect::<Option<_>>()?;
        let [year, month, day] = parts.as_slice() else { return None };
        Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()
    })
}

/// The sounds of the first characters: 租房提取 as `zu-fang-ti-qu`.
fn spelled(text: &str) -> String {
    let sounds: Vec<&str> = text
        .chars()
        .filter(|c| !"关于的、，：《》印发".contains(*c))
        .filter_map(pinyin::syllable)
        .take(ID_CHARS)
        .collect();
    let spelled: String = sounds
        .join("-")
        .replace('ü', "v")
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')
        .collect();
    if spelled.is_empty() { "wenjian".to_owned() } else { spelled }
}

fn free(id: &str, taken: &mut BTreeSet<String>) -> String {
    let mut number = 1;
    let mut tried = id.to_owned();
    while !taken.insert(tried.clone()) {
        number += 1;
        tried = format!("{id}-{number}");
    }
    tried
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Fate as Now;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TEXT: &str = "姜山镇高龄津贴发放办法\n姜政发〔2026〕12号\n第一章 总则\n第一条 为了保障高龄老年人的生活，制定本办法。\n\
        第二条 年满80周岁的老年人，可以申领高龄津贴，每月100元。\n第二章 申请\n第三条 申请人应当提交下列材料：\n（一）身份证；\n（二）户口本。\n\
        第四条 自受理之日起15个工作日内办结。\n第五条 本办法自2026年3月1日起施行。\n姜山镇人民政府\n2026年1月1日";

    #[test]
    fn a_document_gives_entries_by_chapter_with_whole_lists() {
        let found = Working::of(TEXT, &BTreeMap::new()).unwrap();
        let titles: Vec<&str> = found.entries.iter().map(|entry| entry.title.as_str()).collect();
        assert_eq!(titles, ["姜山镇高龄津贴发放办法：总则", "姜山镇高龄津贴发放办法：申请"], "{found:#?}");
        let list = &found.entries[1].clauses[0];
        assert_eq!(list.text, "第三条 申请人应当提交下列材料：（一）身份证；（二）户口本。");
        assert_eq!((list.place.as_str(), list.paragraphs.len()), ("第三条", 2));
        assert_eq!(found.entries[0].answer, "年满80周岁的老年人，可以申领高龄津贴，每月100元。");
        assert_eq!(found.common.document_number, "姜政发〔2026〕12号");
        assert_eq!(found.common.in_force_from, Some(date(2026, 3, 1)));
        assert!(found.entries[1].questions.contains(&"姜山镇高龄津贴发放申请要带什么材料".to_owned()));
        assert!(found.paragraphs.iter().any(|paragraph| paragraph.left_out == "落款或日期"));
        assert_eq!(found.faults(), []);
    }

    #[test]
    fn an_editor_cannot_lose_a_paragraph() {
        let mut working = Working::of(TEXT, &BTreeMap::new()).unwrap();
        let reasons: Vec<String> = working.paragraphs.iter().map(|one| one.left_out.clone()).collect();
        let mut entries = working.entries.clone();
        let gone = entries[0].clauses.remove(0);
        let before = working.clone();
        let faults = working.take(before.common.clone(), &reasons, entries.clone()).unwrap_err();
        assert!(faults[0].message.contains("还没有着落"), "{faults:?}");
        assert_eq!(working, before);
        let mut told = reasons;
        told[gone.paragraphs[0]] = "只写目的，不回答问题".to_owned();
        working.take(before.common.clone(), &told, entries).unwrap();
        assert_eq!(working.fates()[gone.paragraphs[0]], Now::LeftOut);
        let mut stranger = working.entries.clone();
        stranger[0].clauses[0].paragraphs = vec![9_999];
        assert!(working.take(before.common, &told, stranger).is_err());
    }

    #[test]
    fn a_change_to_an_entry_in_use_replaces_what_it_contradicts() {
        let working = Working::of(TEXT, &BTreeMap::new()).unwrap();
        let mut base = working.entry(&working.entries[0], None);
        base.clauses.truncate(1);
        base.title = "高龄津贴".to_owned();
        let mut entry = working.entries[1].clone();
        entry.clauses[0].replaces = Some("1".to_owned());
        let changed = working.entry(&entry, Some(&base));
        assert_eq!(changed.title, "高龄津贴");
        assert!(changed.clauses[0].text.starts_with("第三条") && changed.clauses[0].id == "1");
        assert_eq!(changed.clauses.len(), entry.clauses.len());
        assert_eq!(changed.clauses[1].id, "2");
    }

    proptest! {
        #[test]
        fn every_paragraph_is_accounted_for(text in "[第一二三章条（）。，；：\\n职工可以提取3日元]{0,200}") {
            let found = Working::of(&text, &BTreeMap::new()).unwrap();
            prop_assert_eq!(found.faults(), []);
            let kept: String = found.paragraphs.iter().flat_map(|one| one.text.chars()).filter(|c| !c.is_whitespace()).collect();
            let all: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            prop_assert_eq!(kept, all);
            for clause in found.entries.iter().flat_map(|entry| &entry.clauses) {
                for at in &clause.paragraphs {
                    let own: String = clause.text.chars().filter(|c| !c.is_whitespace()).take(8).collect();
                    prop_assert!(!own.is_empty() && *at < found.paragraphs.len());
                }
            }
        }
    }
}
