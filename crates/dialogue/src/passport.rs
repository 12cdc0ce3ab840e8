//! The passport: everything said or proved so far, with who said it and when. It travels with the contact to the desk,
//! the ticket, the department and the call-back, so that nobody asks twice (charter line 4).

use kernel::Micros;
use language::Kind;
use serde::{Deserialize, Serialize};

/// Who told a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The citizen, in words.
    Citizen,
    /// The channel: the number they call from, the enrolled phone's record.
    Channel,
    /// A member of staff.
    Agent,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// The slot's name: `place`, `phone`, or one of a scenario's own.
    pub slot: String,
    /// What staff read: 地址, 联系电话.
    pub label: String,
    /// The value in its standard form.
    pub value: String,
    /// The words it was taken from.
    pub words: String,
    /// Who told it.
    pub by: Speaker,
    /// When.
    pub at: Micros,
}

/// What the caller wants, in their own words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Matter {
    /// The caller's words.
    pub words: String,
    /// Those words in Mandarin, fit for search.
    pub normal: String,
    /// The kind of request.
    pub kind: Kind,
    /// The business domain, once known.
    pub domain: Option<String>,
}

/// Everything that goes with the contact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Passport {
    /// Facts, newest last; one per slot.
    pub facts: Vec<Fact>,
    /// The present matter.
    pub matter: Option<Matter>,
    /// Matters raised before it in this contact.
    pub earlier: Vec<Matter>,
    /// Titles of answers already given.
    pub tried: Vec<String>,
    /// Questions already asked, by slot.
    pub asked: Vec<String>,
    /// Lines the contact passed through.
    pub lines: Vec<String>,
    /// Ticket numbers opened or named.
    pub tickets: Vec<String>,
    /// The highest anger or distress heard, 0 to 3.
    pub mood: u8,
    /// The caller speaks Ningbo dialect.
    pub dialect: bool,
    /// Danger advice given, by service.
    pub advised: Vec<String>,
}

impl Passport {
    /// The fact of a slot.
    pub fn fact(&self, slot: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.slot == slot)
    }

    /// The value of a slot.
    pub fn value(&self, slot: &str) -> Option<&str> {
        self.fact(slot).map(|fact| fact.value.as_str())
    }

    /// Notes a fact; a later one replaces an earlier one of the same slot.
    pub fn note(&mut self, fact: Fact) {
        self.facts.retain(|known| known.slot != fact.slot);
        self.facts.push(fact);
    }

    /// Takes up a new matter; the former one is kept among the earlier ones.
    pub fn take_up(&mut self, matter: Matter) {
        if let Some(before) = self.matter.replace(matter) {
            self.earlier.push(before);
        }
    }
}

/// What staff read for a common slot.
pub fn label_of(slot: &str) -> &str {
    match slot {
        "place" => "地址",
        "phone" => "联系电话",
        "name" => "姓名",
        "id_number" => "身份证号",
        "time" => "时间",
        "detail" => "具体情况",
        "amount" => "金额",
        "organisation" => "涉及单位",
        other => other,
    }
}
