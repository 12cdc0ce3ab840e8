//! What supervisors and lists see.

use kernel::{ContactId, Ctx, Micros, StaffId};
use security::{Permission, authorise};
use sqlx::Row as _;
use store::from_json;

use crate::read::matter_words;
use crate::turn::{Record, name};
use crate::view::{
    AgentView, ContactRow, DeskContact, Page, QueueView, SkillView, Supervision, Targets, Today,
};
use crate::{ContactError, Hotline, sql};

/// Rows of a page.
const PAGE: i64 = 50;

/// What a list of contacts is filtered by; empty fields match all.
#[derive(Debug, Clone, Default)]
pub struct ContactFilter {
    /// Words of the matter.
    pub words: String,
    /// The phase.
    pub phase: String,
    /// The line.
    pub line: String,
    /// The lane.
    pub lane: String,
    /// The outcome.
    pub outcome: String,
    /// The page, from 1.
    pub page: i64,
}

impl Hotline {
    /// The wallboard.
    ///
    /// # Errors
    /// When the person may not watch queues.
    pub async fn supervision(&self, ctx: &Ctx) -> Result<Supervision, ContactError> {
        authorise(ctx, Permission::QueueWatch, None)?;
        let queues = self.queue_views().await?;
        let mut agents = Vec::new();
        for id in self.router().agents().await? {
            agents.push(self.agent_view(&id).await?);
        }
        let mut today = self.today().await?;
        today.waiting_now = queues.iter().map(|queue| queue.waiting as i64).sum();
        today.longest_wait_secs =
            queues.iter().map(|queue| queue.longest_wait_secs).max().unwrap_or_default();
        Ok(Supervision {
            queues,
            agents,
            targets: Targets { answer_secs: 15, connection: 0.90, online_answer: 0.80 },
            today,
        })
    }

    async fn today(&self) -> Result<Today, ContactError> {
        let midnight = self.now().beijing().start_of_day().map_or(0, |day| day.timestamp().as_microsecond());
        let mut today = Today::default();
        for row in sqlx::query(sql::CONTACT_TODAY).bind(midnight).fetch_all(self.store().read()).await? {
            let (outcome, phase, number): (String, String, i64) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            today.contacts += number;
            match outcome.as_str() {
                "answered" => today.answered_by_bot += number,
                "handed_over" => today.handed_over += number,
                "ticket" => today.tickets += number,
                "callback" => today.callbacks += number,
                _ if phase == "ended" => {}
                _ => {}
            }
        }
        Ok(today)
    }

    pub(crate) async fn queue_views(&self) -> Result<Vec<QueueView>, ContactError> {
        let snapshot = self.router().snapshot().await?;
        let views = snapshot.queues.iter().map(|queue| QueueView {
            id: queue.id.to_string(),
            name: queue.name.clone(),
            waiting: queue.waiting as usize,
            longest_wait_secs: i64::from(queue.longest_wait_secs),
            by_lane: queue
                .lanes
                .iter()
                .map(|lane| (lane.lane.name().to_owned(), lane.waiting as usize))
                .collect(),
            agents_ready: queue.agents_ready as usize,
            agents_busy: queue.agents_busy as usize,
        });
        Ok(views.collect())
    }

    pub(crate) async fn agent_view(&self, id: &StaffId) -> Result<AgentView, ContactError> {
        let agent = self.router().agent(id).await?.unwrap_or_else(|| routing::Agent::new(id.clone()));
        let state = agent.state();
        let reason = match &state {
            routing::AgentState::Break { reason } => Some(reason.chinese().to_owned()),
            _ => None,
        };
        let state_words = match state.name() {
            "ready" => "空闲",
            "ringing" => "响铃",
            "busy" => "服务中",
            "wrap_up" => "小结",
            "break" => "小休",
            _ => "离线",
        };
        Ok(AgentView {
            id: id.to_string(),
            name: self.name_of(id.as_str()),
            state: state.name().to_owned(),
            state_words: state_words.to_owned(),
            since_us: agent.since.0,
            reason,
            contacts: agent.talking.keys().map(ToString::to_string).collect(),
            skills: agent
                .skills
                .iter()
                .map(|(skill, level)| SkillView { skill: skill.clone(), level: *level })
                .collect(),
        })
    }

    /// A page of contacts.
    ///
    /// # Errors
    /// When the person may not read contacts.
    pub async fn contact_list(
        &self,
        ctx: &Ctx,
        filter: &ContactFilter,
    ) -> Result<Page<ContactRow>, ContactError> {
        authorise(ctx, Permission::ContactRead, None)?;
        let like = format!("%{}%", filter.words.replace(['%', '_'], ""));
        let [phase, line, lane, outcome, words] =
            [&filter.phase, &filter.line, &filter.lane, &filter.outcome, &filter.words];
        let rows = sqlx::query(sql::CONTACT_LIST)
            .bind(phase.as_str())
            .bind(line.as_str())
            .bind(lane.as_str())
            .bind(outcome.as_str())
            .bind(words.as_str())
            .bind(like.as_str())
            .bind(PAGE)
            .bind((filter.page.max(1) - 1) * PAGE)
            .fetch_all(self.store().read())
            .await?;
        let total = sqlx::query(sql::CONTACT_COUNT)
            .bind(phase.as_str())
            .bind(line.as_str())
            .bind(lane.as_str())
            .bind(outcome.as_str())
            .bind(words.as_str())
            .bind(like.as_str())
            .fetch_one(self.store().read())
            .await?
            .try_get(0)?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows {
            let record: Record = from_json("contact", row.try_get::<String, _>("state")?.as_str())?;
            list.push(ContactRow {
                id: row.try_get("id")?,
                channel: row.try_get("channel")?,
                line: self.line_ref(row.try_get::<String, _>("line")?.as_str()),
                lane: row.try_get("lane")?,
                phase: row.try_get("phase")?,
                outcome: row.try_get("outcome")?,
                matter: matter_words(&record),
                opened_us: row.try_get("opened_us")?,
                ended_us: row.try_get("ended_us")?,
                tickets: record.conversation.passport.tickets,
            });
        }
        Ok(Page { rows: list, total })
    }

    /// A contact for readers.
    ///
    /// # Errors
    /// As [`Hotline::desk_contact`].
    pub async fn contact_detail(&self, ctx: &Ctx, id: &ContactId) -> Result<DeskContact, ContactError> {
        self.desk_contact(ctx, id).await
    }

    /// How a contact stands, for evaluation and tests: outcome, passport, phase.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn contact_state(&self, id: &ContactId) -> Result<dialogue::Conversation, ContactError> {
        Ok(self.load(id).await?.record.conversation)
    }

    /// The stable name of a contact's outcome.
    pub fn outcome_name(outcome: dialogue::Outcome) -> String {
        name(&outcome)
    }

    /// Midnight of the present day in China.
    pub fn midnight(&self) -> Micros {
        Micros(self.now().beijing().start_of_day().map_or(0, |day| day.timestamp().as_microsecond()))
    }
}

impl Hotline {
    /// Applies an event that a channel tells, for evaluation: silence, hanging up.
    ///
    /// # Errors
    /// [`ContactError::NotFound`] for a token nobody was given.
    pub async fn contact_event(&self, token: &str, event: dialogue::Event) -> Result<(), ContactError> {
        let id = self.chat_contact(token).await?;
        self.apply(&self.citizen(&id), &id, event, None).await?;
        Ok(())
    }

    /// The nearest findings for words, best first, with how sure the libraries are of each.
    pub fn nearest(&self, words: &str, limit: usize) -> Vec<(String, f32)> {
        let ask = knowledge::Ask { text: words, ..knowledge::Ask::default() };
        let found = self.library().search(&ask, self.now(), limit);
        found.into_iter().map(|one| (one.title, one.confidence)).collect()
    }
}
