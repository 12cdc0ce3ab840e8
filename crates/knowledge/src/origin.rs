//! What a pack or an import last wrote, so that it may write the same row again and never over what staff have edited.

use sm3::{Digest as _, Sm3};
use sqlx::Row as _;
use store::{StoreError, Tx};

use crate::sql;

/// Which table the row is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Entry,
    Scenario,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Scenario => "scenario",
        }
    }
}

/// What may be done with a row that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It says the same.
    Same,
    /// It is as the origin left it.
    Ours,
    /// Staff have edited it, or another origin wrote it.
    Theirs,
}

/// The fingerprint of a body.
pub(crate) fn hash(body: &str) -> String {
    hex::encode(Sm3::digest(body.as_bytes()))
}

/// How a row with the body `present` stands to an origin that would write `wanted`.
pub(crate) async fn standing(
    tx: &mut Tx,
    kind: Kind,
    id: &str,
    origin: &str,
    present: &str,
    wanted: &str,
) -> Result<Standing, StoreError> {
    if present == wanted {
        return Ok(Standing::Same);
    }
    let row = sqlx::query(sql::ORIGIN_GET).bind(kind.as_str()).bind(id).fetch_optional(&mut **tx).await?;
    let Some(row) = row else { return Ok(Standing::Theirs) };
    let (from, wrote): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(if from == origin && wrote == hash(present) { Standing::Ours } else { Standing::Theirs })
}

/// Notes what an origin wrote.
pub(crate) async fn note(
    tx: &mut Tx,
    kind: Kind,
    id: &str,
    origin: &str,
    body: &str,
) -> Result<(), StoreError> {
    let now = tx.now().0;
    sqlx::query(sql::ORIGIN_SET)
        .bind(kind.as_str())
        .bind(id)
        .bind(origin)
        .bind(hash(body))
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
