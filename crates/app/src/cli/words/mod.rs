//! `earwitness words`: which other words wake a device.

mod again;
mod bench;
mod beside;
mod earlier;
mod json;
mod list;
mod live;
mod page;
mod replay;
mod search;
mod table;
mod texts;
mod wake;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use earwitness_base::outfile::{self, Sink};
use earwitness_words::oracle::{Draws, Oracle};
use earwitness_words::{Next, Play, Search};

use self::json::Told;
pub(super) use self::live::{JOURNAL, exported, kept};
use super::Outcome;
use super::live::Live;

/// Find out which other words wake a device, with the fewest plays.
///
/// See docs/guide/words.md.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words search alexa -i eth1 --json=found.json
  earwitness words search computer --simulate demo
  earwitness words list found.json")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    Search(Box<search::Args>),
    List(list::Args),
    Replay(Box<replay::Args>),
}

impl Args {
    /// Whether a diagnostic log is asked for.
    pub(in crate::cli) fn is_detailed(&self) -> bool {
        match &self.task {
            Task::Search(args) => args.room.is_detailed(),
            Task::Replay(args) => args.room.is_detailed(),
            Task::List(_) => false,
        }
    }
}

/// Does what is asked.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.task {
        Task::Search(args) => search::run(args),
        Task::List(args) => list::run(args),
        Task::Replay(args) => replay::run(args),
    }
}

/// The table of answers in a file.
fn oracle(path: &Path, wake_word: &str, engine: Option<&str>) -> anyhow::Result<Oracle> {
    let table = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Oracle::read(&table, wake_word, engine).with_context(|| path.display().to_string())
}

/// Plays what the search asks for until it is over; says why it is.
fn play(search: &mut Search, draws: &mut Draws<'_>) -> earwitness_words::End {
    loop {
        match search.next_play() {
            Next::Ended(end) => return end,
            Next::Play(it) => tell(search, draws, it),
        }
    }
}

fn tell(search: &mut Search, draws: &mut Draws<'_>, play: Play) {
    let text = search.pool().words().get(play.word).map(|it| it.text.clone()).unwrap_or_default();
    search.tell(play, draws.answer(&text, play.manner));
}

/// Where words are played to a device, and what is to be shown of it.
#[derive(clap::Args, Debug)]
struct Room {
    /// A simulated home, in virtual time: name of a scenario (`earwitness simulate --list`), or a TOML file.
    #[arg(long, value_name = "SCENARIO", value_hint = clap::ValueHint::FilePath, conflicts_with_all = ["oracle", "interface", "source", "state", "config"])]
    simulate: Option<String>,
    /// The device that is asked, by its MAC address; without it the wake word is called four times, and the one that answers is.
    #[arg(long, value_name = "MAC", conflicts_with = "oracle")]
    device: Option<String>,
    #[command(flatten)]
    live: Live,
    /// The chance that any word at all is said to wake the device that does not.
    #[arg(long, value_name = "CHANCE", default_value_t = 0.01, value_parser = chance, conflicts_with = "oracle")]
    alpha: f64,
}

impl Room {
    /// Whether a diagnostic log is asked for.
    fn is_detailed(&self) -> bool {
        self.live.verbose > 1
    }

    /// Plays there what is wanted.
    fn play(&self, wanted: live::Wanted) -> anyhow::Result<live::Found> {
        match &self.simulate {
            Some(name) => live::simulate(&wanted, name),
            None => live::listen(wanted, &self.live),
        }
    }
}

/// A chance that may be asked for.
fn chance(text: &str) -> Result<f64, String> {
    let chance = text.parse().ok().filter(|it| (1e-9..=0.5).contains(it));
    chance.ok_or_else(|| "a chance from 0.000000001 to 0.5".to_owned())
}

/// Where what was found is told.
#[derive(clap::Args, Debug)]
struct Outputs {
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/words-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write a page for people, complete in one file.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    html: Option<PathBuf>,
}

impl Outputs {
    /// Refuses what could not be written later, before anything is played.
    fn check(&self) -> anyhow::Result<()> {
        let (json, html) = (self.json.as_deref(), self.html.as_deref());
        if json.is_some() && json == html {
            anyhow::bail!("--json and --html name one file: name two");
        }
        let folder = |path: &&Path| path.parent().is_some_and(|it| !it.as_os_str().is_empty() && !it.is_dir());
        if let Some(path) = [json, html].into_iter().flatten().find(folder) {
            anyhow::bail!("{} cannot be written: its folder is not there", path.display());
        }
        Ok(())
    }
}

/// Writes what was found for people, for programs, or both.
fn write(told: &Told, outputs: &Outputs) -> anyhow::Result<()> {
    let (dash, json) = (Path::new("-"), outputs.json.as_deref());
    if let Some(path) = &outputs.html {
        page::write(told, path)?;
    }
    if json.is_none() && outputs.html.as_deref() == Some(dash) {
        return Ok(());
    }
    if let Some(path) = json {
        outfile::write_whole(path, |out: &mut Sink<'_>| told.write(out))?;
    }
    if json != Some(dash) {
        outfile::write_whole(dash, |out: &mut Sink<'_>| table::write(told, out))?;
    }
    Ok(())
}
