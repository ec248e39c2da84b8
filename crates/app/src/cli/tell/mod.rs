//! `earwitness tell`: a word to the program that runs.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::ValueHint;
use earwitness_base::clock;
use earwitness_core::time::SECOND;
use jiff::tz::TimeZone;

use super::Outcome;
use crate::ask::next;
use crate::config::Config;
use crate::daemon::{self, Request};

/// Tell a running `earwitness run` or `probe` something: to pause, that nobody is at home, to say how it stands.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness tell status
  earwitness tell pause --state home
  sudo earwitness tell pause --until 07:30

Exit status: 0 it was told; 2 nobody is there to be told.")]
pub(in crate::cli) struct Args {
    /// What.
    request: Request,
    /// With `pause`: how many minutes it lasts.
    #[arg(long = "for", value_name = "MINUTES", value_parser = clap::value_parser!(u16).range(1..=7 * 24 * 60), conflicts_with = "until")]
    minutes: Option<u16>,
    /// With `pause`: until which time of day by this machine's clock, such as 07:30.
    #[arg(long, value_name = "TIME", value_parser = time_of_day)]
    until: Option<jiff::civil::Time>,
    /// The configuration that it runs with.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// The folder that it keeps its store in.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
}

fn time_of_day(text: &str) -> Result<jiff::civil::Time, String> {
    jiff::civil::Time::strptime("%H:%M", text).map_err(|_| "give hours and minutes, such as 07:30".to_owned())
}

impl Args {
    fn request(&self) -> anyhow::Result<Request> {
        let now = clock::now();
        let until = match (self.minutes, self.until) {
            (Some(minutes), _) => Some(now.plus(i64::from(minutes) * 60 * SECOND)),
            (None, Some(time)) => Some(next(time, now, &TimeZone::system())?),
            (None, None) => None,
        };
        match until {
            Some(until) if self.request == Request::Pause => Ok(Request::PauseUntil(until)),
            Some(_) => bail!("--for and --until go with `pause`"),
            None => Ok(self.request),
        }
    }
}

/// Tells it, and shows the answer.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let request = args.request()?;
    let folder = match &args.state {
        Some(state) => state.clone(),
        None => Config::load(args.config.as_deref())?.state,
    };
    let answer = daemon::ask(&folder, request).with_context(|| {
        let folder = folder.display();
        format!("nothing that could be told runs on {folder}; start `earwitness run`, name another folder with --state, or become its owner")
    });
    let answer = answer?;
    match writeln!(std::io::stdout().lock(), "{answer}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Outcome::Done),
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::Timestamp;

    use super::*;

    #[test]
    fn a_time_of_day_is_the_next_one_also_where_the_clock_is_set() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| {
            let nanos = text.parse::<jiff::Timestamp>().unwrap().as_nanosecond();
            Timestamp::from_nanos(i64::try_from(nanos).unwrap())
        };
        let then = |text: &str, now: &str| next(time_of_day(text).unwrap(), at(now), &zone).unwrap();
        // 22:00 in Berlin.
        assert_eq!(then("07:30", "2026-07-01T20:00:00Z"), at("2026-07-02T05:30:00Z"));
        assert_eq!(then("22:30", "2026-07-01T20:00:00Z"), at("2026-07-01T20:30:00Z"));
        assert_eq!(then("22:00", "2026-07-01T20:00:00Z"), at("2026-07-02T20:00:00Z"), "now is over");
        // The clock goes from 2:00 to 3:00 that night.
        assert_eq!(then("02:30", "2026-03-28T22:00:00Z"), at("2026-03-29T01:30:00Z"));
        assert_eq!(then("07:30", "2026-10-24T22:00:00Z"), at("2026-10-25T06:30:00Z"));
        assert!(["24:00", "7", "noon", ""].iter().all(|text| time_of_day(text).is_err()));
    }
}
