//! Taking what the peer sends: each message once, however often it comes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casework::{CaseworkError, Fact, Kind, TicketDraft};
use kernel::Ctx;
use security::{Masked, Permission, authorise};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::{FromRow, Row as _};
use store::to_json;

use crate::mapping::incoming;
use crate::setup::Peer;
use crate::words::{cut, digest};
use crate::{Exchange, ExchangeError, sql};

/// The largest file.
const FILE_BYTES: usize = 8 * 1024 * 1024;
const ID_MAX: usize = 120;

/// What the peer sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    id: String,
    kind: String,
    #[serde(default)]
    seq: i64,
    #[serde(default, rename = "at")]
    _at: String,
    body: Map<String, Value>,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The message.
    pub id: String,
    /// Our number of the ticket.
    pub number: String,
    /// It had been taken before; nothing was changed now.
    pub repeated: bool,
}

/// A file that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct FileRow {
    /// Its id.
    pub id: String,
    /// The ticket.
    pub number: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// Its size.
    pub bytes: i64,
    /// When it came.
    pub at_us: i64,
}

fn invalid(reason: impl Into<String>) -> ExchangeError {
    ExchangeError::Invalid(reason.into())
}

impl Exchange {
    /// Takes a message whose signature has been checked.
    ///
    /// # Errors
    /// When it cannot be meant, its ticket is not known, or the database refuses; then nothing was taken.
    pub async fn receive(&self, raw: &[u8]) -> Result<Receipt, ExchangeError> {
        let peer = self.0.setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let message: Message =
            serde_json::from_slice(raw).map_err(|error| invalid(format!("消息格式不对：{error}")))?;
        let sound = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
        if message.id.is_empty() || message.id.len() > ID_MAX || !message.id.chars().all(sound) {
            return Err(invalid("消息编号 id 只能用字母、数字和-_.:/，最多120个"));
        }
        let _one = self.0.taking.lock().await;
        if let Some(receipt) = self.taken(peer, &message.id).await? {
            return Ok(receipt);
        }
        let ctx = self.ctx();
        let number = match message.kind.as_str() {
            "ticket" => self.take_ticket(&ctx, peer, &message).await?,
            "note" | "reply" | "status" => self.take_words(&ctx, peer, &message).await?,
            "attachment" => self.take_file(&ctx, peer, &message).await?,
            other => {
                let known = "ticket、note、reply、status、attachment";
                return Err(invalid(format!("不认识消息种类“{}”，可以是{known}", cut(other, 20))));
            }
        };
        let receipt = Receipt { id: message.id.clone(), number, repeated: false };
        let mut tx = self.0.store.begin(&ctx).await?;
        let now = tx.now().0;
        sqlx::query(sql::JOURNAL_ADD)
            .bind(peer.code.as_str())
            .bind("in")
            .bind(message.id.as_str())
            .bind(message.kind.as_str())
            .bind(receipt.number.as_str())
            .bind(digest(raw))
            .bind(to_json("receipt", &receipt)?)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let object = format!("ticket:{}", receipt.number);
        let detail = serde_json::json!({ "peer": peer.code, "message": message.id, "kind": message.kind });
        tx.audit("exchange.receive", &object, &detail).await?;
        tx.commit().await?;
        Ok(receipt)
    }

    /// What was answered the first time.
    async fn taken(&self, peer: &Peer, id: &str) -> Result<Option<Receipt>, ExchangeError> {
        let row = sqlx::query(sql::JOURNAL_GET)
            .bind(peer.code.as_str())
            .bind("in")
            .bind(id)
            .fetch_optional(self.0.store.read())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let receipt: Receipt = store::from_json("receipt", row.try_get::<String, _>(1)?.as_str())?;
        Ok(Some(Receipt { repeated: true, ..receipt }))
    }

    async fn take_ticket(&self, ctx: &Ctx, peer: &Peer, message: &Message) -> Result<String, ExchangeError> {
        let setup = &self.0.setup;
        let mut values = incoming(&setup.ticket, &message.body).map_err(invalid)?;
        let mut take = |name: &str| values.remove(name).unwrap_or_default();
        let foreign = take("number");
        if foreign.is_empty() || foreign.chars().count() > 100 {
            return Err(invalid("缺少对方工单编号，或超过100个字"));
        }
        let kind =
            Some(take("kind")).filter(|kind| !kind.is_empty()).unwrap_or_else(|| setup.receive.kind.clone());
        let domain = Some(take("domain"))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| setup.receive.domain.clone());
        let draft = TicketDraft {
            kind: Kind::read(&kind).ok_or_else(|| invalid("诉求类型不认识，请在字段对照里写清 values"))?,
            category: take("category"),
            domain,
            title: take("title"),
            urgent: take("urgency") == "urgent",
            place: take("place"),
            phone: take("caller_phone"),
            name: take("caller_name"),
            facts: vec![Fact {
                label: "来源".to_owned(),
                value: format!("{}，编号{foreign}", peer.name),
                words: String::new(),
                by: peer.name.clone(),
                at_us: ctx.now.0,
                personal: false,
            }],
            words: vec![take("words")],
            ..TicketDraft::blank(Kind::Help)
        };
        let key = format!("{}:{foreign}", peer.code);
        // In one transaction: a follower that met the ticket without its link would send it back to the peer as ours.
        let code = peer.code.clone();
        let linked: casework::Beside<'_> = &move |tx, number| {
            let (code, foreign) = (code.clone(), foreign.clone());
            Box::pin(async move {
                let link = sqlx::query(sql::LINK_ADD)
                    .bind(code)
                    .bind(foreign)
                    .bind(number.to_owned())
                    .bind("theirs");
                link.execute(&mut **tx).await?;
                Ok(())
            })
        };
        let ticket = self.0.casework.ticket_open_with(ctx, &key, draft, Some(linked)).await?;
        Ok(ticket.row.number)
    }

    /// Our number of the ticket a message is about.
    async fn about(&self, peer: &Peer, theirs: &str, ours: &str) -> Result<String, ExchangeError> {
        let row = sqlx::query(sql::LINK_OURS)
            .bind(peer.code.as_str())
            .bind(theirs)
            .fetch_optional(self.0.store.read())
            .await?;
        if let Some(row) = row {
            return Ok(row.try_get(0)?);
        }
        // By our own number, where they were told of it.
        let known = sqlx::query(sql::LINK_THEIRS)
            .bind(peer.code.as_str())
            .bind(ours)
            .fetch_optional(self.0.store.read())
            .await?;
        known.map(|_| ours.to_owned()).ok_or_else(|| invalid("没有这张工单：编号与双方往来的都对不上"))
    }

    async fn take_words(&self, ctx: &Ctx, peer: &Peer, message: &Message) -> Result<String, ExchangeError> {
        let mut values = incoming(&self.0.setup.event, &message.body).map_err(invalid)?;
        let mut take = |name: &str| values.remove(name).unwrap_or_default();
        let number = self.about(peer, &take("number"), &take("foreign_number")).await?;
        let (words, state) = (take("words"), take("state_words") + &take("state"));
        let told = match message.kind.as_str() {
            "status" => {
                let mut tx = self.0.store.begin(ctx).await?;
                let newer = sqlx::query(sql::LINK_STATUS)
                    .bind(message.seq)
                    .bind(peer.code.as_str())
                    .bind(number.as_str())
                    .execute(&mut *tx)
                    .await?;
                tx.commit().await?;
                if newer.rows_affected() == 0 && message.seq > 0 {
                    // A newer one was faster.
                    return Ok(number);
                }
                format!("{}的办理状态：{state}{}{words}", peer.name, if words.is_empty() { "" } else { "。" })
            }
            "reply" => format!("{}的答复：{words}", peer.name),
            _ => format!("{}补充：{words}", peer.name),
        };
        if words.is_empty() && state.is_empty() {
            return Err(invalid("消息里没有内容"));
        }
        self.note_once(ctx, &number, &message.id, &told).await?;
        Ok(number)
    }

    /// Adds words to a ticket, once for each message, also when the process fell between that and the journal.
    pub(crate) async fn note_once(
        &self,
        ctx: &Ctx,
        number: &str,
        id: &str,
        words: &str,
    ) -> Result<(), ExchangeError> {
        let mark = format!("〔{id}〕");
        let ticket = self.0.casework.ticket_get(ctx, number).await?;
        if ticket.events.iter().any(|event| event.words.contains(&mark)) {
            return Ok(());
        }
        self.0.casework.ticket_note(ctx, number, &format!("{words}{mark}")).await?;
        Ok(())
    }

    async fn take_file(&self, ctx: &Ctx, peer: &Peer, message: &Message) -> Result<String, ExchangeError> {
        let text = |name: &str| message.body.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = self.about(peer, text("number"), text("foreign_number")).await?;
        let media_type = text("media_type");
        let shown = [
            "image/",
            "audio/",
            "video/",
            "application/pdf",
            "text/plain",
            "application/vnd.",
            "application/msword",
        ];
        if !shown.iter().any(|kind| media_type.starts_with(kind)) {
            return Err(invalid("附件只收图片、录音、录像、PDF、文本和办公文档"));
        }
        let data = text("data");
        if data.len() > FILE_BYTES.div_ceil(3) * 4 + 4 {
            return Err(invalid("附件超过8MB，请压缩后再传"));
        }
        let bytes = STANDARD.decode(data).map_err(|_| invalid("附件内容不是 base64"))?;
        if bytes.is_empty() || bytes.len() > FILE_BYTES {
            return Err(invalid("附件是空的，或超过8MB"));
        }
        let name: String = text("name")
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(100)
            .collect();
        let name = if name.is_empty() { "附件".to_owned() } else { name };
        let id = format!("{}/{}", peer.code, message.id);
        let sealed = {
            let mut rng = self.0.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            self.0.keys.seal_bytes(&purpose(&id), &bytes, &mut rng)?
        };
        let mut tx = self.0.store.begin(ctx).await?;
        let now = tx.now().0;
        sqlx::query(sql::FILE_ADD)
            .bind(id.as_str())
            .bind(number.as_str())
            .bind(name.as_str())
            .bind(media_type)
            .bind(bytes.len() as i64)
            .bind(STANDARD.encode(sealed))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.note_once(ctx, &number, &message.id, &format!("{}传来附件：{name}", peer.name)).await?;
        Ok(number)
    }

    /// The files of a ticket that the person may see.
    ///
    /// # Errors
    /// When he may not.
    pub async fn files(&self, ctx: &Ctx, number: &str) -> Result<Vec<FileRow>, ExchangeError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let row = self.0.casework.ticket_outline(ctx, number).await?.row;
        Ok(sqlx::query_as(sql::FILE_LIST).bind(row.number).fetch_all(self.0.store.read()).await?)
    }

    /// One file in plain: its name, what it is, its bytes. Who looked is written down.
    ///
    /// # Errors
    /// When the person may not, or there is none.
    pub async fn file(
        &self,
        ctx: &Ctx,
        id: &str,
    ) -> Result<(String, String, Masked<Vec<u8>>), ExchangeError> {
        authorise(ctx, Permission::TicketRead, None)?;
        authorise(ctx, Permission::PersonalDataReveal, None)?;
        let row = sqlx::query(sql::FILE_GET).bind(id).fetch_optional(self.0.store.read()).await?;
        let row = row.ok_or(ExchangeError::NotFound("file"))?;
        let number: String = row.try_get(0)?;
        let outline = self.0.casework.ticket_outline(ctx, &number).await.map_err(|error| match error {
            CaseworkError::NotFound => ExchangeError::NotFound("file"),
            other => other.into(),
        })?;
        if outline.row.kind == Kind::Report
            && matches!(&ctx.actor, kernel::Actor::Staff { scope, .. } if *scope != kernel::Scope::District)
        {
            return Err(ExchangeError::NotFound("file"));
        }
        let sealed: String = row.try_get(3)?;
        let sealed = STANDARD.decode(sealed).map_err(|_| security::SecurityError::Tampered)?;
        let bytes = self.0.keys.open_bytes(&purpose(id), &sealed)?;
        let mut tx = self.0.store.begin(ctx).await?;
        tx.audit("exchange.file", &format!("ticket:{number}"), &serde_json::json!({ "file": id })).await?;
        tx.commit().await?;
        Ok((row.try_get(1)?, row.try_get(2)?, Masked::new(bytes)))
    }
}

fn purpose(id: &str) -> String {
    format!("exchange.file:{id}")
}
