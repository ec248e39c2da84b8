//! An experiment as the page shows it: how far its folder is, and what can be had of it.

use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_base::outfile::Sink;
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::{Plan, Trial};
use earwitness_report::grid::Format;
use earwitness_web::{Count, Course, Export, Kept, Kind};

use super::real::Folder;
use super::report::{Beside, shown};
use super::{page, told, trials};

/// As the command draws permutations where nobody says otherwise.
const SEED: u64 = 1;

/// How far it is.
pub(in crate::cli) fn kept(path: &Path, name: String) -> anyhow::Result<Kept> {
    let folder = Folder::read(path)?;
    let journal = folder.journal();
    let (experiment, plan) =
        journal.plan("its experiment").map_err(anyhow::Error::msg)?.context("nothing was carried out yet")?;
    let design = experiment.design();
    let (done, planned) = (journal.count(), plan.trials().len());
    let is_done = done >= planned;
    let left = left(&experiment, &plan, journal.spent(), |trial| journal.carried(trial.index).is_some());
    let count = |(condition, it): (usize, &earwitness_lab::experiment::Condition)| {
        let of = plan.trials().iter().filter(|it| it.condition == condition);
        let (done, of) = of.fold((0, 0), |sum, it| (sum.0 + u64::from(journal.carried(it.index).is_some()), sum.1 + 1));
        Count { name: it.name.clone(), done, of }
    };
    let exports =
        if done == 0 { Vec::new() } else { vec![Export::Page, Export::Report, Export::Csv, Export::Parquet, Export::Json] };
    Ok(Kept {
        name,
        kind: Kind::Experiment,
        title: design.name.clone(),
        question: design.question.clone(),
        begun: journal.night(0),
        done: done as u64,
        planned: planned as u64,
        left: (!is_done).then_some(left),
        course: match journal.ended() {
            _ if is_done => Course::Done,
            Some(why) => Course::Stopped(why.to_owned()),
            None => Course::Stopped("it was broken off".to_owned()),
        },
        counts: design.conditions.iter().enumerate().map(count).collect(),
        exports,
    })
}

/// How long the trials take that are left, with their pauses, nanoseconds; no longer than the time that the experiment was given.
fn left(experiment: &Experiment, plan: &Plan, spent: i64, is_done: impl Fn(&Trial) -> bool) -> i64 {
    let trials = plan.trials().iter().filter(|it| !is_done(it));
    let all = trials.fold(0_i64, |sum, it| sum.saturating_add(it.end.saturating_sub(it.start)).saturating_add(it.pause));
    experiment.design().stop.time.map_or(all, |time| all.min(time.saturating_sub(spent).max(0)))
}

/// A file of it.
pub(in crate::cli) fn exported(path: &Path, export: Export) -> anyhow::Result<Vec<u8>> {
    let folder = Folder::read(path)?;
    shown(&folder, (SEED, export == Export::Page), &Beside::default(), |told, measured| {
        let mut octets = Vec::new();
        let table = |format, out: &mut Sink<'_>| {
            trials::write(told.experiment, &trials::all(told.experiment, measured), (export.file(), format), out)
        };
        match export {
            Export::Page => octets = page::text(told).into_bytes(),
            Export::Report => told::json_to(told.results, &mut octets)?,
            Export::Csv => table(Format::Csv, &mut octets)?,
            Export::Parquet => table(Format::Parquet, &mut octets)?,
            Export::Json => table(Format::Json, &mut octets)?,
        }
        if octets.is_empty() {
            bail!("there is nothing in it");
        }
        Ok(octets)
    })
}
