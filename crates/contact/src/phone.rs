//! Telephones that are browsers, and what an agent does with a call at any telephone. The port is [`Phones`]; `voice` stands
//! behind it, `api` speaks to it through [`Hotline`]. Descriptions of connections pass through unread.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use kernel::{Ctx, StaffId};
use routing::Command;
use security::{Permission, authorise};

use crate::view::PhoneView;
use crate::{ContactError, Hotline, Hub};

/// No telephone on this node.
const NO_VOICE: &str = "网页电话现在用不了，请拨打12345，或者在网页上打字咨询。";

/// A call from a page that has been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Its name, 128 bits: whoever has it may press keys and hang up.
    pub call: String,
    /// The answer to the browser's description (SDP).
    pub answer: String,
}

/// A browser that has been taken as an agent's telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineUp {
    /// Its number: another in [`PhoneView`] means that another window has taken over.
    pub line: u64,
    /// The answer to the browser's description (SDP).
    pub answer: String,
}

/// How a call from a page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallState {
    /// No sound has come yet.
    Connecting,
    /// It is up; the contact's token, with which the page reads along.
    Up(String),
    /// It is over, or nobody knows it.
    Over,
}

/// Telephones that are browsers.
#[async_trait]
pub trait Phones: Send + Sync {
    /// A page calls a line.
    ///
    /// # Errors
    /// When the description cannot be used or all places are taken.
    async fn call_in(&self, line: &str, offer: &str) -> Result<Rung, ContactError>;

    /// How a call from a page stands.
    fn call_state(&self, call: &str) -> CallState;

    /// The page comes back with a new connection: after a reload, or another network.
    ///
    /// # Errors
    /// When the call is over or the description cannot be used.
    async fn call_media(&self, call: &str, offer: &str) -> Result<String, ContactError>;

    /// The caller presses a key.
    ///
    /// # Errors
    /// When the call is over.
    fn call_key(&self, call: &str, key: char) -> Result<(), ContactError>;

    /// The caller hangs up. Without effect when the call is over.
    fn call_end(&self, call: &str);

    /// Takes an agent's browser as their telephone, or takes it back after a break.
    ///
    /// # Errors
    /// When the description cannot be used.
    async fn line_open(&self, agent: &StaffId, offer: &str) -> Result<LineUp, ContactError>;

    /// The agent's browser is no telephone any more.
    async fn line_close(&self, agent: &StaffId);

    /// The agent hears themselves, or no longer.
    ///
    /// # Errors
    /// When there is no line, or a call is on it.
    fn line_echo(&self, agent: &StaffId, on: bool) -> Result<(), ContactError>;

    /// Puts the agent's caller on hold, or takes them back.
    ///
    /// # Errors
    /// When the agent is in no call.
    fn hold(&self, agent: &StaffId, on: bool) -> Result<(), ContactError>;

    /// Sends a key to the agent's caller.
    ///
    /// # Errors
    /// When the agent is in no call.
    fn key(&self, agent: &StaffId, key: char) -> Result<(), ContactError>;

    /// Takes part in another agent's call over one's own line, or (none) no longer: `listen`, `whisper` or `join`.
    ///
    /// # Errors
    /// When there is no line, no such call, or no such way.
    fn assist(&self, by: &StaffId, agent: &StaffId, part: Option<&str>) -> Result<(), ContactError>;

    /// Whether somebody takes part in this agent's call.
    fn assists(&self, by: &StaffId, agent: &StaffId) -> bool;

    /// Asks a colleague into the agent's call: the caller hears music, the two speak alone.
    ///
    /// # Errors
    /// When the agent is in no call, or the colleague has no telephone or is in another.
    fn consult(&self, by: &StaffId, with: &StaffId) -> Result<(), ContactError>;

    /// All three together.
    ///
    /// # Errors
    /// When the colleague is not there.
    fn consult_together(&self, by: &StaffId) -> Result<(), ContactError>;

    /// The colleague goes; agent and caller are together again.
    ///
    /// # Errors
    /// When the agent is in no call.
    fn consult_end(&self, by: &StaffId) -> Result<(), ContactError>;

    /// The colleague who was asked comes, or does not, or goes.
    ///
    /// # Errors
    /// When nobody asks any more.
    fn consult_answer(&self, guest: &StaffId, comes: bool) -> Result<(), ContactError>;

    /// The agent's telephone. Names of colleagues are left to [`Hotline`].
    fn phone(&self, agent: &StaffId) -> PhoneView;
}

impl Hotline {
    /// From now on calls from browsers are taken, or no longer.
    pub fn phones_attach(&self, phones: Option<Arc<dyn Phones>>) {
        *self.0.phones.write().unwrap_or_else(PoisonError::into_inner) = phones;
    }

    /// Telephones that are browsers.
    ///
    /// # Errors
    /// When this node takes no calls.
    pub fn phones(&self) -> Result<Arc<dyn Phones>, ContactError> {
        let phones = self.0.phones.read().unwrap_or_else(PoisonError::into_inner);
        phones.clone().ok_or(ContactError::Unavailable(NO_VOICE))
    }

    /// Takes the browser as the agent's telephone.
    ///
    /// # Errors
    /// When the person serves nobody, or the description cannot be used.
    pub async fn desk_phone_open(&self, ctx: &Ctx, offer: &str) -> Result<LineUp, ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.line_open(&agent, offer).await
    }

    /// The browser is no telephone any more.
    ///
    /// # Errors
    /// When the person serves nobody.
    pub async fn desk_phone_close(&self, ctx: &Ctx) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.line_close(&agent).await;
        Ok(())
    }

    /// The agent hears themselves, or no longer.
    ///
    /// # Errors
    /// When there is no line, or a call is on it.
    pub fn desk_phone_echo(&self, ctx: &Ctx, on: bool) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.line_echo(&agent, on)?;
        self.hub().poke(&Hub::desk(agent.as_str()));
        Ok(())
    }

    /// Puts the agent's caller on hold, or takes them back.
    ///
    /// # Errors
    /// When the agent is in no call.
    pub fn desk_hold(&self, ctx: &Ctx, on: bool) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.hold(&agent, on)
    }

    /// Sends a key to the agent's caller.
    ///
    /// # Errors
    /// When the agent is in no call.
    pub fn desk_key(&self, ctx: &Ctx, key: char) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.key(&agent, key)
    }

    /// Takes part in another agent's call, or no longer. Audited, and the agent is shown it.
    ///
    /// # Errors
    /// When the person may not, has no line, or there is no such call.
    pub async fn call_assist(
        &self,
        ctx: &Ctx,
        agent: &StaffId,
        part: Option<&str>,
    ) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactAssist, None)?;
        self.phones()?.assist(&Self::agent(ctx)?, agent, part)?;
        let mut tx = self.store().begin(ctx).await?;
        tx.audit("call.assist", &format!("staff:{agent}"), &part.unwrap_or("end")).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes over the call a supervisor takes part in: it is theirs from now on, with all that was said; the agent writes up
    /// and the caller hears no pause. Audited.
    ///
    /// # Errors
    /// When the person may not, takes no part in the call, or has a contact of their own.
    pub async fn call_take_over(&self, ctx: &Ctx, agent: &StaffId) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactAssist, None)?;
        let (by, phones) = self.phone_of(ctx)?;
        if !phones.assists(&by, agent) {
            return Err(ContactError::NotNow("请先监听这通电话，再接管。"));
        }
        let had = self.router().agent(agent).await?;
        let contact = had
            .as_ref()
            .and_then(|had| had.talking.iter().find(|(_, media)| **media == routing::Media::Voice))
            .map(|(contact, _)| contact.clone())
            .ok_or(ContactError::NotNow("这位座席现在没有电话。"))?;
        if self.router().agent(&by).await?.is_none() {
            self.desk_profile(ctx, &BTreeMap::new()).await?;
        }
        self.command(Command::TakeOver { contact: contact.clone(), to: by }).await?;
        let mut tx = self.store().begin(ctx).await?;
        tx.audit("call.take_over", &format!("staff:{agent}"), &contact.as_str()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks a colleague into the agent's call. Audited. To leave the call to them, transfer the contact to them.
    ///
    /// # Errors
    /// When the person serves nobody, is in no call, or the colleague cannot be asked.
    pub async fn desk_consult(&self, ctx: &Ctx, with: &StaffId) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.consult(&agent, with)?;
        let mut tx = self.store().begin(ctx).await?;
        tx.audit("call.consult", &format!("staff:{with}"), &()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Agent, colleague and caller together.
    ///
    /// # Errors
    /// When the person serves nobody or the colleague is not there.
    pub fn desk_consult_together(&self, ctx: &Ctx) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.consult_together(&agent)
    }

    /// The colleague goes.
    ///
    /// # Errors
    /// When the person serves nobody or is in no call.
    pub fn desk_consult_end(&self, ctx: &Ctx) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.consult_end(&agent)
    }

    /// The person was asked into a colleague's call, and comes or does not.
    ///
    /// # Errors
    /// When the person serves nobody or nobody asks.
    pub fn desk_consult_answer(&self, ctx: &Ctx, comes: bool) -> Result<(), ContactError> {
        let (agent, phones) = self.phone_of(ctx)?;
        phones.consult_answer(&agent, comes)
    }

    pub(crate) fn with_names(&self, mut phone: PhoneView) -> PhoneView {
        for one in phone.guest.iter_mut().chain(&mut phone.asked_by) {
            one.name = self.name_of(&one.id);
        }
        phone
    }

    fn phone_of(&self, ctx: &Ctx) -> Result<(StaffId, Arc<dyn Phones>), ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        Ok((Self::agent(ctx)?, self.phones()?))
    }
}
