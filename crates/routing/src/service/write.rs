//! Changed rows, the record of what happened, and messages, in the transaction they are given.

use kernel::{Actor, Micros};
use store::{StoreError, Tx, to_json};

use super::effect_row::EffectRow;
use super::load::Detail;
use super::{Announced, Core, EFFECTS, Router};
use crate::change::{Changes, Ended};
use crate::command::{Command, Effect};
use crate::model::{Agent, AgentState, Item, Phase};
use crate::sql;
use crate::state::State;

impl Router {
    /// Writes what a command changed.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        core: &Core,
        command: &Command,
        changes: &Changes,
        effects: &[Effect],
    ) -> Result<(), StoreError> {
        if let Some(lease) = &core.lease {
            tx.lease_guard(lease).await?;
        }
        if let Some(state) = &core.state {
            put_changes(tx, state, changes).await?;
        }
        if let Command::Enqueue(arrival) = command {
            let row = EffectRow {
                kind: "enqueued",
                contact: Some(&arrival.contact),
                agent: None,
                queue: Some(&arrival.queue),
            };
            put_event(tx, &row, to_json("arrival", arrival)?).await?;
        }
        for effect in effects {
            if let Some(row) = EffectRow::of(effect) {
                put_event(tx, &row, to_json("effect", effect)?).await?;
            }
        }
        if !matches!(tx.ctx().actor, Actor::System { .. }) {
            let (action, object) = super::effect_row::audited(command);
            tx.audit(action, &object, command).await?;
        }
        if self.0.options.announce && !effects.is_empty() {
            let announced = Announced { at: tx.now(), effects: effects.to_vec() };
            let key = format!("{EFFECTS}:{}", self.fresh_key(tx.now()));
            tx.emit(EFFECTS, &key, &announced).await?;
        }
        tx.wake(EFFECTS);
        Ok(())
    }

    /// A key no other message has.
    fn fresh_key(&self, now: Micros) -> String {
        let mut rng = self.0.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kernel::id::fresh(now, &mut rng)
    }
}

/// Writes the rows of every contact, agent and queue that changed.
pub(super) async fn put_changes(tx: &mut Tx, state: &State, changes: &Changes) -> Result<(), StoreError> {
    for contact in &changes.contacts {
        if let Some(item) = state.item(contact) {
            put_item(tx, item).await?;
        }
    }
    for (contact, ended) in &changes.ended {
        let Ended { how, agent, at } = ended;
        sqlx::query(sql::ITEM_END)
            .bind(how.name())
            .bind(agent.as_ref().map(|agent| agent.as_str().to_owned()))
            .bind(at.0)
            .bind(contact.as_str())
            .execute(&mut **tx)
            .await?;
    }
    for agent in &changes.agents {
        if let Some(agent) = state.agent(agent) {
            put_agent(tx, agent).await?;
        }
    }
    for queue in &changes.queues {
        let now = tx.now().0;
        sqlx::query(sql::LEARNED_PUT)
            .bind(queue.as_str())
            .bind(state.handling_us(queue))
            .bind(now)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn put_item(tx: &mut Tx, item: &Item) -> Result<(), StoreError> {
    let now = tx.now().0;
    let (name, agent, offered, until, accepted) = match &item.phase {
        Phase::Waiting => ("waiting", None, None, None, None),
        Phase::Offered { agent, until } => ("offered", Some(agent), Some(now), Some(until.0), None),
        Phase::Talking { agent, since } => ("talking", Some(agent), None, None, Some(since.0)),
    };
    let detail = Detail { avoid: item.avoid.clone(), wanted: item.wanted.clone() };
    sqlx::query(sql::ITEM_PUT)
        .bind(item.contact.as_str())
        .bind(item.queue.as_str())
        .bind(to_json("skills needed", &item.needs)?)
        .bind(i64::from(item.priority))
        .bind(item.lane.name())
        .bind(item.enqueued.0)
        .bind(name)
        .bind(agent.map(|agent| agent.as_str().to_owned()))
        .bind(offered)
        .bind(item.place.0)
        .bind(item.media.name())
        .bind(i64::from(item.call_back))
        .bind(until)
        .bind(accepted)
        .bind(to_json("queue item", &detail)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn put_agent(tx: &mut Tx, agent: &Agent) -> Result<(), StoreError> {
    let state = agent.state();
    let reason = match &state {
        AgentState::Break { reason } => reason.chinese(),
        _ => "",
    };
    let contact =
        agent.ringing.as_ref().map(|ringing| &ringing.contact).or_else(|| agent.talking.keys().next());
    sqlx::query(sql::AGENT_PUT)
        .bind(agent.id.as_str())
        .bind(state.name())
        .bind(agent.since.0)
        .bind(contact.map(|contact| contact.as_str().to_owned()))
        .bind(reason)
        .bind(to_json("agent", agent)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn put_event(tx: &mut Tx, row: &EffectRow<'_>, detail: String) -> Result<(), StoreError> {
    let now = tx.now().0;
    sqlx::query(sql::EVENT_ADD)
        .bind(now)
        .bind(row.kind)
        .bind(row.contact.map(|contact| contact.as_str().to_owned()))
        .bind(row.agent.map(|agent| agent.as_str().to_owned()))
        .bind(row.queue.map(|queue| queue.as_str().to_owned()))
        .bind(detail)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
