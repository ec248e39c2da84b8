//! Logs of other people: their names for the columns, and times without an offset.

use earwitness_base::moment;
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
        let (theirs, ours) =
            text.rsplit_once('=').ok_or_else(|| format!("{text:?} is no pair; write theirs=ours, like time=start"))?;
        let ours = ours.trim().to_lowercase();
        let ours = Key::of(&ours).ok_or_else(|| format!("{ours:?} is no column of a probe log; these are {}", all_names()))?;
        Ok(Self { theirs: theirs.trim().to_lowercase(), ours })
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
        let name = name.trim().to_lowercase();
        let named = self.columns.iter().find(|it| it.theirs == name).map(|it| it.ours);
        named.or_else(|| Key::of(&name).filter(|key| !self.columns.iter().any(|it| it.ours == *key)))
    }

    /// A moment as the log writes it: with an offset, or local time where the zone is known.
    pub(super) fn moment(&self, text: &str) -> Result<Timestamp, String> {
        moment::read(text, self.zone.as_ref())
    }
}
