//! Logs of other people: their names for the columns, and times without an offset.

use earwitness_core::time::Timestamp;
use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::field::{self, Key, all_names};

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

/// A time zone by its name, as an option takes it.
///
/// # Errors
/// When there is none of that name, in words for a person.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("{name:?} is no time zone; write one like Europe/Berlin, America/New_York or UTC"))
}

impl Reading {
    /// The column behind a name, ours or theirs; what was named stands before what we call it.
    pub(super) fn key(&self, name: &str) -> Option<Key> {
        let name = name.trim().to_lowercase();
        let named = self.columns.iter().find(|it| it.theirs == name).map(|it| it.ours);
        named.or_else(|| Key::of(&name).filter(|key| !self.columns.iter().any(|it| it.ours == *key)))
    }

    /// A moment as the log writes it: as [`field::moment`] reads it, or local time.
    pub(super) fn moment(&self, text: &str) -> Result<Timestamp, String> {
        if let Some(days) = serial(text) {
            return self.spreadsheet(text, days);
        }
        let Some(zone) = &self.zone else { return field::moment(text) };
        let dotted = || ["%d.%m.%Y %H:%M:%S%.f", "%d.%m.%Y %H:%M"].iter().find_map(|it| DateTime::strptime(it, text).ok());
        match civil(text).or_else(dotted) {
            Some(civil) => local(text, civil, zone),
            None => field::moment(text),
        }
    }

    /// A date as spreadsheets count it: days since the end of 1899, in local time.
    fn spreadsheet(&self, text: &str, days: f64) -> Result<Timestamp, String> {
        let Some(zone) = &self.zone else {
            return Err(format!(
                "{text:?} looks like a spreadsheet's date (days since 1900), which has no time zone; write times like \
                 2026-01-01T22:00:00Z, or say where its clock stood, like --time-zone Europe/Berlin"
            ));
        };
        let wrong = |_| format!("{text:?} is no date");
        // Spreadsheets keep milliseconds.
        let length = SignedDuration::try_from_secs_f64((days * 86_400_000.0).round() / 1_000.0).map_err(wrong)?;
        let civil = date(1899, 12, 30).at(0, 0, 0, 0).checked_add(length).map_err(wrong)?;
        local(text, civil, zone)
    }
}

/// A date and time without an offset.
fn civil(text: &str) -> Option<DateTime> {
    // Digits alone are seconds.
    if !text.contains('-') || text.parse::<jiff::Timestamp>().is_ok() { None } else { text.parse().ok() }
}

/// Days of 1954 to 2119, as spreadsheets count: as seconds since 1970 they would lie on its first day.
fn serial(text: &str) -> Option<f64> {
    let is_number = text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    text.parse::<f64>().ok().filter(|days| is_number && (20_000.0..80_000.0).contains(days))
}

/// The moment at which clocks in a zone showed a time; refused where that is none or two.
fn local(text: &str, civil: DateTime, zone: &TimeZone) -> Result<Timestamp, String> {
    let name = zone.iana_name().unwrap_or("the time zone");
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { .. } => {
            return Err(format!(
                "clocks in {name} never showed {text:?}: an hour was left out when summer time began; correct it"
            ));
        }
        AmbiguousOffset::Fold { before, after } => {
            return Err(format!(
                "clocks in {name} showed {text:?} twice, as summer time ended: write it with its offset, {before} for the first or {after} for the second"
            ));
        }
    }
    let at = ambiguous.unambiguous().map_err(|error| format!("{text:?}: {error}"))?;
    i64::try_from(at.as_nanosecond())
        .map(Timestamp::from_nanos)
        .map_err(|_| format!("{text:?} lies beyond the years 1677 to 2262"))
}
