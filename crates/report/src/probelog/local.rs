//! Logs of other people: their names for the columns, and times without an offset.

use earwitness_base::{columns, moment};
use earwitness_core::time::Timestamp;
use jiff::tz::TimeZone;

use super::field::{Key, all_names};

/// How a log is to be understood where it does not say so itself.
#[derive(Clone, Default, Debug)]
pub struct Reading {
    /// Names that the log uses in place of ours.
    pub columns: Vec<Columns>,
    /// Where clocks showed the times that have no offset.
    pub zone: Option<TimeZone>,
}

/// A column by the name that the log gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    /// In the log, in lower case.
    theirs: String,
    ours: Key,
}

impl std::str::FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (theirs, ours) = columns::renamed(text, ("a probe log", "time=start"), Key::of, all_names)?;
        Ok(Self { theirs, ours })
    }
}

impl std::fmt::Display for Columns {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}={}", self.theirs, self.ours.name())
    }
}

impl Reading {
    /// The column behind a name, ours or theirs; what was named stands before what we call it.
    pub(super) fn key(&self, name: &str) -> Option<Key> {
        columns::meant(name, self.columns.iter().map(|it| (it.theirs.as_str(), it.ours)), Key::of)
    }

    /// A moment as the log writes it: with an offset, or local time where the zone is known.
    pub(super) fn moment(&self, text: &str) -> Result<Timestamp, String> {
        moment::read(text, self.zone.as_ref())
    }
}
