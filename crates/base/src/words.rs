//! Numbers and lists in plain words: durations, octets, rates, moments. One place, so that every report says them alike.

use earwitness_core::findings::Estimate;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// Items in a row: `a`, `a and b`, `a, b and c`; nothing of none.
#[must_use]
pub fn listed<T: AsRef<str>>(items: &[T]) -> Option<String> {
    let (last, first) = items.split_last()?;
    let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
    let last = last.as_ref();
    Some(if first.is_empty() { last.to_owned() } else { format!("{} and {last}", first.join(", ")) })
}

/// That a damaged store was set aside as `path`, and what was found in it.
#[must_use]
pub fn set_aside(path: &str, found: &str) -> String {
    format!(
        "the store was damaged ({found}); it was set aside as {path} and a fresh one was begun. What can still be read of it: \
         docs/guide/store.md"
    )
}

/// That a store was brought up to a later version of its schema.
#[must_use]
pub fn upgraded(from: i64, to: i64) -> String {
    format!("the store was brought from version {from} to version {to}")
}

/// A length of time from nanoseconds: `4.2 s`, `3 min 5 s`, `3 h 12 min`, `6 days 4 h`.
#[must_use]
pub fn duration(nanos: i64) -> String {
    let nanos = nanos.max(0);
    let seconds = nanos / SECOND;
    let two = |a: i64, unit: &str, b: i64, small: &str| {
        if b == 0 { format!("{a} {unit}") } else { format!("{a} {unit} {b} {small}") }
    };
    match seconds {
        0..60 => self::seconds(as_f64(nanos) / 1e9),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        86_400..172_800 => two(1, "day", seconds % 86_400 / 3_600, "h"),
        172_800..63_072_000 => two(seconds / 86_400, "days", seconds % 86_400 / 3_600, "h"),
        _ => format!("{} years", seconds / 31_556_952),
    }
}

/// Seconds with as many digits as they deserve: `0.43 s`, `4.2 s`, `44 s`, `3 min 5 s`.
#[must_use]
pub fn seconds(value: f64) -> String {
    match value {
        v if !v.is_finite() => "unknown".to_owned(),
        v if v < 0.995 => format!("{:.2} s", v.max(0.0)),
        v if v < 19.95 => format!("{v:.1} s"),
        v if v < 59.5 => format!("{v:.0} s"),
        v => duration(round(v).saturating_mul(SECOND)),
    }
}

/// An estimate in seconds with its interval: `4.2 s (4.1 to 4.4)`. The interval is rounded outward, so that what is shown holds all of it.
#[must_use]
pub fn estimate(it: Estimate) -> String {
    if it.value >= 59.5 {
        let end = |value: f64, to: fn(f64, f64) -> f64| {
            // What `seconds` shows of such a length.
            let step = match value {
                v if v < 0.995 => 0.01,
                v if v < 19.95 => 0.1,
                v if v < 3_600.0 => 1.0,
                v if v < 86_400.0 => 60.0,
                _ => 3_600.0,
            };
            seconds(to(value, step))
        };
        return format!("{} ({} to {})", seconds(it.value), end(it.low, down), end(it.high, up));
    }
    let (digits, step) = match it.high {
        high if high < 0.995 => (2, 0.01),
        high if high < 19.95 => (1, 0.1),
        _ => (0, 1.0),
    };
    format!("{:.digits$} s ({:.digits$} to {:.digits$})", it.value, down(it.low, step), up(it.high, step))
}

/// What of a step a number may lie beside a multiple of it and still be that multiple: binary fractions are no decimal ones.
const SAME: f64 = 1e-6;

/// The largest multiple of `step` that is not above a number: the lower end of an interval as it is shown.
#[must_use]
pub fn down(number: f64, step: f64) -> f64 {
    (number / step + SAME).floor() * step
}

/// The smallest multiple of `step` that is not below a number: the upper end of an interval as it is shown.
#[must_use]
pub fn up(number: f64, step: f64) -> f64 {
    (number / step - SAME).ceil() * step
}

/// A length of time from nanoseconds, either way, in one unit: `120 ms`, `90 s`, `5 minutes`, `3 hours`, `4 days`.
#[must_use]
pub fn about(nanos: i64) -> String {
    // To the nearest, so that an hour less a moment is an hour.
    let seconds = nanos.saturating_abs().saturating_add(SECOND / 2) / SECOND;
    match seconds {
        0 => format!("{} ms", nanos.saturating_abs() / MILLISECOND),
        1..=180 => format!("{seconds} s"),
        181..=10_800 => format!("{} minutes", (seconds + 30) / 60),
        10_801..=259_200 => format!("{} hours", (seconds + 1_800) / 3_600),
        _ => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

/// Octets in decimal multiples: `812 B`, `30.1 kB`, `1.2 MB`.
#[must_use]
pub fn octets(count: u64) -> String {
    scaled(as_f64_u(count), &["B", "kB", "MB", "GB", "TB", "PB", "EB"])
}

/// The same of the lower end of an interval, if `low`, or of the upper one: rounded outward.
#[must_use]
pub fn octets_at_end(number: f64, low: bool) -> String {
    let to = if low { down } else { up };
    let mut unit = 1.0;
    while number >= unit * 999.5 {
        unit *= 1_000.0;
    }
    let step = if unit < 1.5 || number >= unit * 99.95 { unit } else { unit / 10.0 };
    octets(round(to(number.max(0.0), step)).unsigned_abs())
}

/// A rate in bits per second, decimal multiples: `37.8 kbit/s`.
#[must_use]
pub fn bit_rate(bits_per_second: f64) -> String {
    scaled(bits_per_second, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"])
}

/// A count with thousands separated: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count and its noun: `1 sighting`, `3 sightings`.
#[must_use]
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A moment in a time zone.
#[must_use]
pub fn local(at: Timestamp, zone: &TimeZone) -> Zoned {
    // An i64 of nanoseconds (years 1677 to 2262) always fits jiff's range, so the epoch never stands in for it.
    jiff::Timestamp::from_nanosecond(i128::from(at.nanos())).unwrap_or_default().to_zoned(zone.clone())
}

/// Date and time of a moment, to the second: `2026-11-21 20:14:05`; in the hour that clocks show twice with its offset,
/// `2026-10-25 02:14:05+02:00`.
#[must_use]
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    in_zone(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// Time of day of a moment, to the second: `20:14:05`; in the hour that clocks show twice with its offset.
#[must_use]
pub fn time_of_day(at: Timestamp, zone: &TimeZone) -> String {
    in_zone(at, zone, "%H:%M:%S")
}

/// Time of day of a moment, to the minute: `20:14`; in the hour that clocks show twice with its offset.
#[must_use]
pub fn clock_time(at: Timestamp, zone: &TimeZone) -> String {
    in_zone(at, zone, "%H:%M")
}

/// A moment in a pattern, with its offset where the clocks of the zone show the same twice.
fn in_zone(at: Timestamp, zone: &TimeZone, pattern: &str) -> String {
    let local = local(at, zone);
    let twice = zone.to_ambiguous_timestamp(local.datetime()).is_ambiguous();
    local.strftime(&format!("{pattern}{}", if twice { "%:z" } else { "" })).to_string()
}

/// From one moment to another, with the name of the zone: `2026-11-21 20:14:05 to 2026-11-21 21:00:00 (times are local:
/// Europe/Berlin, UTC+01:00)`; where clocks were changed in between, each moment has its own offset.
#[must_use]
pub fn span(from: Timestamp, until: Timestamp, zone: &TimeZone) -> String {
    let [start, end] = [from, until].map(|at| local(at, zone));
    if start.offset() == end.offset() {
        return format!("{} to {} (times are local: {})", date_time(from, zone), date_time(until, zone), zone_name(from, zone));
    }
    let [start, end] = [start, end].map(|it| it.strftime("%Y-%m-%d %H:%M:%S%:z").to_string());
    format!(
        "{start} to {end} (times are local{}; clocks were changed in between)",
        zone.iana_name().map_or_else(String::new, |name| format!(": {name}"))
    )
}

/// Day and time as people say it: `Saturday 21 November 2026, 20:14`.
#[must_use]
pub fn spoken(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%A %-d %B %Y, %H:%M").to_string()
}

/// Name of a time zone with its offset at a moment: `Europe/Berlin, UTC+01:00`.
#[must_use]
pub fn zone_name(at: Timestamp, zone: &TimeZone) -> String {
    let offset = local(at, zone).strftime("UTC%:z").to_string();
    match zone.iana_name() {
        _ if zone.is_unknown() => "UTC".to_owned(),
        Some("UTC" | "Etc/UTC") => "UTC".to_owned(),
        Some(name) => format!("{name}, {offset}"),
        None => offset,
    }
}

fn scaled(value: f64, units: &[&str]) -> String {
    if !value.is_finite() {
        return "unknown".to_owned();
    }
    let mut value = value.max(0.0);
    let mut units = units.iter();
    let (mut unit, mut whole) = (units.next().copied().unwrap_or_default(), true);
    for next in units {
        if value < 999.5 {
            break;
        }
        (value, unit, whole) = (value / 1_000.0, next, false);
    }
    if whole || value >= 99.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

/// A number of nanoseconds as a float: what it loses beyond 2^53 is below a microsecond in a century.
#[expect(clippy::cast_precision_loss, reason = "reports show at most nine digits")]
#[must_use]
pub const fn as_f64(number: i64) -> f64 {
    number as f64
}

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "reports show at most nine digits")]
#[must_use]
pub const fn as_f64_u(number: u64) -> f64 {
    number as f64
}

/// The nearest whole number; out of range, the nearest end; 0 for what is no number.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, which is what is wanted")]
#[must_use]
pub fn round(number: f64) -> i64 {
    number.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_in_and() {
        for (items, said) in
            [(&[][..], None), (&["a"], Some("a")), (&["a", "b"], Some("a and b")), (&["a", "b", "c"], Some("a, b and c"))]
        {
            assert_eq!(listed(items).as_deref(), said);
        }
    }

    #[test]
    fn durations_read_like_speech() {
        let said: Vec<_> =
            [0, 430_000_000, 4_200_000_000, 59 * SECOND, 185 * SECOND, 11_520 * SECOND, 90_000 * SECOND, 534_000 * SECOND]
                .map(duration)
                .into();
        assert_eq!(said, ["0.00 s", "0.43 s", "4.2 s", "59 s", "3 min 5 s", "3 h 12 min", "1 day 1 h", "6 days 4 h"]);
        assert_eq!(duration(52 * 31_556_952 * SECOND + 1), "52 years");
        assert_eq!(duration(i64::MIN), "0.00 s");
        assert_eq!(duration(i64::MAX), "292 years");
        assert_eq!((seconds(59.9), seconds(f64::NAN)), ("1 min".to_owned(), "unknown".to_owned()));
    }

    #[test]
    fn an_estimate_keeps_the_digits_of_its_interval() {
        let of = |value, low, high| estimate(Estimate { value, low, high });
        assert_eq!(of(4.2, 4.1, 4.4), "4.2 s (4.1 to 4.4)");
        assert_eq!(of(0.5, 0.48, 0.52), "0.50 s (0.48 to 0.52)");
        assert_eq!(of(62.0, 58.0, 66.0), "1 min 2 s (58 s to 1 min 6 s)");
    }

    #[test]
    fn an_interval_is_rounded_outward() {
        let of = |value, low, high| estimate(Estimate { value, low, high });
        assert_eq!(of(20.4, 19.76, 21.34), "20 s (19 to 22)");
        assert_eq!(of(4.2, 4.19, 4.21), "4.2 s (4.1 to 4.3)");
        assert_eq!(of(0.5, 0.489, 0.511), "0.50 s (0.48 to 0.52)");
        assert_eq!(of(0.3, 0.29, 0.57), "0.30 s (0.29 to 0.57)");
        assert_eq!(of(62.0, 58.9, 66.1), "1 min 2 s (58 s to 1 min 7 s)");
        assert_eq!(of(7_200.0, 7_199.0, 7_261.0), "2 h 0 min (1 h 59 min to 2 h 2 min)".replace("2 h 0 min", "2 h"));
        let ends = |low, high| (octets_at_end(low, true), octets_at_end(high, false));
        assert_eq!(ends(812.9, 813.1), ("812 B".to_owned(), "814 B".to_owned()));
        assert_eq!(ends(30_190.0, 30_110.0), ("30.1 kB".to_owned(), "30.2 kB".to_owned()));
        assert_eq!(ends(123_900.0, 999_400.0), ("123 kB".to_owned(), "1.0 MB".to_owned()));
        assert_eq!(ends(-4.0, 0.0), ("0 B".to_owned(), "0 B".to_owned()));
    }

    #[test]
    fn sizes_and_rates_change_unit_before_four_digits() {
        assert_eq!(
            [0, 999, 1_000, 30_100, 99_960, 999_600].map(octets),
            ["0 B", "999 B", "1.0 kB", "30.1 kB", "100 kB", "1.0 MB"]
        );
        assert_eq!(octets(u64::MAX), "18.4 EB");
        assert_eq!(bit_rate(37_760.0), "37.8 kbit/s");
        assert_eq!(bit_rate(f64::INFINITY), "unknown");
        assert_eq!([7, 1_234, 12_345_678].map(count), ["7", "1,234", "12,345,678"]);
    }

    #[test]
    fn in_the_night_of_the_changed_clocks_no_moment_can_be_taken_for_another() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // 2026-10-25T00:59:00Z, a minute before the clocks go back, and an hour and a bit later.
        let (before, after) = (1_792_889_940, 1_792_893_601);
        let moment = |seconds: i64| Timestamp::from_nanos(seconds * SECOND);
        assert_eq!(date_time(moment(before), &zone), "2026-10-25 02:59:00+02:00");
        assert_eq!(date_time(moment(before + 60), &zone), "2026-10-25 02:00:00+01:00");
        assert_eq!(time_of_day(moment(after), &zone), "03:00:01");
        assert_eq!(
            span(moment(before), moment(before + 161), &zone),
            "2026-10-25 02:59:00+02:00 to 2026-10-25 02:01:41+01:00 (times are local: Europe/Berlin; clocks were changed in between)"
        );
        // In spring an hour is left out.
        let spring = span(moment(1_774_745_999), moment(1_774_746_000), &zone);
        assert!(spring.starts_with("2026-03-29 01:59:59+01:00 to 2026-03-29 03:00:00+02:00"), "{spring}");
    }

    #[test]
    fn moments_are_told_in_the_zone_of_the_reader() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = Timestamp::from_nanos(1_795_288_445 * SECOND);
        assert_eq!(date_time(at, &zone), "2026-11-21 20:14:05");
        assert_eq!(spoken(at, &zone), "Saturday 21 November 2026, 20:14");
        assert_eq!(zone_name(at, &zone), "Europe/Berlin, UTC+01:00");
        assert_eq!(zone_name(at, &TimeZone::UTC), "UTC");
        assert_eq!(zone_name(at, &TimeZone::unknown()), "UTC");
        assert_eq!(
            span(at, at.plus(SECOND), &zone),
            "2026-11-21 20:14:05 to 2026-11-21 20:14:06 (times are local: Europe/Berlin, UTC+01:00)"
        );
        assert_eq!(date_time(Timestamp::MIN, &TimeZone::UTC), "1677-09-21 00:12:43");
        assert_eq!(date_time(Timestamp::MAX, &TimeZone::UTC), "2262-04-11 23:47:16");
    }
}
