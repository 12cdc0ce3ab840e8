//! What was sent and taken, and whether the peer says the same.

use std::collections::BTreeMap;

use kernel::{Ctx, Micros};
use security::{Permission, authorise};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::{FromRow, Row as _};

use crate::partners::Partner;
use crate::{Exchange, ExchangeError, HOOK, PUSH, sql};

/// A message of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct Entry {
    /// `out` or `in`, as its keeper sees it.
    pub direction: String,
    /// Its id.
    #[serde(rename = "id")]
    pub message_id: String,
    /// What it is.
    pub kind: String,
    /// The number its keeper gives the ticket.
    #[serde(default)]
    pub number: String,
    /// The SM3 of its bytes; empty where an earlier attempt had arrived.
    #[serde(default)]
    pub digest: String,
    /// When it was written down.
    #[serde(default)]
    pub at_us: i64,
}

/// Something that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The message.
    pub entry: Entry,
    /// What is wrong, in words.
    pub words: String,
}

/// A day compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// The day.
    pub day: String,
    /// The peer.
    pub peer: String,
    /// Messages that we know of.
    pub ours: usize,
    /// Messages that the peer knows of.
    pub theirs: usize,
    /// Messages that are the same.
    pub same: usize,
    /// What is not.
    pub differences: Vec<Difference>,
}

/// How the exchange stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overview {
    /// The peer's name; empty without one.
    pub peer: String,
    /// Which tickets it is told of, in words.
    pub pushes: String,
    /// Who takes part.
    pub partners: Vec<Partner>,
    /// Whether Open311 is served.
    pub open311: bool,
    /// Messages that wait to be sent.
    pub waiting: i64,
    /// When the oldest of them was written.
    pub oldest_us: Option<i64>,
    /// Letters that nobody has settled.
    pub letters: i64,
    /// Messages by direction and kind: `out ticket`.
    pub messages: BTreeMap<String, i64>,
}

impl Exchange {
    /// How the exchange stands.
    ///
    /// # Errors
    /// When the actor may not read reports or the database refuses.
    pub async fn overview(&self, ctx: &Ctx) -> Result<Overview, ExchangeError> {
        authorise(ctx, Permission::ReportRead, None)?;
        let setup = &self.0.setup;
        let store = &self.0.store;
        let depth = store.outbox_depth().await?;
        let ours = depth.iter().filter(|topic| topic.topic == PUSH || topic.topic == HOOK);
        let mut messages = BTreeMap::new();
        if let Some(peer) = &setup.peer {
            for row in
                sqlx::query(sql::JOURNAL_COUNT).bind(peer.code.as_str()).fetch_all(store.read()).await?
            {
                let (direction, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
                messages.insert(format!("{direction} {kind}"), row.try_get(2)?);
            }
        }
        let pushes = match (&setup.peer, setup.push.tickets) {
            (None, _) | (_, crate::setup::Which::None) => "不上报",
            (_, crate::setup::Which::All) => "全部工单",
            (_, crate::setup::Which::Received) => "对方转来的工单",
        };
        Ok(Overview {
            peer: setup.peer.as_ref().map(|peer| peer.name.clone()).unwrap_or_default(),
            pushes: pushes.to_owned(),
            partners: self.partners(pushes),
            open311: setup.open311.is_some(),
            waiting: ours.clone().map(|topic| topic.waiting).sum(),
            oldest_us: ours.map(|topic| topic.oldest_us).min(),
            letters: sqlx::query(sql::LETTER_COUNT).fetch_one(store.read()).await?.try_get(0)?,
            messages,
        })
    }

    /// Our messages with the peer of a Chinese day, `2026-11-23`.
    ///
    /// # Errors
    /// When that is no day, there is no peer, or the database refuses.
    pub async fn journal(&self, day: &str) -> Result<Vec<Entry>, ExchangeError> {
        let peer = self.0.setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let (from, to) = span(day)?;
        let rows = sqlx::query_as(sql::JOURNAL_LIST).bind(peer.code.as_str()).bind(from.0).bind(to.0);
        Ok(rows.fetch_all(self.0.store.read()).await?)
    }

    /// [`Self::journal`] as the peer is given it.
    ///
    /// # Errors
    /// As [`Self::journal`].
    pub async fn journal_for_peer(&self, day: &str) -> Result<Value, ExchangeError> {
        Ok(json!({ "day": day, "messages": self.journal(day).await? }))
    }

    /// Whether the peer answers; in how many milliseconds.
    ///
    /// # Errors
    /// When it does not.
    pub async fn peer_answers(&self) -> Result<u128, ExchangeError> {
        let peer = self.0.setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let url = format!("{}/health", peer.url.trim_end_matches('/'));
        let started = std::time::Instant::now();
        self.ask(self.0.http.get(&url), "GET", &url, &peer.site, &peer.secret, b"").await?;
        Ok(started.elapsed().as_millis())
    }

    /// Compares a day with the peer.
    ///
    /// # Errors
    /// When the actor may not, that is no day, or the peer does not answer.
    pub async fn reconcile(&self, ctx: &Ctx, day: &str) -> Result<Reconciliation, ExchangeError> {
        #[derive(Deserialize)]
        struct Theirs {
            messages: Vec<Entry>,
        }
        authorise(ctx, Permission::ReportRead, None)?;
        let ours = self.journal(day).await?;
        let peer = self.0.setup.peer.as_ref().ok_or(ExchangeError::Off("peer"))?;
        let url = format!("{}/journal?day={day}", peer.url.trim_end_matches('/'));
        let answer = self.ask(self.0.http.get(&url), "GET", &url, &peer.site, &peer.secret, b"").await?;
        let theirs: Theirs = serde_json::from_slice(&answer)
            .map_err(|_| ExchangeError::Refused("对账清单的格式不对".to_owned()))?;
        Ok(compare(day, &peer.name, ours, theirs.messages))
    }
}

/// What one side sent the other has taken.
fn compare(day: &str, peer: &str, ours: Vec<Entry>, theirs: Vec<Entry>) -> Reconciliation {
    let turned = |direction: &str| if direction == "in" { "out" } else { "in" }.to_owned();
    let (count, their_count) = (ours.len(), theirs.len());
    let mut there: BTreeMap<(String, String), Entry> = theirs
        .into_iter()
        .map(|entry| ((turned(&entry.direction), entry.message_id.clone()), entry))
        .collect();
    let mut differences = Vec::new();
    let mut same = 0;
    for entry in ours {
        let words = match there.remove(&(entry.direction.clone(), entry.message_id.clone())) {
            None => "只有我方有",
            Some(other)
                if !entry.digest.is_empty() && !other.digest.is_empty() && entry.digest != other.digest =>
            {
                "双方内容不同"
            }
            Some(_) => {
                same += 1;
                continue;
            }
        };
        differences.push(Difference { entry, words: words.to_owned() });
    }
    differences.extend(there.into_iter().map(|((direction, _), entry)| Difference {
        entry: Entry { direction, ..entry },
        words: "只有对方有".to_owned(),
    }));
    Reconciliation {
        day: day.to_owned(),
        peer: peer.to_owned(),
        ours: count,
        theirs: their_count,
        same,
        differences,
    }
}

fn span(day: &str) -> Result<(Micros, Micros), ExchangeError> {
    let wrong = || ExchangeError::Invalid("日期请写成 2026-11-23 这样。".to_owned());
    let date: jiff::civil::Date = day.parse().map_err(|_| wrong())?;
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let at = date.to_zoned(zone).map_err(|_| wrong())?.timestamp().as_microsecond();
    Ok((Micros(at), Micros(at).plus_secs(86_400)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(direction: &str, id: &str, digest: &str) -> Entry {
        Entry {
            direction: direction.into(),
            message_id: id.into(),
            kind: "ticket".into(),
            number: String::new(),
            digest: digest.into(),
            at_us: 0,
        }
    }

    #[test]
    fn what_one_side_lacks_or_has_otherwise_is_told() {
        let ours = vec![
            entry("out", "a", "1"),
            entry("out", "b", "2"),
            entry("in", "c", "3"),
            entry("out", "d", ""),
        ];
        let theirs =
            vec![entry("in", "a", "1"), entry("in", "b", "x"), entry("out", "e", "5"), entry("in", "d", "9")];
        let report = compare("2026-11-23", "省", ours, theirs);
        let told: Vec<(&str, &str)> =
            report.differences.iter().map(|d| (d.entry.message_id.as_str(), d.words.as_str())).collect();
        assert_eq!(told, [("b", "双方内容不同"), ("c", "只有我方有"), ("e", "只有对方有")]);
        assert_eq!((report.ours, report.theirs, report.same), (4, 4, 2));
    }
}
