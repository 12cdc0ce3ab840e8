//! What makes a site this site: lines, queues, domains, boundary, organisation. Loaded from a pack once, then settings that
//! staff edit, with versions.

use std::collections::BTreeMap;
use std::path::Path;

use dialogue::{Boundary, LineProfile};
use jiff::civil::Time;
use kernel::{Ctx, Micros, QueueId};
use serde::{Deserialize, Serialize};
use store::Store;

use crate::ContactError;

/// The settings that a pack fills.
pub const DOCUMENTS: [&str; 9] = [
    "domains",
    "lines",
    "queues",
    "boundary",
    "organisation",
    "deadlines",
    "catalogue",
    "casework",
    "holidays",
];

/// A business domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Short code of files and ids.
    pub code: String,
    /// The name.
    pub name: String,
    /// The skill an agent needs.
    pub skill: String,
    /// Help in it means that somebody goes to a place.
    #[serde(default)]
    pub on_site: bool,
}

/// Hours of human service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// `mon-sun`, `mon-fri`, `sat`, ...
    pub days: String,
    /// From, `08:30`.
    pub from: String,
    /// Until, `24:00` being the day's end.
    pub to: String,
}

/// A hotline behind the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// The number dialled.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Its greeting.
    pub greeting: String,
    /// When people answer.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// The line that takes over outside those hours.
    #[serde(default)]
    pub after_hours_line: Option<String>,
    /// Its queue.
    pub queue: String,
    /// Skills wanted.
    #[serde(default)]
    pub skills: Vec<String>,
    /// Domains served.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The line it is a business line of.
    #[serde(default)]
    pub parent: Option<String>,
    /// The lane of its callers.
    #[serde(default)]
    pub lane: Option<String>,
}

impl Line {
    /// Whether people answer at an instant. A line without hours never closes.
    pub fn open_at(&self, now: Micros) -> bool {
        let local = now.beijing();
        let day = local.weekday().to_monday_zero_offset();
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        self.hours.is_empty()
            || self.hours.iter().any(|hours| {
                let (from, to) = (minutes(&hours.from).unwrap_or(0), minutes(&hours.to).unwrap_or(24 * 60));
                covers_day(&hours.days, day) && from <= minute && minute < to
            })
    }
}

fn minutes(text: &str) -> Option<i32> {
    if text == "24:00" {
        return Some(24 * 60);
    }
    let time: Time = text.parse().ok()?;
    Some(i32::from(time.hour()) * 60 + i32::from(time.minute()))
}

fn covers_day(days: &str, day: i8) -> bool {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let at = |name: &str| NAMES.iter().position(|known| *known == name.trim());
    days.split(',').any(|part| match part.split_once('-') {
        Some((from, to)) => {
            let day = usize::try_from(day).unwrap_or(0);
            matches!((at(from), at(to)), (Some(from), Some(to)) if from <= day && day <= to)
        }
        None => at(part).and_then(|at| i8::try_from(at).ok()) == Some(day),
    })
}

#[derive(Debug, Default, Deserialize)]
struct LinesDocument {
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, Default, Deserialize)]
struct QueuesDocument {
    #[serde(default)]
    queues: Vec<routing::Queue>,
}

/// The site as the shell needs it. Immutable; built anew when a setting changes.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Domains by name.
    pub domains: BTreeMap<String, Domain>,
    /// Lines by id.
    pub lines: BTreeMap<String, Line>,
    /// Queues.
    pub queues: Vec<routing::Queue>,
    /// The boundary between bot and person.
    pub boundary: Boundary,
    /// The organisation, as its document stands.
    pub organisation: serde_json::Value,
}

impl Site {
    /// Reads the settings.
    ///
    /// # Errors
    /// When a document cannot be read.
    pub async fn load(store: &Store) -> Result<Self, ContactError> {
        let mut documents = BTreeMap::new();
        for name in DOCUMENTS {
            if let Some(setting) = store.setting::<serde_json::Value>(name).await? {
                documents.insert(name, setting.value);
            }
        }
        Self::from_documents(|name| documents.get(name).cloned())
    }

    /// The site that documents give, by their names, without a database.
    ///
    /// # Errors
    /// When a document cannot be read.
    pub fn from_documents(raw: impl Fn(&str) -> Option<serde_json::Value>) -> Result<Self, ContactError> {
        let domains: Vec<Domain> = given(&raw, "domains")?;
        let lines: LinesDocument = given(&raw, "lines")?;
        let queues: QueuesDocument = given(&raw, "queues")?;
        Ok(Self {
            domains: domains.into_iter().map(|domain| (domain.name.clone(), domain)).collect(),
            lines: lines.lines.into_iter().map(|line| (line.id.clone(), line)).collect(),
            queues: queues.queues,
            boundary: given(&raw, "boundary")?,
            organisation: raw("organisation").unwrap_or_default(),
        })
    }

    /// The line that a contact on `line` is answered by at an instant: itself, or the one that takes over.
    pub fn answering<'a>(&'a self, line: &str, now: Micros) -> Option<&'a Line> {
        let mut at = self.lines.get(line)?;
        // Lines may take over from each other in a ring; nobody is sent round it.
        for _ in 0..self.lines.len() {
            if at.open_at(now) {
                break;
            }
            match at.after_hours_line.as_ref().and_then(|next| self.lines.get(next)) {
                Some(next) => at = next,
                None => break,
            }
        }
        Some(at)
    }

    /// The queue of a line at an instant.
    pub fn queue_of(&self, line: &str, now: Micros) -> QueueId {
        self.answering(line, now).map_or_else(|| QueueId::from("general"), |line| QueueId(line.queue.clone()))
    }

    /// What the engine needs of the lines.
    pub fn profiles(&self) -> BTreeMap<String, LineProfile> {
        let profile = |line: &Line| LineProfile {
            id: line.id.clone(),
            name: line.name.clone(),
            greeting: line.greeting.clone(),
            domains: line.domains.clone(),
        };
        self.lines.iter().map(|(id, line)| (id.clone(), profile(line))).collect()
    }

    /// The narrowest line that serves each domain, and the business lines of the medical line.
    pub fn line_of_domain(&self) -> BTreeMap<String, String> {
        let mut of_domain: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for line in self.lines.values().filter(|line| line.parent.is_none() && line.lane.is_none()) {
            for domain in &line.domains {
                let width = line.domains.len();
                if of_domain.get(domain).is_none_or(|(known, _)| width < *known) {
                    of_domain.insert(domain.clone(), (width, line.id.clone()));
                }
            }
        }
        let mut lines: BTreeMap<String, String> =
            of_domain.into_iter().map(|(domain, (_, line))| (domain, line)).collect();
        for (key, suffix) in [
            ("employee_retire", "employee"),
            ("resident_transfer", "resident"),
            ("reimburse_maternity", "reimburse"),
        ] {
            if let Some(line) = self.lines.keys().find(|id| id.ends_with(suffix) && id.starts_with("12393")) {
                lines.insert(format!("医保/{key}"), line.clone());
            }
        }
        lines
    }
}

/// The engine's form of a card of the libraries.
pub fn card(card: knowledge::AnswerCard) -> dialogue::Card {
    crate::link::card(card)
}

fn given<T: serde::de::DeserializeOwned + Default>(
    raw: &impl Fn(&str) -> Option<serde_json::Value>,
    name: &str,
) -> Result<T, ContactError> {
    let Some(value) = raw(name) else { return Ok(T::default()) };
    serde_json::from_value(value)
        .map_err(|error| ContactError::Setting { name: name.to_owned(), reason: error.to_string() })
}

/// Puts a pack's documents into the settings where none stands yet; what staff have edited is never overwritten.
///
/// # Errors
/// When a file cannot be read as YAML or the database refuses.
pub async fn install(store: &Store, pack: &Path, ctx: &Ctx) -> Result<Vec<&'static str>, ContactError> {
    let mut installed = Vec::new();
    for name in DOCUMENTS {
        if store.setting::<serde_json::Value>(name).await?.is_some() {
            continue;
        }
        let fault = |reason: String| ContactError::Setting { name: name.to_owned(), reason };
        let file = pack.join(format!("{name}.yaml"));
        let text =
            std::fs::read_to_string(&file).map_err(|error| fault(format!("{}：{error}", file.display())))?;
        let value: serde_json::Value =
            serde_yaml_ng::from_str(&text).map_err(|error| fault(error.to_string()))?;
        let mut tx = store.begin(ctx).await?;
        tx.setting_put(name, &value, 0).await?;
        tx.commit().await?;
        installed.push(name);
    }
    Ok(installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(days: &str, from: &str, to: &str) -> Line {
        Line {
            id: "a".into(),
            number: String::new(),
            name: String::new(),
            greeting: String::new(),
            hours: vec![Hours { days: days.into(), from: from.into(), to: to.into() }],
            after_hours_line: None,
            queue: "q".into(),
            skills: vec![],
            domains: vec![],
            parent: None,
            lane: None,
        }
    }

    #[test]
    fn hours_follow_the_day_and_the_clock() {
        // 2026-11-23 is a Monday; 01:00 UTC is 09:00 in China.
        let monday_nine = Micros("2026-11-23T01:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
        assert!(line("mon-fri", "08:30", "12:00").open_at(monday_nine));
        assert!(!line("sat,sun", "08:30", "12:00").open_at(monday_nine));
        assert!(!line("mon-fri", "13:30", "17:30").open_at(monday_nine));
        assert!(line("mon-sun", "00:00", "24:00").open_at(monday_nine));
    }
}
