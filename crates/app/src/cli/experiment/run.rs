//! `earwitness experiment run`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use earwitness_base::words::counted;
use earwitness_core::timeline::Voice;
use earwitness_lab::evaluation;
use earwitness_lab::plan::Plan;
use earwitness_sim::lab::NamedHome;

use super::super::Outcome;
use super::super::live::Live;
use super::super::progress::Nights;
use super::looks::Looks;
use super::outputs::Outputs;
use super::page::Told;
use super::told::Traffic;
use super::{Asked, real, report, simulated, subtitled, trials};
use crate::say;

/// Carry an experiment out and tell what it shows.
///
/// Plays trial after trial, watches what devices send, and keeps everything in a folder. Stopped or broken off, it goes on with the same
/// command: no trial is lost, and none is measured twice.
///
/// With --simulate all of it happens in virtual time in a simulated home: its two speakers hear what the plan plays and send it as smart
/// speakers do, encrypted, and what is told is measured on their traffic alone. They begin so long before the wake word (0.5 s, 2 s), go on so long after the speech
/// (0.6 s, 1.2 s), stop this long after the wake word at the latest (4 s, 6 s), and at pauses of 0.35 s and 0.8 s.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment run prefix -i eth1
  earwitness experiment run my.toml -c lab.toml --state week-1 --html week-1.html
  earwitness experiment run prefix --simulate --seed 7 --trials trials.parquet

Exit status: 0 it was carried out, or stopped in good order; 2 it cannot be, and what is wrong is told.")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    live: Live,
    /// In virtual time, in a simulated home: the usual one of two speakers, or =HOME, one of those below.
    #[arg(long, value_name = "HOME", num_args = 0..=1, require_equals = true, default_missing_value = "speakers", value_parser = homes())]
    #[arg(conflicts_with_all = ["interface", "source", "state", "config", "keep_replies"])]
    simulate: Option<String>,
    /// Keep what the microphone hears after each sound to which an answer is expected, so that a person can judge it: files that only you
    /// may read, in the folder `replies` beside the journal.
    #[arg(long)]
    keep_replies: bool,
    /// What draws of permutations follow from, and a simulated home.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    outputs: Outputs,
    /// Write every trial with its readings to this file, for pandas and R: Parquet where its name ends in .parquet, otherwise CSV, with
    /// what its columns mean beside it in FILE-metadata.json.
    #[arg(long, value_name = "FILE")]
    trials: Option<PathBuf>,
}

/// The simulated homes, each with what is special about it.
fn homes() -> PossibleValuesParser {
    NamedHome::all().iter().map(|it| PossibleValue::new(it.name).help(it.title)).collect::<Vec<_>>().into()
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    args.outputs.check(("--trials", args.trials.as_deref()))?;
    let Some(named) = &args.simulate else { return on_devices(args) };
    let home = NamedHome::home(named).with_context(|| format!("there is no simulated home {named:?}; see --help"))?;
    let opened = args.asked.open()?;
    let experiment = &opened.experiment;
    // Nobody says anything: the same lengths on every machine, whatever synthesizers it has.
    let lengths = |_: &str, _: Option<&Voice>| None;
    let plan = Plan::new(experiment, &lengths).map_err(|error| anyhow::anyhow!("{}: {error}", args.asked.experiment))?;
    let plan = match experiment.design().stop.time {
        Some(time) => plan.within(time),
        None => plan,
    };
    if plan.trials().is_empty() {
        bail!("{}: no trial ends before `[stop]` ends the experiment: write more hours", args.asked.experiment);
    }
    let chosen = simulated::devices(experiment.design(), &home)?;
    let devices: Vec<String> = chosen.iter().map(|it| it.0.clone()).collect();
    let subtitles = |path: &str| subtitled::words(&opened.folder, path);
    let laboratory = simulated::Laboratory {
        experiment,
        plan: &plan,
        lengths: &lengths,
        subtitles: &subtitles,
        home: &home,
        devices: &chosen,
    };
    let nights = plan.trials().last().map_or(0, |last| last.night.saturating_add(1));
    let mut progress = Nights::new(nights);
    let (mut all, mut rows) = (Vec::new(), Vec::new());
    let mut aside = evaluation::Aside::new(experiment, &devices, &lengths, &subtitles);
    let mut looks = Looks::new(experiment, &plan, args.seed);
    for number in 0..nights {
        let night = simulated::night(laboratory, (args.seed, number));
        aside.night(&night.findings, &night.devices, &night.trials, &night.sounded);
        all.extend(night.measured());
        if args.trials.is_some() {
            rows.extend(trials::rows(experiment, &devices, &night));
        }
        progress.at(number + 1);
        if looks.ends(&mut all, &devices, number + 1)? {
            break;
        }
    }
    drop(progress);
    if let Some(next) = all.last().map(|last| last.position.saturating_add(1)) {
        trials::keep_before(&mut rows, next);
    }
    let kept = if args.outputs.has_page() { all.clone() } else { Vec::new() };
    let mut results = evaluation::answer(experiment, &devices, all, args.seed)?;
    aside.tell(&mut results);
    results.methods.assumptions.extend(looks.told());
    if let Some(path) = &args.trials {
        trials::save(experiment, &rows, path)?;
    }
    let traffic = Traffic::Simulated;
    args.outputs.tell(Told { experiment, results: &results, trials: &kept, devices: &devices, traffic })?;
    Ok(Outcome::Done)
}

/// Carries it out with real devices, and tells what it shows once all trials are done.
fn on_devices(args: &Args) -> anyhow::Result<Outcome> {
    let (folder, is_done) = real::run(&args.asked, &args.live, args.keep_replies)?;
    if !is_done {
        let done = counted(folder.journal().count() as u64, "trial is", "trials are");
        say::line(&format!(
            "{done} done; go on with the same command. What is asked of the results is told when all are: who looks before stops on luck"
        ));
        return Ok(Outcome::Done);
    }
    let wanted =
        report::Wanted { outputs: &args.outputs, trials: args.trials.as_deref(), witnesses: &[], zone: None, replies: None };
    report::tell(&folder, args.seed, &wanted)
}
