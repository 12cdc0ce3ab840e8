//! A follow-up answered from the entry just given: 要是反悔了呢 after the answer about the thirty days.

use jiff::civil::Date;
use language::plain::squash;
use language::segment::Segmenter;

use crate::model::{AnswerCard, Entry};
use crate::search::near::{Aligner, NgramVectors};

/// At least this much of what the words ask about must stand in one sentence.
const COVERED: f32 = 0.6;
/// Or be meant by it, in other words: 能让他赔钱吗 of 可以要求赔偿损失. Seen to separate the one from the other in the project's own
/// dialogues.
const MEANT: f32 = 0.5;
/// What a question, unlike a remark, holds.
const QUESTION: [&str; 22] = [
    "吗",
    "呢",
    "么",
    "几",
    "多少",
    "多久",
    "多长",
    "哪",
    "怎",
    "什么",
    "啥",
    "能",
    "可以",
    "要不要",
    "会不会",
    "行不行",
    "是不是",
    "有没有",
    "对吧",
    "是吧",
    "伐",
    "？",
];
/// Words that ask, join or fill, and say nothing about the matter.
const EMPTY: [&str; 73] = [
    "哦",
    "对",
    "说",
    "问",
    "想",
    "知道",
    "告诉",
    "自己",
    "该",
    "让",
    "谁",
    "大概",
    "那种",
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
    (
        &[
            "什么材料",
            "带什么",
            "哪些材料",
            "材料",
            "拿哪些东西",
            "带哪些东西",
            "哪些东西",
            "什么东西",
            "带啥",
            "拿什么",
        ],
        &["材料", "证明", "身份证", "户口", "凭", "票据", "清单", "照片"],
    ),
    (&["多少", "几个", "几成", "比例"], &["百分之", "%", "倍", "个", "元", "成"]),
];

/// A part of an entry that answers a follow-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Within {
    /// The sentence, with its sources.
    pub card: AnswerCard,
    /// The words themselves stand in it; otherwise it only means the like.
    pub in_words: bool,
}

impl Entry {
    /// The sentence of the answer or of a clause in force that speaks of what the words ask about, with its sources; nothing
    /// where none does.
    pub fn within(&self, words: &str, day: Date) -> Option<Within> {
        let whole = self.card(None, day)?;
        let asked = Asked::of(words)?;
        let near = NgramVectors::builtin();
        let sense = near.sense(&language::normalise::chars(&asked.words.concat()));
        let mut aligner = Aligner::new(&near, &sense);
        let spoken = sentences(&whole.text).map(|sentence| (sentence, None));
        let clauses = whole.citations.iter().enumerate();
        let clauses =
            clauses.flat_map(|(at, cited)| sentences(&cited.text).map(move |sentence| (sentence, Some(at))));
        let mut best: Option<(bool, f32, &str, Option<usize>)> = None;
        for (sentence, at) in spoken.chain(clauses) {
            let covered = asked.covered_by(sentence);
            let (in_words, score) = if covered >= COVERED {
                (true, covered)
            } else if asked.is_question && asked.may_be_answered_by(sentence) {
                (false, aligner.align(&near.sense(&language::normalise::chars(sentence))).first)
            } else {
                continue;
            };
            // The caller's answer comes first and wins a draw: it is written for the ear.
            let better =
                best.is_none_or(|(known_words, known, ..)| (in_words, score) > (known_words, known + 0.01));
            if (in_words || score >= MEANT) && better {
                best = Some((in_words, score, sentence, at));
            }
        }
        let (in_words, _, sentence, at) = best?;
        let text = sentence.to_owned();
        let citations = match at.and_then(|at| whole.citations.get(at)) {
            Some(cited) => vec![cited.clone()],
            None => whole.citations.clone(),
        };
        Some(Within { card: AnswerCard { text, citations, ..whole }, in_words })
    }
}

/// What a follow-up asks about.
struct Asked {
    words: Vec<String>,
    answers: &'static [&'static str],
    is_question: bool,
}

impl Asked {
    fn of(words: &str) -> Option<Self> {
        let mut rest = squash(words);
        let is_question = QUESTION.iter().any(|mark| rest.contains(mark)) || asks_either_way(&rest);
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
        (!words.is_empty() || !answers.is_empty()).then_some(Self { words, answers, is_question })
    }

    /// A question of amount, time or place finds one in the sentence.
    fn may_be_answered_by(&self, sentence: &str) -> bool {
        self.answers.is_empty() || self.answers.iter().any(|mark| sentence.contains(mark))
    }

    /// How much of it a sentence speaks of, by length of words; a question of amount or time must find one as well.
    fn covered_by(&self, sentence: &str) -> f32 {
        if !self.may_be_answered_by(sentence) {
            return 0.0;
        }
        let length = |word: &str| word.chars().map(|_| 1.0_f32).sum::<f32>();
        let all: f32 = self.words.iter().map(|word| length(word)).sum();
        let found: f32 =
            self.words.iter().filter(|word| stands_in(word, sentence)).map(|word| length(word)).sum();
        // 要几天 asked of an answer that names days needs no more words in common.
        let named = !self.answers.is_empty() && self.words.len() <= 2;
        match all {
            0.0 => 1.0,
            _ if named => (found / all).max(COVERED),
            _ => found / all,
        }
    }
}

/// 开不开门, 贵不贵: the question that names both its answers.
fn asks_either_way(words: &str) -> bool {
    let chars: Vec<char> = words.chars().collect();
    chars.windows(3).any(|three| matches!(three, [one, '不', other] if one == other))
}

/// The word, or each pair of characters of a long one: 商业贷款 in 商业房贷也算购房贷款.
fn stands_in(word: &str, sentence: &str) -> bool {
    if sentence.contains(word) {
        return true;
    }
    let chars: Vec<char> = word.chars().collect();
    chars.len() >= 4
        && chars.chunks(2).all(|pair| {
            let pair: String = pair.iter().collect();
            sentence.contains(&pair)
        })
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '；', '！', '？', '\n'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
}
