//! What is wrong with a scenario file, where, and what to do.

use std::ops::Range;

/// A scenario file that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}{}: {what}", if *line == 0 { String::new() } else { format!(":{line}:{column}") })]
pub struct PlanError {
    /// Name of the file.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 when the whole file is meant.
    pub column: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// A fault at a place in the text.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: Option<Range<usize>>,
    pub(super) what: String,
}

impl Fault {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>) -> Self {
        Self { at: Some(at), what: what.into() }
    }

    /// The same, with line and column.
    pub(super) fn located(self, file: &str, text: &str) -> PlanError {
        let (line, column) = self.at.map_or((0, 0), |at| place(text, at.start));
        PlanError { file: file.to_owned(), line, column, what: self.what }
    }
}

/// Line and column, both from 1, of an offset into the text.
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

impl From<toml::de::Error> for Fault {
    fn from(error: toml::de::Error) -> Self {
        Self { at: error.span(), what: error.message().replace('\n', ", ") }
    }
}
