//! The wish for a person, recognised without any model: phrases and their refusals.
//!
//! The charter's first line rests on this file. It runs before every flow, scenario and search.

use crate::plain::squash;
use crate::reading::{Heard, HumanWish};

/// Phrases that mean "a person, please" wherever they stand.
const WISH: &[&str] = &[
    "转人工",
    "人工服务",
    "人工客服",
    "找人工",
    "接人工",
    "要人工",
    "叫人工",
    "人工座席",
    "人工坐席",
    "人工台",
    "真人",
    "活人",
    "接线员",
    "话务员",
    "转客服",
    "找客服",
    "叫客服",
    "人工接听",
    "跟人说",
    "和人说",
    "找个人",
    "来个人",
    "换个人",
    "有人吗",
    "有没有人",
    "人工人工",
    "转接人",
    "人工帮",
    "打给我",
    "回个电话",
    "给我回电",
    "回电话",
    "你们领导",
    "找领导",
    "上次那位",
    "跟你说不清",
    "和你说不清",
    "听不懂人话",
    "不跟机器",
    "不想跟机器",
    "不要机器",
    "别机器人",
];
/// The same letters with another meaning; removed before the phrases are looked for.
const OTHER: &[&str] = &[
    "人工费",
    "人工湖",
    "人工智能",
    "人工耳蜗",
    "人工窗口",
    "人工关节",
    "人工授精",
    "人工流产",
    "人工晶体",
    "人工成本",
    "人工呼吸",
    "人工草坪",
    "真人秀",
    "找个人来修",
    "来个人修",
    "找人来修",
];
/// A refusal of a person.
const REFUSAL: &[&str] = &[
    "不用转人工",
    "不要转人工",
    "别转人工",
    "不转人工",
    "不用人工",
    "不要人工",
    "不需要人工",
    "先不转",
    "不用转",
    "别转",
];

/// The verdict of the phrase path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Escape {
    /// The wish.
    pub wish: Option<HumanWish>,
    /// An explicit refusal.
    pub refused: bool,
}

/// Looks for the wish in the words, in the light of where they were said.
pub fn hear(text: &str, heard: &Heard) -> Escape {
    let mut words = squash(text);
    if REFUSAL.iter().any(|phrase| words.contains(phrase)) {
        return Escape { wish: None, refused: true };
    }
    for other in OTHER {
        words = words.replace(other, "");
    }
    if words == "人工" || words == "人" || words == "客服" || words == "0" {
        return found("phrase", &words);
    }
    if let Some(phrase) = WISH.iter().find(|phrase| words.contains(**phrase)) {
        return found("phrase", phrase);
    }
    if *heard == Heard::Offered
        && ["好", "好的", "要", "嗯", "行", "可以", "是", "是的", "转吧", "转", "那转吧", "行吧", "麻烦了"]
            .contains(&words.as_str())
    {
        return found("offer", &words);
    }
    Escape::default()
}

fn found(by: &str, words: &str) -> Escape {
    Escape { wish: Some(HumanWish { by: by.to_owned(), words: words.to_owned() }), refused: false }
}
