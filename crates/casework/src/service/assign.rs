//! Finding the unit: the catalogue, its editor, proposals, and what a town is not given.

use kernel::{Ctx, HolidayList, UnitId, WorkCalendar};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use super::Casework;
use super::get::may_see;
use crate::dispatch::{Asked, Catalogue, Experience, Proposal};
use crate::{CaseworkError, TicketDraft, sql};

/// The settings document `casework`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// From which confidence a ticket is sent without asking; null: never.
    pub auto_dispatch: Option<f64>,
}

impl Options {
    /// The settings document's name.
    pub const SETTING: &'static str = "casework";

    /// Whether the options can be meant.
    ///
    /// # Errors
    /// In Chinese.
    pub fn check(&self) -> Result<(), CaseworkError> {
        match self.auto_dispatch {
            Some(at) if !(0.5..=1.0).contains(&at) => {
                Err(CaseworkError::Deadline("自动派单的把握应在0.5到1之间；不想自动派单请留空。".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

/// Who should get a ticket, and from which confidence the site sends it by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendations {
    /// The likeliest first.
    pub proposals: Vec<Proposal>,
    /// From which confidence; none: never.
    pub auto_at: Option<f64>,
}

impl Casework {
    /// Who should get a ticket, with reasons.
    ///
    /// # Errors
    /// When the actor may not see it or the database refuses.
    pub async fn recommendations(&self, ctx: &Ctx, number: &str) -> Result<Recommendations, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        let body = stored.body()?;
        let text = stored.text()?;
        let asked =
            Asked { text: &text, category: &stored.category, domain: &stored.domain, place: &stored.place };
        let mut proposals = self.proposals(&asked).await?;
        proposals.retain(|proposal| !body.case.barred.contains(&proposal.unit));
        Ok(Recommendations { proposals, auto_at: self.options().await.auto_dispatch })
    }

    /// The likeliest unit of a draft. None when nobody knows.
    pub(super) async fn propose(&self, draft: &TicketDraft) -> Result<Option<Proposal>, CaseworkError> {
        let text = format!("{} {} {}", draft.title, draft.category, draft.words.join(" "));
        let asked =
            Asked { text: &text, category: &draft.category, domain: &draft.domain, place: &draft.place };
        Ok(self.proposals(&asked).await?.into_iter().next())
    }

    /// Who would get a matter, by a catalogue that is being edited or by the one in use: what its editor tries out.
    ///
    /// # Errors
    /// When the actor may not edit, the catalogue cannot be used, or the database refuses.
    pub async fn dispatch_try(
        &self,
        ctx: &Ctx,
        asked: &Asked<'_>,
        edited: Option<&Catalogue>,
    ) -> Result<Recommendations, CaseworkError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        let proposals = match edited {
            Some(catalogue) => {
                catalogue.check(&self.organisation())?;
                self.proposals_by(catalogue, asked).await?
            }
            None => self.proposals(asked).await?,
        };
        Ok(Recommendations { proposals, auto_at: self.options().await.auto_dispatch })
    }

    async fn proposals(&self, asked: &Asked<'_>) -> Result<Vec<Proposal>, CaseworkError> {
        self.proposals_by(&self.catalogue(), asked).await
    }

    async fn proposals_by(
        &self,
        catalogue: &Catalogue,
        asked: &Asked<'_>,
    ) -> Result<Vec<Proposal>, CaseworkError> {
        let rows = sqlx::query(sql::OUTCOME_LIST).bind(asked.domain).fetch_all(self.0.store.read()).await?;
        let mut experience = Vec::new();
        for row in rows {
            experience.push(Experience {
                category: row.try_get("category")?,
                unit: UnitId(row.try_get("unit")?),
                kept: row.try_get("kept")?,
                refused: row.try_get("refused")?,
            });
        }
        let guesses = self.learned().map(|learned| learned.guess(asked.text)).unwrap_or_default();
        Ok(catalogue.recommend(&self.organisation(), asked, &experience, &guesses))
    }

    /// Refuses a unit that is not there, and a town for a department's duty unless a supervisor insists.
    pub(super) async fn may_get(
        &self,
        ctx: &Ctx,
        number: &str,
        unit: &UnitId,
        forced: bool,
    ) -> Result<(), CaseworkError> {
        self.known(unit)?;
        if forced {
            authorise(ctx, Permission::TicketSupervise, None)?;
            return Ok(());
        }
        let site = self.organisation();
        if !site.unit(unit).is_some_and(crate::Unit::is_local) {
            return Ok(());
        }
        let stored = self.stored(number).await?;
        let text = stored.text()?;
        let asked =
            Asked { text: &text, category: &stored.category, domain: &stored.domain, place: &stored.place };
        match self.catalogue().blocked(&site, &asked, unit) {
            Some(rule) => {
                let lead = rule.lead.as_ref().and_then(|lead| site.unit_name(lead)).unwrap_or_default();
                Err(CaseworkError::DepartmentDuty(format!(
                    "“{}”是{lead}的法定职责（{}），不能派给镇街。请派给{lead}，需要镇街配合的列为协办单位。",
                    rule.matter, rule.basis
                )))
            }
            None => Ok(()),
        }
    }

    /// The site's options; unreadable ones count as the defaults.
    pub(super) async fn options(&self) -> Options {
        match self.0.store.setting::<Options>(Options::SETTING).await {
            Ok(setting) => setting.map(|setting| setting.value).unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the setting casework cannot be read; the defaults are used");
                Options::default()
            }
        }
    }

    /// Refuses a settings document of casework that cannot be used. Documents of others pass.
    ///
    /// # Errors
    /// What is wrong with it, in Chinese.
    pub fn setting_check(&self, name: &str, value: &serde_json::Value) -> Result<(), CaseworkError> {
        let unread = |error: serde_json::Error| {
            CaseworkError::Deadline(format!(
                "这份设置的格式不对：{error}。请检查后再保存，原来的设置没有变。"
            ))
        };
        match name {
            Options::SETTING => serde_json::from_value::<Options>(value.clone()).map_err(unread)?.check(),
            Catalogue::SETTING => serde_json::from_value::<Catalogue>(value.clone())
                .map_err(unread)?
                .check(&self.organisation()),
            HolidayList::SETTING => {
                let list = serde_json::from_value::<HolidayList>(value.clone()).map_err(unread)?;
                WorkCalendar::new(&list)
                    .map_err(|error| CaseworkError::Deadline(kernel::Coded::advice(&error)))
                    .map(|_| ())
            }
            crate::Deadlines::SETTING => {
                serde_json::from_value::<crate::Deadlines>(value.clone()).map_err(unread)?.check()
            }
            _ => Ok(()),
        }
    }
}
