//! What a ticket is opened from.

use kernel::{ContactId, UnitId};
use serde::{Deserialize, Serialize};

use crate::CaseworkError;
use crate::model::{Kind, Refusal};
use crate::words::clean;

/// The longest title, in characters; what is longer is kept among the words.
pub const TITLE_MAX_CHARS: usize = 60;
const FIELD_MAX_CHARS: usize = 200;
const MAX_FACTS: usize = 100;
const MAX_WORDS: usize = 200;
const WORDS_MAX_CHARS: usize = 10_000;

/// Something the caller told or proved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// What it is called.
    pub label: String,
    /// The value; of a ticket that is read, masked where personal.
    pub value: String,
    /// The words it was taken from; of a ticket that is read, masked.
    pub words: String,
    /// Who told it.
    pub by: String,
    /// When.
    pub at_us: i64,
    /// It tells who the caller is.
    pub personal: bool,
}

/// A ticket to be opened, everything in plain text: it is sealed on its way into the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketDraft {
    /// The kind of request.
    pub kind: Kind,
    /// The category's name.
    pub category: String,
    /// The business domain.
    pub domain: String,
    /// A title for lists.
    pub title: String,
    /// Harm grows while it waits.
    pub urgent: bool,
    /// It is a promise to call back.
    pub callback: bool,
    /// The contact it comes from.
    pub contact: Option<ContactId>,
    /// Where it is.
    pub place: String,
    /// The caller's number.
    pub phone: String,
    /// The caller's name.
    pub name: String,
    /// What was told.
    pub facts: Vec<Fact>,
    /// The matter in the caller's or the agent's words.
    pub words: Vec<String>,
    /// By what the caller is recognised, when not by `phone`.
    pub caller_key: Option<String>,
    /// The unit whoever opens it thinks right; otherwise the one that leads the domain is proposed.
    pub unit: Option<UnitId>,
    /// What somebody refused to do: a matter of the window.
    pub window: Option<WindowMatter>,
    /// Who raises it wants to stay hidden; of a report always so.
    pub confidential: bool,
}

/// A matter that somebody refused to do ("办不成事").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowMatter {
    /// What was refused.
    pub refused: String,
    /// At which window or office.
    pub place: String,
    /// Who refused it, as far as known.
    pub by_whom: String,
    /// With which papers the citizen came.
    pub papers: String,
    /// Why it could not be done, found when it is closed: for the monthly list.
    pub cause: String,
}

impl TicketDraft {
    /// A draft with nothing in it.
    pub const fn blank(kind: Kind) -> Self {
        Self {
            kind,
            category: String::new(),
            domain: String::new(),
            title: String::new(),
            urgent: false,
            callback: false,
            contact: None,
            place: String::new(),
            phone: String::new(),
            name: String::new(),
            facts: Vec::new(),
            words: Vec::new(),
            caller_key: None,
            unit: None,
            window: None,
            confidential: false,
        }
    }

    /// The draft with every text fit to be kept and no field empty that a list needs.
    ///
    /// # Errors
    /// [`Refusal::TooLong`] when there is more than a person could have told.
    pub(crate) fn tidy(mut self) -> Result<Self, CaseworkError> {
        for text in [&mut self.category, &mut self.domain, &mut self.place, &mut self.phone, &mut self.name] {
            *text = clean(text);
            if text.chars().count() > FIELD_MAX_CHARS {
                return Err(Refusal::TooLong(FIELD_MAX_CHARS).into());
            }
        }
        if let Some(window) = &mut self.window {
            for text in [
                &mut window.refused,
                &mut window.place,
                &mut window.by_whom,
                &mut window.papers,
                &mut window.cause,
            ] {
                *text = clean(text);
                if text.chars().count() > FIELD_MAX_CHARS {
                    return Err(Refusal::TooLong(FIELD_MAX_CHARS).into());
                }
            }
            if window.refused.is_empty() || window.place.is_empty() {
                return Err(Refusal::NoWords.into());
            }
        }
        for text in &mut self.words {
            *text = clean(text);
        }
        self.words.retain(|text| !text.is_empty());
        for fact in &mut self.facts {
            for text in [&mut fact.label, &mut fact.value, &mut fact.words, &mut fact.by] {
                *text = clean(text);
            }
        }
        let told = self.words.iter().chain(self.facts.iter().flat_map(|fact| [&fact.value, &fact.words]));
        let longest = told.map(|text| text.chars().count()).max().unwrap_or_default();
        if longest > WORDS_MAX_CHARS || self.facts.len() > MAX_FACTS || self.words.len() > MAX_WORDS {
            return Err(Refusal::TooLong(WORDS_MAX_CHARS).into());
        }
        self.title = clean(&self.title).split_whitespace().collect::<Vec<_>>().join(" ");
        if self.title.chars().count() > TITLE_MAX_CHARS {
            let whole = std::mem::take(&mut self.title);
            self.title = whole.chars().take(TITLE_MAX_CHARS - 1).chain(['…']).collect();
            self.words.insert(0, whole);
        }
        if self.domain.is_empty() {
            "其他".clone_into(&mut self.domain);
        }
        if self.category.is_empty() {
            self.category = format!("{}{}", self.domain, self.kind.chinese());
        }
        if self.title.is_empty() {
            self.title.clone_from(&self.category);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> TicketDraft {
        TicketDraft::blank(Kind::Help)
    }

    #[test]
    fn an_empty_draft_still_has_what_a_list_shows() {
        let tidy = draft().tidy().unwrap();
        assert_eq!(
            (tidy.domain.as_str(), tidy.category.as_str(), tidy.title.as_str()),
            ("其他", "其他求助", "其他求助")
        );
    }

    #[test]
    fn a_long_title_is_cut_and_kept_whole_among_the_words() {
        let long = "路".repeat(100);
        let tidy = TicketDraft { title: long.clone(), ..draft() }.tidy().unwrap();
        assert_eq!(tidy.title.chars().count(), TITLE_MAX_CHARS);
        assert_eq!(tidy.words, [long]);
    }

    #[test]
    fn more_than_a_person_can_tell_is_refused_not_cut() {
        let long = "路".repeat(WORDS_MAX_CHARS + 1);
        assert!(TicketDraft { words: vec![long.clone()], ..draft() }.tidy().is_err());
        assert!(TicketDraft { place: long, ..draft() }.tidy().is_err());
    }
}
