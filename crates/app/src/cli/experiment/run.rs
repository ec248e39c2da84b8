//! `earwitness experiment run`.

use std::path::PathBuf;

use anyhow::bail;
use earwitness_base::outfile::{self, Sink};
use earwitness_core::timeline::Voice;
use earwitness_lab::evaluation;
use earwitness_lab::plan::Plan;
use earwitness_sim::lab::LabHome;

use super::super::Outcome;
use super::{Asked, simulated, told, trials};

/// Carry an experiment out and tell what it shows.
///
/// So far in a simulated home only: its two speakers hear what the plan plays and send it as smart speakers do, encrypted, and what
/// is told is measured on their traffic alone. They begin so long before the wake word (0.5 s, 2 s), go on so long after the speech
/// (0.6 s, 1.2 s), stop this long after the wake word at the latest (4 s, 6 s), and at pauses of 0.35 s and 0.8 s.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment run prefix --simulate
  earwitness experiment run postfix-immediate --simulate --seed 7 --json
  earwitness experiment run my.toml --simulate --trials trials.csv

Exit status: 0 it was carried out; 2 it cannot be, and what is wrong is told.")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// In virtual time, in a simulated home of two speakers.
    #[arg(long)]
    simulate: bool,
    /// What the simulated home, and draws of permutations, follow from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The results for programs, also to =FILE (see docs/schema/experiment-report-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write every trial with its readings to this CSV file, for pandas and R.
    #[arg(long, value_name = "FILE")]
    trials: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    if !args.simulate {
        bail!("experiments are carried out in a simulated home only so far: add --simulate");
    }
    if args.trials.is_some() && args.trials == args.json {
        bail!("--trials and --json name one file: name two");
    }
    let opened = args.asked.open()?;
    let experiment = &opened.experiment;
    // Nobody says anything: the same lengths on every machine, whatever synthesizers it has.
    let lengths = |_: &str, _: Option<&Voice>| None;
    let plan = Plan::new(experiment, &lengths).map_err(|error| anyhow::anyhow!("{}: {error}", args.asked.experiment))?;
    let home = LabHome::default();
    let devices = simulated::devices(&home);
    let nights = plan.trials().last().map_or(0, |last| last.night.saturating_add(1));
    let mut all = Vec::new();
    let mut rows = Vec::new();
    for number in 0..nights {
        let night = simulated::night(experiment, &plan, &lengths, &home, (args.seed, number));
        all.extend(evaluation::measured(&night.trials, &night.readings));
        if args.trials.is_some() {
            rows.extend(trials::rows(experiment, &devices, &night));
        }
    }
    let results = evaluation::answer(experiment, &devices, all, args.seed)?;
    if let Some(path) = &args.trials {
        outfile::write_whole(path, |out: &mut Sink<'_>| trials::write(&rows, out))?;
    }
    told::tell(experiment, &results, told::Traffic::Simulated, args.json.as_deref())?;
    Ok(Outcome::Done)
}
