//! Which calls are up, as rows: a node that was killed finds, when it starts again, whom it cut off, and they are called back.

use std::time::Duration;

use kernel::{ContactId, Ctx};
use sqlx::Row;

use crate::house::House;
use crate::{VoiceError, sql};

/// The router of a killed node is led by nobody for a while; so long it is tried.
const TRIES: u32 = 120;
const BETWEEN: Duration = Duration::from_secs(1);

impl House {
    /// A node is known by where it is called: the same after a restart, another on every machine.
    fn node(&self) -> String {
        self.address().to_string()
    }

    /// A call has come in.
    pub(crate) async fn call_begins(&self, contact: &ContactId) -> Result<(), VoiceError> {
        let ctx = Ctx::system("voice", self.0.hotline.clock());
        let mut tx = self.0.hotline.store().begin(&ctx).await?;
        sqlx::query(sql::CALL_ADD)
            .bind(contact.as_str())
            .bind(self.node())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// A call is over, and everything about it has been told.
    pub(crate) async fn call_is_over(&self, contact: &ContactId) -> Result<(), VoiceError> {
        let ctx = Ctx::system("voice", self.0.hotline.clock());
        let mut tx = self.0.hotline.store().begin(&ctx).await?;
        sqlx::query(sql::CALL_REMOVE).bind(contact.as_str()).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    /// The calls an earlier life of this node has left. Read before any new call is taken.
    pub(crate) async fn calls_left(&self) -> Result<Vec<ContactId>, VoiceError> {
        let rows =
            sqlx::query(sql::CALLS_OF).bind(self.node()).fetch_all(self.0.hotline.store().read()).await?;
        rows.iter().map(|row| Ok(ContactId(row.try_get("contact_id")?))).collect()
    }

    /// Each of them is called back.
    pub(crate) async fn make_good(self, mut left: Vec<ContactId>) {
        if left.is_empty() {
            return;
        }
        tracing::warn!(
            calls = left.len(),
            "calls were cut off when this node ended; the callers will be called back"
        );
        for _ in 0..TRIES {
            let mut again = Vec::new();
            for contact in left {
                let done = match self.0.hotline.call_broken_off(&contact).await {
                    Ok(true) => self.call_is_over(&contact).await.map(|()| true),
                    Ok(false) => Ok(false),
                    Err(error) => Err(error.into()),
                };
                if let Err(error) = &done {
                    tracing::debug!(%contact, %error, "a call that was cut off is made good later");
                }
                if !done.unwrap_or(false) {
                    again.push(contact);
                }
            }
            if again.is_empty() {
                return;
            }
            left = again;
            tokio::time::sleep(BETWEEN).await;
        }
        tracing::error!(
            calls = left.len(),
            "calls that were cut off could not be made good; the next start tries again"
        );
    }
}
