//! What casework needs of the site's `organisation` document: which unit leads a domain, what units are called, in which town,
//! street or park an address lies.

use kernel::UnitId;
use serde::{Deserialize, Serialize};

/// A handling unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its id.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// Domains it leads.
    #[serde(default)]
    pub leads: Vec<String>,
    /// `department`, `service`, `utility`, `street`, `town`, `park`.
    #[serde(default)]
    pub kind: String,
    /// The place it governs.
    #[serde(default)]
    pub place: Option<String>,
    /// It takes no more tickets.
    #[serde(default)]
    pub closed: bool,
}

impl Unit {
    /// It governs a town, street or park and has none of a department's duties.
    pub fn is_local(&self) -> bool {
        matches!(self.kind.as_str(), "street" | "town" | "park")
    }
}

/// A town, street or park.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Communities and villages in it.
    #[serde(default)]
    pub communities: Vec<String>,
}

/// Units and places. The document holds more; what is not needed here is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organisation {
    /// Units.
    #[serde(default)]
    pub units: Vec<Unit>,
    /// Places.
    #[serde(default)]
    pub places: Vec<Place>,
}

impl Organisation {
    /// The settings document's name.
    pub const SETTING: &'static str = "organisation";

    /// The unit that leads a domain.
    pub fn leading_unit(&self, domain: &str) -> Option<UnitId> {
        let leads = |unit: &&Unit| unit.leads.iter().any(|led| led == domain);
        self.units.iter().find(leads).map(|unit| unit.id.clone())
    }

    /// A unit.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == *id)
    }

    /// The unit that governs a place.
    pub fn unit_of_place(&self, code: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.place.as_deref() == Some(code) && !unit.closed)
    }

    /// What a place is called.
    pub fn place_name(&self, code: &str) -> Option<&str> {
        self.places.iter().find(|place| place.code == code).map(|place| place.name.as_str())
    }

    /// What a unit is called.
    pub fn unit_name(&self, id: &UnitId) -> Option<&str> {
        self.units.iter().find(|unit| unit.id == *id).map(|unit| unit.name.as_str())
    }

    /// Whether there is such a unit. A site without units has not said: then any will do.
    pub fn has_unit(&self, id: &UnitId) -> bool {
        !id.as_str().is_empty() && (self.units.is_empty() || self.unit(id).is_some_and(|unit| !unit.closed))
    }

    /// The code of the place an address names, by the longest name found in it.
    pub fn place_code(&self, address: &str) -> Option<&str> {
        let names = self.places.iter().flat_map(|place| {
            let all = std::iter::once(&place.name).chain(&place.aliases).chain(&place.communities);
            all.map(move |name| (name, place.code.as_str()))
        });
        names
            .filter(|(name, _)| name.chars().count() > 1 && address.contains(name.as_str()))
            .max_by_key(|(name, _)| name.chars().count())
            .map(|(_, code)| code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_organisation_is_understood() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/starter/organisation.yaml");
        let site: Organisation = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let unit = site.leading_unit("城管市容").unwrap();
        assert_eq!(site.unit_name(&unit), Some("区综合行政执法局"));
        assert_eq!(site.leading_unit("没有的"), None);
        assert_eq!(site.place_code("中河街道宋诏桥社区门口"), Some("330212005"));
        assert_eq!(site.place_code("东钱湖旅游度假区的湖边"), Some("330212103"));
        assert_eq!(site.place_code("月球"), None);
        assert!(site.has_unit(&unit) && !site.has_unit(&UnitId::from("nowhere")));
    }
}
