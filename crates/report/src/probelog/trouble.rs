//! What is wrong with a probe log, where, and what to do.

/// A place in a log, as an editor counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct Place {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

/// Why a log cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{name}{}: {what}", at.map_or_else(String::new, |Place { line, column }| format!(":{line}:{column}")))]
pub struct Trouble {
    /// The log, as the user named it.
    pub name: String,
    /// Where; `None` where it is the whole log.
    pub at: Option<Place>,
    /// What was wrong and what to do.
    pub what: String,
}

/// A fault before it is known which log it is in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    pub(super) at: Option<Place>,
    pub(super) what: String,
}

impl Fault {
    pub(super) fn at(at: Place, what: impl Into<String>) -> Self {
        Self { at: Some(at), what: what.into() }
    }

    pub(super) fn of_all(what: impl Into<String>) -> Self {
        Self { at: None, what: what.into() }
    }

    pub(super) fn named(self, name: &str) -> Trouble {
        Trouble { name: name.to_owned(), at: self.at, what: self.what }
    }
}
