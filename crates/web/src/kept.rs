//! Experiments and searches for words that are kept beside the store: how far they are, and what can be had of them.

use earwitness_core::time::Timestamp;

/// Most of them that are shown.
pub const MOST_KEPT: usize = 100;
/// Most conditions or words of one that are shown.
pub const MOST_COUNTS: usize = 200;

/// An experiment or a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Name of its folder, by which it is asked for: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it is called in its file; of a search, the wake word.
    pub title: String,
    /// What is asked, in a sentence.
    pub question: String,
    /// When it began to play.
    pub begun: Option<Timestamp>,
    /// Trials or plays that are done.
    pub done: u64,
    /// How many there are to be at most.
    pub planned: u64,
    /// How long what is left plays, nanoseconds; nothing where that is not known, or nothing is left.
    pub left: Option<i64>,
    /// Whether it goes on.
    pub course: Course,
    /// How many trials of each condition are done; of a search, after how many plays of each word the device sent.
    pub counts: Vec<Count>,
    /// What can be had of it at this moment.
    pub exports: Vec<Export>,
}

/// What is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `earwitness experiment run`.
    Experiment,
    /// `earwitness words search` or `words replay`.
    Words,
}

impl Kind {
    /// For programs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Experiment => "experiment",
            Self::Words => "words",
        }
    }

    /// What is counted: one of them, and many.
    pub(crate) const fn unit(self) -> (&'static str, &'static str) {
        match self {
            Self::Experiment => ("trial", "trials"),
            Self::Words => ("play", "plays"),
        }
    }
}

/// Whether it goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Course {
    /// It is being carried out.
    GoesOn,
    /// All of it is done.
    Done,
    /// It is not being carried out, and why.
    Stopped(String),
    /// Its journal cannot be read, and why.
    Unreadable(String),
}

impl Course {
    /// For programs.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::GoesOn => "goes on",
            Self::Done => "done",
            Self::Stopped(_) => "stopped",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Why it does not go on.
    pub(crate) fn why(&self) -> Option<&str> {
        match self {
            Self::GoesOn | Self::Done => None,
            Self::Stopped(why) | Self::Unreadable(why) => Some(why),
        }
    }
}

/// A condition or a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Count {
    /// Its name.
    pub name: String,
    /// Trials that are done; of a word, plays after which the device sent.
    pub done: u64,
    /// Of how many.
    pub of: u64,
}

/// A file that can be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Export {
    /// The report as a page.
    Page,
    /// The report for programs.
    Report,
    /// Each trial with its readings, or each play: comma-separated values.
    Csv,
    /// The same as Parquet.
    Parquet,
    /// The same as JSON.
    Json,
}

impl Export {
    /// All of them.
    const ALL: [Self; 5] = [Self::Page, Self::Report, Self::Csv, Self::Parquet, Self::Json];

    /// The one of this name; a path is compared to these names, and is no path of a file.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.file() == name)
    }

    /// Its name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Page => "report.html",
            Self::Report => "report.json",
            Self::Csv => "trials.csv",
            Self::Parquet => "trials.parquet",
            Self::Json => "trials.json",
        }
    }

    /// Its media type.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Report | Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}
