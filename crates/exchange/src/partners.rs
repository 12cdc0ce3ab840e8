//! Who takes part, and what waits for them, as staff see it.

use kernel::Ctx;
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::FromRow;

use crate::{Exchange, ExchangeError, sql};

/// The most that is shown of what waits.
const MOST: i64 = 200;

/// A system that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partner {
    /// `platform`, `webhook`, `open311`.
    pub kind: &'static str,
    /// Its name; of a subscriber its id.
    pub name: String,
    /// Where it is; empty for who only calls us. Never a secret.
    pub address: String,
    /// What passes, in words.
    pub passes: String,
}

/// A message that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Waiting {
    /// Its place in the outbox.
    pub seq: i64,
    /// `exchange.push` to the platform, `exchange.hook` to a subscriber.
    pub topic: String,
    /// Its key.
    pub key: String,
    /// What it refers to; nothing of a ticket's content.
    pub payload: String,
    /// When it was written.
    pub created_us: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it has not arrived yet.
    pub failure: Option<String>,
}

impl Exchange {
    /// Who takes part.
    pub(crate) fn partners(&self, pushes: &str) -> Vec<Partner> {
        let setup = &self.0.setup;
        let mut all = Vec::new();
        if let Some(peer) = &setup.peer {
            let told = if pushes == "不上报" { pushes.to_owned() } else { format!("上报{pushes}") };
            let personal =
                if setup.push.personal { "，带来电人姓名和号码（保密的除外）" } else { "" };
            all.push(Partner {
                kind: "platform",
                name: peer.name.clone(),
                address: peer.url.clone(),
                passes: format!("{told}{personal}；接收工单、答复、状态和附件"),
            });
        }
        all.extend(setup.webhooks.iter().map(|hook| Partner {
            kind: "webhook",
            name: hook.id.clone(),
            address: hook.url.clone(),
            passes: format!("订阅{}", hook.events.join("、")),
        }));
        if let Some(open311) = &setup.open311 {
            all.extend(open311.keys.iter().map(|key| Partner {
                kind: "open311",
                name: key.name.clone(),
                address: String::new(),
                passes: "可经 Open311 提交请求".to_owned(),
            }));
        }
        all
    }

    /// What waits, the oldest first.
    ///
    /// # Errors
    /// When the actor may not, or the database refuses.
    pub async fn waiting(&self, ctx: &Ctx) -> Result<Vec<Waiting>, ExchangeError> {
        authorise(ctx, Permission::ReportRead, None)?;
        Ok(sqlx::query_as(sql::OUTBOX_WAITING).bind(MOST).fetch_all(self.0.store.read()).await?)
    }
}
