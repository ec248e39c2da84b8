//! What is wrong with a probe log, where, and what to do.

use std::io;
use std::path::PathBuf;

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

/// Why no log was read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no file, or it may not be opened.
    #[error("the probe log {} cannot be opened; name the file that tells when sound was played", path.display())]
    Open {
        /// The file, as the user named it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It was opened and could not be read to its end.
    #[error("the probe log {name} cannot be read")]
    Read {
        /// The log, as the user named it.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// It is too large for a log.
    #[error("{name} is larger than {} MB, which is no probe log", super::LARGEST >> 20)]
    Large {
        /// The log, as the user named it.
        name: String,
    },
    /// It is no log, or contradicts itself.
    #[error(transparent)]
    Log(#[from] Trouble),
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
