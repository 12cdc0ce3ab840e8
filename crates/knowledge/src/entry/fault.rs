//! What is wrong with a piece of content: where, what, and what to do.

use std::fmt;

use serde::Serialize;

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, from 1, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The field, as written in a file: `clauses[1].source`; empty for the whole.
    pub field: String,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
}

impl Fault {
    /// A fault of a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: None, line: None, field: field.into(), message: message.into() }
    }

    /// The same fault, placed in a file.
    #[must_use]
    pub fn at(mut self, file: &str, line: Option<usize>) -> Self {
        self.file = Some(file.to_owned());
        self.line = line;
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            if let Some(line) = self.line {
                write!(f, " 第{line}行")?;
            }
            f.write_str("：")?;
        }
        if !self.field.is_empty() {
            write!(f, "【{}】", self.field)?;
        }
        f.write_str(&self.message)
    }
}
