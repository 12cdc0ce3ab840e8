//! What is wrong with a scenario file, where, and what to do.

use kernel::{Coded, ErrorCode};
use serde::Serialize;
use thiserror::Error;

/// One fault in a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, counted from 1; 0 when it concerns the whole file.
    pub line: usize,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            write!(f, "{}：{}", self.file, self.message)
        } else {
            write!(f, "{}第{}行：{}", self.file, self.line, self.message)
        }
    }
}

/// A scenario that cannot be used.
#[derive(Debug, Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ScenarioError {
    /// All faults found.
    pub problems: Vec<Problem>,
}

impl Coded for ScenarioError {
    fn code(&self) -> ErrorCode {
        ErrorCode::Invalid
    }

    fn advice(&self) -> String {
        self.to_string()
    }
}
