//! Scenarios as rows. Their flow is text here: whoever writes one has it checked by the dialogue crate first.

use kernel::Ctx;
use serde_json::json;
use store::{StoreError, Tx};

use super::Library;
use super::put::next_revision;
use super::rows::{ScenarioHead, StoredScenario};
use crate::KnowledgeError;
use crate::entry::{Fault, validate::id_is_sound};
use crate::model::{EVERYWHERE, ScenarioRecord, Status};
use crate::sql;

/// The largest scenario, in bytes.
const MAX_BYTES: usize = 256 * 1024;

impl Library {
    /// Id and text of the scenarios in use, in order of id.
    pub fn scenarios_in_use(&self) -> Vec<(String, String)> {
        let shelf = self.shelf();
        let mut all: Vec<(String, String)> =
            shelf.scenarios.iter().map(|(id, record)| (id.clone(), record.yaml.clone())).collect();
        all.sort_unstable();
        all
    }

    /// All scenarios, withdrawn ones too.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn scenario_list(&self, ctx: &Ctx) -> Result<Vec<ScenarioRecord>, KnowledgeError> {
        Self::may_read(ctx)?;
        let rows: Vec<StoredScenario> =
            sqlx::query_as(sql::SCENARIO_LIST).fetch_all(self.store().read()).await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// One scenario.
    ///
    /// # Errors
    /// When there is none such or the actor may not read.
    pub async fn scenario_get(&self, ctx: &Ctx, id: &str) -> Result<ScenarioRecord, KnowledgeError> {
        Self::may_read(ctx)?;
        let row: Option<StoredScenario> =
            sqlx::query_as(sql::SCENARIO_GET).bind(id).fetch_optional(self.store().read()).await?;
        row.map(record).ok_or_else(|| KnowledgeError::NotFound(id.to_owned()))
    }

    /// Puts a scenario in use: a new one with `seen` 0, or a new version of the one that was read at `seen`.
    ///
    /// # Errors
    /// When its head has faults or names another id, somebody changed it since, or the actor may not.
    pub async fn scenario_put(
        &self,
        ctx: &Ctx,
        id: &str,
        yaml: &str,
        seen: i64,
    ) -> Result<ScenarioRecord, KnowledgeError> {
        self.may_publish(ctx, EVERYWHERE)?;
        let head = self.scenario_head(id, yaml)?;
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "scenarios").await?;
        if !scenario_write(&mut tx, &head, yaml, Status::Published, revision, seen).await? {
            return Err(KnowledgeError::Conflict(head.title));
        }
        let detail = json!({ "revision": revision, "before": seen });
        tx.audit("scenario.change", &format!("scenario:{id}"), &detail).await?;
        self.commit(tx).await?;
        self.scenario_get(ctx, id).await
    }

    /// Takes a scenario out of use.
    ///
    /// # Errors
    /// When there is none such, somebody changed it at the same moment, or the actor may not.
    pub async fn scenario_withdraw(
        &self,
        ctx: &Ctx,
        id: &str,
        reason: &str,
    ) -> Result<ScenarioRecord, KnowledgeError> {
        self.may_publish(ctx, EVERYWHERE)?;
        let mut tx = self.store().begin(ctx).await?;
        let revision = next_revision(&mut tx, "scenarios").await?;
        let row: Option<StoredScenario> =
            sqlx::query_as(sql::SCENARIO_GET).bind(id).fetch_optional(&mut *tx).await?;
        let row = row.ok_or_else(|| KnowledgeError::NotFound(id.to_owned()))?;
        let before = row.revision;
        let known = record(row);
        let head =
            ScenarioHead { id: known.id, title: known.title, domain: known.domain, triggers: known.triggers };
        if !scenario_write(&mut tx, &head, &known.yaml, Status::Withdrawn, revision, before).await? {
            return Err(KnowledgeError::Conflict(head.title));
        }
        let detail = json!({ "revision": revision, "reason": security::mask_text(reason) });
        tx.audit("scenario.withdraw", &format!("scenario:{id}"), &detail).await?;
        self.commit(tx).await?;
        self.scenario_get(ctx, id).await
    }

    fn scenario_head(&self, id: &str, yaml: &str) -> Result<ScenarioHead, KnowledgeError> {
        let fault =
            |field: &str, message: String| Err(KnowledgeError::Faulty(vec![Fault::new(field, message)]));
        if yaml.len() > MAX_BYTES {
            return fault("", format!("场景超过{}KB，请拆成几个场景。", MAX_BYTES / 1024));
        }
        if yaml.contains('\0') {
            return fault("", "含有看不见的控制字符，请删去后再保存。".to_owned());
        }
        let head = match ScenarioHead::read(yaml) {
            Ok(head) => head,
            Err(error) => {
                let line = error.location().map(|at| at.line());
                let fault = Fault::new("", crate::entry::yaml::in_chinese(&error));
                return Err(KnowledgeError::Faulty(vec![Fault { line, ..fault }]));
            }
        };
        if head.id != id {
            return fault("id", format!("场景编号“{}”与保存的编号“{id}”不一致，请改成一样的。", head.id));
        }
        if !id_is_sound(id) {
            return fault("id", "编号只能用小写字母、数字和连字符，不超过80个字符。".to_owned());
        }
        if !self.vocabulary().knows_domain(&head.domain) {
            return fault("domain", format!("没有“{}”这个业务领域，请从业务领域表里选。", head.domain));
        }
        Ok(head)
    }
}

/// A row as a record; one that does not read keeps its text, so that it can be put right.
fn record(row: StoredScenario) -> ScenarioRecord {
    let head = ScenarioHead::read(&row.body).unwrap_or_else(|_| ScenarioHead {
        id: row.id.clone(),
        title: row.id.clone(),
        domain: String::new(),
        triggers: Vec::new(),
    });
    ScenarioRecord {
        id: row.id,
        title: head.title,
        domain: head.domain,
        triggers: head.triggers,
        yaml: row.body,
        status: Status::read(&row.status),
        revision: row.revision,
        updated_us: row.updated_us,
        updated_by: row.updated_by,
    }
}

/// Writes a scenario; false when it has moved on from `seen` (0: when it exists).
pub(crate) async fn scenario_write(
    tx: &mut Tx,
    head: &ScenarioHead,
    yaml: &str,
    status: Status,
    revision: i64,
    seen: i64,
) -> Result<bool, StoreError> {
    let (by, now) = (tx.ctx().actor_key(), tx.now().0);
    let query = sqlx::query(if seen == 0 { sql::SCENARIO_ADD } else { sql::SCENARIO_CHANGE })
        .bind(head.id.as_str())
        .bind(head.domain.as_str())
        .bind(yaml)
        .bind(revision)
        .bind(now)
        .bind(by)
        .bind(status.as_str());
    let query = if seen == 0 { query } else { query.bind(seen) };
    Ok(query.execute(&mut **tx).await?.rows_affected() == 1)
}
