//! What the engine reads, built from settings and libraries, and built anew when they change.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use dialogue::Brain;
use dialogue::scenario::{self, Scenarios};
use sqlx::Row as _;

use crate::site::Site;
use crate::{ContactError, Hotline, sql};

impl Hotline {
    /// Reads settings, scenarios and names anew.
    ///
    /// # Errors
    /// When a setting cannot be read or the database refuses.
    pub async fn reload(&self) -> Result<(), ContactError> {
        let site = Arc::new(Site::load(self.store()).await?);
        self.casework().refresh().await?;
        let mut names = HashMap::new();
        for row in sqlx::query(sql::STAFF_NAMES).fetch_all(self.store().read()).await? {
            names.insert(row.try_get::<String, _>(0)?, row.try_get::<String, _>(1)?);
        }
        let brain = Brain {
            scenarios: self.scenarios(),
            reader: self.reader(),
            boundary: site.boundary.clone(),
            lines: site.profiles(),
            line_of_domain: site.line_of_domain(),
            skill_of_domain: site.domains.values().map(|one| (one.name.clone(), one.skill.clone())).collect(),
            on_site: site.domains.values().filter(|one| one.on_site).map(|one| one.name.clone()).collect(),
            policy: self.0.parts.policy,
            ..Brain::default()
        };
        *self.0.names.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(names);
        let quick = Brain { reader: Arc::new(brain.reader.quick()), ..brain.clone() };
        *self.0.brain.write().unwrap_or_else(PoisonError::into_inner) = [Arc::new(brain), Arc::new(quick)];
        *self.0.site.write().unwrap_or_else(PoisonError::into_inner) = site;
        Ok(())
    }

    /// The scenarios in use. One that does not parse is left out and named in the log: editing refuses such texts, so it can
    /// only come from a database touched by hand, and must not take the hotline down.
    fn scenarios(&self) -> Scenarios {
        let parsed = self.library().scenarios_in_use().into_iter().filter_map(|(id, text)| match scenario::parse(&id, &text) {
            Ok(scenario) => Some(scenario),
            Err(error) => {
                tracing::error!(scenario = %id, %error, "a scenario in use does not parse and is left out");
                None
            }
        });
        Scenarios::new(parsed)
    }

    /// The name of a member of staff.
    pub(crate) fn name_of(&self, staff: &str) -> String {
        let names = Arc::clone(&self.0.names.read().unwrap_or_else(PoisonError::into_inner));
        names.get(staff).cloned().unwrap_or_else(|| "工作人员".to_owned())
    }
}
