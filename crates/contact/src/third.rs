//! A member of the liaison station as a third person in a contact.

use dialogue::{Channel, Phase};
use kernel::{ContactId, Ctx, StaffId};
use liaison::Member;
use security::{Permission, authorise};
use serde::Serialize;

use crate::chat::MAX_CHARS;
use crate::turn::{Record, Words};
use crate::view::Message;
use crate::{ContactError, Hotline};

/// The member asked into a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AskedMember {
    /// Who.
    pub member: Member,
    /// `asked`, `joined`, `declined`, `left`.
    pub state: String,
}

/// What the agent sees of the station beside a contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Station {
    /// On duty now, those to be asked first standing first.
    pub on_duty: Vec<Member>,
    /// The latest asked.
    pub asked: Option<AskedMember>,
}

impl Hotline {
    /// The station beside a contact of the agent's.
    ///
    /// # Errors
    /// When the person serves nobody or the contact is not there.
    pub async fn station(&self, ctx: &Ctx, id: &ContactId) -> Result<Station, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let record = self.load(id).await?.record;
        let (place, topic) = self.matter_of(&record);
        let asked = self.liaison().joins_of(id.as_str()).await?.into_iter().next();
        Ok(Station {
            on_duty: self.liaison().duty(ctx, &place, &topic).await?,
            asked: asked.map(|(join, member)| AskedMember { member, state: join.state }),
        })
    }

    /// Asks a member on duty into the agent's contact. In a call the member's desk telephone rings.
    ///
    /// # Errors
    /// When the contact is not with this agent, the member is not on duty, or cannot be reached.
    pub async fn station_ask(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        member: &str,
    ) -> Result<Station, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let agent = Self::agent(ctx)?;
        let record = self.load(id).await?.record;
        let own = record.agent.as_deref() == Some(agent.as_str());
        if record.conversation.phase != Phase::WithAgent || !own {
            return Err(ContactError::NotNow("这位来电人现在不在您这里，请看一下左边的列表。"));
        }
        let (_, topic) = self.matter_of(&record);
        if record.conversation.channel == Channel::Voice {
            let on_duty = self.liaison().duty(ctx, "", &topic).await?;
            let asked = on_duty.into_iter().find(|one| one.id == member && !one.staff.is_empty());
            let asked = asked.ok_or(ContactError::NotNow("这位成员现在不值班，请另选一位。"))?;
            // The consultation of colleagues; the caller hears music while it rings.
            self.desk_consult(ctx, &StaffId(asked.staff)).await?;
        }
        let member = self.liaison().ask(ctx, id.as_str(), member, &topic).await?;
        self.hub().poke(&crate::Hub::desk(&member.staff));
        self.station(ctx, id).await
    }

    /// The member asked into a chat comes, or does not. The citizen is told who came.
    ///
    /// # Errors
    /// When the person was not asked, or the contact has ended.
    pub async fn station_answer(&self, ctx: &Ctx, id: &ContactId, comes: bool) -> Result<(), ContactError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let (join, member) = self.liaison().own_join(ctx, id.as_str(), "asked").await?;
        if !comes {
            return Ok(self.liaison().join_step(ctx, &join, "declined").await?);
        }
        let record = self.load(id).await?.record;
        if record.conversation.phase != Phase::WithAgent {
            return Err(ContactError::NotNow("这次对话已经结束，不用再加入了。"));
        }
        self.liaison().join_step(ctx, &join, "joined").await?;
        for number in &record.conversation.passport.tickets {
            self.liaison().follow_joined(ctx, id.as_str(), number).await?;
        }
        self.told_of_station(
            ctx,
            id,
            &join.id,
            "joined",
            format!("{}加入了对话，和工作人员一起听您说。", member.shown()),
        )
        .await
    }

    /// The member leaves the chat.
    ///
    /// # Errors
    /// When the person takes no part in it.
    pub async fn station_leave(&self, ctx: &Ctx, id: &ContactId) -> Result<(), ContactError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let (join, member) = self.liaison().own_join(ctx, id.as_str(), "joined").await?;
        self.liaison().join_step(ctx, &join, "left").await?;
        self.told_of_station(ctx, id, &join.id, "left", format!("{}离开了对话。", member.shown())).await
    }

    /// The contact to the member who takes part in it.
    ///
    /// # Errors
    /// When the person takes no part in it.
    pub async fn station_contact(&self, ctx: &Ctx, id: &ContactId) -> Result<Vec<Message>, ContactError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        let (join, _) = self.liaison().own_join(ctx, id.as_str(), "joined").await?;
        if self.load(id).await?.record.conversation.phase == Phase::Ended {
            self.liaison().join_step(ctx, &join, "left").await?;
            return Err(ContactError::NotNow("这次对话已经结束。开了工单的，请在“跟进的工单”里看办理情况。"));
        }
        let mut tx = self.store().begin(ctx).await?;
        tx.audit("contact.read", &format!("contact:{id}"), &"liaison").await?;
        tx.commit().await?;
        self.messages(id, 0, true).await
    }

    /// The member says something; it is marked as the member's, with office and name.
    ///
    /// # Errors
    /// When the person takes no part in the contact, it has ended, or there are no words.
    pub async fn station_say(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        client_id: &str,
        text: &str,
    ) -> Result<(), ContactError> {
        authorise(ctx, Permission::LiaisonAnswer, None)?;
        if text.trim().is_empty() || text.chars().count() > MAX_CHARS || client_id.len() > 64 {
            return Err(ContactError::Words("请写下要说的话，不超过4000字。"));
        }
        let (_, member) = self.liaison().own_join(ctx, id.as_str(), "joined").await?;
        if self.load(id).await?.record.conversation.phase != Phase::WithAgent {
            return Err(ContactError::NotNow("这次对话已经结束，您说的话没有发出。"));
        }
        let words = Words {
            author: "member",
            client_id: Some(client_id.to_owned()).filter(|id| !id.is_empty()),
            text: text.to_owned(),
            agent_name: Some(member.shown()),
            citations: Vec::new(),
        };
        self.said_once(ctx, id, words).await
    }

    /// The town of the caller, and the domain of the matter.
    fn matter_of(&self, record: &Record) -> (String, String) {
        let passport = &record.conversation.passport;
        let matter = passport.matter.as_ref().or_else(|| passport.earlier.last());
        let topic = matter.and_then(|matter| matter.domain.clone()).unwrap_or_default();
        let place = passport.value("place").and_then(|place| self.casework().place_code_of(place));
        (place.unwrap_or_default(), topic)
    }

    async fn told_of_station(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        join: &str,
        step: &str,
        text: String,
    ) -> Result<(), ContactError> {
        let client_id = Some(format!("{step}:{join}"));
        let words = Words { author: "system", client_id, text, agent_name: None, citations: Vec::new() };
        self.said_once(ctx, id, words).await
    }

    /// Adds words beside the engine; a resend changes nothing.
    async fn said_once(&self, ctx: &Ctx, id: &ContactId, words: Words) -> Result<(), ContactError> {
        match self.say_beside(ctx, id, words).await {
            Err(ContactError::Store(error)) if error.is_unique() => {}
            other => other?,
        }
        if let Some(agent) = self.load(id).await?.record.agent {
            self.hub().poke(&crate::Hub::desk(&agent));
        }
        Ok(())
    }
}
