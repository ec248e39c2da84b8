//! `earwitness experiment report`.

use std::path::PathBuf;

use earwitness_lab::evaluation;

use super::super::Outcome;
use super::{Asked, told, trials};

/// Tell what trials show that were measured before: the table that `experiment run --trials` writes, or one of your own with its columns.
///
/// The questions are those of the experiment. What is asked after the results were seen proves nothing: write it into the next one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment report prefix --trials trials.csv
  earwitness experiment report my.toml --trials trials.csv --json

Exit status: 0 it was told; 2 the table does not fit the experiment, and what is wrong is told.")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The table: one row a trial and device; columns as in docs/guide/experiments.md.
    #[arg(long, value_name = "FILE")]
    trials: PathBuf,
    /// What permutations are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The results for programs, also to =FILE (see docs/schema/experiment-report-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let opened = args.asked.open()?;
    let table = trials::read(&opened.experiment, &args.trials)?;
    let results = evaluation::answer(&opened.experiment, &table.devices, table.trials, args.seed)
        .map_err(|why| anyhow::anyhow!("{}: {why}", args.trials.display()))?;
    told::tell(&opened.experiment, &results, told::Traffic::Table, args.json.as_deref())?;
    Ok(Outcome::Done)
}
