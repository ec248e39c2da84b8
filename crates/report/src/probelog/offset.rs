//! A log whose clock is not that of the capture: in most cases another time zone.

use std::fmt;

use earwitness_core::probe::Round;
use earwitness_core::time::{SECOND, Timestamp, Window};
use jiff::tz::TimeZone;

use earwitness_base::words;

/// Time zones differ by quarters of an hour.
const QUARTER: i64 = 900 * SECOND;
/// Farthest time zones, in quarters of an hour: from UTC-12 to UTC+14.
const FARTHEST: i64 = 26 * 4;

/// Probes that lie outside the capture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit {
    /// Rounds of the log.
    pub rounds: usize,
    /// Of these inside the capture.
    pub inside: usize,
    /// From the first slot to the last.
    pub log: Window,
    /// From the first frame to the last.
    pub capture: Window,
    /// What would have to be added to the times of the log for all rounds to lie inside, nanoseconds.
    pub offset: Option<i64>,
}

/// Compares a log with a capture. `None` where every round lies inside, or nothing was captured.
#[must_use]
pub fn misfit(rounds: &[Round], first: Option<Timestamp>, last: Option<Timestamp>) -> Option<Misfit> {
    let capture = Window { from: first?, until: last?.plus(SECOND) };
    let spans: Vec<Window> = rounds.iter().filter_map(Round::span).collect();
    let log = Window { from: spans.iter().map(|it| it.from).min()?, until: spans.iter().map(|it| it.until).max()? };
    let fits = |span: &Window| capture.from <= span.from && span.until <= capture.until;
    let inside = spans.iter().filter(|span| fits(span)).count();
    if inside == spans.len() {
        return None;
    }
    Some(Misfit { rounds: spans.len(), inside, log, capture, offset: offset(log, capture) })
}

/// The offset that brings the log into the capture: whole hours before halves, halves before quarters, small before large.
fn offset(log: Window, capture: Window) -> Option<i64> {
    let fits = |quarters: &i64| {
        let offset = quarters * QUARTER;
        capture.from <= log.from.plus(offset) && log.until.plus(offset) <= capture.until
    };
    let roundness = |quarters: i64| if quarters % 4 == 0 { 0 } else { 2 - i64::from(quarters % 2 == 0) };
    let all = (-FARTHEST..=FARTHEST).filter(|quarters| *quarters != 0).filter(fits);
    all.min_by_key(|quarters| (roundness(*quarters), quarters.abs(), *quarters)).map(|quarters| quarters * QUARTER)
}

/// The rounds with all times moved.
#[must_use]
pub fn moved(mut rounds: Vec<Round>, nanos: i64) -> Vec<Round> {
    for round in &mut rounds {
        round.played.onset = round.played.onset.plus(nanos);
        for slot in &mut round.slots {
            *slot = Window { from: slot.from.plus(nanos), until: slot.until.plus(nanos) };
        }
    }
    rounds
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside == 0 {
            write!(out, "no probe lies inside the capture")?;
        } else {
            write!(out, "only {} of {} rounds lie inside the capture", self.inside, self.rounds)?;
        }
        let moment = |at| words::date_time(at, &TimeZone::UTC);
        let span = |it: Window| format!("{} .. {}", moment(it.from), moment(it.until));
        write!(out, "; the log says {}, the capture holds {} (UTC)", span(self.log), span(self.capture))?;
        match self.offset {
            Some(offset) => {
                let text = in_words(offset);
                write!(out, ": an offset of about {text}? Use --probe-offset={text} to add it to the times of the log")
            }
            None => write!(out, ": is it the log of this capture?"),
        }
    }
}

/// Hours and minutes as [`duration`] reads them.
fn in_words(offset: i64) -> String {
    let sign = if offset < 0 { "-" } else { "" };
    let minutes = offset.abs() / (60 * SECOND);
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{sign}{hours}h"),
        (0, minutes) => format!("{sign}{minutes}min"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}min"),
    }
}

/// A length of time with a sign and units: `2h`, `-5h30min`, `1.5s`. Nanoseconds.
///
/// # Errors
/// When the text is none, in words for a person.
pub fn duration(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is not a length of time; write it with its unit, like 2h, -30min or 1.5s");
    let length: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    i64::try_from(length.as_nanos()).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600 * SECOND;

    fn hours(from: i64, until: i64) -> Window {
        Window { from: Timestamp::from_nanos(from * HOUR), until: Timestamp::from_nanos(until * HOUR) }
    }

    #[test]
    fn the_roundest_and_then_the_smallest_offset_is_suggested() {
        assert_eq!(offset(hours(30, 31), hours(20, 28)), Some(-3 * HOUR));
        assert_eq!(offset(hours(30, 31), hours(35, 36)), Some(5 * HOUR));
        let minutes = |it: Window, minutes: i64| Window {
            from: it.from.plus(minutes * 60 * SECOND),
            until: it.until.plus(minutes * 60 * SECOND),
        };
        assert_eq!(offset(hours(0, 1), minutes(hours(5, 6), 30)), Some(11 * HOUR / 2));
        assert_eq!(offset(hours(0, 1), minutes(hours(5, 6), 45)), Some(23 * HOUR / 4));
        assert_eq!(offset(hours(0, 1), hours(40, 50)), None);
        assert_eq!(offset(hours(0, 9), hours(1, 2)), None, "it does not fit at all");
    }

    #[test]
    fn what_is_suggested_can_be_said_back() {
        for offset in [2 * HOUR, -5 * HOUR - HOUR / 2, HOUR / 4, -HOUR / 2] {
            assert_eq!(duration(&in_words(offset)), Ok(offset), "{}", in_words(offset));
        }
        assert_eq!(duration("1.5s"), Ok(1_500_000_000));
        assert!(duration("2").unwrap_err().contains("write it with its unit"));
        assert!(duration("9000000h").is_err());
    }
}
