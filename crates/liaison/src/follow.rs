//! Tickets followed to their end.

use casework::{CaseworkError, Followed, Moved, Ticket, TicketRow};
use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::Tx;

use crate::{Follow, Join, Liaison, LiaisonError, Member, NAME, Shift, sql};

/// A followed ticket as its member's list shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FollowedTicket {
    /// How it is followed.
    pub follow: Follow,
    /// Its row.
    pub ticket: TicketRow,
}

/// A member's home.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Home {
    /// Who.
    pub member: Member,
    /// The turn that runs now.
    pub on_duty: Option<Shift>,
    /// The turns to come.
    pub next: Vec<Shift>,
    /// The latest askings.
    pub joins: Vec<Join>,
    /// Followed tickets: open ones first, the next due before the others.
    pub tickets: Vec<FollowedTicket>,
}

fn follow(row: &AnyRow) -> Result<Follow, LiaisonError> {
    Ok(Follow {
        ticket: row.try_get("ticket")?,
        member: row.try_get("member")?,
        topic: row.try_get("topic")?,
        since_us: row.try_get("since_us")?,
        ended_us: row.try_get("ended_us")?,
        in_time: row.try_get::<i64, _>("in_time")? != 0,
        satisfied: row.try_get::<i64, _>("satisfied")? != 0,
    })
}

impl Liaison {
    pub(crate) async fn follows_within(
        &self,
        from: Micros,
        until: Micros,
    ) -> Result<Vec<Follow>, LiaisonError> {
        let rows =
            sqlx::query(sql::FOLLOW_LIST).bind(from.0).bind(until.0).fetch_all(self.0.store.read()).await?;
        rows.iter().map(follow).collect()
    }

    async fn follow_of(&self, number: &str) -> Result<Option<Follow>, LiaisonError> {
        let row = sqlx::query(sql::FOLLOW_GET).bind(number).fetch_optional(self.0.store.read()).await?;
        row.as_ref().map(follow).transpose()
    }

    /// The home of the member who asks.
    ///
    /// # Errors
    /// When the person is no member or the database refuses.
    pub async fn home(&self, ctx: &Ctx) -> Result<Home, LiaisonError> {
        let member = self.own(ctx).await?;
        let until = ctx.now.plus_secs(62 * 86_400);
        let mut shifts = self.shifts(ctx.now.0, until.0).await?;
        shifts.retain(|one| one.member == member.id);
        let (now, next): (Vec<Shift>, Vec<Shift>) = shifts.into_iter().partition(|one| one.holds(ctx.now));
        let rows = sqlx::query(sql::FOLLOW_OF_MEMBER)
            .bind(member.id.as_str())
            .fetch_all(self.0.store.read())
            .await?;
        let system = Ctx { actor: kernel::Actor::System { part: NAME.to_owned() }, ..ctx.clone() };
        let mut tickets = Vec::new();
        for row in &rows {
            let follow = follow(row)?;
            match self.0.casework.ticket_outline(&system, &follow.ticket).await {
                Ok(outline) => tickets.push(FollowedTicket { follow, ticket: outline.row }),
                Err(CaseworkError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        tickets.sort_by_key(|one| {
            (one.follow.ended_us.is_some(), one.ticket.next_us.unwrap_or(i64::MAX), one.ticket.number.clone())
        });
        Ok(Home {
            joins: self.joins_by(&member.id).await?,
            on_duty: now.into_iter().next(),
            next: next.into_iter().take(5).collect(),
            member,
            tickets,
        })
    }

    /// Who follows a ticket, and who may be given it.
    ///
    /// # Errors
    /// When the person may not read the ticket.
    pub async fn follower(
        &self,
        ctx: &Ctx,
        number: &str,
    ) -> Result<(Option<Member>, Vec<Member>), LiaisonError> {
        may_give(ctx)?;
        let number = self.0.casework.ticket_outline(ctx, number).await?.row.number;
        let mut members = self.members().await?;
        let follow = self.follow_of(&number).await?;
        let follower = follow.and_then(|follow| members.iter().find(|one| one.id == follow.member).cloned());
        members.retain(|one| one.active && !one.staff.is_empty());
        Ok((follower, members))
    }

    /// Gives a ticket a following member; an empty id takes it away.
    ///
    /// # Errors
    /// When the person may not, or there is no such ticket or member.
    pub async fn follow_put(&self, ctx: &Ctx, number: &str, member: &str) -> Result<(), LiaisonError> {
        may_give(ctx)?;
        let row = self.0.casework.ticket_outline(ctx, number).await?.row;
        if member.is_empty() {
            let mut tx = self.0.store.begin(ctx).await?;
            sqlx::query(sql::FOLLOW_DROP).bind(row.number.as_str()).execute(&mut *tx).await?;
            tx.audit("liaison.follow_drop", &format!("ticket:{}", row.number), &()).await?;
            tx.commit().await?;
            return Ok(());
        }
        let known = self.members().await?.into_iter().find(|one| one.id == member && !one.staff.is_empty());
        let member = known.ok_or(LiaisonError::NotFound("这位成员"))?;
        self.write_follow(ctx, &row, &member).await
    }

    /// A ticket was opened from a contact: whoever joined that contact follows it, where nobody does yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow_joined(&self, ctx: &Ctx, contact: &str, number: &str) -> Result<(), LiaisonError> {
        let joins = self.joins_of(contact).await?;
        let Some((_, member)) = joins.into_iter().find(|(join, _)| join.joined_us.is_some()) else {
            return Ok(());
        };
        let system = Ctx { actor: kernel::Actor::System { part: NAME.to_owned() }, ..ctx.clone() };
        let row = self.0.casework.ticket_outline(&system, number).await?.row;
        if self.follow_of(&row.number).await?.is_some() {
            return Ok(());
        }
        self.write_follow(ctx, &row, &member).await
    }

    async fn write_follow(&self, ctx: &Ctx, row: &TicketRow, member: &Member) -> Result<(), LiaisonError> {
        let mut tx = self.0.store.begin(ctx).await?;
        sqlx::query(sql::FOLLOW_PUT)
            .bind(row.number.as_str())
            .bind(member.id.as_str())
            .bind(row.domain.as_str())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        let words = format!("{}《{}》请您跟进", row.number, row.title);
        let occasion = format!("follow:{}:{}", row.id, ctx.now.0);
        self.0.casework.tell_staff(&mut tx, &occasion, &member.staff, &row.number, &words).await?;
        tx.audit("liaison.follow", &format!("ticket:{}", row.number), &member.id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether the person follows a ticket.
    async fn own_follow(&self, ctx: &Ctx, number: &str) -> Result<Member, LiaisonError> {
        let member = self.own(ctx).await?;
        let follow = self.follow_of(number).await?.filter(|follow| follow.member == member.id);
        follow.map(|_| member).ok_or(LiaisonError::NotFound("这张工单，您没有在跟进它"))
    }

    /// A ticket to the member who follows it, wherever it lies. Audited.
    ///
    /// # Errors
    /// When the person does not follow it.
    pub async fn ticket(&self, ctx: &Ctx, number: &str) -> Result<Ticket, LiaisonError> {
        self.own_follow(ctx, number).await?;
        Ok(self.0.casework.ticket_entrusted(ctx, number).await?)
    }

    /// The following member urges; any other step adds a note.
    ///
    /// # Errors
    /// When the person does not follow the ticket, or its state does not allow it.
    pub async fn ticket_step(
        &self,
        ctx: &Ctx,
        number: &str,
        step: casework::Step,
        words: &str,
    ) -> Result<Ticket, LiaisonError> {
        let by = self.own_follow(ctx, number).await?.shown();
        Ok(self.0.casework.ticket_entrusted_step(ctx, number, step, words, by).await?)
    }

    /// Tells members what is new; how much was looked at.
    ///
    /// # Errors
    /// When the record or the database cannot be used.
    pub async fn follow_once(&self, ctx: &Ctx) -> Result<usize, LiaisonError> {
        let mut follower = self.0.follower.lock().await;
        follower.once(&self.0.casework, ctx, self).await
    }
}

fn may_give(ctx: &Ctx) -> Result<(), LiaisonError> {
    authorise(ctx, Permission::TicketCreate, None)
        .or_else(|_| authorise(ctx, Permission::TicketSupervise, None))?;
    Ok(())
}

/// What a move is called towards the member; none: not worth a notice.
fn told(event: &str) -> Option<&'static str> {
    Some(match event {
        "dispatched" | "upheld" => "已派给承办单位",
        "accepted" => "承办单位已签收",
        "asked" => "在等群众补充情况",
        "extension_granted" => "办理期限已延长",
        "replied" => "承办单位已答复",
        "called_back" => "已回访群众",
        "reopened" => "要重新办理",
        "archived" => "已办结归档",
        "withdrawn" => "群众已撤回",
        "cancelled" => "已关闭",
        _ => return None,
    })
}

impl Followed for Liaison {
    type Error = LiaisonError;

    async fn pass_on(&self, tx: &mut Tx, moved: &Moved) -> Result<(), LiaisonError> {
        let row = sqlx::query(sql::FOLLOW_GET).bind(moved.number.as_str()).fetch_optional(&mut **tx).await?;
        let Some(follow) = row.as_ref().map(follow).transpose()? else { return Ok(()) };
        let ctx = tx.ctx().clone();
        let outline = self.0.casework.ticket_outline(&ctx, &moved.number).await?.row;
        let ending = self.0.casework.ticket_ending(&ctx, &moved.number).await?;
        let (ended, in_time, satisfied) = ending
            .map_or((None, false, false), |ending| (Some(ending.at_us), ending.in_time, ending.satisfied));
        sqlx::query(sql::FOLLOW_END)
            .bind(ended)
            .bind(i64::from(in_time))
            .bind(i64::from(satisfied))
            .bind(moved.number.as_str())
            .execute(&mut **tx)
            .await?;
        let members = self.members().await?;
        let Some(member) = members.iter().find(|one| one.id == follow.member) else { return Ok(()) };
        if let Some(told) = told(&moved.event) {
            let words = format!("{}《{}》{told}", moved.number, outline.title);
            let occasion = format!("followed:{}:{}", moved.place.ticket, moved.place.seq);
            self.0.casework.tell_staff(tx, &occasion, &member.staff, &moved.number, &words).await?;
        }
        Ok(())
    }
}
