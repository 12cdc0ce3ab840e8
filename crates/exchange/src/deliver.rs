//! Sending what lies in the outbox, until it is acknowledged or a person has to look.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use kernel::Micros;
use serde_json::Value;
use store::Claimed;

use crate::follow::Reference;
use crate::outgoing::Outgoing;
use crate::setup::Secret;
use crate::signing::{SIGNATURE, SITE, TIME, signature};
use crate::words::digest;
use crate::{Exchange, ExchangeError, PUSH, sql};

const BATCH: u32 = 64;
/// Tickets that are sent at one time.
const AT_ONCE: usize = 16;

/// Where messages of a topic go.
struct Target<'a> {
    /// In journals.
    name: String,
    url: String,
    site: &'a str,
    secret: &'a Secret,
    media_type: &'static str,
    attempts: i64,
    /// Whoever is only away is tried for this long at least.
    patience_hours: i64,
}

impl Exchange {
    pub(crate) async fn deliver(&self, topic: &'static str) {
        let holder = format!("{topic}-{}", std::process::id());
        let mut wakeups = self.0.store.wakeups(&[topic]);
        loop {
            match self.deliver_once(topic, &holder).await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(topic, %error, "the outbox could not be read"),
            }
            wakeups.next(Duration::from_secs(1)).await;
        }
    }

    /// Sends one batch; how many messages were looked at. Those of one ticket go one after another.
    pub(crate) async fn deliver_once(&self, topic: &str, holder: &str) -> Result<usize, ExchangeError> {
        let wait = self.0.setup.peer.as_ref().map_or(10, |peer| i64::from(peer.timeout_secs));
        let lease = wait * 2 + 10;
        let now = self.0.clock.now();
        let claimed = self.0.store.outbox_claim(&[topic], holder, BATCH, lease, now).await?;
        let count = claimed.len();
        let mut tickets: BTreeMap<String, Vec<(Claimed, Reference)>> = BTreeMap::new();
        for message in claimed {
            let reference: Reference = message.read()?;
            let lane = format!("{}{}", reference.ticket, reference.hook.as_deref().unwrap_or_default());
            tickets.entry(lane).or_default().push((message, reference));
        }
        let started = Instant::now();
        let patience = Duration::from_secs(wait.unsigned_abs());
        futures::stream::iter(tickets.into_values())
            .for_each_concurrent(AT_ONCE, async |messages| {
                let mut behind = false;
                for (message, reference) in messages {
                    // What follows a message that did not arrive waits for it.
                    let held = behind || started.elapsed() > patience;
                    let settled = if held {
                        self.0.store.outbox_retry(&message, "排在前一条后面", self.0.clock.now()).await.map_err(Into::into)
                    } else {
                        self.send(&message, &reference).await.map(|arrived| behind = !arrived)
                    };
                    if let Err(error) = settled {
                        tracing::warn!(key = %message.key, %error, "a message could not be settled; its lease runs out");
                        behind = true;
                    }
                }
            })
            .await;
        Ok(count)
    }

    /// Sends one message and settles it; whether whatever follows may go.
    async fn send(&self, message: &Claimed, reference: &Reference) -> Result<bool, ExchangeError> {
        let Some(target) = self.target(&message.topic, reference) else {
            // The subscriber was taken out of the file.
            self.0.store.outbox_done(message, self.0.clock.now()).await?;
            return Ok(true);
        };
        let made = if message.topic == PUSH {
            self.message(reference).await
        } else {
            self.cloud_event(reference).await
        };
        let made = match made {
            Ok(made) => made,
            Err(ExchangeError::Refused(reason)) => {
                self.give_up(message, &reason).await?;
                return Ok(true);
            }
            Err(error) => return self.later(message, &target, &error.to_string()).await,
        };
        match self.post(&target, &made.bytes).await {
            Ok(answer) => {
                self.acknowledged(message, reference, &target, &made, &answer).await?;
                Ok(true)
            }
            Err(ExchangeError::Refused(reason)) => {
                self.give_up(message, &reason).await?;
                Ok(true)
            }
            Err(error) => self.later(message, &target, &error.to_string()).await,
        }
    }

    fn target(&self, topic: &str, reference: &Reference) -> Option<Target<'_>> {
        if topic == PUSH {
            let peer = self.0.setup.peer.as_ref()?;
            return Some(Target {
                name: peer.code.clone(),
                url: format!("{}/messages", peer.url.trim_end_matches('/')),
                site: &peer.site,
                secret: &peer.secret,
                media_type: "application/json",
                attempts: peer.attempts,
                patience_hours: peer.patience_hours,
            });
        }
        let hook = self.0.setup.webhooks.iter().find(|hook| Some(&hook.id) == reference.hook.as_ref())?;
        Some(Target {
            name: format!("hook:{}", hook.id),
            url: hook.url.clone(),
            site: &hook.id,
            secret: &hook.secret,
            media_type: "application/cloudevents+json; charset=UTF-8",
            attempts: hook.attempts,
            patience_hours: hook.patience_hours,
        })
    }

    async fn post(&self, target: &Target<'_>, bytes: &[u8]) -> Result<Value, ExchangeError> {
        let request =
            self.0.http.post(&target.url).header("content-type", target.media_type).body(bytes.to_vec());
        let answer = self.ask(request, "POST", &target.url, target.site, target.secret, bytes).await?;
        Ok(serde_json::from_slice(&answer).unwrap_or(Value::Null))
    }

    /// Signs a request, sends it and gives what was answered.
    pub(crate) async fn ask(
        &self,
        request: reqwest::RequestBuilder,
        method: &str,
        url: &str,
        site: &str,
        secret: &Secret,
        bytes: &[u8],
    ) -> Result<Vec<u8>, ExchangeError> {
        let path = reqwest::Url::parse(url).map_or_else(
            |_| String::new(),
            |url| {
                url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
            },
        );
        let time = (self.0.clock.now().0 / Micros::SECOND).to_string();
        let response = request
            .header(SIGNATURE, signature(secret, method, &path, &time, bytes))
            .header(TIME, time)
            .header(SITE, site)
            .send()
            .await
            .map_err(|error| ExchangeError::Away(away(&error)))?;
        let status = response.status();
        if !status.is_success() {
            let reason = format!("状态{}", status.as_u16());
            let for_good = status.is_client_error() && ![408, 425, 429].contains(&status.as_u16());
            return Err(if for_good { ExchangeError::Refused(reason) } else { ExchangeError::Away(reason) });
        }
        let body = response.bytes().await.map_err(|error| ExchangeError::Away(away(&error)))?;
        Ok(body.to_vec())
    }

    async fn acknowledged(
        &self,
        message: &Claimed,
        reference: &Reference,
        target: &Target<'_>,
        made: &Outgoing,
        answer: &Value,
    ) -> Result<(), ExchangeError> {
        let repeated = answer.get("repeated").and_then(Value::as_bool).unwrap_or(false);
        // What an earlier attempt carried may have been another state of the ticket: its digest is not known here.
        let digest = if repeated { String::new() } else { digest(&made.bytes) };
        let mut tx = self.0.store.begin(&self.ctx()).await?;
        let now = tx.now().0;
        sqlx::query(sql::JOURNAL_ADD)
            .bind(target.name.as_str())
            .bind("out")
            .bind(made.id.as_str())
            .bind(made.kind)
            .bind(reference.number.as_str())
            .bind(digest)
            .bind("{}")
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let foreign = answer.get("number").and_then(Value::as_str).map(str::trim).unwrap_or_default();
        if made.kind == "ticket" && !foreign.is_empty() && foreign.len() <= 100 {
            sqlx::query(sql::LINK_ADD)
                .bind(target.name.as_str())
                .bind(foreign)
                .bind(reference.number.as_str())
                .bind("ours")
                .execute(&mut *tx)
                .await?;
        }
        tx.outbox_done(message).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn later(
        &self,
        message: &Claimed,
        target: &Target<'_>,
        reason: &str,
    ) -> Result<bool, ExchangeError> {
        let waited = self.0.clock.now().secs_since(Micros(message.created_us));
        if message.attempts >= target.attempts && waited >= target.patience_hours * 3_600 {
            self.give_up(message, reason).await?;
            return Ok(true);
        }
        self.0.store.outbox_retry(message, reason, self.0.clock.now()).await?;
        Ok(false)
    }

    /// Makes a letter of a message.
    async fn give_up(&self, message: &Claimed, reason: &str) -> Result<(), ExchangeError> {
        tracing::warn!(key = %message.key, reason, "a message was given up and waits for a person");
        let mut tx = self.0.store.begin(&self.ctx()).await?;
        let now = tx.now().0;
        sqlx::query(sql::LETTER_ADD)
            .bind(message.topic.as_str())
            .bind(message.key.as_str())
            .bind(message.payload.as_str())
            .bind(reason)
            .bind(message.attempts)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        tx.outbox_done(message).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Why nobody answered, without addresses.
fn away(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "等待应答超时".to_owned()
    } else if error.is_connect() {
        "连接不上".to_owned()
    } else {
        "连接中断".to_owned()
    }
}
