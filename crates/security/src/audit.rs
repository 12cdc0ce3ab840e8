//! The audit chain: each row's SM3 covers the row and the hash before it, so that no row can be changed, removed or slipped in
//! unseen.
//!
//! Rows are written unchained, in the transactions they belong to; [`seal`] chains them soon after, in the order written among
//! those it sees. (PostgreSQL can show a row before an earlier-numbered one commits; the late one then takes a later link, which
//! is why a link is a number of its own.) What the chain cannot show by itself is a cut at its end: keep a [`Head`] elsewhere
//! (a log, a letter) and verify against it.

use kernel::{Ctx, Micros};
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use sqlx::Row as _;
use store::Store;

use crate::{SecurityError, sql};

/// Rows chained or read at a time.
const BATCH: i64 = 500;
/// What the first link follows.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The link's number, 0 for an empty chain.
    pub link: i64,
    /// Its hash.
    pub hash: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { link: 0, hash: GENESIS.to_owned() }
    }
}

/// The first place where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The link that does not follow from the one before.
    pub link: i64,
    /// What is wrong, in Chinese.
    pub reason: String,
}

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Links that hold, from the first.
    pub verified: i64,
    /// Rows not chained yet.
    pub waiting: i64,
    /// The last link that holds: keep it elsewhere.
    pub head: Head,
    /// The first break, if any.
    pub broken: Option<Break>,
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    seq: i64,
    at_us: i64,
    actor: String,
    action: String,
    object: String,
    detail: String,
    trace: String,
    link: Option<i64>,
    hash: Option<String>,
}

impl Row {
    /// Every text is preceded by its length, so that no two rows have the same bytes.
    fn hash_after(&self, before: &str, link: i64) -> String {
        let mut hash = Sm3::new();
        hash.update(before.as_bytes());
        for number in [link, self.seq, self.at_us] {
            hash.update(number.to_be_bytes());
        }
        for text in [&self.actor, &self.action, &self.object, &self.detail, &self.trace] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// Chains every row that waits. Returns the chain's end and how many rows were added. Safe to call from every process at once.
///
/// # Errors
/// When the database refuses; what was chained in earlier batches stays.
pub async fn seal(store: &Store, ctx: &Ctx) -> Result<(Head, u64), SecurityError> {
    let mut sealed = 0;
    loop {
        let mut tx = store.begin(ctx).await?;
        sqlx::query(tx.pick(sql::AUDIT_LOCK)).execute(&mut *tx).await?;
        let row = sqlx::query(sql::AUDIT_HEAD).fetch_optional(&mut *tx).await?;
        let mut head = match row {
            Some(row) => Head { link: row.try_get(0)?, hash: row.try_get(1)? },
            None => Head::default(),
        };
        let rows: Vec<Row> = sqlx::query_as(sql::AUDIT_UNSEALED).bind(BATCH).fetch_all(&mut *tx).await?;
        for row in &rows {
            let link = head.link + 1;
            let hash = row.hash_after(&head.hash, link);
            sqlx::query(sql::AUDIT_SEAL)
                .bind(link)
                .bind(hash.as_str())
                .bind(row.seq)
                .execute(&mut *tx)
                .await?;
            head = Head { link, hash };
        }
        tx.commit().await?;
        sealed += rows.len() as u64;
        if (rows.len() as i64) < BATCH {
            return Ok((head, sealed));
        }
    }
}

/// Recomputes the chain from its first link. With `kept`, a head noted earlier, it also shows whether the chain was cut or
/// rewritten since.
///
/// # Errors
/// When the database cannot be read. A broken chain is not an error but a verdict.
pub async fn verify(store: &Store, kept: Option<&Head>) -> Result<Verdict, SecurityError> {
    let waiting = sqlx::query(sql::AUDIT_WAITING).fetch_one(store.read()).await?.try_get(0)?;
    let mut verdict = Verdict { verified: 0, waiting, head: Head::default(), broken: None };
    loop {
        let rows: Vec<Row> = sqlx::query_as(sql::AUDIT_LINKS)
            .bind(verdict.head.link)
            .bind(BATCH)
            .fetch_all(store.read())
            .await?;
        for row in &rows {
            let link = verdict.head.link + 1;
            let reason = if row.link != Some(link) {
                Some("缺少这一条记录，可能被删除".to_owned())
            } else if row.hash.as_deref() != Some(row.hash_after(&verdict.head.hash, link).as_str()) {
                Some(format!(
                    "内容与校验值不符，可能被改动；记录时间 {}",
                    Micros(row.at_us).beijing().strftime("%F %T")
                ))
            } else {
                None
            };
            if let Some(reason) = reason {
                verdict.broken = Some(Break { link, reason });
                return Ok(verdict);
            }
            verdict.head = Head { link, hash: row.hash.clone().unwrap_or_default() };
            verdict.verified = link;
            if let Some(kept) = kept.filter(|kept| kept.link == link && kept.hash != verdict.head.hash) {
                let reason = "与留存的校验值不同，这一条之前的记录被整体改写过".to_owned();
                verdict.broken = Some(Break { link: kept.link, reason });
                return Ok(verdict);
            }
        }
        if (rows.len() as i64) < BATCH {
            break;
        }
    }
    if let Some(kept) = kept.filter(|kept| kept.link > verdict.verified) {
        let reason =
            format!("留存的校验值在第 {} 条，现在只有 {} 条，末尾被删除", kept.link, verdict.verified);
        verdict.broken = Some(Break { link: verdict.verified + 1, reason });
    }
    Ok(verdict)
}
