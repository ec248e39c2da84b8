//! What can be said on the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{ValueEnum, ValueHint};
use earwitness_core::mac::Mac;
use earwitness_core::time::{Timestamp, Window};

use earwitness_store::{Of, Reader, SessionId, SessionRow};

/// Write what a store holds as a table (CSV, JSON or Parquet), the recent frames as a capture, or all tables into a dataset of many homes.
///
/// The store may be in use. The columns are explained in docs/guide/store.md.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness export series /var/lib/earwitness -o series.parquet --from 2026-03-01 --until 2026-03-08
  earwitness export probes /var/lib/earwitness --session 3 -o night.probes.jsonl
  earwitness export dataset /var/lib/earwitness -o /mnt/study --home home-17

Exit status: 0 done; 2 it could not be read or written.")]
pub(in crate::cli) struct Args {
    /// Which table.
    #[arg(value_enum, value_name = "WHAT")]
    pub(super) what: What,
    /// The folder of the store, or its file; for `frames`, the folder.
    #[arg(value_name = "STORE", value_hint = ValueHint::AnyPath)]
    pub(super) store: PathBuf,
    /// Write here instead of to standard output; the file is there whole or not at all. For `dataset`, its folder.
    #[arg(short, long, value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(super) output: PathBuf,
    /// How; without it, the end of the file's name decides, else CSV.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Form>,
    /// Only this session.
    #[arg(long, value_name = "NUMBER")]
    session: Option<i64>,
    /// Only from this moment on, like 2026-03-02T22:00:00Z or 2026-03-02 22:00 (local time).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Only before this moment.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// Only frames from and to this device.
    #[arg(long, value_name = "MAC", value_parser = device)]
    pub(super) device: Option<Mac>,
    #[command(flatten)]
    pub(super) dataset: DatasetArgs,
}

/// Of a dataset alone.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "For dataset")]
pub(super) struct DatasetArgs {
    /// What the home is called in the dataset: a pseudonym, which whoever runs the study gives out.
    #[arg(long, value_name = "NAME")]
    pub(super) home: Option<String>,
    /// Take the folder and the name of the home from [dataset] of this configuration.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) config: Option<PathBuf>,
    /// The key of the pseudonyms of devices, which stays in the home; it is made if it is missing. Without it, pseudonyms.key beside the store.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) key: Option<PathBuf>,
    /// Leave the addresses of devices and receivers as they are.
    #[arg(long)]
    pub(super) plain: bool,
    /// Replace the home that is there, with all its days.
    #[arg(long)]
    pub(super) replace: bool,
}

/// The tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum What {
    /// How each session is laid out, when it began, how it ended.
    Sessions,
    /// What was played when, a row for each round.
    Rounds,
    /// What was sent to the loudspeaker in each round: utterances, recordings, noises and gaps, to the sample.
    Segments,
    /// What each device sent in each slot, as it was scored.
    Scores,
    /// What each device sent and received, second by second.
    Series,
    /// Uploads that look like audio.
    Sightings,
    /// Verdicts as they were told, with the numbers behind them.
    Verdicts,
    /// What happened, in words.
    Journal,
    /// What the microphone heard devices answer.
    Replies,
    /// The log of probes that `analyze --probes` reads, of one session.
    Probes,
    /// The recent frames, as a capture (pcapng) for `analyze`, Wireshark and others.
    Frames,
    /// All of it into a dataset of many homes, with pseudonyms in the place of addresses; again and again, as days pass.
    Dataset,
}

impl What {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Rounds => "rounds",
            Self::Segments => "segments",
            Self::Scores => "scores",
            Self::Series => "series",
            Self::Sightings => "sightings",
            Self::Verdicts => "verdicts",
            Self::Journal => "journal",
            Self::Replies => "replies",
            Self::Probes => "probes",
            Self::Frames => "frames",
            Self::Dataset => "dataset",
        }
    }
}

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Form {
    /// Comma-separated values.
    Csv,
    /// One JSON object.
    Json,
    /// Parquet.
    Parquet,
    /// JSON Lines, for probes.
    Jsonl,
}

/// What is asked for.
#[derive(Debug)]
pub(super) struct Selection {
    session: Option<SessionId>,
    /// The time that is asked for.
    pub(super) window: Window,
    /// The sessions that lie in it, at least in part.
    pub(super) sessions: Vec<SessionRow>,
}

impl Args {
    /// Refuses what only one of the kinds of output can take.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let DatasetArgs { home, config, key, plain, replace } = &self.dataset;
        let of_dataset = home.is_some() || config.is_some() || key.is_some() || *plain || *replace;
        if self.what != What::Dataset && of_dataset {
            bail!("--home, --config, --key, --plain and --replace are for `export dataset`");
        }
        let of_tables = self.format.is_some() || self.session.is_some() || self.from.is_some() || self.until.is_some();
        if self.what == What::Dataset && (of_tables || self.device.is_some()) {
            bail!("a dataset takes all that the store holds: leave out --format, --session, --from, --until and --device");
        }
        if self.what != What::Frames && self.device.is_some() {
            bail!("--device chooses among frames; tables hold every device in a column");
        }
        Ok(())
    }

    pub(super) fn form(&self) -> anyhow::Result<Form> {
        if let Some(form) = self.format {
            return Ok(form);
        }
        let Some(end) = self.output.extension().filter(|_| self.output != Path::new("-")) else { return Ok(Form::Csv) };
        let form = end.to_str().and_then(|end| Form::from_str(end, true).ok());
        form.with_context(|| {
            format!(
                "{} does not say which format is wanted; end its name with .csv, .json, .jsonl or .parquet, or say --format",
                self.output.display()
            )
        })
    }

    pub(super) fn selection(&self) -> anyhow::Result<Selection> {
        let window = Window { from: self.from.unwrap_or(Timestamp::MIN), until: self.until.unwrap_or(Timestamp::MAX) };
        if window.until <= window.from {
            bail!("--until does not lie after --from");
        }
        Ok(Selection { session: self.session.map(SessionId), window, sessions: Vec::new() })
    }
}

impl Selection {
    /// Finds the sessions.
    pub(super) fn over(mut self, reader: &Reader) -> anyhow::Result<Self> {
        let all = reader.sessions()?;
        if let Some(session) = self.session
            && !all.iter().any(|row| row.id == session)
        {
            let known: Vec<String> = all.iter().map(|row| row.id.to_string()).collect();
            bail!("--session {session}: there is none with this number; known: {}", known.join(", "));
        }
        let inside = |row: &SessionRow| {
            let until = row.ended.map_or(Timestamp::MAX, |ended| ended.0);
            self.session.is_none_or(|session| session == row.id) && row.begun < self.window.until && self.window.from <= until
        };
        self.sessions = all.into_iter().filter(inside).collect();
        Ok(self)
    }

    /// Whose stretches are read.
    pub(super) fn of(&self) -> Of {
        self.session.map_or(Of::Window(self.window), Of::Session)
    }
}

/// A MAC address.
fn device(text: &str) -> Result<Mac, String> {
    text.parse().map_err(|_| format!("{text:?} is no MAC address; write it like 02:00:5e:10:00:01"))
}

/// A moment with its offset, or in local time.
fn moment(text: &str) -> Result<Timestamp, String> {
    let local = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::system()).ok();
    let at = text.parse::<jiff::Timestamp>().ok().or_else(|| local().map(|at| at.timestamp()));
    let nanos = at.and_then(|at| i64::try_from(at.as_nanosecond()).ok());
    nanos
        .map(Timestamp::from_nanos)
        .ok_or_else(|| format!("{text:?} is no moment; write it like 2026-03-02T22:00:00Z, or 2026-03-02 22:00 in local time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_an_offset() {
        assert_eq!(moment("1970-01-01T01:00:00+01:00"), Ok(Timestamp::from_nanos(0)));
        assert!(moment("2026-03-02 22:00").is_ok() && moment("2026-03-02").is_ok());
        assert!(moment("yesterday").unwrap_err().contains("2026-03-02T22:00:00Z"));
        assert!(moment("9999-01-01T00:00:00Z").is_err(), "beyond what a frame's stamp can tell");
    }
}
