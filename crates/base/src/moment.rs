//! Moments as people and their programs write them.

use earwitness_core::time::{SECOND, Timestamp};
use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A time zone by its name, as an option takes it.
///
/// # Errors
/// When there is none of that name, in words for a person.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("{name:?} is no time zone; write one like Europe/Berlin, America/New_York or UTC"))
}

/// A moment: RFC 3339 with an offset, seconds since 1970 with at most nine decimals, or whole nanoseconds since 1970; where a zone is named, also local time without an
/// offset, and dates as spreadsheets count them.
///
/// # Errors
/// When it is none, or clocks in the zone showed it never or twice; in words for a person, with what to write.
pub fn read(text: &str, zone: Option<&TimeZone>) -> Result<Timestamp, String> {
    if has_short_year(text) {
        return Err(format!(
            "{text:?} has a year of two digits, so that nobody can tell it from a day: write all four, like 2026-01-31 22:00:00 or 31.01.2026 22:00:00"
        ));
    }
    if let Some(days) = serial(text) {
        return spreadsheet(text, days, zone);
    }
    let Some(zone) = zone else { return with_offset(text) };
    let dotted = || ["%d.%m.%Y %H:%M:%S%.f", "%d.%m.%Y %H:%M"].iter().find_map(|it| DateTime::strptime(it, text).ok());
    match civil(text).or_else(dotted) {
        Some(_) if time_of_day(text).is_none() => {
            Err(format!("{text:?} is a day without a time: write also hours, minutes and seconds, like 2026-01-31 22:00:00"))
        }
        Some(civil) => local(text, civil, zone),
        None => moment(text),
    }
}

/// A moment with its offset. Of a text that lacks only a zone, this is said.
fn with_offset(text: &str) -> Result<Timestamp, String> {
    let lacks_zone = || read(text, Some(&TimeZone::UTC)).is_ok();
    moment(text).map_err(|error| if lacks_zone() { no_offset(text) } else { error })
}

/// A date as spreadsheets count it: days since the end of 1899, in local time.
fn spreadsheet(text: &str, days: f64, zone: Option<&TimeZone>) -> Result<Timestamp, String> {
    let Some(zone) = zone else {
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

/// Whether a date is of three numbers of which none has four digits: 31.01.26, 26-01-31, 1/31/26.
fn has_short_year(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let Some(between) = date.chars().find(|it| matches!(it, '.' | '-' | '/')) else { return false };
    let numbers: Vec<&str> = date.split(between).collect();
    let is_short = |it: &&str| matches!(it.len(), 1 | 2) && it.bytes().all(|octet| octet.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_short)
}

/// What follows the date, without an offset or the name of a zone.
fn time_of_day(text: &str) -> Option<&str> {
    let (_, time) = text.split_once(['T', 't', ' '])?;
    time.trim_start().split(['Z', 'z', '+', '-', '[']).next()
}

/// Whether a moment that was understood tells minutes at most, so that it stands for any second of them.
#[must_use]
pub fn is_coarse(text: &str) -> bool {
    let digits = |time: &str| time.split(['.', ',']).next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count();
    time_of_day(text).is_some_and(|time| (1..=4).contains(&digits(time)))
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

/// The moment at which clocks in a zone showed a time; `text` is how it was written.
///
/// # Errors
/// When they showed it never or twice, as summer time began or ended.
pub fn local(text: &str, civil: DateTime, zone: &TimeZone) -> Result<Timestamp, String> {
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

/// From here on a whole number is nanoseconds since 1970 (March 1973).
const NANOSECONDS: i64 = 100_000_000_000_000_000;

/// A moment: RFC 3339 with an offset, seconds since 1970 with at most nine decimals, or whole nanoseconds since 1970.
fn moment(text: &str) -> Result<Timestamp, String> {
    if text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-' | b'+')) && !is_date(text) {
        return number(text);
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => {
            let nanos = i64::try_from(at.as_nanosecond());
            nanos.map(Timestamp::from_nanos).map_err(|_| format!("{text:?} lies beyond the years 1677 to 2262"))
        }
        Err(_) if text.parse::<DateTime>().is_ok() => Err(no_offset(text)),
        Err(_) => Err(format!(
            "{text:?} is not a time: write 2026-01-01T22:00:00Z, or +02:00 instead of Z, or seconds since 1970 (UTC)"
        )),
    }
}

fn no_offset(text: &str) -> String {
    format!(
        "{text:?} has no offset: write 2026-01-01T22:00:00Z for UTC, or 2026-01-01T22:00:00+02:00, or say where its clock stood, like --time-zone Europe/Berlin"
    )
}

/// Digits with a dash inside them.
fn is_date(text: &str) -> bool {
    text.get(1..).is_some_and(|rest| rest.contains('-'))
}

fn number(text: &str) -> Result<Timestamp, String> {
    if let Some(nanos) = text.parse::<i64>().ok().filter(|number| *number >= NANOSECONDS) {
        return Ok(Timestamp::from_nanos(nanos));
    }
    let far = "is neither seconds nor nanoseconds since 1970; write seconds with decimals, as in 1767304800.25";
    decimal(text).map(Timestamp::from_nanos).ok_or_else(|| format!("{text:?} {far}"))
}

/// A decimal number of seconds as nanoseconds, exactly: at most nine decimals.
#[must_use]
pub fn decimal(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |it: &str| it.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > 9 {
        return None;
    }
    let nanos = format!("{part:0<9}").parse::<i64>().ok()?;
    let whole = whole.parse::<i64>().ok()?.checked_mul(SECOND)?;
    if negative { whole.checked_neg()?.checked_sub(nanos) } else { whole.checked_add(nanos) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_in_four_spellings() {
        let at = Ok(Timestamp::from_nanos(1_767_304_800_250_000_000));
        for text in [
            "2026-01-01T22:00:00.25Z",
            "2026-01-02T00:00:00.25+02:00",
            "1767304800.25",
            "1767304800250000000",
            "2026-01-01 22:00:00.25Z",
        ] {
            assert_eq!(moment(text), at, "{text}");
        }
        assert_eq!(moment("-1.5"), Ok(Timestamp::from_nanos(-1_500_000_000)));
    }

    #[test]
    fn whatever_a_zone_would_make_a_time_is_told_to_lack_one() {
        for text in [
            "01.01.2026 13:00:02",
            "31.01.2026 13:00",
            "1.2.2026 13:00:02.5",
            "2026-01-01 13:00",
            "2026-01-01T13:00:02",
            "46023.5",
        ] {
            assert!(read(text, Some(&TimeZone::UTC)).is_ok(), "{text}");
            let told = read(text, None).unwrap_err();
            assert!(told.contains("--time-zone"), "{told}");
        }
        for text in ["01.13.2026 13:00:02", "01.01.2026 25:00:02", "yesterday 13:00"] {
            let told = read(text, None).unwrap_err();
            assert!(told.contains("is not a time") && !told.contains("--time-zone"), "{told}");
        }
    }

    #[test]
    fn what_is_no_moment_is_told_with_what_to_write() {
        assert!(moment("2026-01-01T22:00:00").unwrap_err().contains("has no offset: write 2026-01-01T22:00:00Z"));
        assert!(moment("2026-01-01").unwrap_err().contains("has no offset"));
        assert!(moment("1767304800250").unwrap_err().contains("neither seconds nor nanoseconds"));
        assert!(moment("1767304800.1234567890").is_err(), "a tenth of a nanosecond");
        assert!(moment("yesterday").unwrap_err().contains("is not a time"));
        assert!(moment("9999-01-01T00:00:00Z").unwrap_err().contains("1677 to 2262"));
        assert!(moment("").is_err() && moment("-").is_err() && moment(".").is_err());
    }
}
