//! The citizen's side of a web chat.

use std::time::Duration;

use dialogue::{Channel, Conversation, Event, Lane, Phase, Previous};
use kernel::{Actor, ContactId, Ctx, LineId};
use knowledge::service::GapWhy;
use sm3::{Digest as _, Sm3};
use sqlx::Row as _;
use store::{from_json, to_json};

use crate::turn::{Loaded, Record, Words, name, phase_name};
use crate::view::{Chat, Message};
use crate::{ContactError, Hotline, Hub, sql};

/// The longest message accepted, in characters. Longer ones are refused with a word, never cut.
pub const MAX_CHARS: usize = 4_000;
/// So many stars or fewer: the answer did not help.
const LOW_STARS: u8 = 2;
/// A reply waits this long for the number of a ticket being opened.
const FILED_WITHIN: Duration = Duration::from_millis(1_200);
/// And this long for the first place in a queue; who is offered to a person at once gets none.
const PLACED_WITHIN: Duration = Duration::from_millis(150);
const LOOKS_EVERY: Duration = Duration::from_millis(40);

/// What a citizen sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Words.
    Text(String),
    /// A key; `0` asks for a person.
    Key(char),
}

/// Where a contact comes from.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// The line dialled.
    pub line: String,
    /// How.
    pub channel: Channel,
    /// The lane, known before a word is said.
    pub lane: Lane,
    /// The caller's number, where the channel tells it.
    pub phone: Option<String>,
}

impl Hotline {
    /// Opens a contact and greets. The answer holds the token, told this once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn chat_open(&self, opening: Opening) -> Result<Chat, ContactError> {
        let now = self.now();
        let (id, token) = self.random(|rng| (ContactId::fresh(now, rng), token(rng)));
        let ctx = self.citizen(&id);
        let line =
            if self.site().lines.contains_key(&opening.line) { opening.line } else { "12345".to_owned() };
        let lane = self.lane_of(&line, opening.lane);
        let conversation = Conversation { line: LineId(line.clone()), ..Conversation::new(id.clone(), now) };
        let previous = self.previous(&id, opening.phone.as_deref()).await?;
        let record = Record {
            conversation,
            hand_over: None,
            handed_over_us: None,
            place: None,
            agent: None,
            agent_name: None,
            asked: None,
        };
        let mut tx = self.store().begin(&ctx).await?;
        sqlx::query(sql::CONTACT_ADD)
            .bind(id.as_str())
            .bind(hash(&token))
            .bind(name(&opening.channel))
            .bind(line.as_str())
            .bind(name(&lane))
            .bind("listening")
            .bind(None::<String>)
            .bind(to_json("contact", &record)?)
            .bind(opening.phone.as_deref().and_then(|phone| self.keys().caller_key(phone)))
            .bind(now.0)
            .bind(None::<i64>)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        let event = Event::Started {
            channel: opening.channel,
            line: LineId(line),
            lane,
            phone: opening.phone,
            previous: previous.map(Box::new),
        };
        self.apply(&ctx, &id, event, None).await?;
        self.chat(&token, &id, 0).await
    }

    /// The lane a contact begins in: its own, or else the one its line is for.
    fn lane_of(&self, line: &str, own: Lane) -> Lane {
        let site = self.site();
        let named = site.lines.get(line).and_then(|line| line.lane.as_deref());
        match named {
            Some("elderly") if own == Lane::Normal => Lane::Elderly,
            Some("dialect") if own == Lane::Normal => Lane::Dialect,
            _ => own,
        }
    }

    /// What the same caller's last contact left behind.
    async fn previous(&self, id: &ContactId, phone: Option<&str>) -> Result<Option<Previous>, ContactError> {
        let Some(key) = phone.and_then(|phone| self.keys().caller_key(phone)) else { return Ok(None) };
        let row = sqlx::query(sql::CONTACT_PREVIOUS)
            .bind(key)
            .bind(id.as_str())
            .fetch_optional(self.store().read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let record: Record = from_json("contact", row.try_get::<String, _>("state")?.as_str())?;
        let conversation = record.conversation;
        Ok(Some(Previous {
            was_waiting: conversation.outcome == Some(dialogue::Outcome::Callback)
                || matches!(conversation.phase, Phase::Queued { .. }),
            outcome: conversation.outcome,
            passport: conversation.passport,
            at: kernel::Micros(row.try_get("updated_us")?),
        }))
    }

    /// The contact of a token.
    ///
    /// # Errors
    /// [`ContactError::NotFound`] for a token nobody was given.
    pub async fn chat_contact(&self, token: &str) -> Result<ContactId, ContactError> {
        let row =
            sqlx::query(sql::CONTACT_BY_TOKEN).bind(hash(token)).fetch_optional(self.store().read()).await?;
        let row = row.ok_or(ContactError::NotFound)?;
        Ok(ContactId(row.try_get(0)?))
    }

    /// The chat with its messages after a number.
    ///
    /// # Errors
    /// [`ContactError::NotFound`] for a token nobody was given.
    pub async fn chat_get(&self, token: &str, after: i64) -> Result<Chat, ContactError> {
        let id = self.chat_contact(token).await?;
        self.chat(token, &id, after).await
    }

    /// Takes what the citizen sends. A resend (same `client_id`) gives the same answer and changes nothing.
    ///
    /// # Errors
    /// [`ContactError::Words`] when it is empty or too long; nothing is lost then: the page still has the words.
    pub async fn chat_say(&self, token: &str, client_id: &str, said: Said) -> Result<Chat, ContactError> {
        let id = self.chat_contact(token).await?;
        if let Said::Text(text) = &said {
            let chars = text.chars().count();
            if text.trim().is_empty() {
                return Err(ContactError::Words("您还没有写内容，请写下您的问题再发送。"));
            }
            if chars > MAX_CHARS {
                return Err(ContactError::Words("这段话太长了，请分成几条发送，每条不超过4000字。"));
            }
        }
        if client_id.is_empty() || client_id.len() > 64 {
            return Err(ContactError::Words("消息编号不对，请刷新页面后再发送，已经写的字还在。"));
        }
        if let Some(seq) = self.seq_of(&id, client_id).await? {
            return self.chat(token, &id, seq - 1).await;
        }
        let before = self.last_seq(&id).await?;
        let (event, text) = match said {
            Said::Text(text) => (Event::Said { text: text.clone(), speech: None }, text),
            Said::Key(digit) => (Event::Key { digit }, format!("按{digit}")),
        };
        let words = Words {
            author: "citizen",
            client_id: Some(client_id.to_owned()),
            text,
            agent_name: None,
            citations: Vec::new(),
        };
        match self.apply(&self.citizen(&id), &id, event, Some(words)).await {
            Ok(record) => self.settle(&id, &record).await,
            // The same message came by another way at the same moment and was first.
            Err(ContactError::Store(error)) if error.is_unique() => {}
            Err(error) => return Err(error),
        }
        self.chat(token, &id, before).await
    }

    /// The citizen leaves on purpose.
    ///
    /// # Errors
    /// [`ContactError::NotFound`] for a token nobody was given.
    pub async fn chat_end(&self, token: &str) -> Result<Chat, ContactError> {
        let id = self.chat_contact(token).await?;
        self.apply(&self.citizen(&id), &id, Event::HungUp, None).await?;
        self.chat(token, &id, 0).await
    }

    /// Rates the service.
    ///
    /// # Errors
    /// [`ContactError::Words`] when the score is not 1 to 5.
    pub async fn chat_rate(
        &self,
        token: &str,
        stars: u8,
        solved: bool,
        words: &str,
    ) -> Result<(), ContactError> {
        if !(1..=5).contains(&stars) {
            return Err(ContactError::Words("请选1到5颗星。"));
        }
        let id = self.chat_contact(token).await?;
        let loaded = self.load(&id).await?;
        let kept: String = security::mask_text(words).chars().take(500).collect();
        let note = if solved { kept } else { format!("（未解决）{kept}") };
        let mut tx = self.store().begin(&self.citizen(&id)).await?;
        sqlx::query(sql::RATING_PUT)
            .bind(id.as_str())
            .bind(i64::from(stars))
            .bind(note)
            .bind(loaded.record.agent)
            .bind(tx.now().0)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        if let Some(asked) = loaded.record.asked.as_deref().filter(|_| stars <= LOW_STARS || !solved) {
            self.gap(asked, None, &id, GapWhy::LowRated, self.now()).await;
        }
        Ok(())
    }

    /// Messages of the citizen's own contact after a number, for live streams.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn chat_messages(&self, id: &ContactId, after: i64) -> Result<Vec<Message>, ContactError> {
        self.messages(id, after, false).await
    }

    pub(crate) async fn chat(&self, token: &str, id: &ContactId, after: i64) -> Result<Chat, ContactError> {
        let Loaded { record, .. } = self.load(id).await?;
        let messages = self.messages(id, after, false).await?;
        let last_seq = match messages.last() {
            Some(last) => last.seq,
            None => self.last_seq(id).await?,
        };
        let conversation = record.conversation;
        Ok(Chat {
            token: token.to_owned(),
            contact_id: id.to_string(),
            line: self.line_ref(conversation.line.as_str()),
            phase: phase_name(&conversation.phase).to_owned(),
            queue: record.place,
            agent_name: record.agent_name.filter(|_| conversation.phase == Phase::WithAgent),
            outcome: conversation.outcome.as_ref().map(name),
            tickets: conversation.passport.tickets,
            last_seq,
            messages,
        })
    }

    /// Waits a moment for what the reply should hold already: a ticket's number, the first place in the queue.
    async fn settle(&self, id: &ContactId, record: &Record) {
        let within = |record: &Record| match record.conversation.phase {
            Phase::Filing { .. } => Some(FILED_WITHIN),
            Phase::Queued { position: None } => Some(PLACED_WITHIN),
            _ => None,
        };
        if within(record).is_none() {
            return;
        }
        let mut watch = self.hub().watch(&Hub::contact(id.as_str()));
        let started = tokio::time::Instant::now();
        while let Ok(loaded) = self.load(id).await {
            match within(&loaded.record) {
                Some(within) if started.elapsed() < within => watch.next(LOOKS_EVERY).await,
                _ => return,
            }
        }
    }

    async fn seq_of(&self, id: &ContactId, client_id: &str) -> Result<Option<i64>, ContactError> {
        let row = sqlx::query(sql::MESSAGE_BY_CLIENT)
            .bind(id.as_str())
            .bind(client_id)
            .fetch_optional(self.store().read())
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    pub(crate) async fn last_seq(&self, id: &ContactId) -> Result<i64, ContactError> {
        Ok(sqlx::query(sql::MESSAGE_LAST)
            .bind(id.as_str())
            .fetch_one(self.store().read())
            .await?
            .try_get(0)?)
    }

    pub(crate) fn citizen(&self, id: &ContactId) -> Ctx {
        Ctx { actor: Actor::Citizen { contact: id.clone() }, now: self.now(), trace: id.to_string() }
    }
}

/// 128 bits, in letters and digits that survive being read aloud or typed from paper.
fn token(rng: &mut kernel::Rng) -> String {
    let mut bytes = [0_u8; 16];
    rng.fill(&mut bytes);
    hex::encode(bytes)
}

fn hash(token: &str) -> String {
    hex::encode(Sm3::digest(token.as_bytes()))
}
