//! A follow-up answered from the entry just given: 要是反悔了呢 after the answer about the thirty days.

use jiff::civil::Date;
use language::plain::squash;
use language::segment::Segmenter;

use crate::model::{AnswerCard, Entry};

/// At least this much of what the words ask about must stand in one sentence.
const COVERED: f32 = 0.6;
/// Words that ask, join or fill, and say nothing about the matter.
const EMPTY: [&str; 60] = [
    "那",
    "那么",
    "要是",
    "如果",
    "的话",
    "呢",
    "吗",
    "啊",
    "呀",
    "吧",
    "了",
    "的",
    "也",
    "还",
    "都",
    "就",
    "又",
    "是",
    "不是",
    "我",
    "我们",
    "你",
    "你们",
    "他",
    "她",
    "它",
    "他们",
    "这",
    "这个",
    "那个",
    "这样",
    "这种",
    "能",
    "可以",
    "要",
    "不要",
    "要不要",
    "能不能",
    "行",
    "不行",
    "行不行",
    "可不可以",
    "怎么",
    "怎么办",
    "什么",
    "有没有",
    "没有",
    "会",
    "会不会",
    "去",
    "来",
    "在",
    "到",
    "有",
    "得",
    "被",
    "把",
    "给",
    "用",
    "请问",
];
/// Questions by what answers them: the words of the question, and those of an answer.
const ASKS: [(&[&str], &[&str]); 5] = [
    (
        &["要不要钱", "要钱", "花多少钱", "多少钱", "罚钱", "收钱", "花钱", "收费", "费用", "贵不贵"],
        &["费", "元", "免费", "罚款"],
    ),
    (
        &["多久", "几天", "多长时间", "多少天", "几个月", "什么时候"],
        &["日", "天", "个月", "年", "小时", "时限"],
    ),
    (
        &["哪里", "哪儿", "去哪", "什么地方", "哪个部门"],
        &["窗口", "中心", "机关", "机构", "网上", "派出所", "部门"],
    ),
    (&["什么材料", "带什么", "哪些材料", "材料"], &["材料", "证明", "身份证", "户口", "凭"]),
    (&["多少", "几个", "几成", "比例"], &["百分之", "%", "倍", "个", "元", "成"]),
];

impl Entry {
    /// The sentence of the answer or of a clause in force that speaks of what the words ask about, with its sources; nothing
    /// where none does.
    pub fn within(&self, words: &str, day: Date) -> Option<AnswerCard> {
        let whole = self.card(None, day)?;
        let asked = Asked::of(words)?;
        let spoken = sentences(&whole.text).map(|sentence| (sentence, None));
        let clauses = whole.citations.iter().enumerate();
        let clauses =
            clauses.flat_map(|(at, cited)| sentences(&cited.text).map(move |sentence| (sentence, Some(at))));
        let mut best: Option<(f32, &str, Option<usize>)> = None;
        for (sentence, at) in spoken.chain(clauses) {
            let score = asked.covered_by(sentence);
            // The caller's answer comes first and wins a draw: it is written for the ear.
            if score >= COVERED && best.is_none_or(|(known, ..)| score > known + 0.01) {
                best = Some((score, sentence, at));
            }
        }
        let (_, sentence, at) = best?;
        let text = sentence.to_owned();
        let citations = match at.and_then(|at| whole.citations.get(at)) {
            Some(cited) => vec![cited.clone()],
            None => whole.citations.clone(),
        };
        Some(AnswerCard { text, citations, ..whole })
    }
}

/// What a follow-up asks about.
struct Asked {
    words: Vec<String>,
    answers: &'static [&'static str],
}

impl Asked {
    fn of(words: &str) -> Option<Self> {
        let mut rest = squash(words);
        let mut answers: &[&str] = &[];
        for (questions, answered_by) in ASKS {
            if let Some(question) = questions.iter().find(|question| rest.contains(**question)) {
                rest = rest.replacen(question, "，", 1);
                answers = answered_by;
                break;
            }
        }
        let words: Vec<String> = Segmenter::common()
            .words(&rest)
            .into_iter()
            .filter(|word| !EMPTY.contains(word) && word.chars().any(char::is_alphanumeric))
            .map(str::to_owned)
            .collect();
        (!words.is_empty() || !answers.is_empty()).then_some(Self { words, answers })
    }

    /// How much of it a sentence speaks of, by length of words; a question of amount or time must find one as well.
    fn covered_by(&self, sentence: &str) -> f32 {
        if !self.answers.is_empty() && !self.answers.iter().any(|mark| sentence.contains(mark)) {
            return 0.0;
        }
        let length = |word: &str| word.chars().map(|_| 1.0_f32).sum::<f32>();
        let all: f32 = self.words.iter().map(|word| length(word)).sum();
        let found: f32 =
            self.words.iter().filter(|word| sentence.contains(word.as_str())).map(|word| length(word)).sum();
        // 要几天 asked of an answer that names days needs no more words in common.
        let named = !self.answers.is_empty() && self.words.len() <= 2;
        match all {
            0.0 => 1.0,
            _ if named => (found / all).max(COVERED),
            _ => found / all,
        }
    }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '；', '！', '？', '\n'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
}
