//! Tickets like one: the same matter may have been reported before.

use std::collections::HashSet;

use kernel::Ctx;
use security::{Permission, authorise, mask_text};

use super::Casework;
use super::list::PlacedTicket;
use crate::{CaseworkError, TicketRow, sql};

/// How many of a domain's latest tickets are compared.
const COMPARED: i64 = 500;
/// The least likeness shown, from 0 to 1.
const LEAST: f64 = 0.25;

impl Casework {
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
