//! What a citizen is told in a short message. Pure. Nothing of the matter is in it: a telephone lies on the table.

use kernel::Micros;

/// What happened, as far as the words need it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The event's stable name in the record of tickets.
    pub event: &'a str,
    /// The ticket's number.
    pub number: &'a str,
    /// When it is to be answered.
    pub due: Option<Micros>,
    /// Who writes: 12345.
    pub signature: &'a str,
    /// Where to look; empty: by telephone.
    pub url: &'a str,
}

/// The events a citizen may be told of, with how the configuration names them.
pub const EVENTS: [&str; 6] =
    ["registered", "asked", "extension_granted", "replied", "reopened", "cancelled"];

/// The message; none for what concerns nobody outside.
pub fn words(told: Told<'_>) -> Option<String> {
    let Told { number, signature, .. } = told;
    let day = told.due.map(|due| due.beijing().strftime("%-m月%-d日").to_string());
    let said = match (told.event, day) {
        ("registered", Some(day)) => format!("您反映的事已登记，工单号{number}，{day}前给您答复。"),
        ("registered", None) => format!("您反映的事已登记，工单号{number}。"),
        ("asked", _) => format!("工单{number}请您补充一些情况，补充后接着办。"),
        ("extension_granted", Some(day)) => {
            format!("工单{number}情况比较复杂，答复时间延到{day}，请您谅解。")
        }
        ("replied", _) => format!("工单{number}有答复了，请您看看办得怎么样；没解决可以在那里提出。"),
        ("reopened", _) => format!("工单{number}已退回重新办理，有结果再告诉您。"),
        ("cancelled", _) => format!("工单{number}已关闭。有疑问请拨打12345。"),
        _ => return None,
    };
    let way = if told.url.is_empty() {
        format!("查进度请拨打{signature}。")
    } else {
        format!("查看：{}/tickets?number={number}", told.url)
    };
    Some(format!("【{signature}】{said}{way}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told<'a>(event: &'a str, url: &'a str) -> Option<String> {
        let due = Some(Micros(1_764_547_200_000_000));
        words(Told { event, number: "YZ2026112400001", due, signature: "12345", url })
    }

    #[test]
    fn a_registered_ticket_is_named_with_its_day_and_a_way() {
        assert_eq!(
            told("registered", "https://yz.example").unwrap(),
            "【12345】您反映的事已登记，工单号YZ2026112400001，12月1日前给您答复。查看：https://yz.example/tickets?number=YZ2026112400001"
        );
        assert!(told("replied", "").unwrap().ends_with("查进度请拨打12345。"));
    }

    #[test]
    fn every_event_has_words_and_others_none() {
        for event in EVENTS {
            assert!(told(event, "").is_some(), "{event}");
        }
        for event in ["dispatched", "objected", "supervised", "appended"] {
            assert_eq!(told(event, ""), None, "{event} concerns staff");
        }
    }
}
