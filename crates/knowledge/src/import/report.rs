//! What became of the rows.

use serde::Serialize;

/// The most rows named one by one.
const MAX_NOTES: usize = 1_000;

/// Something about one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowNote {
    /// The row as a person counts: in CSV the headings are row 1; in JSON lines the line; in YAML the item.
    pub row: u64,
    /// What and why, in Chinese.
    pub why: String,
}

/// What became of the rows: each is in exactly one of the counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows read.
    pub rows: u64,
    /// New entries.
    pub imported: u64,
    /// Entries that an earlier import of the same name brought, now with new content.
    pub updated: u64,
    /// Entries that say the same already.
    pub unchanged: u64,
    /// Rows that ask what another row or entry asks.
    pub duplicates: u64,
    /// Rows that were not taken.
    pub refused_rows: u64,
    /// The first of the refused rows.
    pub refused: Vec<RowNote>,
    /// The first of the duplicates.
    pub duplicate_rows: Vec<RowNote>,
    /// Nothing was written.
    pub dry_run: bool,
    /// How the file was written: `UTF-8`, `gb18030` ...
    pub encoding: String,
}

impl Report {
    /// Whether every row is in one of the counts.
    pub fn is_complete(&self) -> bool {
        self.rows == self.imported + self.updated + self.unchanged + self.duplicates + self.refused_rows
    }

    pub(super) fn refuse(&mut self, row: u64, why: String) {
        self.refused_rows += 1;
        if self.refused.len() < MAX_NOTES {
            self.refused.push(RowNote { row, why });
        }
    }

    pub(super) fn duplicate(&mut self, row: u64, why: String) {
        self.duplicates += 1;
        if self.duplicate_rows.len() < MAX_NOTES {
            self.duplicate_rows.push(RowNote { row, why });
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Rows dealt with.
    pub rows: u64,
    /// Bytes of the file read.
    pub bytes: u64,
    /// Bytes of the file.
    pub of_bytes: u64,
}
