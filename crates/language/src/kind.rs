//! The kind of request, its urgency and the caller's distress, by wording.

use crate::plain::squash;
use crate::reading::{Kind, Urgency};

/// The kind and how sure.
pub fn kind_of(text: &str) -> (Kind, f32) {
    let words = squash(text);
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if any(&[
        "投诉",
        "扰民",
        "太吵",
        "吵死",
        "态度差",
        "态度恶劣",
        "不退钱",
        "不给退",
        "欠薪",
        "拖欠工资",
        "不发工资",
        "乱收费",
        "没人管",
    ]) {
        (Kind::Complaint, 0.8)
    } else if any(&["举报", "违建", "违章建筑", "偷排", "诈骗团伙", "传销", "非法"]) {
        (Kind::Report, 0.8)
    } else if any(&["建议", "希望能增设", "能不能增加"]) {
        (Kind::Suggestion, 0.7)
    } else if any(&["表扬", "点赞", "锦旗", "感谢"]) {
        (Kind::Praise, 0.7)
    } else if any(&["坏了", "不亮", "报修", "堵了", "帮我修", "派人", "漏水", "停水", "停电", "塌了"])
    {
        (Kind::Help, 0.7)
    } else if any(&["怎么", "如何", "什么", "多少", "哪里", "吗", "能不能", "可以", "几", "啥", "咋"])
    {
        (Kind::Consult, 0.7)
    } else if words.chars().count() >= 4 {
        (Kind::Consult, 0.4)
    } else {
        (Kind::Other, 0.5)
    }
}

/// The caller says that this is a complaint or a report: 我要投诉, 我举报一家药店. Asking how to do so is none.
pub fn declares_grievance(text: &str) -> bool {
    const SAYS: [&str; 10] = [
        "我举报",
        "我投诉",
        "我要举报",
        "我要投诉",
        "我想举报",
        "我想投诉",
        "要举报",
        "要投诉",
        "来举报",
        "来投诉",
    ];
    const ASKS: [&str; 12] =
        ["怎么", "如何", "哪里", "哪儿", "什么", "吗", "流程", "电话", "进度", "结果", "不是要", "不要"];
    let words = squash(text);
    SAYS.iter().any(|say| words.contains(say)) && !ASKS.iter().any(|ask| words.contains(ask))
}

/// Whether harm grows while it waits.
pub fn urgency_of(text: &str) -> Urgency {
    let words = squash(text);
    let urgent =
        ["马上就要", "快来", "紧急", "十万火急", "掉下来了", "要倒了", "砸到人", "漏电", "爆管", "困在电梯"];
    if urgent.iter().any(|word| words.contains(word)) { Urgency::Urgent } else { Urgency::Normal }
}

/// Anger or distress in the words, 0 to 3.
pub fn distress_of(text: &str) -> u8 {
    let words = squash(text);
    let marks =
        ["气死", "什么破", "垃圾", "滚", "受不了", "忍无可忍", "骗子", "没用", "浪费时间", "急死", "求求你"];
    marks.iter().filter(|mark| words.contains(**mark)).count().min(3) as u8
}
