//! The citizen's side of a telephone call: what `voice` tells a contact and reads of it. Rows are the truth here as with
//! web chat; `voice` watches [`Hub::contact`] and [`Hub::SUPERVISION`] and reads.

use dialogue::{Channel, Event, SpeechFeatures};
use kernel::{ContactId, StaffId};
use routing::{Command, Phase as Place};
use sqlx::Row as _;

use crate::turn::{Words, phase_name};
use crate::view::Message;
use crate::{ContactError, Hotline, Hub, Opening, sql};

/// A contact as its telephone call needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallView {
    /// `listening`, `queued`, `with_agent`, `ended`, ...
    pub phase: &'static str,
    /// The person, once there is one.
    pub agent: Option<StaffId>,
    /// New messages.
    pub messages: Vec<Message>,
}

impl Hotline {
    /// Opens a contact for a call. The engine's first words are its first messages. Gives the contact and its token: a
    /// caller with a page reads along with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_open(&self, opening: Opening) -> Result<(ContactId, String), ContactError> {
        let opening = Opening { channel: Channel::Voice, ..opening };
        let chat = self.chat_open(opening).await?;
        Ok((ContactId(chat.contact_id), chat.token))
    }

    /// The latest contact of a caller's number, for evaluation.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_latest(&self, number: &str) -> Result<Option<ContactId>, ContactError> {
        let Some(key) = self.keys().caller_key(number) else { return Ok(None) };
        let row =
            sqlx::query(sql::CONTACT_PREVIOUS).bind(key).bind("").fetch_optional(self.store().read()).await?;
        Ok(row.map(|row| row.try_get("id").map(ContactId)).transpose()?)
    }

    /// Where the contact stands, with its messages after a number.
    ///
    /// # Errors
    /// When there is no such contact.
    pub async fn call_view(&self, id: &ContactId, after: i64) -> Result<CallView, ContactError> {
        let record = self.load(id).await?.record;
        Ok(CallView {
            phase: phase_name(&record.conversation.phase),
            agent: record.agent.map(StaffId),
            messages: self.messages(id, after, false).await?,
        })
    }

    /// The caller said something.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_said(
        &self,
        id: &ContactId,
        client_id: &str,
        text: &str,
        speech: SpeechFeatures,
    ) -> Result<(), ContactError> {
        let event = Event::Said { text: text.to_owned(), speech: Some(speech) };
        self.call_event(id, event, Some((client_id, text.to_owned()))).await
    }

    /// The caller pressed a key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_key(&self, id: &ContactId, client_id: &str, digit: char) -> Result<(), ContactError> {
        self.call_event(id, Event::Key { digit }, Some((client_id, format!("按{digit}")))).await
    }

    /// Nothing was heard for a while.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_silence(&self, id: &ContactId, secs: u32) -> Result<(), ContactError> {
        self.call_event(id, Event::Silence { secs }, None).await
    }

    /// Recogniser or synthesiser cannot be used: the caller goes to a person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_speech_down(&self, id: &ContactId) -> Result<(), ContactError> {
        self.call_event(id, Event::SpeechDown, None).await
    }

    /// The caller hung up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_hung_up(&self, id: &ContactId) -> Result<(), ContactError> {
        self.call_event(id, Event::HungUp, None).await
    }

    /// The call broke off by our own fault (the node was killed): whoever was in it waits to be called back, in the place they
    /// had. True when that is settled; false when routing needs another moment. May be told again.
    ///
    /// # Errors
    /// When the database refuses or nobody leads routing yet.
    pub async fn call_broken_off(&self, id: &ContactId) -> Result<bool, ContactError> {
        match self.call_view(id, i64::MAX).await?.phase {
            "ended" => Ok(true),
            // The agent is lost to the caller: back to the queue first, where a call-back has its place.
            "with_agent" => self.call_parted(id).await.map(|()| false),
            "queued" => {
                if self.router().place(id).await?.is_none() {
                    return Ok(false);
                }
                self.call_hung_up(id).await.map(|()| true)
            }
            // With the bot: as if speech had failed, which takes every caller to a person.
            _ => self.call_speech_down(id).await.map(|()| false),
        }
    }

    async fn call_event(
        &self,
        id: &ContactId,
        event: Event,
        words: Option<(&str, String)>,
    ) -> Result<(), ContactError> {
        let words = words.map(|(client_id, text)| Words {
            author: "citizen",
            client_id: Some(client_id.to_owned()),
            text,
            agent_name: None,
            citations: Vec::new(),
        });
        match self.apply(&self.citizen(id), id, event, words).await {
            Ok(_) => Ok(()),
            // The same key or utterance came twice.
            Err(ContactError::Store(error)) if error.is_unique() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The agent whose desk the call is ringing at.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_offered(&self, id: &ContactId) -> Result<Option<StaffId>, ContactError> {
        Ok(match self.router().place(id).await? {
            Some(Place::Offered { agent, .. }) => Some(agent),
            _ => None,
        })
    }

    /// The agent lifted the handset: the same as accepting at the desk.
    ///
    /// # Errors
    /// When the call is no longer offered to this agent.
    pub async fn call_lifted(&self, id: &ContactId, agent: &StaffId) -> Result<(), ContactError> {
        self.command(Command::Accept { agent: agent.clone(), contact: id.clone() }).await
    }

    /// The agent's telephone cannot take the call: to somebody else.
    ///
    /// # Errors
    /// When the call is no longer offered to this agent.
    pub async fn call_declined(&self, id: &ContactId, agent: &StaffId) -> Result<(), ContactError> {
        self.command(Command::Decline { agent: agent.clone(), contact: id.clone() }).await
    }

    /// The agent hung up: the conversation is over and the contact goes to wrap-up.
    ///
    /// # Errors
    /// When the contact is not with this agent.
    pub async fn call_hung_up_by(&self, id: &ContactId, agent: &StaffId) -> Result<(), ContactError> {
        self.command(Command::Finish { contact: id.clone(), agent: Some(agent.clone()) }).await
    }

    /// The agent leaves the call to a colleague who is in it already.
    ///
    /// # Errors
    /// When the contact is not with this agent.
    pub async fn call_hand_over(
        &self,
        id: &ContactId,
        by: &StaffId,
        to: &StaffId,
    ) -> Result<(), ContactError> {
        let (contact, by, to) = (id.clone(), Some(by.clone()), to.clone());
        self.command(Command::TransferAgent { contact, by, to }).await
    }

    /// The way to the agent is lost: back to the queue, in place.
    ///
    /// # Errors
    /// When the contact is with nobody.
    pub async fn call_parted(&self, id: &ContactId) -> Result<(), ContactError> {
        self.command(Command::Requeue { contact: id.clone() }).await
    }

    /// From now on only agents with a telephone are offered calls. Without this (no voice on this node) every agent is.
    pub fn call_reach_begin(&self) {
        let mut reach = self.0.reach.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        reach.get_or_insert_default();
    }

    /// An agent's telephone came or went.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn call_reach(&self, agent: &StaffId, reachable: bool) -> Result<(), ContactError> {
        {
            let mut reach = self.0.reach.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let reach = reach.get_or_insert_default();
            let changed = if reachable { reach.insert(agent.clone()) } else { reach.remove(agent) };
            if !changed {
                return Ok(());
            }
        }
        if let Some(known) = self.router().agent(agent).await? {
            let command = Command::Profile {
                agent: agent.clone(),
                skills: known.skills.clone(),
                voice: reachable,
                chat_capacity: Some(known.chat_capacity),
            };
            self.command(command).await?;
        }
        self.hub().poke(&Hub::desk(agent.as_str()));
        Ok(())
    }

    /// Whether calls can reach an agent.
    pub(crate) fn reaches(&self, agent: &StaffId) -> bool {
        let reach = self.0.reach.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        reach.as_ref().is_none_or(|reach| reach.contains(agent))
    }
}
