//! What leaves a contact through the outbox and what comes back: commands to routing, tickets to casework, and the
//! reconciler that sets right what a killed process left half way.
//!
//! Every message is applied at least once. Routing's commands and casework's `ticket_open` are idempotent by their keys, and
//! the engine ignores results it does not wait for: so a second application changes nothing.

use std::time::Duration;

use dialogue::{Event, Phase};
use kernel::{ContactId, StaffId};
use routing::{Command, Departure, Effect};
use sqlx::Row as _;
use store::Claimed;

use crate::link::Ordered;
use crate::turn::{Addition, Record, TicketOrder, Words};
use crate::{ContactError, Hotline, Hub, sql};

/// Commands to routing.
pub(crate) const ROUTING: &str = "contact.routing";
/// Tickets to open.
pub(crate) const TICKET: &str = "contact.ticket";
/// Words for a ticket that is open already.
pub(crate) const ADDITION: &str = "contact.addition";

const HOLDER: &str = "pump";
const BATCH: u32 = 32;
const LEASE_SECS: i64 = 30;
/// A contact that waits for something from inside is looked at again this often.
const RECONCILE_EVERY: Duration = Duration::from_secs(5);
const UNSETTLED: i64 = 5_000;
/// What other nodes changed in the libraries, and what is due to come into use, is looked at this often.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

impl Hotline {
    /// Runs until the program ends: the outbox's consumers, routing's clock, the reconciler.
    pub fn start(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let mut tasks = Vec::new();
        for topic in [ROUTING, TICKET, ADDITION] {
            let hotline = self.clone();
            tasks.push(tokio::spawn(async move { hotline.consume(topic).await }));
        }
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.tick().await }));
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.reconcile_forever().await }));
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.clocks().await }));
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.liaison().follow_forever(hotline.clock()).await }));
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.follow_libraries().await }));
        let hotline = self.clone();
        tasks.push(tokio::spawn(async move { hotline.learn_forever().await }));
        tasks
    }

    /// Fires the clocks of tickets: warnings, escalation, the end of waiting for a citizen.
    async fn clocks(&self) {
        const EVERY: Duration = Duration::from_secs(5);
        loop {
            match self.casework().clocks_run(self.now()).await {
                // There may be more than one batch.
                Ok(fired) if fired > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the clocks of tickets could not be read"),
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn consume(&self, topic: &'static str) {
        let mut wakeups = self.store().wakeups(&[topic]);
        loop {
            match self.store().outbox_claim(&[topic], HOLDER, BATCH, LEASE_SECS, self.now()).await {
                Ok(messages) if !messages.is_empty() => {
                    for message in messages {
                        self.handle(&message).await;
                    }
                    continue;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(topic, %error, "the outbox could not be read"),
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    async fn handle(&self, message: &Claimed) {
        let done = match message.topic.as_str() {
            ROUTING => self.routed(message).await,
            ADDITION => self.added(message).await,
            _ => self.filed(message).await,
        };
        let after = match done {
            Ok(()) => self.store().outbox_done(message, self.now()).await,
            Err(error) => {
                tracing::warn!(topic = %message.topic, key = %message.key, %error, "an outgoing message failed and is tried again");
                self.store().outbox_retry(message, &error.to_string(), self.now()).await
            }
        };
        if let Err(error) = after {
            tracing::warn!(key = %message.key, %error, "an outgoing message could not be settled");
        }
    }

    async fn routed(&self, message: &Claimed) -> Result<(), ContactError> {
        let ordered: Ordered = message.read()?;
        match self.command(ordered.command).await {
            Ok(()) => Ok(()),
            Err(ContactError::Routing(error)) if message.attempts >= 3 && error.is_refusal() => {
                tracing::warn!(contact = %ordered.contact, %error, "routing refuses a command; the reconciler looks after the contact");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn filed(&self, message: &Claimed) -> Result<(), ContactError> {
        let order: TicketOrder = message.read()?;
        let ctx = self.ctx("contact");
        let event = match self.open_ordered(&ctx, &order).await {
            Ok(ticket) => {
                let due = ticket
                    .row
                    .due_us
                    .map_or_else(|| "尽快".to_owned(), |due| casework::due_words(kernel::Micros(due)));
                Event::TicketOpened { request: order.request, number: ticket.row.number, due }
            }
            Err(error) if message.attempts >= 3 => {
                tracing::error!(contact = %order.contact, %error, "a ticket could not be opened");
                Event::TicketFailed { request: order.request }
            }
            Err(error) => return Err(error),
        };
        self.apply(&ctx, &order.contact, event, None).await?;
        Ok(())
    }

    /// Adds words to a ticket. Tried again after a fall, they may be there already.
    async fn added(&self, message: &Claimed) -> Result<(), ContactError> {
        let addition: Addition = message.read()?;
        let ctx = self.ctx("contact");
        if message.attempts > 1 {
            let ticket = self.casework().ticket_get(&ctx, &addition.number).await?;
            let masked = security::mask_text(&addition.words);
            if ticket.events.iter().any(|event| event.words.contains(masked.trim())) {
                return Ok(());
            }
        }
        let place = addition.place.as_deref();
        match self.casework().ticket_told(&ctx, &addition.number, &addition.words, place).await {
            Err(error) if message.attempts < 3 => Err(error.into()),
            Err(error) => {
                // A ticket closed meanwhile takes no more words; they stand in the transcript of the contact.
                tracing::warn!(number = %addition.number, %error, "words could not be added to a ticket");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Gives routing a command and performs what follows.
    pub(crate) async fn command(&self, command: Command) -> Result<(), ContactError> {
        let effects = self.router().command(&self.ctx("contact"), command).await?;
        self.perform(effects).await;
        Ok(())
    }

    /// Performs routing's effects. Each can be found again by the reconciler, so a failure here is logged, not raised.
    pub(crate) async fn perform(&self, effects: Vec<Effect>) {
        for effect in effects {
            if let Err(error) = self.perform_one(effect).await {
                tracing::warn!(%error, "an effect of routing is left to the reconciler");
            }
        }
        self.hub().poke(Hub::SUPERVISION);
    }

    async fn perform_one(&self, effect: Effect) -> Result<(), ContactError> {
        let ctx = self.ctx("routing");
        match effect {
            Effect::Offer { agent, .. }
            | Effect::OfferWithdrawn { agent, .. }
            | Effect::Agent { agent, .. } => {
                self.hub().poke(&Hub::desk(agent.as_str()));
            }
            Effect::Connected { agent, contact, .. } => self.joined(&contact, &agent).await?,
            Effect::Position { contact, position, expected_wait_secs } => {
                let staffed = expected_wait_secs.is_some();
                let event = Event::Queued { position, wait_secs: expected_wait_secs, staffed };
                self.apply(&ctx, &contact, event, None).await?;
            }
            Effect::Requeued { contact, from } | Effect::Transferred { contact, from: Some(from), .. } => {
                self.hub().poke(&Hub::desk(from.as_str()));
                self.left(&contact, false).await?;
            }
            Effect::TakenOver { contact, from, to } => {
                let name = self.name_of(to.as_str());
                self.note_agent(&ctx, &contact, Some((&to, &name))).await?;
                let words = Words {
                    author: "system",
                    client_id: None,
                    text: format!("班长{name}接手，继续为您服务。"),
                    agent_name: None,
                    citations: Vec::new(),
                };
                self.say_beside(&ctx, &contact, words).await?;
                self.hub().poke(&Hub::contact(contact.as_str()));
                self.hub().poke(&Hub::desk(from.as_str()));
                self.hub().poke(&Hub::desk(to.as_str()));
            }
            Effect::Left { contact, how, agent } => {
                if let Some(agent) = &agent {
                    self.hub().poke(&Hub::desk(agent.as_str()));
                }
                if how == Departure::Finished {
                    self.left(&contact, true).await?;
                }
            }
            Effect::Transferred { .. } | Effect::PlaceKept { .. } | Effect::Alarm(_) => {}
        }
        Ok(())
    }

    async fn joined(&self, contact: &ContactId, agent: &StaffId) -> Result<(), ContactError> {
        let ctx = self.ctx("routing");
        let name = self.name_of(agent.as_str());
        self.note_agent(&ctx, contact, Some((agent, &name))).await?;
        self.apply(&ctx, contact, Event::AgentJoined { name }, None).await?;
        self.hub().poke(&Hub::desk(agent.as_str()));
        Ok(())
    }

    async fn left(&self, contact: &ContactId, finished: bool) -> Result<(), ContactError> {
        let ctx = self.ctx("routing");
        self.apply(&ctx, contact, Event::AgentLeft { finished }, None).await?;
        if !finished {
            self.note_agent(&ctx, contact, None).await?;
        }
        Ok(())
    }

    /// Offers time out, positions are told again, aging goes on.
    async fn tick(&self) {
        let mut every = tokio::time::interval(Duration::from_secs(1));
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            if let Err(error) = self.command(Command::Tick).await {
                tracing::debug!(%error, "routing did not tick");
            }
        }
    }

    async fn reconcile_forever(&self) {
        loop {
            if let Err(error) = self.reconcile().await {
                tracing::warn!(%error, "contacts could not be reconciled");
            }
            tokio::time::sleep(RECONCILE_EVERY).await;
        }
    }

    /// Sets right what a killed process left half way: contacts that wait for a person routing does not know of, and those
    /// whose person has been found or has gone. Input-free and idempotent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reconcile(&self) -> Result<(), ContactError> {
        let places = self.router().places().await?;
        for row in sqlx::query(sql::CONTACT_UNSETTLED).bind(UNSETTLED).fetch_all(self.store().read()).await? {
            let record: Record = store::from_json("contact", row.try_get::<String, _>("state")?.as_str())?;
            let contact = record.conversation.id.clone();
            let place = places.get(&contact);
            match (&record.conversation.phase, place) {
                (Phase::Queued { .. }, None) if self.settled(&record) => self.requeue(&record).await?,
                (Phase::Queued { .. }, Some(routing::Phase::Talking { agent, .. })) => {
                    self.joined(&contact, &agent.clone()).await?;
                }
                (Phase::WithAgent, None) if self.settled(&record) => self.left(&contact, true).await?,
                (Phase::WithAgent, Some(routing::Phase::Waiting)) if self.settled(&record) => {
                    self.left(&contact, false).await?;
                }
                // A search runs inside one event: a row in this phase was left by a process that died in the middle.
                (Phase::Seeking { request, .. }, _) => {
                    let event = Event::SearchFailed { request: *request };
                    self.apply(&self.ctx("reconcile"), &contact, event, None).await?;
                }
                _ => {}
            }
        }
        self.close_quiet().await
    }

    /// Chats with the machine that have been quiet for very long end as if the window had been closed: what is unfinished becomes
    /// a ticket, nothing else is written, and the citizen's next words go on where they were.
    async fn close_quiet(&self) -> Result<(), ContactError> {
        let before = self.now().plus_secs(-self.0.parts.quiet_close_secs).0;
        let quiet = sqlx::query(sql::CONTACT_QUIET).bind(before).bind(UNSETTLED);
        for row in quiet.fetch_all(self.store().read()).await? {
            let contact = ContactId(row.try_get("id")?);
            self.apply(&self.ctx("quiet"), &contact, Event::HungUp, None).await?;
        }
        Ok(())
    }

    /// Nothing has happened for long enough that nothing is on its way any more.
    fn settled(&self, record: &Record) -> bool {
        const QUIET_SECS: i64 = 10;
        record.handed_over_us.is_none_or(|at| self.now().secs_since(kernel::Micros(at)) >= QUIET_SECS)
    }

    async fn requeue(&self, record: &Record) -> Result<(), ContactError> {
        let conversation = &record.conversation;
        let hand_over = dialogue::HandOver {
            reason: dialogue::Reason::Returned,
            lane: conversation.lane,
            skills: Vec::new(),
            line: conversation.line.clone(),
            passport: conversation.passport.clone(),
        };
        let mut command = self.arrival(conversation, &hand_over, self.now());
        if let (Command::Enqueue(arrival), Some(at)) = (&mut command, record.handed_over_us) {
            arrival.place = Some(kernel::Micros(at));
        }
        self.command(command).await
    }

    async fn follow_libraries(&self) {
        let _follower = self.library().follow(FOLLOW_EVERY, self.shared_clock());
        let mut changes = self.library().changes();
        while changes.changed().await.is_ok() {
            if let Err(error) = self.reload().await {
                tracing::warn!(%error, "the brain could not be built anew");
            }
        }
    }
}
