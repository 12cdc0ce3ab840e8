//! Following the record of tickets from where one stood, once each, over kills and with several processes.

use std::collections::BTreeSet;
use std::future::Future;

use kernel::{Ctx, Micros};
use sqlx::Row as _;
use store::{StoreError, Tx};

use super::Casework;
use super::since::{Moved, Place};
use crate::{CaseworkError, sql};

/// How far back each look begins: a transaction may commit this much later than it read the clock.
const OVERLAP_SECS: i64 = 60;
const PAGE: i64 = 500;

/// What is done with each thing that happened.
pub trait Followed: Sync {
    /// What can go wrong.
    type Error: From<CaseworkError> + From<StoreError> + Send;

    /// Writes down what follows from it, in the transaction in which the follower moves on.
    fn pass_on(&self, tx: &mut Tx, moved: &Moved) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// A follower by its name. The first time ever, following begins at the present.
#[derive(Debug)]
pub struct Follower {
    name: &'static str,
    /// What this process has passed on within the overlap.
    seen: BTreeSet<(i64, String, i64)>,
}

impl Follower {
    /// A follower; its name stands for its place in the record.
    pub const fn new(name: &'static str) -> Self {
        Self { name, seen: BTreeSet::new() }
    }

    /// Passes on what is new; how much that was.
    ///
    /// # Errors
    /// When the record cannot be read, or passing on fails: then nothing of that page is passed on.
    pub async fn once<F: Followed>(
        &mut self,
        casework: &Casework,
        ctx: &Ctx,
        by: &F,
    ) -> Result<usize, F::Error> {
        let mut reached = self.stands(casework, ctx).await?;
        let from = Micros(reached).plus_secs(-OVERLAP_SECS).0;
        self.seen.retain(|(at, ..)| *at >= from);
        let mut place = Place { at_us: from, ..Place::default() };
        let mut passed = 0;
        loop {
            let page = casework.moved_since(ctx, &place, PAGE).await?;
            let full = page.len() as i64 == PAGE;
            if let Some(last) = page.last() {
                place = last.place.clone();
                reached = reached.max(last.place.at_us);
            }
            let key = |moved: &Moved| (moved.place.at_us, moved.place.ticket.clone(), moved.place.seq);
            let fresh: Vec<Moved> =
                page.into_iter().filter(|moved| !self.seen.contains(&key(moved))).collect();
            if !fresh.is_empty() {
                let mut tx = casework.store().begin(ctx).await?;
                for moved in &fresh {
                    let once = format!("{}:{}", moved.place.ticket, moved.place.seq);
                    if tx.apply_once(self.name, &once).await? {
                        by.pass_on(&mut tx, moved).await?;
                        passed += 1;
                    }
                }
                self.stand(&mut tx, reached).await?;
                tx.commit().await?;
                self.seen.extend(fresh.iter().map(key));
            }
            if !full {
                return Ok(passed);
            }
        }
    }

    async fn stands(&self, casework: &Casework, ctx: &Ctx) -> Result<i64, CaseworkError> {
        let read = casework.store().read();
        let stood = sqlx::query(sql::FOLLOWER_GET).bind(self.name).fetch_optional(read).await?;
        if let Some(row) = stood {
            return Ok(row.try_get(0)?);
        }
        let mut tx = casework.store().begin(ctx).await?;
        self.stand(&mut tx, ctx.now.0).await?;
        tx.commit().await?;
        Ok(ctx.now.0)
    }

    async fn stand(&self, tx: &mut Tx, reached: i64) -> Result<(), CaseworkError> {
        sqlx::query(sql::FOLLOWER_SET).bind(self.name).bind(reached).execute(&mut **tx).await?;
        Ok(())
    }
}
