//! Packs: knowledge, scenarios and a sample organisation as a folder of YAML files (docs/pack-format.md).

mod check;
mod install;
mod load;
mod model;

pub(crate) use check::answers_of;
pub use install::{Installed, Written, install};
pub use load::{Pack, ScenarioText, load};
pub use model::{
    BoundaryRow, District, Domain, Hours, Line, Manifest, Organisation, Place, Queue, ScopeLevel, ScopeName,
    StaffAccount, Unit, vocabulary,
};
