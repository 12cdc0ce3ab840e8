//! Looking. A process that leads answers from memory, another from the rows.

use std::collections::HashMap;

use kernel::{ContactId, StaffId};

use super::{Router, RoutingError, load};
use crate::estimate::Estimate;
use crate::model::{Agent, Item, Phase};
use crate::snapshot::Snapshot;
use crate::state::State;

impl Router {
    /// Answers a question about the state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn look<T>(&self, question: impl FnOnce(&State) -> T) -> Result<T, RoutingError> {
        let mut core = self.0.core.lock().await;
        if self.leads(&core, self.0.clock.now()) {
            return Ok(question(self.loaded(&mut core).await?));
        }
        let (tuning, queues) = (core.tuning.clone(), core.queues.clone());
        drop(core);
        Ok(question(&load::load(&self.0.store, &tuning, &queues).await?))
    }

    /// The board of queues and agents.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn snapshot(&self) -> Result<Snapshot, RoutingError> {
        let now = self.0.clock.now();
        self.look(|state| state.snapshot(now)).await
    }

    /// A contact as routing has it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn item(&self, contact: &ContactId) -> Result<Option<Item>, RoutingError> {
        self.look(|state| state.item(contact).cloned()).await
    }

    /// Where a contact is; none when routing does not have it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn place(&self, contact: &ContactId) -> Result<Option<Phase>, RoutingError> {
        self.look(|state| state.item(contact).map(|item| item.phase.clone())).await
    }

    /// Where every contact is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn places(&self) -> Result<HashMap<ContactId, Phase>, RoutingError> {
        self.look(|state| state.items().map(|item| (item.contact.clone(), item.phase.clone())).collect())
            .await
    }

    /// Position and expected wait of a waiting contact.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn estimate(&self, contact: &ContactId) -> Result<Option<Estimate>, RoutingError> {
        self.look(|state| state.estimate(contact)).await
    }

    /// An agent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn agent(&self, agent: &StaffId) -> Result<Option<Agent>, RoutingError> {
        self.look(|state| state.agent(agent).cloned()).await
    }

    /// Every agent routing knows, offline ones included.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn agents(&self) -> Result<Vec<StaffId>, RoutingError> {
        self.look(|state| state.agents().map(|agent| agent.id.clone()).collect()).await
    }

    /// What is on an agent's desk: each contact with `ringing`, `active` or `wrap_up`, and until when it rings.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn desk_of(
        &self,
        agent: &StaffId,
    ) -> Result<Vec<(ContactId, &'static str, Option<i64>)>, RoutingError> {
        self.look(|state| {
            let Some(agent) = state.agent(agent) else { return Vec::new() };
            let ringing = agent.ringing.iter().map(|one| (one.contact.clone(), "ringing", Some(one.until.0)));
            let talking = agent.talking.keys().map(|contact| (contact.clone(), "active", None));
            let wrapping = agent.wrapping.keys().map(|contact| (contact.clone(), "wrap_up", None));
            ringing.chain(talking).chain(wrapping).collect()
        })
        .await
    }
}
