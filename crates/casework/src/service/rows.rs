//! Rows as tickets, and what of a ticket is sealed.

use kernel::{ContactId, Micros, UnitId};
use security::{mask_name, mask_phone, mask_text};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use store::from_json;

use crate::draft::{Fact, WindowMatter};
use crate::model::{Case, Event, Kind, State, Urgency};
use crate::{CaseworkError, Light, Organisation, TicketDraft, TicketRow};

/// A row of `tickets`.
#[derive(Debug, FromRow)]
pub(super) struct StoredTicket {
    pub id: String,
    pub number: String,
    pub contact_id: Option<String>,
    pub kind: String,
    pub category: String,
    pub domain: String,
    pub title: String,
    pub body: String,
    pub place: String,
    pub unit: String,
    pub state: String,
    pub urgency: String,
    pub due_us: Option<i64>,
    pub created_us: i64,
    pub updated_us: i64,
    pub version: i64,
    pub proposed_unit: String,
    pub place_code: String,
    pub next_us: Option<i64>,
    pub owner: String,
    pub flags: String,
}

impl StoredTicket {
    pub fn body(&self) -> Result<Body, CaseworkError> {
        Ok(from_json("ticket", &self.body)?)
    }

    /// Title, category and words, masked: what dispatch goes by.
    pub fn text(&self) -> Result<String, CaseworkError> {
        Ok(format!("{} {} {}", self.title, self.category, self.body()?.words.join(" ")))
    }

    pub fn contact(&self) -> Option<ContactId> {
        self.contact_id.clone().map(ContactId)
    }

    pub fn row(&self, site: &Organisation, now: Micros) -> Result<TicketRow, CaseworkError> {
        let listed = ListedTicket {
            id: self.id.clone(),
            number: self.number.clone(),
            title: self.title.clone(),
            kind: self.kind.clone(),
            category: self.category.clone(),
            domain: self.domain.clone(),
            state: self.state.clone(),
            urgency: self.urgency.clone(),
            place: self.place.clone(),
            unit: self.unit.clone(),
            proposed_unit: self.proposed_unit.clone(),
            due_us: self.due_us,
            created_us: self.created_us,
            updated_us: self.updated_us,
            next_us: self.next_us,
            owner: self.owner.clone(),
            flags: self.flags.clone(),
        };
        Ok(TicketRow { place: self.place.clone(), ..listed.row(site, now)? })
    }
}

/// A row of a list of tickets.
#[derive(Debug, FromRow)]
pub(super) struct ListedTicket {
    pub id: String,
    pub number: String,
    pub title: String,
    pub kind: String,
    pub category: String,
    pub domain: String,
    pub state: String,
    pub urgency: String,
    pub place: String,
    pub unit: String,
    pub proposed_unit: String,
    pub due_us: Option<i64>,
    pub created_us: i64,
    pub updated_us: i64,
    pub next_us: Option<i64>,
    pub owner: String,
    pub flags: String,
}

impl ListedTicket {
    pub fn row(self, site: &Organisation, now: Micros) -> Result<TicketRow, CaseworkError> {
        let kind = Kind::read(&self.kind).ok_or_else(|| unreadable("kind", &self.number))?;
        let state = State::read(&self.state).ok_or_else(|| unreadable("state", &self.number))?;
        let urgency = Urgency::read(&self.urgency).ok_or_else(|| unreadable("urgency", &self.number))?;
        let unit = |id: String| (!id.is_empty()).then_some(UnitId(id));
        let name = |id: &Option<UnitId>| {
            id.as_ref().and_then(|id| site.unit_name(id)).unwrap_or_default().to_owned()
        };
        let (held, proposed) = (unit(self.unit), unit(self.proposed_unit));
        let light = Light::of(state, self.next_us, now);
        let owner_words = match self.owner.as_str() {
            "" => String::new(),
            "dispatch" => "派单台".to_owned(),
            "arbitration" => "异议裁定".to_owned(),
            "callback" => "回访".to_owned(),
            _ => name(&held),
        };
        Ok(TicketRow {
            id: self.id,
            number: self.number,
            title: self.title,
            kind,
            kind_words: kind.chinese().to_owned(),
            category: self.category,
            domain: self.domain,
            state,
            state_words: state.chinese().to_owned(),
            urgency,
            place: mask_text(&self.place),
            unit_name: name(&held),
            unit: held,
            proposed_unit_name: name(&proposed),
            proposed_unit: proposed,
            due_us: self.due_us,
            overdue: state != State::Suspended && self.due_us.is_some_and(|due| due < now.0),
            next_us: self.next_us,
            light,
            light_words: light.words(self.next_us, now),
            owner: self.owner,
            owner_words,
            flags: self
                .flags
                .split(',')
                .filter(|flag| !flag.is_empty() && !flag.starts_with("co:"))
                .map(ToOwned::to_owned)
                .collect(),
            created_us: self.created_us,
            updated_us: self.updated_us,
        })
    }
}

fn unreadable(what: &str, number: &str) -> CaseworkError {
    store::StoreError::Refused(format!("{what} of ticket {number}")).into()
}

/// The JSON of a ticket: its case, and its content masked, with the originals sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    pub case: Case,
    pub facts: Vec<Fact>,
    pub words: Vec<String>,
    pub phone: String,
    pub name: String,
    /// A sealed [`Secrets`].
    pub sealed: String,
    /// What somebody refused to do.
    #[serde(default)]
    pub window: Option<WindowMatter>,
    /// The ticket it was a part of.
    #[serde(default)]
    pub split_from: Option<String>,
}

/// The originals of what is masked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Secrets {
    pub title: String,
    pub phone: String,
    pub name: String,
    /// In the order of the masked ones.
    pub facts: Vec<String>,
    pub words: Vec<String>,
}

impl Secrets {
    pub fn of(draft: &TicketDraft) -> Self {
        Self {
            title: draft.title.clone(),
            phone: draft.phone.clone(),
            name: draft.name.clone(),
            facts: draft.facts.iter().map(|fact| fact.value.clone()).collect(),
            words: draft.words.clone(),
        }
    }
}

/// A fact as it may be shown.
pub(super) fn masked(fact: &Fact, name: &str) -> Fact {
    let value =
        if fact.personal { mask_value(&fact.label, &fact.value) } else { mask_words(&fact.value, name) };
    Fact { value, words: mask_words(&fact.words, name), ..fact.clone() }
}

/// Running text as it may be shown: the caller's name, where it is known, is masked in it too.
pub(super) fn mask_words(text: &str, name: &str) -> String {
    if name.chars().count() < 2 { mask_text(text) } else { mask_text(&text.replace(name, &mask_name(name))) }
}

/// Masked text for those who must not find out whose it is: neither surname nor any digit of a masked number stays.
pub(super) fn hush(text: &str, masked_name: &str) -> String {
    let text = if masked_name.contains('*') { text.replace(masked_name, HUSHED) } else { text.to_owned() };
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if c == '*' || c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        out.push_str(if run.contains('*') { HUSHED } else { &run });
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

const HUSHED: &str = "***";

/// A personal value under its label. What no rule recognises keeps only its first character.
fn mask_value(label: &str, value: &str) -> String {
    const PLACES: [&str; 6] = ["地址", "地点", "位置", "住址", "哪里", "住处"];
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let hidden = mask_text(value);
    if hidden != value || PLACES.iter().any(|place| label.contains(place)) {
        hidden
    } else if digits > 0 && digits * 2 > value.chars().count() {
        mask_phone(value)
    } else {
        mask_name(value)
    }
}

/// The JSON of an event: what happened, by whom in words, and the original of masked words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventBody {
    #[serde(flatten)]
    pub event: Event,
    pub by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

/// A row of `ticket_events`.
#[derive(Debug, FromRow)]
pub(super) struct StoredEvent {
    pub seq: i64,
    pub actor: String,
    pub body: String,
    pub at_us: i64,
}

impl StoredEvent {
    pub fn body(&self) -> Result<EventBody, CaseworkError> {
        Ok(from_json("ticket event", &self.body)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hushed_text_gives_no_hint_of_whose_it_is() {
        let shown = mask_words("我是张三丰，电话13812345678，3号楼", "张三丰");
        assert_eq!(shown, "我是张**，电话138****5678，*号楼");
        assert_eq!(hush(&shown, "张**"), "我是***，电话***，***号楼");
        assert_eq!(hush("等了30天", ""), "等了30天");
    }

    #[test]
    fn personal_values_are_masked_by_what_they_are() {
        for (label, value, expected) in [
            ("联系电话", "13812345678", "138****5678"),
            ("联系电话", "87412345", mask_phone("87412345").as_str()),
            ("姓名", "张三丰", "张**"),
            ("地址", "中河街道宋诏桥社区", "中河街道宋诏桥社区"),
            ("身份证号", "330212199001011234", "330***********1234"),
            ("其他", "特别的事", "特***"),
        ] {
            assert_eq!(mask_value(label, value), expected, "{label} {value}");
        }
    }
}
