//! What can be said on the command line.

use super::super::serve::Serve;
use super::values::share;
use std::path::PathBuf;

use clap::{ArgAction, ValueEnum, ValueHint};
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::findings::DeviceId;
use earwitness_core::scope::Network;

use earwitness_base::words::as_f64;
use earwitness_report::labels::device_id;

/// Report which device uploaded audio, when, how long and to whom, from packet captures.
///
/// Reads pcap and pcapng, plain or packed (gzip, zstd, xz, bzip2, lz4, zip), and says what it found in a table. A sighting is a finding, not a
/// proof: content is encrypted and is not read.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
#[command(after_help = "\
Examples:
  earwitness analyze home.pcapng --html report.html
  earwitness analyze night.pcapng --probes night.probes.jsonl --json=report.json
  earwitness analyze --place captures/home-01 captures/home-02 --dataset lake

Exit status: 0 done; 1 with --exit-code, when a device sent what looks like audio, also if it streams all the time; 2 nothing could be read or written, or, with --exit-code, most of it could not be read.")]
pub(in crate::cli) struct Args {
    /// Capture files; `-` is standard input. Several are read as one, merged by time.
    #[arg(required_unless_present = "place", value_name = "CAPTURE", value_hint = ValueHint::FilePath)]
    pub(super) captures: Vec<PathBuf>,

    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/analyze-2.json; with --place docs/schema/places-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-", help_heading = "Reports")]
    pub(super) json: Option<PathBuf>,
    /// Write uploads and verdicts, a line each in the format of Suricata's events, for systems that gather logs (docs/guide/siem.md).
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(super) eve: Option<PathBuf>,
    /// Write a page for people, complete in one file.
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(super) html: Option<PathBuf>,
    #[command(flatten)]
    pub(super) serve: Serve,
    /// Write octets and frames per device and second, as Parquet.
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(super) series: Option<PathBuf>,
    /// Write the frames of the sightings with comments, as pcapng for Wireshark.
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub(super) annotate: Option<PathBuf>,
    /// Write the main report (table, or JSON with --json) here instead of to standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    pub(super) output: Option<PathBuf>,
    /// Report only this device; may be given more than once.
    #[arg(long, value_name = "MAC|IP", value_parser = device_id, help_heading = "Reports")]
    pub(super) device: Vec<DeviceId>,
    /// Country of the receivers, from a table in MMDB format, instead of the one that the program carries.
    #[arg(long, value_name = "MMDB", help_heading = "Reports")]
    pub(super) geo: Option<PathBuf>,
    /// Autonomous system of the receivers, from a table in MMDB format, instead of the one that the program carries.
    #[arg(long, value_name = "MMDB", help_heading = "Reports")]
    pub(super) asn: Option<PathBuf>,
    /// Exit with status 1 when a device sent what looks like audio, once or all the time.
    #[arg(long, help_heading = "Reports")]
    pub(super) exit_code: bool,
    /// Say nothing on standard error but why there is no report.
    #[arg(short, long, help_heading = "Reports")]
    pub(super) quiet: bool,

    /// Log of sounds that were played during the capture, as CSV or JSON Lines: proves which devices react (docs/guide/analyze.md).
    #[arg(long, value_name = "LOG", value_hint = ValueHint::FilePath, group = "tested", help_heading = "Probes")]
    pub(super) probes: Option<PathBuf>,
    /// Highest chance that any device at all is accused falsely. Default: what the log says, else 0.01.
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "probes", help_heading = "Probes")]
    pub(super) alpha: Option<f64>,
    /// A device known to react: only its reaction shows that the probes could be heard; may be given more than once.
    #[arg(long, value_name = "MAC|IP", value_parser = device_id, requires = "probes", help_heading = "Probes")]
    pub(super) control: Vec<DeviceId>,
    /// Added to the times of the log, where its clock was not that of the capture: 2h, -30min, 1.5s.
    #[arg(long, value_name = "DURATION", value_parser = earwitness_report::probelog::duration, allow_hyphen_values = true, requires = "probes", help_heading = "Probes")]
    pub(super) probe_offset: Option<i64>,
    /// What the log calls a column, and what it is here, like time=start; may be given more than once.
    #[arg(long, value_name = "THEIRS=OURS", requires = "probes", help_heading = "Probes")]
    pub(super) map: Vec<earwitness_report::probelog::Columns>,
    /// Where clocks showed the times of the log that have no offset, like Europe/Berlin.
    #[arg(long, value_name = "NAME", value_parser = earwitness_base::moment::zone, requires = "probes", help_heading = "Probes")]
    pub(super) time_zone: Option<jiff::tz::TimeZone>,

    #[command(flatten)]
    pub(super) places: super::place_args::Args,

    #[command(flatten)]
    pub(super) published: super::published::Args,

    /// Read the captures one after another instead of merged by time.
    #[arg(long, help_heading = "Reading")]
    pub(super) sequential: bool,
    /// Read on while the file grows, until Ctrl-C.
    #[arg(long, conflicts_with = "serve", help_heading = "Reading")]
    pub(super) follow: bool,
    /// The gateway, where it is not recognised by what it forwards; may be given more than once.
    #[arg(long, value_name = "MAC|IP", value_parser = device_id, help_heading = "Reading")]
    pub(super) gateway: Vec<DeviceId>,
    /// A network of public addresses that belongs to the home; may be given more than once.
    #[arg(long, value_name = "CIDR", help_heading = "Reading")]
    pub(super) local: Vec<Network>,
    /// Most devices that are told apart; the frames of further ones are counted together.
    #[arg(long, value_name = "N", default_value_t = usual().max_devices, value_parser = clap::value_parser!(u32).range(1..=1_000_000), help_heading = "Reading")]
    pub(super) max_devices: u32,
    /// Secret that keeps a stranger from choosing colliding keys; no result depends on it.
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Reading")]
    pub(super) seed: u64,

    /// Detectors that are asked; `none` only counts traffic. Default: all.
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',', help_heading = "Detectors")]
    pub(super) detector: Vec<Detector>,
    /// Live audio that goes on for longer is not a sighting, but listed as continuous.
    #[arg(long, value_name = "SECONDS", default_value_t = usual().max_seconds, value_parser = positive, help_heading = "Detectors")]
    pub(super) max_seconds: f64,
    /// Fewest octets of a finished recording.
    #[arg(long, value_name = "OCTETS", default_value_t = usual().recording_octets, value_parser = clap::value_parser!(u64).range(1..), help_heading = "Detectors")]
    pub(super) recording_octets: u64,
    /// Length of a window of the burst detector.
    #[arg(long, value_name = "SECONDS", default_value_t = usual().burst_window, value_parser = window, help_heading = "Detectors")]
    pub(super) burst_window: f64,
    /// Rate above which a window is loud, kbit/s.
    #[arg(long, value_name = "KBIT", default_value_t = usual().burst_kbit, value_parser = positive, help_heading = "Detectors")]
    pub(super) burst_kbit: f64,
    /// Loud windows in a row that make a burst.
    #[arg(long, value_name = "N", default_value_t = usual().burst_windows, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Detectors")]
    pub(super) burst_windows: u32,
    /// Let the burst detector count only what goes to the internet.
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Detectors")]
    pub(super) burst_internet_only: bool,
    /// Let the burst detector count retransmitted TCP segments once.
    #[arg(long, help_heading = "Detectors")]
    pub(super) burst_first_only: bool,
}

/// What is usual, in the units of the command line.
pub(super) struct Usual {
    pub(super) max_devices: u32,
    pub(super) max_seconds: f64,
    pub(super) recording_octets: u64,
    pub(super) burst_window: f64,
    pub(super) burst_kbit: f64,
    pub(super) burst_windows: u32,
}

/// The defaults of the analysis.
pub(super) fn usual() -> Usual {
    let settings = AnalysisSettings::default();
    let burst = settings.burst.unwrap_or_default();
    Usual {
        max_devices: u32::try_from(settings.roster.devices).unwrap_or(u32::MAX),
        max_seconds: settings.longest_seconds,
        recording_octets: settings.bulk.octets,
        burst_window: as_f64(burst.window) / 1e9,
        burst_kbit: burst.kbits,
        burst_windows: burst.windows,
    }
}

/// A detector by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Debug)]
pub(super) enum Detector {
    /// A codec's clock on the wire, and finished recordings.
    Clock,
    /// Loud windows in a row, as published at ACSAC 2020.
    Burst,
    /// No detector.
    None,
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| format!("{text:?} is not a number above 0"))
}

/// Shortest and longest window of the burst detector, seconds.
const WINDOWS: std::ops::RangeInclusive<f64> = 0.01..=3_600.0;

fn window(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| WINDOWS.contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number of seconds from {} to {}", WINDOWS.start(), WINDOWS.end()))
}
