//! Rows into state.

use std::collections::BTreeMap;

use kernel::{ContactId, Micros, QueueId, StaffId};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::{Store, StoreError, from_json};

use crate::model::{Agent, Avoid, Item, Lane, Media, Phase, Queue, Wanted};
use crate::sql;
use crate::state::State;
use crate::tuning::Tuning;

/// The part of an item that only routing reads.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) avoid: Vec<Avoid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) wanted: Option<Wanted>,
}

/// Reads everything that is going on. A row that cannot be read is left out and reported: one broken row must not stop the
/// queues, and a contact routing does not know is enqueued again by whoever looks after contacts.
pub(super) async fn load(store: &Store, tuning: &Tuning, queues: &[Queue]) -> Result<State, StoreError> {
    let mut items = Vec::new();
    for row in sqlx::query(sql::ITEM_ACTIVE).fetch_all(store.read()).await? {
        match item(&row) {
            Ok(item) => items.push(item),
            Err(error) => tracing::error!(%error, "a queue item cannot be read and is left out"),
        }
    }
    let mut agents = Vec::new();
    for row in sqlx::query(sql::AGENT_ALL).fetch_all(store.read()).await? {
        let (id, body): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match from_json::<Agent>("agent", &body) {
            Ok(agent) => agents.push(agent),
            Err(error) => tracing::error!(agent = id, %error, "an agent cannot be read and is left out"),
        }
    }
    let mut state = State::assembled(tuning.clone(), queues.to_vec(), items, agents);
    for row in sqlx::query(sql::LEARNED_ALL).fetch_all(store.read()).await? {
        let (queue, mean_us): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        state.seed_handling(&QueueId(queue), mean_us);
    }
    Ok(state)
}

fn item(row: &AnyRow) -> Result<Item, StoreError> {
    let text = |column: &str| -> Result<String, StoreError> { Ok(row.try_get(column)?) };
    let number = |column: &str| -> Result<i64, StoreError> { Ok(row.try_get(column)?) };
    let instant = |column: &str| -> Result<Micros, StoreError> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Micros).unwrap_or_default())
    };
    let agent = row.try_get::<Option<String>, _>("agent_id")?.map(StaffId);
    let phase = match (text("state")?.as_str(), agent) {
        ("offered", Some(agent)) => Phase::Offered { agent, until: instant("until_us")? },
        ("talking", Some(agent)) => Phase::Talking { agent, since: instant("accepted_us")? },
        _ => Phase::Waiting,
    };
    let lane = text("lane")?;
    let detail: Detail = from_json("queue item", &text("detail")?)?;
    Ok(Item {
        contact: ContactId(text("contact_id")?),
        queue: QueueId(text("queue")?),
        media: if text("media")? == Media::Voice.name() { Media::Voice } else { Media::Chat },
        lane: Lane::ALL.into_iter().find(|known| known.name() == lane).unwrap_or(Lane::Normal),
        priority: u8::try_from(number("priority")?).unwrap_or(crate::tuning::LOWEST_PRIORITY),
        needs: from_json::<BTreeMap<String, u8>>("skills needed", &text("skills")?)?,
        enqueued: Micros(number("enqueued_us")?),
        place: Micros(number("place_us")?),
        call_back: number("call_back")? != 0,
        avoid: detail.avoid,
        wanted: detail.wanted,
        phase,
        told: None,
    })
}
