//! `earwitness compare`: all detectors on the same labelled captures or simulated homes.

mod inputs;
mod others;
mod steps;

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueHint;

use self::inputs::{Inputs, Material};
use self::others::Part;
use super::Outcome;
use super::interrupt::Interrupt;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_compare::{compare, html, json, table};
use earwitness_report::terminal::Terminal;

/// Compare all detectors on simulated homes or on labelled captures: how much each finds, and how often it is wrong.
///
/// Without arguments, on the homes that come with the program. What the columns mean, and how captures are labelled, is in
/// docs/guide/compare.md.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness compare --html curves.html
  earwitness compare demo my-home.toml --seeds 10
  earwitness compare a.pcap b.pcap --labels labels.json")]
pub(in crate::cli) struct Args {
    /// Scenarios, by name or as a .toml file, and labelled captures.
    #[arg(value_name = "SCENARIO|CAPTURE", value_hint = ValueHint::FilePath)]
    inputs: Vec<String>,
    /// When which device uploaded sound; without captures, those beside it are compared. May be given more than once.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    labels: Vec<PathBuf>,
    /// Captures that somebody else generated or recorded: a folder with files of labels (*.json) beside the captures. May be given more than once.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    captures: Vec<PathBuf>,
    /// Which of these: even seeds are for measuring and are never looked at while a detector is developed, odd ones are for developing.
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Part::Measure, requires = "captures")]
    split: Part,
    /// Nights per scenario, each with a seed of its own.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    seeds: u32,
    /// Seed of the first night, and of the forests.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/compare-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write a page with the curves, complete in one file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Show also what the detectors do with other settings.
    #[arg(long)]
    sweeps: bool,
    /// Say nothing on standard error but why there is no report.
    #[arg(short, long)]
    quiet: bool,
}

/// Standard output.
const DASH: &str = "-";

/// Compares and writes the reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let inputs = Inputs::check(&args.inputs, &args.labels, &args.captures, args.split)?;
    let outputs = [args.json.as_deref(), args.html.as_deref()];
    check_places(&inputs.files(), &outputs)?;
    // The first Ctrl-C ends the program, and removes what it has not finished writing.
    let _interrupt = Interrupt::install()?;
    let Material { subjects, notes, names } = inputs.gather((args.seed, args.seeds), args.quiet)?;
    let report = compare(&subjects, names, args.seeds, notes, args.seed);
    let mut good = true;
    if let Some(path) = &args.json {
        good &= written(outfile::write_whole(path, |out: &mut Sink<'_>| json::write(&report, out)));
    }
    if let Some(path) = &args.html {
        good &= written(outfile::write_whole(path, |out: &mut Sink<'_>| html::write(&report, out)));
    }
    if !outputs.contains(&Some(Path::new(DASH))) {
        let terminal = Terminal::detect();
        let write = |out: &mut Sink<'_>| table::write(&report, args.sweeps, terminal, out);
        good &= written(outfile::write_whole(Path::new(DASH), write));
    }
    Ok(if good { Outcome::Done } else { Outcome::Trouble })
}

/// No two reports to one place, and none over what is read.
fn check_places(inputs: &[PathBuf], outputs: &[Option<&Path>; 2]) -> anyhow::Result<()> {
    let same = |a: &Path, b: &Path| {
        a == b || std::fs::canonicalize(a).is_ok_and(|a| std::fs::canonicalize(b).is_ok_and(|b| a == b && b.is_file()))
    };
    if let [Some(json), Some(html)] = outputs
        && same(json, html)
    {
        bail!("two reports would go to {}; name another file for one of them", json.display());
    }
    for output in outputs.iter().flatten() {
        if output.as_os_str() != DASH && inputs.iter().any(|input| same(input, output)) {
            bail!("{} is one of the inputs and would be overwritten; name another file for the report", output.display());
        }
    }
    Ok(())
}

/// Says why a report could not be written. A reader that has seen enough is no trouble.
fn written(result: Result<(), outfile::Error>) -> bool {
    match result {
        Err(error) if !error.is_closed_pipe() => {
            say::line(&error.to_string());
            false
        }
        _ => true,
    }
}
