//! What the words do in the conversation, and what follows a correction.

use crate::plain::{han_count, squash};
use crate::reading::Act;

/// Openings of a correction; what follows is the new content.
const CORRECTIONS: &[&str] = &[
    "不是我是说",
    "不对我是说",
    "不是不是我",
    "我不是问",
    "我说的是",
    "我是说",
    "我问的是",
    "我要问的是",
    "说错了是",
    "说错了",
    "更正一下",
    "应该是",
];

/// As [`CORRECTIONS`], at the start of a piece after others.
const RESTARTS: &[&str] = &[
    "不是我是说",
    "不是我是想问",
    "不是我想问",
    "不对我是说",
    "我是说",
    "我是想问",
    "我要问的是",
    "我想问的是",
    "我问的是",
    "我说的是",
    "说错了",
    "讲错了",
    "说反了",
    "更正一下",
    "哦不对不对",
    "哦不对",
    "不对不对",
    "不是不是",
    "啊不对",
    "口误",
];

const FIXED: &[(Act, &[&str])] = &[
    (
        Act::Greeting,
        &[
            "你好",
            "您好",
            "喂",
            "喂你好",
            "在吗",
            "你好在吗",
            "hello",
            "hi",
            "早上好",
            "下午好",
            "晚上好",
            "喂喂",
            "哈喽",
        ],
    ),
    (
        Act::Thanks,
        &[
            "谢谢",
            "谢谢你",
            "谢谢您",
            "多谢",
            "谢了",
            "好的谢谢",
            "感谢",
            "谢谢啊",
            "辛苦了",
            "好谢谢",
            "明白了谢谢",
            "知道了谢谢",
        ],
    ),
    (
        Act::Farewell,
        &[
            "再见",
            "拜拜",
            "没有了",
            "没了",
            "没别的了",
            "没事了",
            "没有别的了",
            "不用了",
            "不用了谢谢",
            "就这样",
            "先这样",
            "没有了谢谢",
            "没其他的了",
            "没有其他的了",
        ],
    ),
    (
        Act::Affirm,
        &[
            "是", "是的", "对", "对的", "嗯", "嗯嗯", "好", "好的", "可以", "有", "有的", "要", "行", "没错",
            "ok", "是啊", "对啊", "对对",
        ],
    ),
    (
        Act::Deny,
        &[
            "不是",
            "不",
            "没有",
            "没",
            "不要",
            "不行",
            "否",
            "不对",
            "无",
            "不是的",
            "都不是",
            "没呢",
            "还没",
            "还没有",
        ],
    ),
    (Act::Abandon, &["算了", "不办了", "不问了", "算了不办了", "先不办了", "不想办了", "取消"]),
    (
        Act::AskRepeat,
        &[
            "再说一遍",
            "没听清",
            "你说什么",
            "什么",
            "啊",
            "再讲一遍",
            "重复一遍",
            "没听清楚",
            "再说一次",
            "你说啥",
            "说慢点",
            "讲慢点",
        ],
    ),
    (Act::AskPause, &["等一下", "稍等", "等等", "等会儿", "你等一下", "等我一下", "我找一下", "我看一下"]),
];

const IDENTITY: &[&str] = &[
    "你是机器人吗",
    "你是不是机器人",
    "是机器人还是",
    "你是人吗",
    "你是真人吗",
    "你是谁",
    "机器人吧",
    "你是机器",
];
const REJECTIONS: &[&str] = &[
    "答非所问",
    "不是这个意思",
    "我问的不是这个",
    "没回答我",
    "你没听懂",
    "没用的回答",
    "不是我要的",
    "跟我问的没关系",
    "文不对题",
    "说的不对",
    "没解决",
];

const REPEATS: &[&str] = &[
    "再说一遍",
    "再讲一遍",
    "再说一次",
    "再讲一次",
    "重复一遍",
    "重说一遍",
    "没听清",
    "没听见",
    "听不清楚",
    "听不清你",
    "你刚才说什么",
    "你刚说什么",
    "刚才说的什么",
    "慢点说",
    "说慢一点",
    "讲慢一点",
    "大声一点",
];

/// What the words do.
pub fn act_of(text: &str) -> Act {
    let words = squash(text);
    let stem = words.trim_end_matches(['啊', '吧', '呀', '哦', '呢', '了', '哈', '嘛', '啦']);
    if words.is_empty() {
        return Act::Empty;
    }
    for (act, list) in FIXED {
        if list.contains(&words.as_str()) || (!stem.is_empty() && list.contains(&stem)) {
            return *act;
        }
    }
    if IDENTITY.iter().any(|phrase| words.contains(phrase)) {
        return Act::AskIdentity;
    }
    // 你说啥，再说一遍，没听清: the request stands in few words, whatever else they hold.
    const LONGEST_REPEAT: usize = 16;
    if words.chars().count() <= LONGEST_REPEAT && REPEATS.iter().any(|phrase| words.contains(phrase)) {
        return Act::AskRepeat;
    }
    if REJECTIONS.iter().any(|phrase| words.contains(phrase)) {
        return Act::RejectAnswer;
    }
    let letters = words.chars().filter(char::is_ascii_alphanumeric).count();
    if han_count(&words) < 2 && letters < 2 { Act::Empty } else { Act::Statement }
}

/// What follows a correction's opening; the last one counts: 驾照丢了，不是，行驶证，哦不对，护照丢了.
pub fn correction_of(text: &str) -> Option<String> {
    let pieces: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .map(squash)
        .filter(|piece| !piece.replace("口误", "").replace("说错了", "").is_empty())
        .collect();
    let late = pieces.iter().enumerate().skip(1).rev().find_map(|(at, piece)| {
        let own = RESTARTS.iter().find_map(|opening| piece.strip_prefix(opening)).or_else(|| {
            // 不是 by itself takes back what was said just before.
            matches!(piece.as_str(), "不是" | "不对" | "嗯不是" | "哦不是" | "啊不是" | "啊不对")
                .then_some("")
        })?;
        let rest: String =
            std::iter::once(own).chain(pieces.iter().skip(at + 1).map(String::as_str)).collect();
        let rest = rest.trim_start_matches(['是', '就']).to_owned();
        (rest.chars().count() >= 2).then_some(rest)
    });
    late.or_else(|| {
        let words = squash(text);
        CORRECTIONS.iter().find_map(|opening| {
            let (before, after) = words.split_once(opening)?;
            let after = after.trim_start_matches(['是', '问', '的']);
            (before.chars().count() <= 6 && after.chars().count() >= 2).then(|| after.to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_correction_counts() {
        for (text, meant) in [
            (
                "我想问驾照丢了怎么办，不是，我是说行驶证，哦不对不对，就是护照，护照丢了",
                Some("护照护照丢了"),
            ),
            ("请问蛇保卡掉了，嗯不是，我是想问设保断了三个月还能补吗", Some("设保断了三个月还能补吗")),
            ("不是我是说居住证", Some("居住证")),
            ("不是身份证 我是说居住证 口误口误", Some("居住证")),
            ("不是，没有质量问题", None),
            ("我跟他说我不是本地人", None),
        ] {
            assert_eq!(correction_of(text).as_deref(), meant, "{text}");
        }
    }

    #[test]
    fn asking_again_is_heard_among_other_words() {
        assert_eq!(act_of("你说啥，再说一遍，没听清"), Act::AskRepeat);
        assert_eq!(act_of("上次窗口没听清楚要带什么，身份证到期换证要带哪些材料"), Act::Statement);
    }
}
