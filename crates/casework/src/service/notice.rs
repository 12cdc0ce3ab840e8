//! What somebody is told about a ticket: staff in their inbox, the citizen beside the progress.

use kernel::{Actor, Ctx, Scope, UnitId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use store::Tx;

use super::Casework;
use super::rows::StoredTicket;
use crate::model::{Case, Event, Next};
use crate::{CaseworkError, sql};

const MOST: i64 = 100;

/// Something that a person was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// When.
    pub at_us: i64,
    /// In words.
    pub words: String,
    /// About which ticket.
    pub ticket: String,
    /// `info`, `warn`, `late`.
    pub level: String,
    /// It was read.
    pub read: bool,
}

/// The latest notices of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notices {
    /// The latest first.
    pub rows: Vec<Notice>,
    /// How many are unread.
    pub unread: i64,
}

#[derive(Debug, FromRow)]
struct StoredNotice {
    id: String,
    ticket: String,
    level: String,
    words: String,
    at_us: i64,
    read_us: Option<i64>,
}

impl Casework {
    /// What the actor was told: as a person, as the holder of a role in the district, and for the unit.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notices(&self, ctx: &Ctx) -> Result<Notices, CaseworkError> {
        let [one, two, three] = self.audiences(ctx);
        let rows: Vec<StoredNotice> = sqlx::query_as(sql::NOTICE_LIST)
            .bind(one.as_str())
            .bind(two.as_str())
            .bind(three.as_str())
            .bind(MOST)
            .fetch_all(self.0.store.read())
            .await?;
        let unread = sqlx::query(sql::NOTICE_UNREAD)
            .bind(one)
            .bind(two)
            .bind(three)
            .fetch_one(self.0.store.read())
            .await?;
        let rows = rows
            .into_iter()
            .map(|row| Notice {
                id: row.id,
                at_us: row.at_us,
                words: row.words,
                ticket: row.ticket,
                level: row.level,
                read: row.read_us.is_some(),
            })
            .collect();
        Ok(Notices { rows, unread: Self::counted(&unread)? })
    }

    /// The actor has read a notice. One that is not the actor's own does not exist.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice_read(&self, ctx: &Ctx, id: &str) -> Result<(), CaseworkError> {
        let [one, two, three] = self.audiences(ctx);
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::NOTICE_READ)
            .bind(ctx.now.0)
            .bind(id)
            .bind(one)
            .bind(two)
            .bind(three)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    fn audiences(&self, ctx: &Ctx) -> [String; 3] {
        let Actor::Staff { id, role, scope } = &ctx.actor else { return Default::default() };
        let role = serde_json::to_value(role).ok().and_then(|role| role.as_str().map(ToOwned::to_owned));
        let site = self.organisation();
        let (role, unit) = match scope {
            Scope::District => (role.map(|role| format!("role:{role}")), None),
            Scope::Unit(unit) => (None, Some(unit.clone())),
            Scope::Place(code) => (None, site.unit_of_place(code).map(|unit| unit.id.clone())),
        };
        let unit = unit.map(|unit| format!("unit:{unit}"));
        [format!("staff:{id}"), role.unwrap_or_default(), unit.unwrap_or_default()]
    }

    pub(super) async fn notify(
        &self,
        tx: &mut Tx,
        occasion: &str,
        audience: &str,
        number: &str,
        level: &str,
        words: &str,
    ) -> Result<(), CaseworkError> {
        sqlx::query(sql::NOTICE_ADD)
            .bind(format!("{occasion}:{audience}"))
            .bind(audience)
            .bind(number)
            .bind(level)
            .bind(words)
            .bind(tx.now().0)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Tells of a step whoever must now act, and the units that lose a ticket.
    pub(super) async fn notices_of(
        &self,
        tx: &mut Tx,
        stored: &StoredTicket,
        seq: i64,
        case: &Case,
        title: &str,
        event: &Event,
    ) -> Result<(), CaseworkError> {
        let to = |unit: &UnitId| format!("unit:{unit}");
        let own = || case.unit.as_ref().map(to);
        let desk = || Some("role:dispatcher".to_owned());
        let mut told: Vec<(Option<String>, &str, &str)> = match event {
            Event::Dispatched { .. } => vec![(own(), "info", "已派给贵单位，请签收")],
            Event::Upheld { from, .. } => {
                vec![(own(), "info", "已派给贵单位，请签收"), (Some(to(from)), "info", "的异议成立，已改派")]
            }
            Event::Overruled { .. } => vec![(own(), "warn", "的异议不成立，请签收办理")],
            Event::Objected { .. } => vec![(desk(), "warn", "有异议，请裁定")],
            Event::ExtensionAsked { .. } => vec![(desk(), "info", "申请延期，请审批")],
            Event::ExtensionGranted { .. } => vec![(own(), "info", "的延期已同意")],
            Event::ExtensionRefused { .. } => vec![(own(), "warn", "的延期没有同意，请按原时限办理")],
            Event::Answered { .. } => vec![(own(), "info", "群众已补充，请继续办理")],
            Event::Resumed { .. } => vec![(own(), "warn", "等候补充期满，计时恢复，请按现有情况办理")],
            Event::Urged { citizen: true, .. } => vec![(own(), "warn", "群众催办")],
            Event::Urged { .. } => vec![(own(), "warn", "催办，请尽快办理")],
            Event::Supervised { .. } => vec![(own(), "warn", "已列为督办件")],
            Event::Reopened { .. } => vec![(own(), "warn", "要重新办理")],
            Event::CalledBack { next: Next::Reopen { escalate, .. }, .. } => {
                let mut all = vec![(own(), "warn", "回访群众表示没有解决，已退回重办")];
                if *escalate {
                    all.push((
                        Some("role:supervisor".to_owned()),
                        "late",
                        "再次办理后群众仍不认可，请指定督办人",
                    ));
                }
                all
            }
            Event::Withdrawn { .. } | Event::Cancelled { .. } => vec![(own(), "info", "已关闭，不用再办")],
            Event::Unmerged { .. } => vec![(desk(), "info", "取消并案，请派单")],
            _ => Vec::new(),
        };
        if let Event::Dispatched { from: Some(from), unit, .. } = event
            && from != unit
        {
            told.push((Some(to(from)), "info", "已改派其他单位"));
        }
        for (audience, level, words) in told {
            let Some(audience) = audience else { continue };
            let words = format!("{}《{title}》{words}", stored.number);
            let occasion = format!("step:{}:{seq}", stored.id);
            self.notify(tx, &occasion, &audience, &stored.number, level, &words).await?;
        }
        if let Event::Dispatched { co_units, .. } = event {
            for co in co_units {
                let words = format!("{}《{title}》请贵单位协办", stored.number);
                let occasion = format!("co:{}:{seq}", stored.id);
                self.notify(tx, &occasion, &to(co), &stored.number, "info", &words).await?;
            }
        }
        Ok(())
    }
}
