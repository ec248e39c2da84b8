//! `earwitness experiment`: what a laboratory measures. Which experiments there are, what one of them plays when, and what it shows.

mod beside;
mod json;
mod judged;
mod kept;
mod list;
mod looks;
mod machine;
mod measure;
mod outputs;
mod page;
mod plan;
mod played;
mod power;
mod real;
mod report;
mod run;
mod show;
mod simulated;
mod subtitled;
mod told;
mod trials;
mod witnessed;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Subcommand, ValueHint};
use earwitness_lab::experiment::Experiment;
use earwitness_lab::{file, preset};

pub(super) use self::kept::{exported, kept};
use self::machine::Machine;
pub(super) use self::real::JOURNAL;
use super::Outcome;

/// Measure devices in a laboratory: the same sounds many times, in an order drawn by lot, from a file that says all of it.
///
/// Presets come with the program; a file of your own is read the same way. See docs/guide/experiments.md.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment list
  earwitness experiment plan prefix
  earwitness experiment run prefix --simulate --seed 7")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    List(list::Args),
    Plan(plan::Args),
    Run(run::Args),
    Report(report::Args),
}

/// Does what is asked.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.task {
        Task::List(args) => list::run(args),
        Task::Plan(args) => plan::run(args),
        Task::Run(args) => run::run(args),
        Task::Report(args) => report::run(args),
    }
}

/// Which experiment, and what is set in it.
#[derive(clap::Args, Debug)]
struct Asked {
    /// Name of a preset (`earwitness experiment list`), or a TOML file.
    #[arg(value_name = "EXPERIMENT", value_hint = ValueHint::FilePath)]
    experiment: String,
    /// Set a parameter, a factor (levels with commas between) or one of the keys nights, repeats, hours, begin, `apart_hours`, seed,
    /// `before_seconds`, `after_seconds`, `pause_seconds`, `margin_seconds` and device; can be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("give a name and a value, such as repeats=20".to_owned()),
    }
}

/// An experiment that was read.
struct Opened {
    experiment: Experiment,
    /// Its text.
    text: String,
    /// How long its recordings are, nanoseconds.
    recordings: BTreeMap<String, i64>,
    /// The folder that its files are looked for in.
    folder: PathBuf,
}

impl Asked {
    /// Reads it, and looks whether its files are there.
    fn open(&self) -> anyhow::Result<Opened> {
        let (text, folder) = match preset::text(&self.experiment) {
            Some(text) => (text.to_owned(), PathBuf::new()),
            None => {
                (read(Path::new(&self.experiment))?, Path::new(&self.experiment).parent().unwrap_or(Path::new("")).to_owned())
            }
        };
        let machine = Machine::new(&folder);
        let experiment = file::read(&text, &self.experiment, &self.set, &machine)?;
        Ok(Opened { experiment, text, recordings: machine.recordings(), folder })
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let name = path.display();
    let facts = fs::metadata(path).with_context(|| {
        let known: Vec<&str> = preset::shipped().iter().map(|it| it.0).collect();
        format!("\"{name}\" is neither a file nor one of the presets {}", known.join(", "))
    })?;
    if !facts.is_file() || facts.len() > file::LONGEST as u64 {
        bail!("{name} is no experiment: that is a text file of at most 1 MiB");
    }
    fs::read_to_string(path).with_context(|| format!("{name} cannot be read as text"))
}
