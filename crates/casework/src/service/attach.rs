//! Files of tickets: few, small, of kinds that can be told by their content, scanned before they are kept, sealed at rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Ctx;
use security::{Permission, authorise};
use sqlx::{FromRow, Row as _};

use super::get::{hides_reporter, may_see};
use super::rows::{EventBody, StoredTicket};
use super::{CITIZEN, Casework, Proof, SEAL_TICKET, TOPIC};
use crate::scan::{kind_of, scan};
use crate::view::Attachment;
use crate::{CaseworkError, Event, sql};

/// The largest file, in bytes.
pub const FILE_MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most files of a ticket.
pub const FILES_MAX: i64 = 20;

#[derive(Debug, FromRow)]
struct StoredFile {
    id: String,
    name: String,
    kind: String,
    bytes: i64,
    by_words: String,
    at_us: i64,
}

impl Casework {
    /// The citizen adds a file to his ticket.
    ///
    /// # Errors
    /// As [`Self::ticket_progress`]; when the file is too large, of no known kind, one too many, or fails the scan.
    pub async fn citizen_attach(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
        name: &str,
        content: &[u8],
    ) -> Result<Attachment, CaseworkError> {
        let stored = self.proven(ctx, number, proof).await?;
        self.keep(ctx, &stored, CITIZEN, name, content).await
    }

    /// Staff add a file.
    ///
    /// # Errors
    /// As [`Self::citizen_attach`]; when the actor may not.
    pub async fn ticket_attach(
        &self,
        ctx: &Ctx,
        number: &str,
        name: &str,
        content: &[u8],
    ) -> Result<Attachment, CaseworkError> {
        authorise(ctx, Permission::TicketReply, None)
            .or_else(|_| authorise(ctx, Permission::TicketCreate, None))?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        self.keep(ctx, &stored, &self.actor_words(ctx), name, content).await
    }

    /// A file's media type and content. Who read it is written down.
    ///
    /// # Errors
    /// When the actor may not see the ticket, or, of a confidential one, a file that the citizen gave.
    pub async fn ticket_file(
        &self,
        ctx: &Ctx,
        number: &str,
        id: &str,
    ) -> Result<(String, Vec<u8>), CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        let row = sqlx::query(sql::FILE_GET)
            .bind(id)
            .bind(stored.id.as_str())
            .fetch_optional(self.0.store.read())
            .await?
            .ok_or(CaseworkError::NotFound)?;
        let by: String = row.try_get("by_words")?;
        if by == CITIZEN && hides_reporter(ctx, &stored.body()?.case) {
            // A picture may show who took it.
            return Err(security::SecurityError::Forbidden(Permission::PersonalDataReveal).into());
        }
        let sealed: String = row.try_get("content")?;
        let plain = self.unseal(&sealed)?;
        let content = STANDARD.decode(plain.expose()).map_err(|_| CaseworkError::NotFound)?;
        let mut tx = self.0.store.begin(ctx).await?;
        tx.audit("ticket.file", &format!("ticket:{}", stored.number), &serde_json::json!({ "file": id }))
            .await?;
        tx.commit().await?;
        Ok((row.try_get("kind")?, content))
    }

    /// A file for the citizen whose ticket it is: one of his own, or one that came with a reply. Who read it is written down.
    ///
    /// # Errors
    /// As [`Self::ticket_progress`]; [`CaseworkError::NotFound`] when it is no file of his.
    pub async fn citizen_file(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
        id: &str,
    ) -> Result<(Attachment, Vec<u8>), CaseworkError> {
        let stored = self.proven(ctx, number, proof).await?;
        let own = self.attachments_of(&stored.id, true).await?;
        let file = if let Some(file) = own.into_iter().find(|file| file.id == id) {
            file
        } else {
            let mut sent = false;
            for event in self.events(&stored.id).await? {
                sent |= replied_with(&event.body()?).iter().any(|with| with == id);
            }
            let file = if sent { self.file(id).await? } else { None };
            file.ok_or(CaseworkError::NotFound)?
        };
        let row = sqlx::query(sql::FILE_CONTENT)
            .bind(id)
            .fetch_optional(self.0.store.read())
            .await?
            .ok_or(CaseworkError::NotFound)?;
        let plain = self.unseal(&row.try_get::<String, _>("content")?)?;
        let content = STANDARD.decode(plain.expose()).map_err(|_| CaseworkError::NotFound)?;
        let mut tx = self.0.store.begin(ctx).await?;
        tx.audit("ticket.file", &format!("ticket:{}", stored.number), &serde_json::json!({ "file": id }))
            .await?;
        tx.commit().await?;
        Ok((file, content))
    }

    /// The files that came with a reply.
    pub(super) async fn files_of(&self, body: &EventBody) -> Result<Vec<Attachment>, CaseworkError> {
        let mut all = Vec::new();
        for id in replied_with(body) {
            all.extend(self.file(id).await?);
        }
        Ok(all)
    }

    /// Refuses files that are not the ticket's, or that the citizen gave himself.
    pub(super) async fn reply_files(
        &self,
        stored: &StoredTicket,
        files: &[String],
    ) -> Result<(), CaseworkError> {
        if files.is_empty() {
            return Ok(());
        }
        let known = self.attachments(&stored.id).await?;
        let staffs = |id: &String| known.iter().any(|file| file.id == *id && file.by != CITIZEN);
        if files.iter().all(staffs) { Ok(()) } else { Err(CaseworkError::NoSuchField("files".to_owned())) }
    }

    async fn file(&self, id: &str) -> Result<Option<Attachment>, CaseworkError> {
        let row: Option<StoredFile> =
            sqlx::query_as(sql::FILE_ONE).bind(id).fetch_optional(self.0.store.read()).await?;
        row.map(|row| self.opened(row)).transpose()
    }

    fn opened(&self, row: StoredFile) -> Result<Attachment, CaseworkError> {
        Ok(Attachment {
            name: self.unseal(&row.name)?.into_exposed(),
            id: row.id,
            kind: row.kind,
            bytes: row.bytes,
            by: row.by_words,
            at_us: row.at_us,
        })
    }

    async fn keep(
        &self,
        ctx: &Ctx,
        stored: &StoredTicket,
        by: &str,
        name: &str,
        content: &[u8],
    ) -> Result<Attachment, CaseworkError> {
        if stored.body()?.case.state.is_closed() {
            return Err(crate::Refusal::Closed(stored.body()?.case.state).into());
        }
        if content.is_empty() || content.len() > FILE_MAX_BYTES {
            return Err(CaseworkError::FileSize);
        }
        let kind = kind_of(content).ok_or(CaseworkError::FileKind)?;
        let mut tx = self.0.store.begin(ctx).await?;
        let object = format!("ticket:{}", stored.number);
        if let Err(what) = scan(content) {
            tx.audit("ticket.file_refused", &object, &serde_json::json!({ "found": what })).await?;
            tx.commit().await?;
            return Err(CaseworkError::FileUnsafe);
        }
        // The row's lock keeps two from being the last one at once.
        self.locked(&mut tx, &stored.number).await?;
        let row = sqlx::query(sql::FILE_COUNT).bind(stored.id.as_str()).fetch_one(&mut *tx).await?;
        if Self::counted(&row)? >= FILES_MAX {
            return Err(CaseworkError::TooManyFiles);
        }
        let name: String = crate::words::clean(name)
            .chars()
            .filter(|c| !matches!(c, '/' | '\\' | '\n' | '\t' | '"'))
            .take(80)
            .collect();
        let id = self.random(|rng| kernel::id::fresh(ctx.now, rng));
        let bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
        sqlx::query(sql::FILE_ADD)
            .bind(id.as_str())
            .bind(stored.id.as_str())
            .bind(self.seal(SEAL_TICKET, &name)?)
            .bind(kind)
            .bind(bytes)
            .bind(ctx.actor_key())
            .bind(by)
            .bind(ctx.now.0)
            .bind(self.seal(SEAL_TICKET, &STANDARD.encode(content))?)
            .execute(&mut *tx)
            .await?;
        let detail = serde_json::json!({ "file": id, "kind": kind, "bytes": bytes });
        tx.audit("ticket.file_added", &object, &detail).await?;
        tx.wake(TOPIC);
        tx.commit().await?;
        Ok(Attachment { id, name, kind: kind.to_owned(), bytes, by: by.to_owned(), at_us: ctx.now.0 })
    }

    pub(super) async fn attachments(&self, ticket: &str) -> Result<Vec<Attachment>, CaseworkError> {
        self.attachments_of(ticket, false).await
    }

    pub(super) async fn attachments_of(
        &self,
        ticket: &str,
        own: bool,
    ) -> Result<Vec<Attachment>, CaseworkError> {
        let rows: Vec<StoredFile> =
            sqlx::query_as(sql::FILE_LIST).bind(ticket).fetch_all(self.0.store.read()).await?;
        let shown = rows.into_iter().filter(|row| !own || row.by_words == CITIZEN);
        shown.map(|row| self.opened(row)).collect()
    }
}

/// Ids of the files that went to the citizen.
fn replied_with(body: &EventBody) -> &[String] {
    match &body.event {
        Event::Replied { files, .. } => files,
        _ => &[],
    }
}
