//! What the reader of language learns at a site: corrections become checked labels, labels make a challenger, a challenger that wins
//! takes the place of the present weights, any version can be brought back, and what turns are read as is watched for drift.
//!
//! Invariants:
//! - Nobody's single correction teaches: a label is learned only after somebody with the right has kept it.
//! - A challenger takes the place only by [`language::train::contest`]: better on the site's held-out lines, no worse on ours, no
//!   wish for a person and no danger fewer found. Version 0, the weights built in, is always there to go back to.
//! - One training at a time over all nodes. Weights, version, present and audit commit together; every node reads them within seconds.
//! - Texts are masked before they are written.
//!
//! Deliberately absent: training of the sentence encoder (`tools/encoder`, offline), labels of entries (the libraries' own tests).

mod drift;
mod error;
mod label;
mod ours;
pub mod sql;
mod tally;
mod task;
mod training;

use std::sync::{Arc, Mutex, PoisonError};

use kernel::{Ctx, Rng};
use store::Store;
use tally::Tally;

pub use drift::{Drift, Verdict};
pub use error::LearningError;
pub use label::{Given, Label, LabelFilter, Labels};
pub use tally::label_of;
pub use task::{Choice, TASKS, choices, task_words};
pub use training::{Overview, Run, TaskView, Version};

/// What is learned at a site. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Learning(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    rng: Mutex<Rng>,
    tally: Mutex<Tally>,
    /// Names this process among those that train.
    holder: String,
}

impl Learning {
    /// Over a migrated store.
    pub fn new(store: Store, mut rng: Rng) -> Self {
        let holder = format!("learning-{:016x}", rng.next_u64());
        Self(Arc::new(Inner { store, rng: Mutex::new(rng), tally: Mutex::default(), holder }))
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn fresh(&self, ctx: &Ctx) -> String {
        kernel::id::fresh(ctx.now, &mut self.0.rng.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
