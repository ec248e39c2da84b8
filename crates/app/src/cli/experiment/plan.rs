//! `earwitness experiment plan`.

use std::path::{Path, PathBuf};

use earwitness_base::outfile::{self, Sink};
use earwitness_core::timeline::Voice;
use earwitness_lab::experiment::Contrast;
use earwitness_lab::plan::Plan;

use super::super::Outcome;
use super::show::{self, Planned};
use super::{Asked, json, measure, power};

/// Tell what an experiment plays when, and how long its nights are. Plays nothing.
///
/// The order of conditions and the pauses follow from the seed alone. Where nobody has said a text, its length is estimated by its
/// letters; --measure says each text once, silently.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment plan prefix --set repeats=20 --set command=\"Computer, what time is it?\"
  earwitness experiment plan my.toml --measure --trials
  earwitness experiment plan media --set recording=show.flac --set subtitles=show.srt --json

Exit status: 0 the experiment can be carried out; 2 it cannot, and what is wrong is told with file, line and column.")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The plan for programs, with every trial, also to =FILE (see docs/schema/experiment-plan-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Say each text once, by the program that will say it, and plan with its length.
    #[arg(long)]
    measure: bool,
    /// List every trial with its moment.
    #[arg(long, conflicts_with = "json")]
    trials: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let opened = args.asked.open()?;
    let said = if args.measure { measure::said(&opened.experiment, &opened.folder)? } else { measure::Said::new() };
    let lengths = |text: &str, voice: Option<&Voice>| said.get(&(text.to_owned(), voice.cloned())).copied();
    let plan = Plan::new(&opened.experiment, &lengths).map_err(|error| anyhow::anyhow!("{}: {error}", args.asked.experiment))?;
    let power = |contrast: &Contrast| power::lines(&opened.experiment, contrast);
    let planned = Planned { experiment: &opened.experiment, plan: &plan, lengths: &lengths, power: &power };
    let (path, is_json) = args.json.as_deref().map_or((Path::new("-"), false), |path| (path, true));
    outfile::write_whole(
        path,
        |out: &mut Sink<'_>| {
            if is_json { json::write(&planned, out) } else { show::write(&planned, args.trials, out) }
        },
    )?;
    Ok(Outcome::Done)
}
