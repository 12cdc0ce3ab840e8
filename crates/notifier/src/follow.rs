//! Following what happens to tickets, and writing down what their citizens are told.

use std::time::Duration;

use casework::{CaseworkError, Followed, Moved};
use store::Tx;

use crate::words::{Told, words};
use crate::{Notifier, NotifierError, TIMER, sql};

impl Notifier {
    pub(crate) async fn follow(&self) {
        let mut wakeups = self.0.store.wakeups(&["tickets"]);
        loop {
            if let Err(error) = self.follow_once().await {
                tracing::warn!(%error, "the record of tickets could not be followed; it is tried again");
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    /// Writes down what citizens are to be told of what is new; how much was looked at.
    ///
    /// # Errors
    /// When the record or the database cannot be used.
    pub async fn follow_once(&self) -> Result<usize, NotifierError> {
        let mut follower = self.0.follower.lock().await;
        follower.once(&self.0.casework, &self.ctx(), self).await
    }
}

impl Followed for Notifier {
    type Error = NotifierError;

    async fn pass_on(&self, tx: &mut Tx, moved: &Moved) -> Result<(), NotifierError> {
        let terms = &self.0.terms;
        if !terms.events.contains(&moved.event) {
            return Ok(());
        }
        let ctx = self.ctx();
        let outline = match self.0.casework.ticket_outline(&ctx, &moved.number).await {
            Ok(outline) => outline,
            Err(CaseworkError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let told = Told {
            event: &moved.event,
            number: &moved.number,
            due: outline.row.due_us.map(kernel::Micros),
            signature: &terms.signature,
            url: &self.0.public_url,
        };
        let Some(words) = words(told) else { return Ok(()) };
        let id = format!("{}:{}", moved.place.ticket, moved.place.seq);
        sqlx::query(sql::TEXT_ADD)
            .bind(id.as_str())
            .bind(moved.number.as_str())
            .bind(moved.event.as_str())
            .bind(words)
            .bind(tx.now().0)
            .execute(&mut **tx)
            .await?;
        let due = self.earliest(tx.now());
        tx.timer_set(TIMER, &id, due, &()).await?;
        Ok(())
    }
}
