//! Danger to life, fire and crime in progress, recognised without any model.

use crate::plain::squash;
use crate::reading::{Danger, Service};

const SIGNS: &[(Service, &[&str])] = &[
    (
        Service::Crisis,
        &["不想活了", "想自杀", "要自杀", "活不下去了", "结束生命", "跳楼算了", "想死", "割腕"],
    ),
    (Service::Gas, &["煤气泄漏", "燃气泄漏", "煤气漏", "燃气漏", "天然气漏", "煤气味", "燃气味"]),
    (
        Service::Fire,
        &["着火", "起火", "冒烟", "火烧起来", "烧起来了", "掉河里", "落水", "溺水", "掉水里", "救火"],
    ),
    (Service::Traffic, &["撞车了", "出车祸", "车祸了", "撞人了", "追尾了", "翻车了"]),
    (
        Service::Police,
        &[
            "有人打我",
            "在打架",
            "抢劫",
            "小偷",
            "入室",
            "持刀",
            "拿刀",
            "家暴",
            "孩子不见了",
            "走丢了",
            "被骗了",
            "绑架",
            "打我",
        ],
    ),
    (
        Service::Ambulance,
        &[
            "晕倒",
            "昏迷",
            "没呼吸",
            "心脏病发",
            "吐血",
            "大出血",
            "中毒了",
            "要生了",
            "抽搐",
            "叫不醒",
            "受伤流血",
        ],
    ),
];

/// Looks for danger in the words.
pub fn look(text: &str) -> Option<Danger> {
    let words = squash(text);
    SIGNS.iter().find_map(|(service, signs)| {
        let sign = signs.iter().find(|sign| words.contains(**sign))?;
        Some(Danger { service: *service, words: (*sign).to_owned() })
    })
}
