//! The columns of a table, under our names or those of its maker.

use earwitness_base::columns;

use crate::Kind;

/// What a column may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Time,
    Seconds,
    Kind,
    Device,
    Text,
}

/// The columns with their names.
const NAMES: [(Key, &str); 5] =
    [(Key::Time, "time"), (Key::Seconds, "seconds"), (Key::Kind, "kind"), (Key::Device, "device"), (Key::Text, "text")];

impl Key {
    fn of(name: &str) -> Option<Self> {
        NAMES.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }
}

/// All names, for a message.
pub(crate) fn all_names() -> String {
    NAMES.map(|entry| entry.1).join(", ")
}

/// A column by the name that its maker gave it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// In lower case.
    theirs: String,
    ours: Key,
}

impl std::str::FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (theirs, ours) = columns::renamed(text, ("a history", "\"Date=time\""), Key::of, all_names)?;
        Ok(Self { theirs, ours })
    }
}

/// The column behind a name, ours or theirs; what was named stands before what we call it.
pub(crate) fn key(columns: &[Column], name: &str) -> Option<Key> {
    columns::meant(name, columns.iter().map(|it| (it.theirs.as_str(), it.ours)), Key::of)
}

/// What Amazon's words mean: those of `utteranceType`, and those of the earlier `activityStatus`.
const KINDS: [(&str, Kind); 9] = [
    ("GENERAL", Kind::Request),
    ("WAKE_WORD_ONLY", Kind::WakeWordOnly),
    ("FALSE_WAKE_WORD", Kind::FalseWake),
    ("DEVICE_ARBITRATION", Kind::Arbitration),
    ("ASR_TIMEOUT", Kind::Timeout),
    ("NO_EXPRESSED_INTENT", Kind::NoIntent),
    ("SUCCESS", Kind::Request),
    ("FAULT", Kind::Request),
    ("DISCARDED_NON_DEVICE_DIRECTED_INTENT", Kind::NoIntent),
];

/// The kind that a word stands for.
pub(crate) fn kind(word: &str) -> Kind {
    let word = word.trim();
    if word.is_empty() {
        return Kind::Unknown;
    }
    let known = KINDS.iter().find(|entry| entry.0.eq_ignore_ascii_case(word));
    known.map_or_else(|| Kind::Other(word.to_owned()), |entry| entry.1.clone())
}
