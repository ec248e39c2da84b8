//! Questions and orders in plain English: answered from the store and from the program that runs, or handed to it.

mod home;
mod when;

use std::path::Path;

use anyhow::Context as _;
use earwitness_base::clock;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_voice::{Clock, Intent, answer, done};
use jiff::tz::TimeZone;

pub(crate) use self::home::Home;
pub(crate) use self::when::next;

use crate::appliance::Request;

/// Tells the program that runs something, and gives its answer.
pub(crate) type Tell<'a> = &'a dyn Fn(Request) -> std::io::Result<String>;

/// The same with the time of day that is meant, of 24 hours, to be asked for before it is done.
pub(crate) fn resolved(intent: Intent) -> anyhow::Result<Intent> {
    let Intent::QuietUntil(time) = intent else { return Ok(intent) };
    let zone = TimeZone::system();
    let then = jiff::Timestamp::from_nanosecond(until(time, clock::now(), &zone)?.nanos().into())?.to_zoned(zone);
    let (hour, minute) = (u8::try_from(then.hour())?, u8::try_from(then.minute())?);
    Ok(Intent::QuietUntil(Clock { hour, minute, half_known: true }))
}

/// Answers a question, or does what is wanted and says so.
pub(crate) fn carry_out(intent: Intent, home: &Home<'_>, state: &Path) -> anyhow::Result<String> {
    let Some(request) = request(intent)? else {
        return Ok(answer(intent, &home.facts(intent)?));
    };
    home.tell(request).with_context(|| {
        format!(
            "nothing that could be told runs on {}; start `earwitness run`, or name another folder with --state",
            state.display()
        )
    })?;
    Ok(done(intent, &home.facts(intent)?))
}

/// What the running program is told for it, if anything.
fn request(intent: Intent) -> anyhow::Result<Option<Request>> {
    let now = clock::now();
    let zone = TimeZone::system();
    Ok(match intent {
        Intent::Pause(None) => Some(Request::Pause),
        Intent::Pause(Some(minutes)) => Some(Request::PauseUntil(now.plus(i64::from(minutes) * 60 * SECOND))),
        Intent::QuietUntil(time) => Some(Request::PauseUntil(until(time, now, &zone)?)),
        Intent::Resume => Some(Request::Resume),
        Intent::ProbeNow => Some(Request::Probe),
        Intent::WhoListens | Intent::Happened(_) | Intent::Reacted(_) | Intent::HowMuch(..) | Intent::IsPaused | Intent::Help => {
            None
        }
    })
}

/// A time of day that was said. Without a half of the day, the next of both that comes is meant.
fn until(time: Clock, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let at = |hour: u8| -> anyhow::Result<Timestamp> {
        next(jiff::civil::Time::new(i8::try_from(hour)?, i8::try_from(time.minute)?, 0, 0)?, now, zone)
    };
    let first = at(time.hour)?;
    let is_open = !time.half_known && time.hour < 12;
    Ok(if is_open { first.min(at(time.hour + 12)?) } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_the_next_of_both_halves_of_the_day_only_where_none_was_said() {
        // Six in the evening.
        let now = Timestamp::from_nanos(1_780_336_800 * SECOND);
        let hours = |hour: u8, half_known: bool| {
            until(Clock { hour, minute: 0, half_known }, now, &TimeZone::UTC).unwrap().since(now) / (3_600 * SECOND)
        };
        assert_eq!((hours(9, false), hours(9, true), hours(21, true)), (3, 15, 3));
        assert_eq!((hours(0, true), hours(12, true)), (6, 18));
    }
}
