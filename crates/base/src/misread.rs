//! What is wrong with a file that a person wrote, where, and what to do.

use std::ops::Range;

/// A file that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}{}: {what}", place.map_or_else(String::new, |(line, column)| format!(":{line}:{column}")))]
pub struct Misread {
    /// Name of the file.
    pub file: String,
    /// Line and column in characters, both from 1; `None` when the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to do.
    pub what: String,
}

impl Misread {
    /// A fault of the whole file.
    #[must_use]
    pub fn whole(file: &str, what: String) -> Self {
        Self { file: file.to_owned(), place: None, what }
    }

    /// What the reader of TOML says: it names what is allowed where a key is not known.
    #[must_use]
    pub fn of_toml(error: &toml::de::Error, file: &str, text: &str) -> Self {
        let fault = Fault { at: error.span(), what: error.message().replace('\n', ", ") };
        fault.located(file, text)
    }
}

/// A fault at a place in the text.
#[derive(Debug)]
pub struct Fault {
    /// Where, in octets of the text; `None` when all of it is meant.
    pub at: Option<Range<usize>>,
    /// What is wrong and what to do.
    pub what: String,
}

impl Fault {
    /// A fault in a stretch of the text.
    pub fn at(at: Range<usize>, what: impl Into<String>) -> Self {
        Self { at: Some(at), what: what.into() }
    }

    /// A fault of the whole text.
    pub fn of_all(what: impl Into<String>) -> Self {
        Self { at: None, what: what.into() }
    }

    /// The same, with line and column.
    #[must_use]
    pub fn located(self, file: &str, text: &str) -> Misread {
        let place = self.at.map(|at| place(text, at.start));
        Misread { file: file.to_owned(), place, what: self.what }
    }
}

/// Line and column, both from 1, of an offset into the text.
#[must_use]
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
