//! Days and nights of the home's clock.

use anyhow::Context as _;
use earwitness_base::words;
use earwitness_core::time::{Timestamp, Window};
use earwitness_voice::Period;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// When nights begin and end.
const EVENING: i8 = 20;
const MORNING: i8 = 8;

fn local(at: Timestamp, zone: &TimeZone) -> anyhow::Result<jiff::Zoned> {
    Ok(jiff::Timestamp::from_nanosecond(at.nanos().into())?.to_zoned(zone.clone()))
}

fn moment(date: Date, hour: i8, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let then = date.to_datetime(Time::new(hour, 0, 0, 0)?).to_zoned(zone.clone())?.timestamp().as_nanosecond();
    Ok(Timestamp::from_nanos(i64::try_from(then)?))
}

/// The time that a question is about; none of a session, which has its own.
pub(super) fn window(period: Period, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Option<Window>> {
    let today = local(now, zone)?.date();
    let yesterday = today.yesterday().context("there is no day before this one")?;
    let midnight = |date: Date| moment(date, 0, zone);
    let window = match period {
        Period::LastSession => return Ok(None),
        Period::Today => Window { from: midnight(today)?, until: now },
        Period::Yesterday => Window { from: midnight(yesterday)?, until: midnight(today)? },
        Period::LastNight => Window { from: moment(yesterday, EVENING, zone)?, until: moment(today, MORNING, zone)?.min(now) },
        Period::Week => Window { from: midnight(today.checked_sub(jiff::Span::new().days(6))?)?, until: now },
    };
    Ok(Some(window))
}

/// When a time of day comes next; one that a change of the clock leaves out is an hour later.
pub(crate) fn next(time: Time, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let here = jiff::Timestamp::from_nanosecond(now.nanos().into())?.to_zoned(zone.clone());
    let today = here.date();
    let date = if time > here.time() { today } else { today.tomorrow()? };
    let then = date.to_datetime(time).to_zoned(zone.clone())?.timestamp().as_nanosecond();
    Ok(Timestamp::from_nanos(i64::try_from(then)?))
}

/// `yesterday at 22:10`.
pub(super) fn said(at: Timestamp, now: Timestamp, zone: &TimeZone) -> anyhow::Result<String> {
    let (then, today) = (local(at, zone)?, local(now, zone)?.date());
    let day = if then.date() == today {
        "today".to_owned()
    } else if Some(then.date()) == today.yesterday().ok() {
        "yesterday".to_owned()
    } else {
        then.strftime("on %-d %B").to_string()
    };
    Ok(format!("{day} at {}", words::clock_time(at, zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let nanos = text.parse::<jiff::Timestamp>().unwrap().as_nanosecond();
        Timestamp::from_nanos(i64::try_from(nanos).unwrap())
    }

    #[test]
    fn days_and_nights_are_those_of_the_homes_clock() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // 10:00 in Berlin, on the day after the clock was set back.
        let now = at("2026-10-26T09:00:00Z");
        let of = |period: Period| window(period, now, &zone).unwrap().map(|it| (it.from, it.until));
        assert_eq!(of(Period::Today), Some((at("2026-10-25T23:00:00Z"), now)));
        assert_eq!(of(Period::Yesterday), Some((at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z"))), "25 hours");
        assert_eq!(of(Period::LastNight), Some((at("2026-10-25T19:00:00Z"), at("2026-10-26T07:00:00Z"))));
        assert_eq!(of(Period::Week), Some((at("2026-10-19T22:00:00Z"), now)));
        assert_eq!(of(Period::LastSession), None);
        // At three in the morning the night is not over.
        let night = at("2026-10-26T02:00:00Z");
        let window = window(Period::LastNight, night, &zone).unwrap().unwrap();
        assert_eq!((window.from, window.until), (at("2026-10-25T19:00:00Z"), night));
    }

    #[test]
    fn moments_are_said_as_people_say_them() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let now = at("2026-11-05T09:00:00Z");
        let of = |text: &str| said(at(text), now, &zone).unwrap();
        assert_eq!(of("2026-11-05T07:05:00Z"), "today at 08:05");
        assert_eq!(of("2026-11-04T21:10:00Z"), "yesterday at 22:10");
        assert_eq!(of("2026-11-03T21:10:00Z"), "on 3 November at 22:10");
    }

    #[test]
    fn a_time_of_day_is_the_next_one_also_where_the_clock_is_set() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let then = |text: &str, now: &str| next(Time::strptime("%H:%M", text).unwrap(), at(now), &zone).unwrap();
        // 22:00 in Berlin.
        assert_eq!(then("07:30", "2026-07-01T20:00:00Z"), at("2026-07-02T05:30:00Z"));
        assert_eq!(then("22:30", "2026-07-01T20:00:00Z"), at("2026-07-01T20:30:00Z"));
        assert_eq!(then("22:00", "2026-07-01T20:00:00Z"), at("2026-07-02T20:00:00Z"), "now is over");
        // The clock goes from 2:00 to 3:00 that night.
        assert_eq!(then("02:30", "2026-03-28T22:00:00Z"), at("2026-03-29T01:30:00Z"));
        assert_eq!(then("07:30", "2026-10-24T22:00:00Z"), at("2026-10-25T06:30:00Z"));
    }
}
