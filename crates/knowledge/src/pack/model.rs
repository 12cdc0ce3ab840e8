//! The documents of a pack beside its entries and scenarios.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Role, Scope, UnitId};
use serde::{Deserialize, Serialize};

use crate::entry::{Region, Vocabulary};

/// `pack.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// A short name in Latin letters, by which the pack is known in a database.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The region its entries hold for.
    pub region: String,
    /// Whose organisation it samples.
    #[serde(default)]
    pub sample_organisation: String,
    /// Its licence.
    pub licence: String,
    /// Its language.
    #[serde(default)]
    pub language: String,
    /// What it is.
    #[serde(default)]
    pub description: String,
    /// Its files and folders.
    #[serde(default)]
    pub contents: Vec<String>,
}

/// A business domain: a row of `domains.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Short code of files and ids.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The skill an agent needs for it.
    pub skill: String,
    /// Help in it means that somebody goes to a place.
    #[serde(default)]
    pub on_site: bool,
}

/// The district of `organisation.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// Its administrative code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The city it belongs to.
    pub city: String,
    /// The province.
    pub province: String,
}

/// A town, street or park.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its administrative code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// `town`, `street` or `park`.
    pub kind: String,
    /// What else it is called.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Communities and villages in it.
    #[serde(default)]
    pub communities: Vec<String>,
}

/// A unit that handles tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `department`, `service`, `utility`, `street`, `town` or `park`.
    pub kind: String,
    /// The place it looks after, by code.
    #[serde(default)]
    pub place: Option<String>,
    /// Domains it leads; each domain is led by exactly one unit.
    #[serde(default)]
    pub leads: Vec<String>,
    /// Domains it takes part in.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The unit above it.
    #[serde(default)]
    pub parent: Option<String>,
    /// Its telephone.
    #[serde(default)]
    pub phone: Option<String>,
}

/// `organisation.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The district.
    pub district: District,
    /// Its towns, streets and parks.
    pub places: Vec<Place>,
    /// Its units.
    pub units: Vec<Unit>,
}

/// Hours of human service on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// `mon-sun`, `mon-fri`, `sat,sun` ...
    pub days: String,
    /// From, `08:30`.
    pub from: String,
    /// Until, `24:00` being the end of the day.
    pub to: String,
}

/// A hotline behind the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// The number dialled.
    pub number: String,
    /// Its name.
    pub name: String,
    /// Its greeting; says that a machine speaks.
    pub greeting: String,
    /// When people answer; none: always.
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
    /// The lane of its callers: `elderly`, `dialect`; normal otherwise.
    #[serde(default)]
    pub lane: Option<String>,
    /// The line it is a business line of.
    #[serde(default)]
    pub parent: Option<String>,
    /// Its business lines.
    #[serde(default)]
    pub business_lines: Vec<String>,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Skills, of which an agent needs one.
    #[serde(default)]
    pub skills: Vec<String>,
    /// The smaller, the sooner.
    pub priority: i64,
    /// The wait it aims at.
    pub target_answer_secs: i64,
}

/// The scope of an account as a pack writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeName {
    /// `district`, `place` or `unit`.
    pub level: ScopeLevel,
    /// The code or id.
    pub id: String,
}

/// How wide a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeLevel {
    /// The whole district.
    District,
    /// A town, street or park.
    Place,
    /// A unit.
    Unit,
}

impl ScopeName {
    /// The scope.
    pub fn scope(&self) -> Scope {
        match self.level {
            ScopeLevel::District => Scope::District,
            ScopeLevel::Place => Scope::Place(self.id.clone()),
            ScopeLevel::Unit => Scope::Unit(UnitId(self.id.clone())),
        }
    }
}

/// A sample account, for demonstration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffAccount {
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The password.
    pub password: String,
    /// Skill to level, 1 to 5.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    /// The data it may touch.
    pub scope: ScopeName,
}

/// What the bot may try and what a person takes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundaryRow {
    /// The business domain or `*`.
    pub matter: String,
    /// The kind of request or `*`.
    pub kind: String,
    /// `normal`, `urgent` or `*`.
    pub urgency: String,
    /// `normal`, `elderly`, `dialect` or `*`.
    pub lane: String,
    /// `bot`, `human_first` or `human_only`.
    pub treat: String,
    /// The reason shown beside each decision.
    pub why: String,
}

/// The names that entries may use, from the domains and the organisation of a site.
pub fn vocabulary(domains: &[Domain], organisation: Option<&Organisation>) -> Vocabulary {
    let domains: BTreeSet<String> = domains.iter().map(|domain| domain.name.clone()).collect();
    let mut regions = BTreeMap::new();
    if let Some(Organisation { district, places, .. }) = organisation {
        let District { name, city, province, .. } = district;
        let wide = |path: String| Region { path, scope: Scope::District, aliases: Vec::new() };
        regions.insert(province.clone(), wide(province.clone()));
        regions.insert(city.clone(), wide(format!("{province}/{city}")));
        regions.insert(name.clone(), wide(format!("{province}/{city}/{name}")));
        for place in places {
            let region = Region {
                path: format!("{province}/{city}/{name}/{}", place.name),
                scope: Scope::Place(place.code.clone()),
                aliases: place.aliases.iter().chain(&place.communities).cloned().collect(),
            };
            regions.insert(place.name.clone(), region);
        }
    }
    Vocabulary { domains, regions }
}
