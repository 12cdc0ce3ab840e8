//! Sending what is due, until the carrier has taken it or a person has to look.

use std::time::Duration;

use kernel::{Coded as _, ErrorCode, Micros};
use security::{Masked, mask_phone};
use sqlx::Row as _;
use store::{DueTimer, backoff_secs};

use crate::carrier::{CarryError, Message};
use crate::{Notifier, NotifierError, TIMER, sql};

const BATCH: u32 = 32;
/// Longer than the slowest carrier is waited for.
const LEASE_SECS: i64 = 120;

impl Notifier {
    pub(crate) async fn deliver(&self) {
        let holder = format!("{TIMER}-{}", std::process::id());
        let mut wakeups = self.0.store.wakeups(&[TIMER]);
        loop {
            match self.deliver_once(&holder).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(%error, "messages could not be read; it is tried again"),
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    /// Sends one batch; how many were looked at.
    ///
    /// # Errors
    /// When the database refuses; what was not settled is tried again when its lease has run out.
    pub async fn deliver_once(&self, holder: &str) -> Result<usize, NotifierError> {
        let now = self.0.clock.now();
        let due = self.0.store.timer_claim(&[TIMER], holder, BATCH, LEASE_SECS, now).await?;
        for timer in &due {
            self.send(timer).await?;
        }
        Ok(due.len())
    }

    async fn send(&self, timer: &DueTimer) -> Result<(), NotifierError> {
        let id = timer.subject.as_str();
        let row = sqlx::query(sql::TEXT_GET).bind(id).fetch_optional(self.0.store.read()).await?;
        let Some(row) = row else { return self.settle(timer, End::Gone).await };
        let (ticket, words, tries): (String, String, i64) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let Some(phone) = self.phone(&ticket).await? else { return self.settle(timer, End::Nobody).await };
        let shown = mask_phone(&phone);
        let message = Message { id: id.to_owned(), phone: Masked::new(phone), words };
        let last = tries + 1 >= i64::from(self.0.terms.attempts);
        let end = match self.0.carrier.carry(&message).await {
            Ok(receipt) => End::Sent { receipt, shown },
            Err(CarryError::Later(failure)) if !last => {
                // A provider that is down is tried for hours, not seconds.
                let later = self.0.clock.now().plus_secs(backoff_secs(tries + 1) * 15);
                End::Later { failure, shown, at: self.earliest(later) }
            }
            Err(error) => End::Failed { failure: error.to_string(), shown },
        };
        self.settle(timer, end).await
    }

    /// The citizen's number, eleven digits; none was left, or it is none that messages reach. Each look is written down.
    async fn phone(&self, ticket: &str) -> Result<Option<String>, NotifierError> {
        let phone = match self.0.casework.ticket_personal(&self.ctx(), ticket, "phone").await {
            Ok(phone) => phone.into_exposed(),
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
        // Mobile numbers begin with 1; the telephone at home receives no messages.
        Ok((digits.len() == 11 && digits.starts_with('1')).then(|| digits.to_owned()))
    }

    /// Writes down how it went, unless another process has settled it.
    async fn settle(&self, timer: &DueTimer, end: End) -> Result<(), NotifierError> {
        let id = timer.subject.as_str();
        let mut tx = self.0.store.begin(&self.ctx()).await?;
        if !tx.timer_fired(timer).await? {
            return Ok(tx.rollback().await?);
        }
        let now = tx.now().0;
        let statement = match end {
            End::Gone => return Ok(tx.commit().await?),
            End::Nobody => sqlx::query(sql::TEXT_DROP).bind(id),
            End::Sent { receipt, shown } => {
                sqlx::query(sql::TEXT_SENT).bind(receipt).bind(shown).bind(now).bind(id)
            }
            End::Failed { failure, shown } => {
                sqlx::query(sql::TEXT_FAILED).bind(failure).bind(shown).bind(now).bind(id)
            }
            End::Later { failure, shown, at } => {
                tx.timer_set(TIMER, id, at, &()).await?;
                sqlx::query(sql::TEXT_TRIED).bind(failure).bind(shown).bind(id)
            }
        };
        statement.execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}

/// How an attempt went.
enum End {
    /// There is nothing to send any more.
    Gone,
    /// There is nobody to send it to.
    Nobody,
    /// The carrier took it.
    Sent { receipt: String, shown: String },
    /// It is tried again at an instant.
    Later { failure: String, shown: String, at: Micros },
    /// It is not tried again by itself.
    Failed { failure: String, shown: String },
}
