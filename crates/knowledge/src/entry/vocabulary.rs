//! The names an entry may use: business domains and places.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Scope;

use crate::model::EVERYWHERE;

/// The names an entry may use. An empty set allows any name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// Business domains.
    pub domains: BTreeSet<String>,
    /// Places by name: province, city, district, towns, streets, parks. 全国 is always known.
    pub regions: BTreeMap<String, Region>,
}

/// A place that an entry may hold for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// From wide to narrow, with `/` between: 浙江省/宁波市/鄞州区/姜山镇.
    pub path: String,
    /// Whose data what holds for it is.
    pub scope: Scope,
    /// What else callers name it or a part of it.
    pub aliases: Vec<String>,
}

impl Vocabulary {
    /// Whether a domain is known.
    pub fn knows_domain(&self, name: &str) -> bool {
        self.domains.is_empty() || self.domains.contains(name)
    }

    /// Whether a region is known.
    pub fn knows_region(&self, name: &str) -> bool {
        name == EVERYWHERE || self.regions.is_empty() || self.regions.contains_key(name)
    }

    /// The scope an entry of a region belongs to.
    pub fn scope(&self, region: &str) -> Scope {
        self.regions.get(region).map_or(Scope::District, |known| known.scope.clone())
    }

    /// The path of the narrowest place that a caller's words about where they are name; none when they name none, and search
    /// then leaves no place out. A path is taken as it is.
    pub fn path_of(&self, place: &str) -> Option<String> {
        if self.regions.is_empty() || place.contains('/') {
            return Some(place.to_owned()).filter(|place| !place.trim().is_empty());
        }
        let named = |name: &str, known: &Region| {
            place.contains(name) || known.aliases.iter().any(|alias| place.contains(alias.as_str()))
        };
        self.regions
            .iter()
            .filter(|(name, known)| named(name, known))
            .max_by_key(|(_, known)| known.path.matches('/').count())
            .map(|(_, known)| known.path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_place() {
        let region = |path: &str, alias: &str| Region {
            path: path.to_owned(),
            scope: Scope::District,
            aliases: vec![alias.to_owned()],
        };
        let regions = BTreeMap::from([
            ("宁波市".to_owned(), region("浙江省/宁波市", "宁波")),
            ("姜山镇".to_owned(), region("浙江省/宁波市/鄞州区/姜山镇", "走马塘村")),
        ]);
        let vocabulary = Vocabulary { regions, ..Vocabulary::default() };
        assert_eq!(vocabulary.path_of("宁波走马塘村三组").as_deref(), Some("浙江省/宁波市/鄞州区/姜山镇"));
        assert_eq!(vocabulary.path_of("宁波").as_deref(), Some("浙江省/宁波市"));
        assert_eq!(vocabulary.path_of("我家楼下"), None);
        assert_eq!(Vocabulary::default().path_of("余姚市").as_deref(), Some("余姚市"));
    }
}
