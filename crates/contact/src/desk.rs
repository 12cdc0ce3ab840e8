//! The agent's side.

use std::collections::BTreeMap;

use dialogue::Phase;
use kernel::{Actor, ContactId, Ctx, QueueId, Role, StaffId};
use knowledge::Ask;
use language::table::Task;
use learning::Given;
use routing::{BreakReason, Command, Presence};
use security::{Permission, authorise};
use store::{StoreError, one_changed, to_json};

use crate::chat::MAX_CHARS;
use crate::turn::{Loaded, Record, Words, name, phase_name};
use crate::view::{Desk, DeskContact, Message, ReasonView, Reasons, Suggestion, Suggestions};
use crate::{ContactError, Hotline, Hub, sql};

/// How a contact was wrapped up.
const WRAP_UP: [(&str, &str); 7] = [
    ("answered", "当场答复"),
    ("ticket", "已开工单"),
    ("transferred", "已转出"),
    ("callback", "约定回电"),
    ("emergency", "紧急处置"),
    ("no_matter", "无事项或骚扰"),
    ("left", "来电人已离开"),
];
const SUGGESTIONS: usize = 5;
/// Below this a suggestion only distracts.
const WORTH_SHOWING: f32 = 0.15;

/// What an agent corrects at the end: it becomes labelled data.
#[derive(Debug, Clone, Default)]
pub struct Corrected {
    /// The right kind of request.
    pub kind: Option<String>,
    /// The right domain.
    pub domain: Option<String>,
}

impl Hotline {
    /// The member of staff of a context.
    pub(crate) fn agent(ctx: &Ctx) -> Result<StaffId, ContactError> {
        match &ctx.actor {
            Actor::Staff { id, .. } => Ok(id.clone()),
            _ => Err(ContactError::NotFound),
        }
    }

    /// Makes an agent known to routing: skills and capacity as the account has them.
    ///
    /// # Errors
    /// When the account may not serve contacts.
    pub async fn desk_profile(&self, ctx: &Ctx, skills: &BTreeMap<String, i64>) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let agent = Self::agent(ctx)?;
        let skills =
            skills.iter().map(|(skill, level)| (skill.clone(), u8::try_from(*level).unwrap_or(1))).collect();
        let voice = self.reaches(&agent);
        self.command(Command::Profile { agent, skills, voice, chat_capacity: None }).await
    }

    /// The desk.
    ///
    /// # Errors
    /// When the person has none.
    pub async fn desk_view(&self, ctx: &Ctx) -> Result<Desk, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let id = Self::agent(ctx)?;
        let mut contacts = Vec::new();
        for (contact, state, until) in self.router().desk_of(&id).await? {
            contacts.push(self.desk_contact_in(ctx, &contact, state, until).await?);
        }
        let away = [
            BreakReason::Rest,
            BreakReason::Meal,
            BreakReason::Training,
            BreakReason::Meeting,
            BreakReason::Paperwork,
            BreakReason::Other,
        ];
        Ok(Desk {
            agent: self.agent_view(&id).await?,
            contacts,
            reasons: Reasons {
                away: away
                    .iter()
                    .map(|one| ReasonView { id: name(one), words: one.chinese().to_owned() })
                    .collect(),
                wrap_up: WRAP_UP
                    .map(|(id, words)| ReasonView { id: id.to_owned(), words: words.to_owned() })
                    .to_vec(),
            },
            queues: self.queue_views().await?,
            phone: self.phones().ok().map(|phones| self.with_names(phones.phone(&id))),
        })
    }

    /// Starts, pauses or stops taking contacts.
    ///
    /// # Errors
    /// When the state has no such name.
    pub async fn desk_set_state(
        &self,
        ctx: &Ctx,
        state: &str,
        reason: Option<&str>,
    ) -> Result<Desk, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let to = match state {
            "ready" => Presence::Ready,
            "offline" => Presence::Offline,
            "break" => Presence::Break(
                serde_json::from_value(serde_json::Value::String(reason.unwrap_or("other").to_owned()))
                    .map_err(|_| ContactError::Words("请选择小休的原因。"))?,
            ),
            _ => return Err(ContactError::Words("没有这种状态，请选择空闲、小休或离线。")),
        };
        self.command(Command::AgentState { agent: Self::agent(ctx)?, to }).await?;
        self.desk_view(ctx).await
    }

    /// Takes the offered contact.
    ///
    /// # Errors
    /// When it is no longer offered to this agent.
    pub async fn desk_accept(&self, ctx: &Ctx, id: &ContactId) -> Result<DeskContact, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        self.command(Command::Accept { agent: Self::agent(ctx)?, contact: id.clone() }).await?;
        self.desk_contact(ctx, id).await
    }

    /// Leaves the offered contact to somebody else.
    ///
    /// # Errors
    /// When it is no longer offered to this agent.
    pub async fn desk_decline(&self, ctx: &Ctx, id: &ContactId) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        self.command(Command::Decline { agent: Self::agent(ctx)?, contact: id.clone() }).await
    }

    /// Says something to the citizen, with sources where the words come from an entry.
    ///
    /// # Errors
    /// When the contact is not with this agent.
    pub async fn desk_reply(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        client_id: &str,
        text: &str,
        citations: &[(String, String)],
    ) -> Result<Message, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let agent = Self::agent(ctx)?;
        if text.trim().is_empty() || text.chars().count() > MAX_CHARS {
            return Err(ContactError::Words("请写下回复内容，不超过4000字。"));
        }
        let loaded = self.load(id).await?;
        if loaded.record.conversation.phase != Phase::WithAgent
            || loaded.record.agent.as_deref() != Some(agent.as_str())
        {
            return Err(ContactError::NotNow(
                "这位来电人现在不在您这里，可能已经结束或转出，请看一下左边的列表。",
            ));
        }
        let cited = citations
            .iter()
            .filter_map(|(entry, clause)| {
                self.library().card(entry, Some(clause), ctx.now).map(crate::link::card)
            })
            .flat_map(|card| card.citations)
            .collect();
        let words = Words {
            author: "agent",
            client_id: Some(client_id.to_owned()).filter(|id| !id.is_empty()),
            text: text.to_owned(),
            agent_name: Some(self.name_of(agent.as_str())),
            citations: cited,
        };
        match self.say_beside(ctx, id, words).await {
            Ok(()) => {}
            Err(ContactError::Store(error)) if error.is_unique() => {}
            Err(error) => return Err(error),
        }
        let messages = self.messages(id, 0, true).await?;
        let own = messages
            .iter()
            .rev()
            .find(|message| message.client_id.as_deref() == Some(client_id) || message.author == "agent");
        own.cloned().ok_or(ContactError::NotFound)
    }

    /// Adds words to the transcript without an event of the engine.
    pub(crate) async fn say_beside(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        words: Words,
    ) -> Result<(), ContactError> {
        let _in_turn = self.stripe(id.as_str()).lock().await;
        let body = crate::view::Body {
            text: words.text,
            agent_name: words.agent_name,
            citations: words.citations,
            ..crate::view::Body::default()
        };
        let mut tx = self.store().begin(ctx).await?;
        let seq: i64 = sqlx::Row::try_get(
            &sqlx::query(sql::MESSAGE_LAST).bind(id.as_str()).fetch_one(&mut *tx).await?,
            0,
        )?;
        sqlx::query(sql::MESSAGE_ADD)
            .bind(id.as_str())
            .bind(seq + 1)
            .bind(words.client_id)
            .bind(words.author)
            .bind("text")
            .bind(to_json("message", &body)?)
            .bind(tx.now().0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.hub().poke(&Hub::contact(id.as_str()));
        Ok(())
    }

    /// Moves the contact to a queue or an agent, with everything said.
    ///
    /// # Errors
    /// When there is no target, or the contact is not with this agent.
    pub async fn desk_transfer(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        to_queue: Option<&str>,
        to_agent: Option<&str>,
        note: Option<&str>,
    ) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let by = Some(Self::agent(ctx)?);
        let contact = id.clone();
        if let Some(note) = note.filter(|note| !note.trim().is_empty()) {
            let words = Words {
                author: "system",
                client_id: None,
                text: format!("转接说明：{note}"),
                agent_name: None,
                citations: Vec::new(),
            };
            self.say_beside(ctx, id, words).await?;
        }
        let command = match (to_queue, to_agent) {
            (Some(queue), _) => {
                Command::TransferQueue { contact, by, queue: QueueId::from(queue), needs: BTreeMap::new() }
            }
            (None, Some(agent)) => Command::TransferAgent { contact, by, to: StaffId::from(agent) },
            (None, None) => return Err(ContactError::Words("请选择要转到的队列或同事。")),
        };
        self.command(command).await
    }

    /// Ends the conversation; the contact goes to wrap-up.
    ///
    /// # Errors
    /// When the contact is not with this agent.
    pub async fn desk_hang_up(&self, ctx: &Ctx, id: &ContactId) -> Result<DeskContact, ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        self.command(Command::Finish { contact: id.clone(), agent: Some(Self::agent(ctx)?) }).await?;
        self.desk_contact(ctx, id).await
    }

    /// Finishes writing. What the agent corrects becomes labelled data.
    ///
    /// # Errors
    /// When the reason has no such name.
    pub async fn desk_wrap_up(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        reason: &str,
        note: Option<&str>,
        corrected: &Corrected,
    ) -> Result<(), ContactError> {
        authorise(ctx, Permission::ContactServe, None)?;
        let agent = Self::agent(ctx)?;
        if !WRAP_UP.iter().any(|(known, _)| *known == reason) {
            return Err(ContactError::Words("请选择小结的结果。"));
        }
        let record = self.load(id).await?.record;
        let matter = record
            .conversation
            .passport
            .matter
            .as_ref()
            .or_else(|| record.conversation.passport.earlier.last());
        let mut tx = self.store().begin(ctx).await?;
        if let Some(matter) = matter {
            let was_kind = name(&matter.kind);
            let labels = [
                (Task::RequestKind, corrected.kind.as_ref(), Some(was_kind)),
                (Task::Domain, corrected.domain.as_ref(), matter.domain.clone()),
            ];
            for (task, label, was) in labels {
                let Some(label) = label.filter(|label| Some(label.as_str()) != was.as_deref()) else {
                    continue;
                };
                let given = Given {
                    task,
                    text: &matter.words,
                    context: "",
                    label,
                    was: was.as_deref(),
                    contact: Some(id),
                };
                self.learning().label_add_in(&mut tx, ctx, &given).await?;
            }
        }
        let note = note.map(security::mask_text).unwrap_or_default();
        tx.audit(
            "contact.wrap_up",
            &format!("contact:{id}"),
            &serde_json::json!({"reason": reason, "note": note}),
        )
        .await?;
        tx.commit().await?;
        self.command(Command::WrapUpDone { agent, contact: id.clone() }).await
    }

    /// A contact as staff see it. Reading a transcript is audited.
    ///
    /// # Errors
    /// When it is not there or the person may not read contacts.
    pub async fn desk_contact(&self, ctx: &Ctx, id: &ContactId) -> Result<DeskContact, ContactError> {
        authorise(ctx, Permission::ContactRead, None)?;
        let place = self.router().places().await?.get(id).cloned();
        let wrapping = match &ctx.actor {
            Actor::Staff { id: agent, .. } => self
                .router()
                .desk_of(agent)
                .await?
                .into_iter()
                .any(|(contact, state, _)| contact == *id && state == "wrap_up"),
            _ => false,
        };
        let (state, until) = match place {
            Some(routing::Phase::Waiting) => ("queued", None),
            Some(routing::Phase::Offered { until, .. }) => ("ringing", Some(until.0)),
            Some(routing::Phase::Talking { .. }) => ("active", None),
            None if wrapping => ("wrap_up", None),
            None => ("closed", None),
        };
        if state == "closed" || !matches!(ctx.actor, Actor::Staff { role: Role::Agent, .. }) {
            let mut tx = self.store().begin(ctx).await?;
            tx.audit("contact.read", &format!("contact:{id}"), &"transcript").await?;
            tx.commit().await?;
        }
        self.desk_contact_in(ctx, id, state, until).await
    }

    async fn desk_contact_in(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        state: &str,
        until: Option<i64>,
    ) -> Result<DeskContact, ContactError> {
        let Loaded { record, opened_us, .. } = self.load(id).await?;
        let history = self.history(&record).await?;
        // Who keeps knowledge or teaches reads what was said, not the tickets.
        let tickets = if authorise(ctx, Permission::TicketRead, None).is_ok() {
            self.casework().tickets_of_contact(ctx, id).await?
        } else {
            Vec::new()
        };
        let Record { conversation, hand_over, handed_over_us, .. } = record;
        Ok(DeskContact {
            id: id.to_string(),
            channel: name(&conversation.channel),
            line: self.line_ref(conversation.line.as_str()),
            lane: name(&conversation.lane),
            phase: phase_name(&conversation.phase).to_owned(),
            state: state.to_owned(),
            ring_until_us: until,
            opened_us,
            waiting_secs: handed_over_us.map_or(0, |at| self.now().secs_since(kernel::Micros(at))),
            hand_over,
            passport: self.passport_view(&conversation.passport),
            messages: self.messages(id, 0, true).await?,
            history,
            tickets,
        })
    }

    /// Answers and tickets that may help, for the present matter or for words the agent types.
    ///
    /// # Errors
    /// When the contact is not there.
    pub async fn desk_suggestions(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        words: Option<&str>,
    ) -> Result<Suggestions, ContactError> {
        authorise(ctx, Permission::ContactRead, None)?;
        let conversation = self.load(id).await?.record.conversation;
        let passport = &conversation.passport;
        let matter = passport.matter.as_ref().or_else(|| passport.earlier.last());
        let typed = words.map(str::trim).filter(|words| !words.is_empty());
        let text = typed
            .map(str::to_owned)
            .or_else(|| matter.map(|matter| matter.normal.clone()))
            .unwrap_or_default();
        let domain = matter.and_then(|matter| matter.domain.as_deref());
        let region = passport.value("place");
        let found = if text.is_empty() {
            Vec::new()
        } else {
            self.library().search(
                &Ask { text: &text, domain, region, quick: !self.reads_deeply(ctx.now), ..Ask::default() },
                ctx.now,
                SUGGESTIONS * 2,
            )
        };
        let suggestions = found
            .into_iter()
            .filter(|one| one.confidence >= WORTH_SHOWING)
            .filter_map(|one| {
                let card = crate::link::card(one.card?);
                Some(Suggestion {
                    entry_id: card.entry_id,
                    title: card.title,
                    text: card.text,
                    confidence: one.confidence,
                    citations: card.citations,
                })
            })
            .take(SUGGESTIONS)
            .collect();
        let similar_tickets = self
            .casework()
            .similar(ctx, domain.unwrap_or("其他"), &text, region.unwrap_or_default(), 5)
            .await?;
        Ok(Suggestions { suggestions, similar_tickets })
    }

    /// Unmasks one field. Each look is audited.
    ///
    /// # Errors
    /// When the person may not, or there is no such fact.
    pub async fn personal_field(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        field: &str,
    ) -> Result<String, ContactError> {
        authorise(ctx, Permission::PersonalDataReveal, None)?;
        let conversation = self.load(id).await?.record.conversation;
        let value = conversation.passport.value(field).ok_or(ContactError::NotFound)?.to_owned();
        let mut tx = self.store().begin(ctx).await?;
        tx.audit("personal.reveal", &format!("contact:{id}"), &field).await?;
        tx.commit().await?;
        Ok(value)
    }

    /// Notes who the contact is with.
    pub(crate) async fn note_agent(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        agent: Option<(&StaffId, &str)>,
    ) -> Result<(), ContactError> {
        self.amend(ctx, id, |record| {
            record.agent = agent.map(|(id, _)| id.to_string());
            record.agent_name = agent.map(|(_, name)| name.to_owned());
        })
        .await
    }

    /// Notes a ticket opened at the desk.
    pub(crate) async fn note_ticket(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        number: &str,
    ) -> Result<(), ContactError> {
        self.amend(ctx, id, |record| {
            let tickets = &mut record.conversation.passport.tickets;
            if !tickets.iter().any(|known| known == number) {
                tickets.push(number.to_owned());
            }
        })
        .await?;
        self.liaison().follow_joined(ctx, id.as_str(), number).await?;
        let words = Words {
            author: "system",
            client_id: Some(format!("ticket:{number}")),
            text: format!("已为您登记工单{number}，凭这个号码随时可以查进度。"),
            agent_name: None,
            citations: Vec::new(),
        };
        match self.say_beside(ctx, id, words).await {
            Err(ContactError::Store(error)) if error.is_unique() => Ok(()),
            other => other,
        }
    }

    /// Changes what the shell keeps beside the engine's state.
    async fn amend(
        &self,
        ctx: &Ctx,
        id: &ContactId,
        change: impl Fn(&mut Record),
    ) -> Result<(), ContactError> {
        let _in_turn = self.stripe(id.as_str()).lock().await;
        for _ in 0..6 {
            let Loaded { mut record, version, ended_us, .. } = self.load(id).await?;
            change(&mut record);
            let mut tx = self.store().begin(ctx).await?;
            match self.write(&mut tx, id, &record, version, ended_us).await {
                Ok(()) => return Ok(tx.commit().await?),
                Err(ContactError::Store(StoreError::Conflict(_))) => tx.rollback().await?,
                Err(error) => return Err(error),
            }
        }
        one_changed(0, "contact").map_err(ContactError::from)
    }
}
