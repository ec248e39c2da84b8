//! From arguments to options that have been checked against each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use earwitness_core::analysis::{AnalysisSettings, BurstCounts};
use earwitness_core::detect::{bulk, burst, clock};
use earwitness_core::findings::DeviceId;
use earwitness_core::roster;

use super::super::serve::Serve;
use super::args::{Args, Detector, usual};
use earwitness_base::words::as_f64;
use earwitness_offline::{How, Plan, ProbeLog, spare};
use earwitness_report::geo::Geo;
use earwitness_report::labels;
use earwitness_report::probelog::Reading;
use earwitness_traffic::files::Order;

/// Standard input and standard output.
const DASH: &str = "-";

/// A report and where it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Output {
    pub(super) kind: Kind,
    pub(super) path: PathBuf,
}

/// The kinds of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Table,
    Json,
    Eve,
    Html,
    Series,
}

/// What was asked for.
pub(super) struct Options {
    pub(super) plan: Plan,
    pub(super) outputs: Vec<Output>,
    pub(super) annotate: Option<PathBuf>,
    pub(super) serve: Serve,
    pub(super) devices: Vec<DeviceId>,
    pub(super) geo: Geo,
    pub(super) exit_code: bool,
    pub(super) quiet: bool,
    /// The options that change what is found, as a person would write them.
    pub(super) changed: Vec<String>,
}

impl Options {
    /// Checks the arguments against each other and against what is there.
    ///
    /// # Errors
    /// When they contradict each other, a table cannot be read, or a report would overwrite a capture.
    pub(super) fn check(args: Args) -> anyhow::Result<Self> {
        let changed = changed_options(&args);
        let settings = settings(&args)?;
        let outputs = outputs(&args);
        let all: Vec<&Path> = outputs.iter().map(|it| it.path.as_path()).chain(args.annotate.as_deref()).collect();
        check_places(&args.captures, "one of the captures", &all)?;
        check_places(args.probes.as_slice(), "the probe log", &all)?;
        let plan = Plan {
            order: if args.sequential { Order::Sequential } else { Order::Merged },
            follow: args.follow,
            settings,
            helpers: spare(),
            probes: None,
            published: args.published.asked(),
            captures: args.captures.clone(),
        };
        if args.annotate.is_some() {
            check_rereading(&plan)?;
        }
        let probes = probes(&args)?;
        let tables: Vec<PathBuf> = args.geo.into_iter().chain(args.asn).collect();
        Ok(Self {
            plan: Plan { probes, ..plan },
            outputs,
            annotate: args.annotate,
            serve: args.serve,
            devices: args.device,
            geo: Geo::open(&tables)?,
            exit_code: args.exit_code,
            quiet: args.quiet,
            changed,
        })
    }

    /// Where JSON goes.
    pub(super) fn json(&self) -> Option<&Path> {
        self.outputs.iter().find(|it| it.kind == Kind::Json).map(|it| it.path.as_path())
    }
}

/// Reads the log that was asked for, if one was.
fn probes(args: &Args) -> anyhow::Result<Option<ProbeLog>> {
    let Some(path) = &args.probes else { return Ok(None) };
    if path.as_os_str() == DASH && args.captures.contains(path) {
        bail!("standard input cannot be both a capture and the probe log; save one of them to a file");
    }
    let how = How {
        reading: Reading { columns: args.map.clone(), zone: args.time_zone.clone() },
        offset: args.probe_offset,
        alpha: args.alpha,
        controls: args.control.clone(),
    };
    let log = ProbeLog::read(path, how)?;
    // Before hours of captures are read.
    log.check_lots()?;
    Ok(Some(log))
}

fn settings(args: &Args) -> anyhow::Result<AnalysisSettings> {
    let asked: BTreeSet<Detector> = args.detector.iter().copied().collect();
    if asked.contains(&Detector::None) && asked.len() > 1 {
        bail!("--detector none leaves no room for another detector; name one or the other");
    }
    let wanted = |it| asked.is_empty() || asked.contains(&it);
    let burst = burst::BurstSettings { window: nanos(args.burst_window), kbits: args.burst_kbit, windows: args.burst_windows };
    Ok(AnalysisSettings {
        roster: roster::RosterSettings {
            devices: usize::try_from(args.max_devices)?,
            gateways: args.gateway.clone(),
            local: args.local.clone(),
            seed: args.seed,
        },
        burst: wanted(Detector::Burst).then_some(burst),
        burst_counts: BurstCounts { internet_only: args.burst_internet_only, first_only: args.burst_first_only },
        clock: wanted(Detector::Clock).then(clock::ClockSettings::default),
        bulk: bulk::BulkSettings { octets: args.recording_octets, ..bulk::BulkSettings::default() },
        longest_seconds: args.max_seconds,
        // Its rows are seconds of UTC.
        whole_seconds: args.series.is_some(),
        ..AnalysisSettings::default()
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the argument lies between 0.01 and 3,600 s")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// The reports in the order in which they are written; a table unless another report stands in its place.
fn outputs(args: &Args) -> Vec<Output> {
    let main = args.output.clone().unwrap_or_else(|| DASH.into());
    let mut all = Vec::new();
    let mut add = |kind, path: &Option<PathBuf>| {
        if let Some(path) = path.clone() {
            all.push(Output { kind, path });
        }
    };
    let json = args.json.as_ref().map(|path| if path.as_os_str() == DASH { main.clone() } else { path.clone() });
    add(Kind::Json, &json);
    add(Kind::Eve, &args.eve);
    add(Kind::Html, &args.html);
    add(Kind::Series, &args.series);
    if !all.iter().any(|it| it.path == main) {
        all.push(Output { kind: Kind::Table, path: main });
    }
    all
}

/// No two reports to one place, and none over a capture.
fn check_places(inputs: &[PathBuf], what: &str, outputs: &[&Path]) -> anyhow::Result<()> {
    let same = |a: &Path, b: &Path| {
        a == b || fs::canonicalize(a).is_ok_and(|a| fs::canonicalize(b).is_ok_and(|b| a == b && b.is_file()))
    };
    for (number, output) in outputs.iter().enumerate() {
        if outputs.iter().take(number).any(|before| same(before, output)) {
            let place = if output.as_os_str() == DASH { "standard output".into() } else { output.to_string_lossy() };
            bail!("two reports would go to {place}; name another file for one of them");
        }
        if output.as_os_str() != DASH && inputs.iter().any(|input| same(input, output)) {
            bail!("{} is {what} and would be overwritten; name another file for the report", output.display());
        }
    }
    Ok(())
}

fn check_rereading(plan: &Plan) -> anyhow::Result<()> {
    if plan.follow {
        bail!("--annotate reads the captures a second time, which --follow does not allow; leave one of them out");
    }
    if let Some(path) = plan.once_only().next() {
        let name = if path.as_os_str() == DASH { "standard input".into() } else { path.to_string_lossy() };
        bail!("--annotate reads the captures a second time, which {name} does not allow; save it to a file first");
    }
    Ok(())
}

/// The options that change what is found.
fn changed_options(args: &Args) -> Vec<String> {
    let usual = usual();
    let mut changed = Vec::new();
    let mut note = |given: bool, text: String| {
        if given {
            changed.push(text);
        }
    };
    note(args.sequential, "--sequential".to_owned());
    for id in &args.device {
        note(true, format!("--device {}", labels::id(*id)));
    }
    for id in &args.gateway {
        note(true, format!("--gateway {}", labels::id(*id)));
    }
    for network in &args.local {
        note(true, format!("--local {network}"));
    }
    if let Some(path) = &args.probes {
        note(true, format!("--probes {}", path.display()));
    }
    if let Some(alpha) = args.alpha {
        note(true, format!("--alpha {alpha}"));
    }
    for id in &args.control {
        note(true, format!("--control {}", labels::id(*id)));
    }
    if let Some(offset) = args.probe_offset {
        note(true, format!("--probe-offset {}s", as_f64(offset) / 1e9));
    }
    for it in args.published.changed_settings() {
        note(true, it);
    }
    for columns in &args.map {
        note(true, format!("--map {columns}"));
    }
    if let Some(zone) = args.time_zone.as_ref().and_then(|zone| zone.iana_name()) {
        note(true, format!("--time-zone {zone}"));
    }
    for detector in &args.detector {
        note(true, format!("--detector {}", format!("{detector:?}").to_lowercase()));
    }
    note(args.max_devices != usual.max_devices, format!("--max-devices {}", args.max_devices));
    note(differs(args.max_seconds, usual.max_seconds), format!("--max-seconds {}", args.max_seconds));
    note(args.recording_octets != usual.recording_octets, format!("--recording-octets {}", args.recording_octets));
    note(differs(args.burst_window, usual.burst_window), format!("--burst-window {}", args.burst_window));
    note(differs(args.burst_kbit, usual.burst_kbit), format!("--burst-kbit {}", args.burst_kbit));
    note(args.burst_windows != usual.burst_windows, format!("--burst-windows {}", args.burst_windows));
    note(args.burst_internet_only, "--burst-internet-only".to_owned());
    note(args.burst_first_only, "--burst-first-only".to_owned());
    changed
}

fn differs(given: f64, usual: f64) -> bool {
    given.total_cmp(&usual).is_ne()
}
