//! Who was asked into which contact, and came.

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::{Liaison, LiaisonError, Member, sql};

/// A member asked into a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The id.
    pub id: String,
    /// The contact.
    pub contact: String,
    /// Who.
    pub member: String,
    /// The domain of the matter.
    pub topic: String,
    /// `asked`, `joined`, `declined`, `left`.
    pub state: String,
    /// When asked.
    pub asked_us: i64,
    /// When joined.
    pub joined_us: Option<i64>,
}

fn join(row: &AnyRow) -> Result<Join, LiaisonError> {
    Ok(Join {
        id: row.try_get("id")?,
        contact: row.try_get("contact")?,
        member: row.try_get("member")?,
        topic: row.try_get("topic")?,
        state: row.try_get("state")?,
        asked_us: row.try_get("asked_us")?,
        joined_us: row.try_get("joined_us")?,
    })
}

impl Liaison {
    /// Those asked into a contact, the latest first, with their names.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn joins_of(&self, contact: &str) -> Result<Vec<(Join, Member)>, LiaisonError> {
        let rows = sqlx::query(sql::JOIN_OF_CONTACT).bind(contact).fetch_all(self.0.store.read()).await?;
        let members = self.members().await?;
        let mut joins = Vec::new();
        for row in &rows {
            let join = join(row)?;
            if let Some(member) = members.iter().find(|one| one.id == join.member) {
                joins.push((join, member.clone()));
            }
        }
        Ok(joins)
    }

    pub(crate) async fn joins_by(&self, member: &str) -> Result<Vec<Join>, LiaisonError> {
        let rows = sqlx::query(sql::JOIN_OF_MEMBER).bind(member).fetch_all(self.0.store.read()).await?;
        rows.iter().map(join).collect()
    }

    pub(crate) async fn joins_within(&self, from: Micros, until: Micros) -> Result<Vec<Join>, LiaisonError> {
        let rows =
            sqlx::query(sql::JOIN_LIST).bind(from.0).bind(until.0).fetch_all(self.0.store.read()).await?;
        rows.iter().map(join).collect()
    }

    /// Asks a member on duty into a contact. Whose contact it is, the caller has checked.
    ///
    /// # Errors
    /// When the person serves nobody, the member is not on duty or has no account, or somebody is asked already.
    pub async fn ask(
        &self,
        ctx: &Ctx,
        contact: &str,
        member: &str,
        topic: &str,
    ) -> Result<Member, LiaisonError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let on_duty = self.duty(ctx, "", topic).await?;
        let member = on_duty
            .into_iter()
            .find(|one| one.id == member)
            .ok_or(LiaisonError::NotNow("这位成员现在不值班，请另选一位"))?;
        if member.staff.is_empty() {
            return Err(LiaisonError::NotNow("这位成员还没有账号，请另选一位，或请管理人员在名册里关联账号"));
        }
        if self
            .joins_of(contact)
            .await?
            .iter()
            .any(|(join, _)| matches!(join.state.as_str(), "asked" | "joined"))
        {
            return Err(LiaisonError::NotNow("已经请了一位联络站成员，等他离开后再请别人"));
        }
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::JOIN_ADD)
            .bind(self.fresh(ctx))
            .bind(contact)
            .bind(member.id.as_str())
            .bind(topic)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        tx.audit("liaison.ask", &format!("contact:{contact}"), &member.id).await?;
        tx.commit().await?;
        Ok(member)
    }

    /// The member's asking of a contact in a state.
    ///
    /// # Errors
    /// When the person is no member, or was not asked.
    pub async fn own_join(
        &self,
        ctx: &Ctx,
        contact: &str,
        state: &str,
    ) -> Result<(Join, Member), LiaisonError> {
        let member = self.own(ctx).await?;
        let joins = self.joins_of(contact).await?;
        joins
            .into_iter()
            .find(|(join, by)| by.id == member.id && join.state == state)
            .ok_or(LiaisonError::NotFound("这次对话，可能已经结束"))
    }

    /// Moves an asking on; a second time changes nothing and is refused.
    ///
    /// # Errors
    /// When it does not stand as it was seen.
    pub async fn join_step(&self, ctx: &Ctx, join: &Join, to: &str) -> Result<(), LiaisonError> {
        let joined = (to == "joined").then_some(ctx.now.0);
        let mut tx = self.0.store.begin(ctx).await?;
        let done = sqlx::query(sql::JOIN_STEP)
            .bind(to)
            .bind(joined)
            .bind(join.id.as_str())
            .bind(join.state.as_str())
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(LiaisonError::NotNow("这次邀请已经有了结果，请刷新后再看"));
        }
        tx.audit("liaison.join", &format!("contact:{}", join.contact), &to).await?;
        tx.commit().await?;
        Ok(())
    }
}
