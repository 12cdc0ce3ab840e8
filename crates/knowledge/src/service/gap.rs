//! Questions that found no answer.

use kernel::{Actor, ContactId, Ctx, Micros};
use language::{normalise, plain};
use serde::Serialize;
use sqlx::FromRow;

use super::{Ask, Library};
use crate::KnowledgeError;
use crate::model::Target;
use crate::sql;

/// Questions looked at when gaps are listed.
const LOOKED_AT: i64 = 500;
/// The longest question kept, in characters.
const MAX_CHARS: usize = 200;
/// Shorter texts hold no question.
const LEAST_CHARS: usize = 2;
/// Entries shown beside a gap.
const NEAREST: usize = 3;
/// Share of pairs of characters two wordings must have in common to count as one question.
const ALIKE: f32 = 0.5;

#[derive(Debug, FromRow)]
struct StoredGap {
    question: String,
    sample: String,
    domain: Option<String>,
    times: i64,
    first_us: i64,
    last_us: i64,
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

/// A question nobody could answer, with its other wordings.
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
    /// When it was first asked.
    pub first_us: i64,
    /// When it was last asked.
    pub last_us: i64,
    /// The entries that come nearest.
    pub nearest: Vec<GapNear>,
    /// The keys of the wordings, to close them by.
    pub keys: Vec<String>,
}

impl Library {
    /// Notes that a question found no answer. Personal data is masked; a text without a question is not kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn gap_note(
        &self,
        question: &str,
        domain: Option<&str>,
        contact: &ContactId,
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

    /// Open gaps, the most asked first. Wordings that share most of their characters are one gap.
    ///
    /// # Errors
    /// When the actor may not read or the database refuses.
    pub async fn gap_list(&self, ctx: &Ctx, limit: usize) -> Result<Vec<Gap>, KnowledgeError> {
        Self::may_read(ctx)?;
        let rows: Vec<StoredGap> =
            sqlx::query_as(sql::GAP_LIST).bind(LOOKED_AT).fetch_all(self.store().read()).await?;
        let mut gaps = grouped(rows);
        gaps.sort_by_key(|gap| (-gap.times, -gap.last_us));
        gaps.truncate(limit);
        for gap in &mut gaps {
            gap.nearest = self.nearest(gap, ctx.now);
        }
        Ok(gaps)
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
        self.may_publish(ctx, crate::model::EVERYWHERE)?;
        let state = if answered_by.is_some() { "answered" } else { "dismissed" };
        let mut tx = self.store().begin(ctx).await?;
        for key in keys {
            sqlx::query(sql::GAP_CLOSE)
                .bind(key.as_str())
                .bind(state)
                .bind(answered_by)
                .execute(&mut *tx)
                .await?;
        }
        tx.audit("gap.close", "gaps", &serde_json::json!({ "count": keys.len(), "entry": answered_by }))
            .await?;
        Ok(tx.commit().await?)
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

/// Puts each wording to the first gap that it is like.
fn grouped(rows: Vec<StoredGap>) -> Vec<Gap> {
    let mut gaps: Vec<(Vec<[char; 2]>, Gap)> = Vec::new();
    for row in rows {
        let pairs = pairs(&row.question);
        if let Some((_, gap)) = gaps.iter_mut().find(|(known, _)| alike(known, &pairs) >= ALIKE) {
            gap.times += row.times;
            gap.first_us = gap.first_us.min(row.first_us);
            gap.last_us = gap.last_us.max(row.last_us);
            gap.domain = gap.domain.take().or(row.domain);
            gap.also.push(row.sample);
            gap.keys.push(row.question);
        } else {
            let gap = Gap {
                question: row.sample,
                also: Vec::new(),
                domain: row.domain,
                times: row.times,
                first_us: row.first_us,
                last_us: row.last_us,
                nearest: Vec::new(),
                keys: vec![row.question],
            };
            gaps.push((pairs, gap));
        }
    }
    gaps.into_iter().map(|(_, gap)| gap).collect()
}

fn pairs(text: &str) -> Vec<[char; 2]> {
    let chars: Vec<char> = text.chars().collect();
    let mut pairs: Vec<[char; 2]> = chars.windows(2).filter_map(|pair| pair.first_chunk().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Dice's coefficient of two sorted sets.
fn alike(a: &[[char; 2]], b: &[[char; 2]]) -> f32 {
    let both = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * both as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_of_one_question_are_alike_and_others_are_not() {
        let same = |a: &str, b: &str| alike(&pairs(a), &pairs(b)) >= ALIKE;
        assert!(same("共享单车乱停放归谁管", "共享单车乱停放谁管"));
        assert!(!same("共享单车乱停放归谁管", "公积金能不能提取"));
    }
}
