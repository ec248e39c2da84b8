//! `earwitness experiment report`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use earwitness_base::words::{count, counted};
use earwitness_lab::carry::HeardCounts;
use earwitness_lab::evaluation;
use earwitness_lab::results;
use earwitness_store::Reader;
use jiff::tz::TimeZone;

use super::super::Outcome;
use super::outputs::Outputs;
use super::page::Told;
use super::real::{Folder, Measured};
use super::simulated::Night;
use super::told::Traffic;
use super::{Asked, judged, real, subtitled, trials, witnessed};
use crate::say;

/// Tell what trials show that were measured before: the folder that `experiment run` keeps, the table that `--trials` writes, or one of your
/// own with its columns.
///
/// The questions are those of the experiment. What is asked after the results were seen proves nothing: write it into the next one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness experiment report prefix-experiment
  earwitness experiment report gap-experiment --replies heard.csv
  earwitness experiment report my.toml --trials trials.parquet --json --html page.html

Exit status: 0 it was told; 2 the table does not fit the experiment, and what is wrong is told.")]
pub(super) struct Args {
    #[command(flatten)]
    asked: Asked,
    /// The table to read, CSV or (where its name ends in .parquet) Parquet: one row a trial and device; columns as in docs/guide/experiments.md.
    /// Of a folder, the table is written there.
    #[arg(long, value_name = "FILE")]
    trials: Option<PathBuf>,
    /// What permutations are drawn from.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// What something else noticed, such as a light sensor on the lamp of a device: a name, and a table with a column `time`; can be
    /// repeated. Of a folder only.
    #[arg(long, value_name = "NAME=FILE", value_parser = witnessed::named)]
    witness: Vec<witnessed::Named>,
    /// Where clocks showed the times of --witness that have no offset, such as Europe/Berlin.
    #[arg(long, value_name = "NAME", value_parser = earwitness_base::moment::zone)]
    time_zone: Option<TimeZone>,
    /// What somebody who heard the answers of devices says of them, or what their vendor shows: a CSV file with the columns `trial` (its
    /// number from 0) and `judgement` (right, wrong or no reply), or `words` instead of it, and who judged in `by`. It counts more than
    /// what a program judged. Of a folder only.
    #[arg(long, value_name = "FILE")]
    replies: Option<PathBuf>,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let path = Path::new(&args.asked.experiment);
    let (witnesses, zone) = (args.witness.as_slice(), args.time_zone.as_ref());
    let wanted =
        Wanted { outputs: &args.outputs, trials: args.trials.as_deref(), witnesses, zone, replies: args.replies.as_deref() };
    args.outputs.check(("--trials", wanted.trials))?;
    if real::is_folder(path) {
        if !args.asked.set.is_empty() {
            bail!("{} holds what was set when it was run; --set changes nothing of it", path.display());
        }
        return tell(&Folder::read(path)?, args.seed, &wanted);
    }
    if !witnesses.is_empty() {
        bail!("--witness is compared with the trials in a folder that `experiment run` kept, and {} is none", path.display());
    }
    if wanted.replies.is_some() {
        bail!("--replies are of the trials in a folder that `experiment run` kept, and {} is none", path.display());
    }
    let Some(trials) = wanted.trials else {
        bail!("name the table of trials with --trials, or the folder that `experiment run` kept instead of {}", path.display());
    };
    let opened = args.asked.open()?;
    let table = trials::read(&opened.experiment, trials)?;
    let kept = if args.outputs.has_page() { table.trials.clone() } else { Vec::new() };
    let results = evaluation::answer(&opened.experiment, &table.devices, table.trials, args.seed)
        .map_err(|why| anyhow::anyhow!("{}: {why}", trials.display()))?;
    let (experiment, traffic) = (&opened.experiment, Traffic::Table);
    args.outputs.tell(Told { experiment, results: &results, trials: &kept, devices: &table.devices, traffic })?;
    Ok(Outcome::Done)
}

/// Where results go besides the terminal.
pub(super) struct Wanted<'a> {
    pub(super) outputs: &'a Outputs,
    pub(super) trials: Option<&'a Path>,
    pub(super) witnesses: &'a [witnessed::Named],
    pub(super) zone: Option<&'a TimeZone>,
    pub(super) replies: Option<&'a Path>,
}

/// Tells what the trials in a folder show.
pub(super) fn tell(folder: &Folder, seed: u64, wanted: &Wanted<'_>) -> anyhow::Result<Outcome> {
    let beside = Beside { witnesses: wanted.witnesses, zone: wanted.zone, replies: wanted.replies };
    shown(folder, (seed, wanted.outputs.has_page()), &beside, |told, measured| {
        if let Some(file) = wanted.trials {
            trials::save(told.experiment, &trials::all(told.experiment, measured), file)?;
        }
        wanted.outputs.tell(told)?;
        if !measured.silent.is_empty() {
            say::line(&format!("devices that sent no sound at any time: {}", measured.silent.join(", ")));
        }
        Ok(Outcome::Done)
    })
}

/// What is known beside the trials themselves.
#[derive(Default)]
pub(super) struct Beside<'a> {
    witnesses: &'a [witnessed::Named],
    zone: Option<&'a TimeZone>,
    replies: Option<&'a Path>,
}

/// Hands over what the trials in a folder show; the trials themselves only where a page is made of them.
pub(super) fn shown<T>(
    folder: &Folder,
    (seed, with_trials): (u64, bool),
    beside: &Beside<'_>,
    then: impl FnOnce(Told<'_>, &Measured<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let (path, journal) = (folder.path(), folder.journal());
    let known = journal.plan(&path.display().to_string()).map_err(anyhow::Error::msg)?;
    let Some((experiment, plan)) = known else { bail!("{}: nothing was carried out yet", path.display()) };
    let of = judged::Of { experiment: &experiment, plan: &plan, journal };
    let judged = beside.replies.map(|file| judged::read(file, &of)).transpose()?;
    let reader = Reader::open(path)?;
    let mut measured = real::measured(&experiment, &plan, journal, &reader)?;
    judged::heed(judged.unwrap_or_default(), &mut measured);
    let all: Vec<results::Trial> = measured.nights.iter().flat_map(Night::measured).collect();
    let kept = if with_trials { all.clone() } else { Vec::new() };
    let mut results = evaluation::answer(&experiment, &measured.devices, all, seed)?;
    // Recordings have lengths of their own. Subtitles are looked for where the program was started.
    let subtitles = |path: &str| subtitled::words(Path::new(""), path);
    let mut aside = evaluation::Aside::new(&experiment, &measured.devices, &|_, _| None, &subtitles);
    for night in &measured.nights {
        aside.night(&night.findings, &night.devices, &night.trials, &night.sounded);
    }
    aside.tell(&mut results);
    results.warnings.extend(unheard(journal.heard()));
    if let Some(why) = journal.ended().filter(|_| journal.count() < plan.trials().len()) {
        let (done, all) = (journal.count(), plan.trials().len());
        results
            .methods
            .assumptions
            .push(format!("{done} of {all} trials are done, because {why}; intervals are not adjusted for that."));
    }
    results.witnesses = witnessed::compared(beside.witnesses, beside.zone, &measured)?;
    let (devices, traffic) = (&measured.devices, Traffic::Devices);
    then(Told { experiment: &experiment, results: &results, trials: &kept, devices, traffic }, &measured)
}

/// What is said where sounds may not have reached the devices.
fn unheard(HeardCounts { not, unknown, all }: HeardCounts) -> Option<String> {
    let sounds = counted(all, "trial with a sound", "trials with a sound");
    if not > 0 {
        let one = if not == 1 { "was" } else { "were" };
        return Some(format!(
            "Of {sounds} {} {one} not heard by the microphone: the devices may not have heard them either, but they count like the others.",
            count(not)
        ));
    }
    (unknown == all && all > 0)
        .then(|| format!("Nobody listened whether anything sounded ({sounds}): with a microphone the experiment would know."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_that_nobody_heard_are_told() {
        let said = |not, unknown, all| unheard(HeardCounts { not, unknown, all }).unwrap_or_default();
        assert!(said(2, 1, 40).starts_with("Of 40 trials with a sound 2 were not heard by the microphone"));
        assert!(said(1, 0, 1).starts_with("Of 1 trial with a sound 1 was not heard"));
        assert!(said(0, 8, 8).starts_with("Nobody listened"));
        assert_eq!(
            (said(0, 3, 8), said(0, 0, 0)),
            (String::new(), String::new()),
            "one that was found is enough to trust the rest"
        );
    }
}
