//! Tickets like one: the same matter may have been reported before.

use std::collections::HashSet;

use kernel::Ctx;
use security::{Permission, authorise, mask_text};

use serde::{Deserialize, Serialize};

use super::Casework;
use super::get::{hides_reporter, may_see};
use super::list::PlacedTicket;
use crate::{CaseworkError, TicketRow, sql};

/// How many of a domain's latest tickets are compared.
const COMPARED: i64 = 500;
/// The least likeness shown, from 0 to 1.
const LEAST: f64 = 0.25;

/// The most that are shown of each sort.
const SHOWN: usize = 8;

/// What stands near a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Of the same caller, the latest first; none where the actor may not know who calls.
    pub caller: Vec<TicketRow>,
    /// Of the same matter and place, the likest first.
    pub similar: Vec<TicketRow>,
}

impl Casework {
    /// Tickets near one: of the same caller, and of the same matter and place. That two come from one caller tells of the
    /// caller, and so is told only to those who may see personal data, and of a hidden reporter to the hotline alone.
    ///
    /// # Errors
    /// When there is no such ticket, the actor may not see it, or the database refuses.
    pub async fn related(&self, ctx: &Ctx, number: &str) -> Result<Related, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let stored = self.stored(number).await?;
        may_see(ctx, &stored, &self.organisation())?;
        let knows = authorise(ctx, Permission::PersonalDataReveal, None).is_ok()
            && !hides_reporter(ctx, &stored.body()?.case);
        let caller = if knows {
            let rows: Vec<PlacedTicket> = sqlx::query_as(sql::TICKET_OF_SAME_CALLER)
                .bind(stored.id.as_str())
                .bind(SHOWN as i64)
                .fetch_all(self.0.store.read())
                .await?;
            self.within_scope(ctx, rows)?
        } else {
            Vec::new()
        };
        let mut similar = self.similar(ctx, &stored.domain, &stored.title, &stored.place, SHOWN + 1).await?;
        similar.retain(|row| row.number != stored.number);
        similar.truncate(SHOWN);
        Ok(Related { caller, similar })
    }

    /// The latest tickets of a domain whose title and place are most like the given ones, the likest first. Likeness is Dice's
    /// coefficient over pairs of neighbouring characters; being at the same place counts as much as being about the same thing.
    ///
    /// # Errors
    /// When the actor may not read tickets or the database refuses.
    pub async fn similar(
        &self,
        ctx: &Ctx,
        domain: &str,
        title: &str,
        place: &str,
        limit: usize,
    ) -> Result<Vec<TicketRow>, CaseworkError> {
        authorise(ctx, Permission::TicketRead, None)?;
        let rows: Vec<PlacedTicket> = sqlx::query_as(sql::TICKET_OF_DOMAIN)
            .bind(domain)
            .bind(COMPARED)
            .fetch_all(self.0.store.read())
            .await?;
        let rows = self.within_scope(ctx, rows)?;
        let (title, place) = (pairs(&mask_text(title)), pairs(&mask_text(place)));
        let mut scored: Vec<(f64, TicketRow)> = rows
            .into_iter()
            .map(|row| {
                let about = dice(&title, &pairs(&row.title));
                let there = dice(&place, &pairs(&row.place));
                (if place.is_empty() { about } else { f64::midpoint(about, there) }, row)
            })
            .filter(|(score, _)| *score >= LEAST)
            .collect();
        // Rows come latest first, and the sort is stable.
        scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        Ok(scored.into_iter().take(limit).map(|(_, row)| row).collect())
    }
}

/// Pairs of neighbouring letters, digits and characters.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    chars.iter().copied().zip(chars.iter().copied().skip(1)).collect()
}

fn dice(one: &HashSet<(char, char)>, other: &HashSet<(char, char)>) -> f64 {
    let all = one.len() + other.len();
    if all == 0 { 0.0 } else { 2.0 * one.intersection(other).count() as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_of_wording() {
        let like = |one, other| dice(&pairs(one), &pairs(other));
        assert!((like("路灯不亮", "路灯，不亮！") - 1.0).abs() < 1e-9);
        assert!(like("小区路灯坏了", "路灯坏了好几天") > 0.5);
        assert!(like("路灯不亮", "噪音扰民") < 0.01);
        assert!(like("", "").abs() < 1e-9);
    }
}
