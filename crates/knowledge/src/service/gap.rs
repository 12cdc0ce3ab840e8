//! Questions that found no good answer: noted, clustered, drafted, closed by an answer in use.

use std::collections::{BTreeMap, HashMap, HashSet};

use kernel::{Actor, ContactId, Ctx, Micros};
use language::{normalise, plain};
use serde::Serialize;
use sqlx::FromRow;
use store::Tx;

use super::draft::{Draft, DraftOrigin};
use super::{Ask, Library};
use crate::KnowledgeError;
use crate::entry::Fault;
use crate::entry::validate::id_is_sound;
use crate::gaps::{Wording, clusters};
use crate::model::{Clause, EVERYWHERE, Entry, EntryKind, Target};
use crate::search::near::NgramVectors;
use crate::sql;

/// Questions looked at when gaps are listed, and their askings.
const LOOKED_AT: i64 = 1_000;
const ASKINGS: i64 = 50_000;
/// The longest question kept, in characters.
const MAX_CHARS: usize = 200;
/// Shorter texts hold no question.
const LEAST_CHARS: usize = 2;
/// Entries shown beside a gap.
const NEAREST: usize = 3;
/// The asking from which the time to an answer counts.
const COUNTS_FROM: usize = 5;
/// The time to an answer is told of so many days.
const FIGURES_DAYS: i64 = 90;
/// Wordings put into a draft.
const IN_DRAFT: usize = 30;

/// Why a question is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapWhy {
    /// Nothing was found that is sure enough.
    Unanswered,
    /// It was answered and the caller was not content.
    LowRated,
    /// It was answered and the caller still asked for a person.
    HandedOver,
}

impl GapWhy {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::LowRated => "low_rated",
            Self::HandedOver => "handed_over",
        }
    }
}

#[derive(Debug, FromRow)]
struct StoredGap {
    question: String,
    sample: String,
    domain: Option<String>,
    times: i64,
    first_us: i64,
    last_us: i64,
    draft: Option<i64>,
}

#[derive(Debug, FromRow)]
struct StoredAsking {
    question: String,
    contact_id: String,
    why: String,
    at_us: i64,
}

/// An entry near to a gap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GapNear {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// How sure the search is that it answers.
    pub confidence: f32,
}

/// A question nobody could answer well, with its other wordings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// The most asked wording, masked.
    pub question: String,
    /// The other wordings, masked.
    pub also: Vec<String>,
    /// The business domain, where it was known.
    pub domain: Option<String>,
    /// How often it was asked, in all wordings.
    pub times: i64,
    /// How many contacts asked it.
    pub contacts: usize,
    /// How often for which reason.
    pub why: BTreeMap<String, usize>,
    /// When it was first asked.
    pub first_us: i64,
    /// When it was last asked.
    pub last_us: i64,
    /// When it was asked for the fifth time.
    pub fifth_us: Option<i64>,
    /// The entries that come nearest.
    pub nearest: Vec<GapNear>,
    /// The keys of the wordings, to close them by.
    pub keys: Vec<String>,
    /// The open draft that is to answer it.
    pub draft: Option<i64>,
}

/// How fast gaps are closed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GapFigures {
    /// Gaps asked five times or more that have no answer yet.
    pub waiting: usize,
    /// Gaps closed within the last 90 days.
    pub closed: usize,
    /// Hours from the fifth asking to the answer in use, the median over those closed; none when there are none.
    pub hours_p50: Option<f64>,
    /// The same, nine of ten are faster.
    pub hours_p90: Option<f64>,
}

impl Library {
    /// Notes a question that found no good answer, once for each contact and reason. Personal data is masked; a text without a
    /// question is not kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn gap_note(
        &self,
        question: &str,
        domain: Option<&str>,
        contact: &ContactId,
        why: GapWhy,
        now: Micros,
    ) -> Result<(), KnowledgeError> {
        let short: String = question.trim().chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
        let sample = security::mask_text(&short);
        let key: String = normalise::chars(&sample).into_iter().collect();
        if plain::han_count(&key) < LEAST_CHARS {
            return Ok(());
        }
        let ctx = Ctx { actor: Actor::Citizen { contact: contact.clone() }, now, trace: String::new() };
        let mut tx = self.store().begin(&ctx).await?;
        let fresh = sqlx::query(sql::GAP_ASKED)
            .bind(key.as_str())
            .bind(contact.as_str())
            .bind(why.as_str())
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        // Asked again in the same conversation it is still one asking, unless it was answered in between.
        if fresh.rows_affected() == 0 {
            sqlx::query(sql::GAP_REOPEN).bind(key).bind(now.0).execute(&mut *tx).await?;
            return Ok(tx.commit().await?);
        }
        sqlx::query(sql::GAP_NOTE)
            .bind(key)
            .bind(sample)
            .bind(domain)
            .bind(now.0)
            .bind(contact.as_str())
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Open gaps, the most asked first.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn gap_list(&self, ctx: &Ctx, limit: usize) -> Result<Vec<Gap>, KnowledgeError> {
        Self::may_read(ctx)?;
        let mut gaps = self.gaps_open().await?;
        gaps.truncate(limit);
        for gap in &mut gaps {
            gap.nearest = self.nearest(gap, ctx.now);
        }
        Ok(gaps)
    }

    /// How fast gaps are closed.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn gap_figures(&self, ctx: &Ctx) -> Result<GapFigures, KnowledgeError> {
        Self::may_read(ctx)?;
        let since = ctx.now.plus_secs(-FIGURES_DAYS * 86_400);
        let closed: Vec<(i64, Option<i64>, i64)> =
            sqlx::query_as(sql::GAP_CLOSED).bind(since.0).fetch_all(self.store().read()).await?;
        let hours = |from: i64, to: i64| (to - from).max(0) as f64 / 3_600e6;
        let mut took: Vec<f64> =
            closed.iter().filter_map(|(_, fifth, live)| Some(hours((*fifth)?, *live))).collect();
        took.sort_by(f64::total_cmp);
        let at =
            |share: f64| took.get(((took.len() as f64 - 1.0) * share).round().max(0.0) as usize).copied();
        let waiting = self.gaps_open().await?.into_iter().filter(|gap| gap.fifth_us.is_some()).count();
        Ok(GapFigures { waiting, closed: closed.len(), hours_p50: at(0.5), hours_p90: at(0.9) })
    }

    /// Makes a draft that is to answer wordings: they are its ways of asking and its tests. `id` names the entry to be.
    ///
    /// # Errors
    /// When no such question is open, the id is not well formed or has an open draft, or the actor may not.
    pub async fn gap_draft(
        &self,
        ctx: &Ctx,
        keys: &[String],
        id: &str,
        domain: &str,
    ) -> Result<Draft, KnowledgeError> {
        if !id_is_sound(id) {
            let message = "编号只能用小写字母、数字和连字符，不超过80个字符，如 gjj-zufang-tiqu。";
            return Err(KnowledgeError::Faulty(vec![Fault::new("id", message)]));
        }
        let known = self.entry_get(ctx, id).await;
        let mut tx = self.store().begin(ctx).await?;
        let mut wordings: Vec<String> = Vec::new();
        let mut open: Vec<String> = Vec::new();
        for key in keys {
            let row: Option<(String,)> =
                sqlx::query_as(sql::GAP_GET).bind(key.as_str()).fetch_optional(&mut *tx).await?;
            if let Some((sample,)) = row {
                open.push(key.clone());
                if wordings.len() < IN_DRAFT && !wordings.contains(&sample) {
                    wordings.push(sample);
                }
            }
        }
        if wordings.is_empty() {
            return Err(KnowledgeError::NotFound("这些问题".to_owned()));
        }
        let entry = match known {
            Ok(record) => with_wordings(record.entry, &wordings),
            Err(KnowledgeError::NotFound(_)) => empty(id, domain, &wordings),
            Err(error) => return Err(error),
        };
        let origin = DraftOrigin { gaps: open.clone(), ..DraftOrigin::default() };
        let seq = self.draft_add(&mut tx, &entry, &origin).await?;
        mark(&mut tx, &open, Some(seq)).await?;
        tx.commit().await?;
        self.draft_get(ctx, seq).await
    }

    /// Closes wordings: answered by an entry, or not to be answered.
    ///
    /// # Errors
    /// When the actor may not, or the database refuses.
    pub async fn gap_close(
        &self,
        ctx: &Ctx,
        keys: &[String],
        answered_by: Option<&str>,
    ) -> Result<(), KnowledgeError> {
        self.may_publish(ctx, EVERYWHERE)?;
        if let Some(id) = answered_by {
            self.entry_get(ctx, id).await?;
        }
        let mut tx = self.store().begin(ctx).await?;
        match answered_by {
            Some(entry) => answered(&mut tx, keys, entry).await?,
            None => close(&mut tx, keys, "dismissed", None).await?,
        }
        tx.audit("gap.close", "gaps", &serde_json::json!({ "count": keys.len(), "entry": answered_by }))
            .await?;
        Ok(tx.commit().await?)
    }

    async fn gaps_open(&self) -> Result<Vec<Gap>, KnowledgeError> {
        let rows: Vec<StoredGap> =
            sqlx::query_as(sql::GAP_LIST).bind(LOOKED_AT).fetch_all(self.store().read()).await?;
        let askings: Vec<StoredAsking> =
            sqlx::query_as(sql::GAP_ASKINGS).bind(ASKINGS).fetch_all(self.store().read()).await?;
        let gathered = tokio::task::spawn_blocking(move || gathered(&rows, &askings)).await;
        Ok(gathered.unwrap_or_default())
    }

    fn nearest(&self, gap: &Gap, now: Micros) -> Vec<GapNear> {
        let ask = Ask { text: &gap.question, domain: gap.domain.as_deref(), ..Ask::default() };
        let found = self.search(&ask, now, NEAREST * 2).into_iter();
        found
            .filter_map(|found| match found.target {
                Target::Entry(entry_id) => {
                    Some(GapNear { entry_id, title: found.title, confidence: found.confidence })
                }
                Target::Scenario(_) => None,
            })
            .take(NEAREST)
            .collect()
    }
}

/// Rows as gaps, the most asked first.
fn gathered(rows: &[StoredGap], askings: &[StoredAsking]) -> Vec<Gap> {
    let mut asked: HashMap<&str, Vec<&StoredAsking>> = HashMap::new();
    for asking in askings {
        asked.entry(&asking.question).or_default().push(asking);
    }
    let wordings: Vec<Wording> =
        rows.iter().map(|row| Wording { key: row.question.clone(), times: row.times }).collect();
    let mut gaps: Vec<Gap> = Vec::new();
    for cluster in clusters(&wordings, &NgramVectors::builtin()) {
        let rows: Vec<&StoredGap> = cluster.into_iter().filter_map(|at| rows.get(at)).collect();
        let Some(leader) = rows.first() else { continue };
        let askings: Vec<&StoredAsking> =
            rows.iter().filter_map(|row| asked.get(row.question.as_str())).flatten().copied().collect();
        let mut why: BTreeMap<String, usize> = BTreeMap::new();
        for asking in &askings {
            *why.entry(asking.why.clone()).or_default() += 1;
        }
        let times = by_contact(&askings);
        gaps.push(Gap {
            question: leader.sample.clone(),
            also: rows.iter().skip(1).map(|row| row.sample.clone()).collect(),
            domain: rows.iter().find_map(|row| row.domain.clone()),
            times: rows.iter().map(|row| row.times).sum(),
            contacts: times.len(),
            why,
            first_us: rows.iter().map(|row| row.first_us).min().unwrap_or(0),
            last_us: rows.iter().map(|row| row.last_us).max().unwrap_or(0),
            fifth_us: times.get(COUNTS_FROM - 1).copied(),
            nearest: Vec::new(),
            keys: rows.iter().map(|row| row.question.clone()).collect(),
            draft: rows.iter().find_map(|row| row.draft),
        });
    }
    gaps.sort_by(|a, b| {
        b.times.cmp(&a.times).then(b.last_us.cmp(&a.last_us)).then_with(|| a.question.cmp(&b.question))
    });
    gaps
}

/// When each contact first asked, in order.
fn by_contact(askings: &[&StoredAsking]) -> Vec<i64> {
    let mut sorted = askings.to_vec();
    sorted.sort_by_key(|asking| asking.at_us);
    let mut seen: HashSet<&str> = HashSet::new();
    sorted.into_iter().filter(|asking| seen.insert(&asking.contact_id)).map(|asking| asking.at_us).collect()
}

/// An entry still to be written, asked for in these wordings.
fn empty(id: &str, domain: &str, wordings: &[String]) -> Entry {
    let clause = Clause {
        id: "1".to_owned(),
        text: String::new(),
        source: String::new(),
        document_number: None,
        article: None,
        in_force_from: None,
        in_force_until: None,
        local: false,
    };
    let entry = Entry {
        id: id.to_owned(),
        title: wordings.first().cloned().unwrap_or_default(),
        domain: domain.to_owned(),
        kind: EntryKind::Guide,
        region: EVERYWHERE.to_owned(),
        tags: Vec::new(),
        owner: domain.to_owned(),
        answer: String::new(),
        questions: Vec::new(),
        clauses: vec![clause],
        tests: Vec::new(),
    };
    with_wordings(entry, wordings)
}

/// The wordings as ways of asking, and as tests that the entry is found by them.
fn with_wordings(mut entry: Entry, wordings: &[String]) -> Entry {
    for wording in wordings {
        for list in [&mut entry.questions, &mut entry.tests] {
            if !list.contains(wording) {
                list.push(wording.clone());
            }
        }
    }
    entry
}

/// Notes which draft is to answer questions, or that none is any more.
pub(super) async fn mark(tx: &mut Tx, keys: &[String], draft: Option<i64>) -> Result<(), KnowledgeError> {
    let state = if draft.is_some() { "drafted" } else { "open" };
    for key in keys {
        sqlx::query(sql::GAP_DRAFT).bind(key.as_str()).bind(state).bind(draft).execute(&mut **tx).await?;
    }
    Ok(())
}

async fn close(tx: &mut Tx, keys: &[String], state: &str, entry: Option<&str>) -> Result<(), KnowledgeError> {
    for key in keys {
        sqlx::query(sql::GAP_CLOSE).bind(key.as_str()).bind(state).bind(entry).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Closes questions by an answer that is in use from now on, and notes how long it took.
pub(super) async fn answered(tx: &mut Tx, keys: &[String], entry: &str) -> Result<(), KnowledgeError> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut askings: Vec<StoredAsking> = Vec::new();
    for key in keys {
        let of: Vec<StoredAsking> =
            sqlx::query_as(sql::GAP_ASKED_OF).bind(key.as_str()).fetch_all(&mut **tx).await?;
        askings.extend(of);
    }
    close(tx, keys, "answered", Some(entry)).await?;
    let times = by_contact(&askings.iter().collect::<Vec<_>>());
    let Some(first) = times.first() else { return Ok(()) };
    let Micros(now) = tx.now();
    sqlx::query(sql::GAP_CLOSED_ADD)
        .bind(entry)
        .bind(times.len() as i64)
        .bind(*first)
        .bind(times.get(COUNTS_FROM - 1).copied())
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
