//! `earwitness ledger`: what was uploaded against what the vendor's history shows.

mod json;
mod report;
mod seen;
mod store;
mod table;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueHint;
use earwitness_core::time::SECOND;
use jiff::tz::TimeZone;

use self::seen::Seen;
use super::Outcome;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_base::words;
use earwitness_ledger::import::{self, Column, History, Reading};
use earwitness_ledger::{Ledger, Material, Settings, Sound, compare};

/// Compare the uploads that were seen with the history that a vendor shows its customer.
///
/// Each upload is matched with at most one record of the history. What is left over is listed: uploads without a record, records without an upload, and recordings that are shorter than
/// what was uploaded. How far the vendor's clock is off, and to which unit its times are cut, is estimated and said; how many matches chance would make is measured by
/// shifting the history in time. Read are Alexa's voice history and Google's My Activity (JSON; My Activity also as HTML), tables (CSV), and zip archives with one of these in them.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness ledger --uploads /var/lib/earwitness --history history.json --device 02:00:5e:10:00:01
  earwitness ledger --uploads report.json --history MyActivity.html --time-zone Europe/Berlin
  earwitness ledger --uploads report.json --history archive.csv --map \"Date=time,Length=seconds\" --json

Exit status: 0 done; 1 with --exit-code, if an upload has no record or a shorter one; 2 something could not be read.")]
pub(super) struct Args {
    /// The folder of a store, or a report (`analyze --json`).
    #[arg(long, value_name = "STORE|REPORT.json", value_hint = ValueHint::AnyPath)]
    uploads: PathBuf,
    /// The vendor's history, or a zip archive with it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    history: PathBuf,
    /// Which file of the archive is the history, as its name or the end of its path; needed where there are several.
    #[arg(long, value_name = "NAME")]
    member: Option<String>,
    /// What a table calls a column, and what it is here (time, seconds, kind, device, text): Date=time, more of them after commas.
    #[arg(long, value_name = "THEIRS=OURS", value_delimiter = ',')]
    map: Vec<Column>,
    /// Where clocks showed the times of the history that have no offset, like Europe/Berlin.
    #[arg(long, value_name = "NAME", value_parser = earwitness_base::moment::zone)]
    time_zone: Option<TimeZone>,
    /// Only uploads of this device (MAC or IP address); may be given more than once. Without it, of all: then those of other vendors' devices have no record.
    #[arg(long, value_name = "MAC|IP")]
    device: Vec<String>,
    /// Compare large uploads as well: much that was sent in one go, in which nothing tells a recording from a picture, a backup or a log.
    #[arg(long)]
    large_uploads: bool,
    /// How far the vendor's clock may be off, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u16).range(0..=600))]
    widest_offset: u16,
    /// How far a record may lie from its upload beside that and the cut of its times, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=300))]
    tolerance: u16,
    /// How often the history is shifted to measure chance.
    #[arg(long, value_name = "NUMBER", default_value_t = 199, value_parser = clap::value_parser!(u32).range(0..=9_999))]
    shifts: u32,
    /// What the shifts are drawn from; the same number gives the same result.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/ledger-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Status 1 if an upload has no record, or a shorter one.
    #[arg(long)]
    exit_code: bool,
}

/// Devices that a message names.
const NAMED: usize = 8;

/// All that is told.
struct Told {
    seen: Seen,
    history: History,
    material: Material,
    ledger: Ledger,
}

/// Compares and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let settings = Settings {
        widest_offset: i64::from(args.widest_offset) * SECOND,
        tolerance: i64::from(args.tolerance) * SECOND,
        shifts: args.shifts,
        seed: args.seed,
    };
    let seen = seen(args)?;
    let history = history(args)?;
    let material = Material {
        sounds: seen.sounds.iter().map(|it| Sound { at: it.at, played: it.stimulus.is_some() }).collect(),
        uploads: seen.uploads.iter().map(|it| it.upload).collect(),
        records: history.records.clone(),
        watched: seen.watched.clone(),
    };
    let ledger = compare(&material, &settings)?;
    if let Some(off) = ledger.zone_off {
        let (by, way) = (words::duration(off.saturating_abs()), if off < 0 { "earlier" } else { "later" });
        bail!(
            "{}: its times would fit the uploads if they were {by} {way}: they were read in a wrong time zone, which --time-zone names; or the clock of the capture was off by as much, \
             which has to be corrected there (`editcap -t`)",
            args.history.display()
        );
    }
    let told = Told { seen, history, material, ledger };
    write(args, &told)?;
    let totals = &told.ledger.totals;
    let found = args.exit_code && totals.uploads_without_record + totals.shorter > 0;
    Ok(if found { Outcome::Found } else { Outcome::Done })
}

fn write(args: &Args, told: &Told) -> anyhow::Result<()> {
    let dash = Path::new("-");
    for warning in &told.history.warnings {
        say::line(&format!("{}: {warning}", args.history.display()));
    }
    if let Some(path) = &args.json {
        outfile::write_whole(path, |out: &mut Sink<'_>| json::write(told, out))?;
    }
    if args.json.as_deref() != Some(dash) {
        outfile::write_whole(dash, |out: &mut Sink<'_>| table::write(told, out))?;
    }
    Ok(())
}

/// What was seen, of the devices that were asked for.
fn seen(args: &Args) -> anyhow::Result<Seen> {
    let path = &args.uploads;
    let read = if path.is_dir() || is_store(path) { store::read(path) } else { report::read(path) };
    let mut seen = read.with_context(|| format!("--uploads {}", path.display()))?;
    for device in &args.device {
        if !seen.devices.iter().any(|known| known.contains(&device.to_lowercase())) {
            let known: Vec<&str> =
                seen.devices.iter().filter_map(|names| names.first()).take(NAMED).map(String::as_str).collect();
            bail!("--device {device}: no such device is in {}; name one that is, such as {}", path.display(), known.join(", "));
        }
    }
    if !args.device.is_empty() {
        seen.only(&args.device);
    }
    if !args.large_uploads {
        seen.without_large_uploads();
    }
    if seen.uploads.is_empty() {
        let whose = if args.device.is_empty() { "" } else { " of that device" };
        let others = match seen.large_left_aside {
            0 => String::new(),
            large => format!("; --large-uploads compares the {large} that may be recordings or anything else"),
        };
        bail!("{} holds no upload of sound{whose}, so that there is nothing to compare{others}", path.display());
    }
    Ok(seen)
}

/// Whether a file is a store, by its first octets.
fn is_store(path: &Path) -> bool {
    let mut first = [0; 16];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok_and(|()| first == *b"SQLite format 3\0")
}

/// The vendor's history.
fn history(args: &Args) -> anyhow::Result<History> {
    let bytes = whole(&args.history, import::LARGEST).with_context(|| format!("--history {}", args.history.display()))?;
    let reading = Reading { member: args.member.clone(), columns: args.map.clone(), zone: args.time_zone.clone() };
    Ok(import::read(&bytes, &args.history.display().to_string(), &reading)?)
}

/// A file that is no larger than it may be.
fn whole(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(largest + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > largest {
        bail!("larger than {} MB; name the history alone where it is in an archive, or export a shorter time", largest >> 20);
    }
    Ok(bytes)
}
