//! Whether a reply will help the citizen: read before it is sent. Pure, by rules that a person can follow.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::Kind;

/// Something about a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `too_short`, `template`, `no_basis`, `point_missed`, `no_contact`, `personal`.
    pub code: String,
    /// What to do, in Chinese.
    pub words: String,
    /// It keeps the reply from being sent unless the writer insists.
    pub must: bool,
}

const SHORT_CHARS: usize = 15;
/// Words of replies that say nothing.
const EMPTY: [&str; 12] = [
    "高度重视",
    "已转相关",
    "转交相关",
    "请耐心等待",
    "正在处理",
    "正在核实",
    "将尽快",
    "理解与支持",
    "理解和支持",
    "加强管理",
    "做好解释",
    "予以关注",
];
const BASIS: [&str; 9] = ["《", "依据", "根据", "按照", "规定", "条例", "政策", "通知", "标准"];
const CONTACT: [&str; 5] = ["电话", "联系", "咨询", "12345", "窗口"];
/// A point shorter than this is an interjection.
const POINT_CHARS: usize = 6;

/// What is found about a reply to what a citizen said.
pub fn check(kind: Kind, said: &[String], reply: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code: &str, must: bool, words: String| {
        found.push(Finding { code: code.to_owned(), words, must });
    };
    let length = reply.chars().filter(|c| c.is_alphanumeric()).count();
    if length < SHORT_CHARS {
        add("too_short", true, "答复太短，请说明查到了什么、怎么办的、结果怎样。".to_owned());
    }
    let empty: Vec<&str> = EMPTY.into_iter().filter(|phrase| reply.contains(phrase)).collect();
    let spent: usize = empty.iter().map(|phrase| phrase.chars().count()).sum();
    if empty.len() >= 2 && (length < 120 || spent * 4 > length) {
        let which = empty.join("、");
        add("template", true, format!("像是套话（{which}），请写这件事的具体情况和结果。"));
    }
    for point in missed(said, reply) {
        add("point_missed", true, format!("没有答到群众问的“{point}”，请补上。"));
    }
    if names_somebody(reply) {
        add("personal", true, "答复里有个人号码或证件号，请删去。".to_owned());
    }
    let rests = matches!(kind, Kind::Consult | Kind::Complaint | Kind::Report);
    if rests && !BASIS.iter().any(|word| reply.contains(word)) {
        add("no_basis", kind == Kind::Consult, "没有写依据，请写明根据哪项规定或政策。".to_owned());
    }
    if !CONTACT.iter().any(|word| reply.contains(word)) {
        add("no_contact", false, "建议留一个联系方式，方便群众再问。".to_owned());
    }
    found
}

/// What keeps a reply from being sent, as one text.
pub fn words(found: &[Finding]) -> String {
    let all: Vec<&str> = found.iter().filter(|one| one.must).map(|one| one.words.as_str()).collect();
    all.join("")
}

/// Questions that share no pair of characters with the reply.
fn missed(said: &[String], reply: &str) -> Vec<String> {
    const MOST: usize = 3;
    let answered = pairs(reply);
    let passed_over = |point: &str| {
        point.chars().count() >= POINT_CHARS && !told(point, reply) && pairs(point).is_disjoint(&answered)
    };
    let mut all = Vec::new();
    for text in said {
        let mut point = String::new();
        for c in text.chars() {
            let ends = matches!(c, '。' | '！' | '!' | '；' | ';' | '\n' | '？' | '?' | '，' | ',');
            if !ends {
                point.push(c);
                continue;
            }
            let asks = matches!(c, '？' | '?') || asks(&point);
            if asks && passed_over(&point) {
                all.push(point.trim().chars().take(30).collect());
            }
            point.clear();
        }
        if asks(&point) && passed_over(&point) {
            all.push(point.trim().chars().take(30).collect());
        }
    }
    all.truncate(MOST);
    all
}

/// Whether it holds a mobile number or an identity number. Numbers of houses and offices are no secrets.
fn names_somebody(reply: &str) -> bool {
    let runs = reply.split(|c: char| !c.is_ascii_digit() && c != 'X' && c != 'x');
    runs.into_iter().any(|run| (run.len() == 11 && run.starts_with('1')) || (15..=18).contains(&run.len()))
}

/// Whether a question for a time is answered by one, in whatever words.
fn told(point: &str, reply: &str) -> bool {
    const WHEN: [&str; 5] = ["什么时候", "多久", "几时", "哪天", "几天"];
    const THEN: [&str; 8] = ["月", "日前", "今天", "明天", "工作日", "小时", "本周", "下周"];
    WHEN.iter().any(|word| point.contains(word)) && THEN.iter().any(|word| reply.contains(word))
}

fn asks(point: &str) -> bool {
    const WORDS: [&str; 10] =
        ["吗", "什么时候", "怎么", "多少", "哪里", "为什么", "能不能", "可不可以", "是不是", "有没有"];
    WORDS.iter().any(|word| point.contains(word))
}

fn pairs(text: &str) -> BTreeSet<(char, char)> {
    const IDLE: &str = "的了吗呢吧啊我你您他是不什么怎能可以有没请问在这那个";
    let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric() && !IDLE.contains(*c)).collect();
    chars.iter().copied().zip(chars.iter().copied().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(kind: Kind, said: &str, reply: &str) -> Vec<String> {
        check(kind, &[said.to_owned()], reply).into_iter().map(|one| one.code).collect()
    }

    #[test]
    fn a_reply_that_says_what_was_done_passes() {
        let reply = "您好，经现场查看，宋诏桥社区88号路灯因电缆破损不亮，已于11月24日更换电缆并恢复照明。如再有问题请联系市政中心。";
        assert!(codes(Kind::Help, "路灯坏了三天，什么时候能修好？", reply).is_empty());
    }

    #[test]
    fn empty_words_are_told() {
        let reply = "您反映的问题我们高度重视，已转相关部门，请耐心等待，感谢您的理解与支持。";
        let found = codes(Kind::Complaint, "为什么不给退费？", reply);
        assert!(found.contains(&"template".to_owned()), "{found:?}");
        assert!(found.contains(&"no_basis".to_owned()));
        assert_eq!(codes(Kind::Help, "路灯坏了", "已办。")[0], "too_short");
    }

    #[test]
    fn each_question_must_be_answered() {
        let said = "公积金贷款最高能贷多少？提前还款要不要违约金？";
        let reply = "根据《住房公积金管理条例》，我市公积金贷款最高额度由中心公布，详情可电话咨询。";
        let found = check(Kind::Consult, &[said.to_owned()], reply);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].words.contains("违约金"));
    }

    #[test]
    fn personal_numbers_do_not_leave() {
        let reply = "经核实，请联系张师傅13812345678处理，路灯今天下午修好。";
        assert!(codes(Kind::Help, "路灯坏了", reply).contains(&"personal".to_owned()));
    }
}
