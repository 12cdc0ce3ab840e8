//! Commands from anywhere: written to the outbox in the sender's own transaction, applied once by the process that leads. So
//! the commit of a contact and its place in the queue never part.

use kernel::{Actor, Ctx};
use store::{Claimed, StoreError, Tx};

use super::{Leadership, Router, RoutingError, forget};
use crate::command::{Command, Effect};
use crate::step::step;

/// The topic of commands on their way to the process that leads.
pub const HANDED_OVER: &str = "routing.enqueue";

const CONSUMER: &str = "routing";
const BATCH: u32 = 64;
const LEASE_SECS: i64 = 30;

/// Hands a command to whichever process leads, with the sender's own commit. `key` names the occasion: handed over twice, a
/// command is applied once. False when it had been handed over before.
///
/// # Errors
/// When the database refuses.
pub async fn hand_over(tx: &mut Tx, key: &str, command: &Command) -> Result<bool, StoreError> {
    tx.emit(HANDED_OVER, &format!("{HANDED_OVER}:{key}"), command).await
}

impl Router {
    /// Applies the commands that wait, in the order they were written, and returns their effects once committed. A refused
    /// command is done with: it fitted no more. Call it on each wake-up of [`HANDED_OVER`] and every second or so.
    ///
    /// # Errors
    /// [`RoutingError::NotLeading`] when another process leads; otherwise when the database refuses: what was not applied
    /// comes again.
    pub async fn drain(&self) -> Result<Vec<Effect>, RoutingError> {
        let mut effects = Vec::new();
        loop {
            let now = self.0.clock.now();
            let mut core = self.0.core.lock().await;
            self.lead(&mut core, now).await?;
            drop(core);
            let holder = match &self.0.options.leadership {
                Leadership::Alone => CONSUMER,
                Leadership::Leased { holder, .. } => holder,
            };
            let messages = self.0.store.outbox_claim(&[HANDED_OVER], holder, BATCH, LEASE_SECS, now).await?;
            if messages.is_empty() {
                return Ok(effects);
            }
            let mut failed = None;
            for message in messages {
                if failed.is_none() {
                    match self.take(&message).await {
                        Ok(more) => effects.extend(more),
                        Err(error) => failed = Some(error),
                    }
                }
                // Those behind a failed one wait with it: order matters within a contact.
                if let Some(error) = &failed {
                    self.0.store.outbox_retry(&message, &error.to_string(), now).await?;
                }
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
    }

    /// Applies one message once.
    pub(super) async fn take(&self, message: &Claimed) -> Result<Vec<Effect>, RoutingError> {
        let now = self.0.clock.now();
        let command: Command = match message.read() {
            Ok(command) => command,
            Err(error) => {
                // It never becomes readable: it stays in the outbox for a person to look at, and holds nothing up.
                tracing::error!(key = message.key, %error, "a command handed over cannot be read");
                self.0.store.outbox_retry(message, "unreadable", now).await?;
                return Ok(Vec::new());
            }
        };
        let ctx = Ctx { actor: Actor::System { part: CONSUMER.to_owned() }, now, trace: message.key.clone() };
        let mut core = self.0.core.lock().await;
        self.lead(&mut core, now).await?;
        self.loaded(&mut core).await?;
        let mut tx = self.0.store.begin(&ctx).await?;
        let mut effects = Vec::new();
        if tx.apply_once(CONSUMER, &message.key).await? {
            let state = self.loaded(&mut core).await?;
            match step(state, command.clone(), now) {
                Ok(done) => effects = done,
                Err(refusal) => {
                    tracing::info!(key = message.key, %refusal, "a command handed over is refused");
                }
            }
            let changes = state.take_changes();
            if let Err(error) = self.write(&mut tx, &core, &command, &changes, &effects).await {
                return Err(forget(&mut core, error));
            }
        }
        let committed = match tx.outbox_done(message).await {
            Ok(()) => tx.commit().await,
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => Ok(effects),
            Err(error) => Err(forget(&mut core, error)),
        }
    }
}
