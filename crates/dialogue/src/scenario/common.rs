//! Slots every scenario shares, and the scenarios that are always there.

use std::collections::BTreeMap;

use super::model::{Scenario, Slot, SlotType};
use super::parse::parse;

/// Whether a slot is shared by every scenario.
pub fn is_common_slot(name: &str) -> bool {
    common_slot(name).is_some()
}

/// A shared slot's question.
pub fn common_slot(name: &str) -> Option<Slot> {
    let (slot_type, ask, reask) = match name {
        "place" => (
            SlotType::Place,
            "请告诉我在什么地方，越细越好，比如哪条路哪个小区几号。",
            "就是说，事情在哪条路、哪个小区，或者附近有什么店、什么站，您说得出的都行。",
        ),
        "phone" => (
            SlotType::Phone,
            "留一个联系电话吧，办好了告诉您；不方便留也没关系，说“不留”就行。",
            "手机号是11位数字，您再说一遍；不想留就说“不留”。",
        ),
        "name" => (SlotType::Name, "请问怎么称呼您？", "您贵姓？说个姓也行。"),
        "id_number" => (SlotType::IdNumber, "请说一下身份证号码。", "身份证号码是18位，您再核对一下。"),
        "time" => {
            (SlotType::Date, "大概是什么时候的事？", "比如今天早上、昨天晚上、上个星期，说个大概就行。")
        }
        "detail" => (SlotType::Text, "请把具体情况说一说。", "您再多说两句：看到了什么，现在怎么样了？"),
        "amount" => (SlotType::Amount, "大概是多少钱？", "说个大概的数就行，比如三千块。"),
        "organisation" => {
            (SlotType::Text, "是哪家单位或者店铺？", "说出店名、公司名，或者招牌上写的字都行。")
        }
        _ => return None,
    };
    Some(Slot {
        slot_type,
        ask: ask.to_owned(),
        reask: Some(reask.to_owned()),
        unit: None,
        options: BTreeMap::new(),
    })
}

/// The id of the flow that files a request for help no other scenario covers.
pub const HELP: &str = "builtin-help";
/// The id of the flow that takes down a suggestion word for word.
pub const SUGGESTION: &str = "builtin-suggestion";
/// The id of the flow that takes down praise word for word.
pub const PRAISE: &str = "builtin-praise";

const BUILTIN: [(&str, &str); 3] = [
    ("builtin-help.yaml", include_str!("builtin/help.yaml")),
    ("builtin-suggestion.yaml", include_str!("builtin/suggestion.yaml")),
    ("builtin-praise.yaml", include_str!("builtin/praise.yaml")),
];

/// The scenarios that are always there. A test proves that they parse.
pub fn builtin() -> Vec<Scenario> {
    BUILTIN.iter().filter_map(|(file, text)| parse(file, text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_scenarios_are_valid() {
        for (file, text) in BUILTIN {
            parse(file, text).unwrap();
        }
    }
}
