//! Questions and orders in plain English: answered from the store and from the program that runs, or handed to it.

mod home;
mod when;

use std::path::Path;

use anyhow::Context as _;
use earwitness_base::clock;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_voice::{Asked, Clock, Intent, answer, done, passed};
use jiff::tz::TimeZone;

pub(crate) use self::home::Home;
pub(crate) use self::when::next;

use crate::appliance::Request;

/// Tells the program that runs something, and gives its answer.
pub(crate) type Tell<'a> = &'a dyn Fn(Request) -> std::io::Result<String>;

/// The same with the time of day that is meant, of 24 hours, to be asked for before it is done.
pub(crate) fn resolved(Asked { intent, at }: Asked) -> anyhow::Result<Intent> {
    let Intent::QuietUntil(time) = intent else { return Ok(intent) };
    let zone = TimeZone::system();
    Ok(Intent::QuietUntil(time_of_day(until(time, at, &zone)?, zone)?))
}

fn time_of_day(at: Timestamp, zone: TimeZone) -> anyhow::Result<Clock> {
    let then = jiff::Timestamp::from_nanosecond(at.nanos().into())?.to_zoned(zone);
    Ok(Clock { hour: u8::try_from(then.hour())?, minute: u8::try_from(then.minute())?, half_known: true })
}

/// Answers a question, or does what is wanted and says so.
pub(crate) fn carry_out(asked: Asked, home: &Home<'_>, state: &Path) -> anyhow::Result<String> {
    let intent = asked.intent;
    let request = match wanted(asked, clock::now(), &TimeZone::system())? {
        Wanted::Answer => return Ok(answer(intent, &home.facts(intent)?)),
        Wanted::Passed(time) => return Ok(passed(time)),
        Wanted::Told(request) => request,
    };
    home.tell(request).with_context(|| {
        format!(
            "nothing that could be told runs on {}; start `earwitness run`, or name another folder with --state",
            state.display()
        )
    })?;
    Ok(done(intent, &home.facts(intent)?))
}

/// What is to be done for what was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    /// A question is answered.
    Answer,
    /// The running program is told something.
    Told(Request),
    /// Nothing any more: this time, which was asked about, has passed.
    Passed(Clock),
}

/// A time of day is the one that was meant when it was asked for, a length of time begins now.
fn wanted(Asked { intent, at }: Asked, now: Timestamp, zone: &TimeZone) -> anyhow::Result<Wanted> {
    Ok(match intent {
        Intent::Pause(None) => Wanted::Told(Request::Pause),
        Intent::Pause(Some(minutes)) => Wanted::Told(Request::PauseUntil(now.plus(i64::from(minutes) * 60 * SECOND))),
        Intent::QuietUntil(time) => match until(time, at, zone)? {
            then if then <= now => Wanted::Passed(time_of_day(then, zone.clone())?),
            then => Wanted::Told(Request::PauseUntil(then)),
        },
        Intent::Resume => Wanted::Told(Request::Resume),
        Intent::ProbeNow => Wanted::Told(Request::Probe),
        Intent::WhoListens | Intent::Happened(_) | Intent::Reacted(_) | Intent::HowMuch(..) | Intent::IsPaused | Intent::Help => {
            Wanted::Answer
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

    #[test]
    fn a_yes_that_comes_after_the_time_that_was_asked_about_changes_nothing() {
        // Ten seconds before nine in the evening: "nine" without a half of the day.
        let asked_at = Timestamp::from_nanos((1_780_336_800 + 3 * 3_600 - 10) * SECOND);
        let nine = |half_known: bool, hour: u8| Asked {
            intent: Intent::QuietUntil(Clock { hour, minute: 0, half_known }),
            at: asked_at,
        };
        let after = |asked: Asked, seconds: i64| wanted(asked, asked_at.plus(seconds * SECOND), &TimeZone::UTC).unwrap();
        let evening = Clock { hour: 21, minute: 0, half_known: true };
        for asked in [nine(false, 9), nine(true, 21)] {
            assert_eq!(after(asked, 9), Wanted::Told(Request::PauseUntil(asked_at.plus(10 * SECOND))));
            // Neither nine in the morning nor tomorrow's evening was asked about.
            assert_eq!((after(asked, 10), after(asked, 17)), (Wanted::Passed(evening), Wanted::Passed(evening)));
        }
        assert_eq!(passed(evening), "It is past 9 in the evening already. Nothing was changed.");
        // A length of time begins with the yes.
        let hour = Asked { intent: Intent::Pause(Some(60)), at: asked_at };
        assert_eq!(after(hour, 7), Wanted::Told(Request::PauseUntil(asked_at.plus(3_607 * SECOND))));
    }
}
