//! What a file may say, beyond its form.

use std::collections::BTreeSet;

use casework::Kind;

use super::{Faults, Setup};
use crate::mapping::{EVENT_FIELDS, Field, TICKET_FIELDS};

/// Looks for everything that is wrong.
pub(super) fn check(setup: &Setup, faults: &mut Faults) {
    if let Some(peer) = &setup.peer {
        for (place, text) in [("peer.name", &peer.name), ("peer.code", &peer.code), ("peer.site", &peer.site)]
        {
            if text.trim().is_empty() {
                faults.add(place, "不能为空");
            }
        }
        code(&peer.code, "peer.code", faults);
        url(&peer.url, "peer.url", faults);
        within("peer.timeout_secs", i64::from(peer.timeout_secs), 1..=120, faults);
        within("peer.attempts", peer.attempts, 1..=100, faults);
        within("peer.patience_hours", peer.patience_hours, 0..=720, faults);
        if setup.ticket.is_empty() {
            faults.add("ticket", "没有写字段对照，对方收不到任何内容；至少要有 number 和 title");
        }
        needs(&setup.ticket, "ticket", &["number", "title"], faults);
        needs(&setup.event, "event", &["number"], faults);
    } else if !setup.ticket.is_empty() || !setup.event.is_empty() {
        faults.add("peer", "写了字段对照（ticket、event）却没有写对方平台（peer）");
    }
    fields(&setup.ticket, "ticket", TICKET_FIELDS, faults);
    fields(&setup.event, "event", EVENT_FIELDS, faults);
    if Kind::read(&setup.receive.kind).is_none() {
        faults.add("receive.kind", unknown(&setup.receive.kind, &Kind::ALL.map(Kind::as_str)));
    }
    let mut ids = BTreeSet::new();
    for (at, hook) in setup.webhooks.iter().enumerate() {
        let place = |name: &str| format!("webhooks[{at}].{name}");
        code(&hook.id, &place("id"), faults);
        if !ids.insert(&hook.id) {
            faults.add(&place("id"), format!("“{}”用了两次，每个订阅要有自己的编号", hook.id));
        }
        url(&hook.url, &place("url"), faults);
        within(&place("attempts"), hook.attempts, 1..=100, faults);
        within(&place("patience_hours"), hook.patience_hours, 0..=720, faults);
        if hook.events.is_empty() {
            faults.add(&place("events"), "没有写要订阅的事件；全部写 [\"ticket.*\"]");
        }
        for event in hook.events.iter().filter(|event| !event.starts_with("ticket.")) {
            faults.add(
                &place("events"),
                format!("“{event}”不是事件名，应以 ticket. 开头，如 ticket.replied 或 ticket.*"),
            );
        }
    }
    if let Some(open311) = &setup.open311 {
        if open311.jurisdiction.trim().is_empty() {
            faults.add("open311.jurisdiction", "不能为空，一般写本站域名");
        }
        for (at, key) in open311.keys.iter().enumerate() {
            if key.sm3.len() != 64 || !key.sm3.chars().all(|c| c.is_ascii_hexdigit()) {
                faults.add(
                    &format!("open311.keys[{at}].sm3"),
                    "应是密钥的 SM3 值（64位十六进制），可用 minsheng exchange key 生成",
                );
            }
        }
    }
}

fn fields(fields: &[Field], place: &str, known: &[&str], faults: &mut Faults) {
    let (mut from, mut to) = (BTreeSet::new(), BTreeSet::new());
    for (at, field) in fields.iter().enumerate() {
        let here = |name: &str| format!("{place}[{at}].{name}");
        if !known.contains(&field.from.as_str()) {
            faults.add(&here("from"), unknown(&field.from, known));
        } else if !from.insert(field.from.as_str()) {
            faults.add(&here("from"), format!("“{}”对照了两次，收进来时不知道该读哪一个", field.from));
        }
        if field.to.trim().is_empty() {
            faults.add(&here("to"), "不能为空");
        } else if !to.insert(field.to.as_str()) {
            faults.add(&here("to"), format!("对方字段“{}”用了两次，后一个会盖掉前一个", field.to));
        }
        if field.most == Some(0) {
            faults.add(&here("most"), "最多0个字等于不发，请删掉这一行");
        }
        let mut theirs = BTreeSet::new();
        for (ours, value) in &field.values {
            if field.from == "kind" && Kind::read(ours).is_none() {
                faults.add(&here("values"), unknown(ours, &Kind::ALL.map(Kind::as_str)));
            }
            if !theirs.insert(value) {
                faults.add(&here("values"), format!("“{value}”对应了两个值，收进来时分不清"));
            }
        }
        if field.from == "kind" && !field.values.is_empty() && field.default.is_none() {
            for kind in Kind::ALL.iter().filter(|kind| !field.values.contains_key(kind.as_str())) {
                faults.add(
                    &here("values"),
                    format!("没有写“{}”（{}）对应什么，或写一个 default", kind.as_str(), kind.chinese()),
                );
            }
        }
    }
}

fn needs(fields: &[Field], place: &str, names: &[&str], faults: &mut Faults) {
    if fields.is_empty() {
        return;
    }
    for name in names.iter().filter(|name| !fields.iter().any(|field| field.from == **name)) {
        faults.add(place, format!("缺少 {name} 的对照"));
    }
}

fn within(place: &str, value: i64, range: std::ops::RangeInclusive<i64>, faults: &mut Faults) {
    if !range.contains(&value) {
        faults.add(place, format!("{value}超出范围，应在{}到{}之间", range.start(), range.end()));
    }
}

fn code(text: &str, place: &str, faults: &mut Faults) {
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.len() > 40 || !text.chars().all(sound) {
        faults.add(place, format!("“{text}”只能用字母、数字、-和_，最多40个"));
    }
}

fn url(text: &str, place: &str, faults: &mut Faults) {
    if text.starts_with("https://") {
        faults.add(
            place,
            "本程序直连只用 http；对方是 https 时，请经本单位的前置机或反向代理转发，这里写代理的 http 地址",
        );
    } else if !reqwest::Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.host_str().is_some()) {
        faults.add(place, format!("“{text}”不是网址，应像 http://10.0.0.8:9000/exchange/v1"));
    }
}

/// That a name is not known, and which is meant.
fn unknown(name: &str, known: &[&str]) -> String {
    let likeness = |other: &str| {
        other.chars().filter(|c| name.contains(*c)).count() * 2 * 100 / (other.len() + name.len()).max(1)
    };
    let nearest = known.iter().max_by_key(|other| likeness(other)).filter(|other| likeness(other) >= 60);
    let meant = nearest.map_or_else(String::new, |other| format!("，是不是“{other}”"));
    format!("没有叫“{name}”的{meant}？可以写：{}", known.join("、"))
}
