//! What a person, or the history that a vendor shows, says of the answers of devices: a table with a row for each trial.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context as _, bail};
use csv::StringRecord;
use earwitness_base::text::clean;
use earwitness_lab::answer::{Judgement, LONGEST, Outcome};
use earwitness_lab::carry::Journal;
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::Plan;
use earwitness_sound::reply;

use super::real::Measured;

/// Largest file, octets.
const LARGEST: u64 = 16 << 20;
/// Most columns of who judged.
const NAME: usize = 60;
/// Who judged, where nobody says.
const PERSON: &str = "a person";

/// The columns that are read, by their place.
struct Columns {
    trial: usize,
    judgement: Option<usize>,
    words: Option<usize>,
    by: Option<usize>,
}

/// What is judged of the trials of a folder.
pub(super) struct Of<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) plan: &'a Plan,
    pub(super) journal: &'a Journal,
}

/// Reads a table; nothing of it is used if anything in it is wrong.
pub(super) fn read(path: &Path, of: &Of<'_>) -> anyhow::Result<BTreeMap<u32, Judgement>> {
    let name = path.display();
    let unread = || format!("--replies: {name} cannot be read");
    let facts = fs::metadata(path).with_context(unread)?;
    if !facts.is_file() || facts.len() > LARGEST {
        bail!("--replies: {name} is no table: give a CSV file with the columns `trial` and `judgement`");
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(File::open(path).with_context(unread)?);
    let columns = columns(reader.headers().with_context(unread)?).with_context(|| format!("--replies: {name}, line 1"))?;
    let mut all: BTreeMap<u32, (u64, Judgement)> = BTreeMap::new();
    for row in reader.records() {
        let row = row.with_context(unread)?;
        let line = row.position().map_or(0, csv::Position::line);
        let read = row_of(&row, &columns, of).with_context(|| format!("--replies: {name}, line {line}"))?;
        let Some((trial, judgement)) = read else { continue };
        if let Some((before, _)) = all.insert(trial, (line, judgement)) {
            bail!("--replies: {name}, line {line}: trial {trial} is judged in line {before} already: leave one of them out");
        }
    }
    Ok(all.into_iter().map(|(trial, (_, judgement))| (trial, judgement)).collect())
}

fn columns(header: &StringRecord) -> anyhow::Result<Columns> {
    let place = |name: &str| header.iter().position(|it| it.eq_ignore_ascii_case(name));
    let (judgement, words) = (place("judgement"), place("words"));
    match place("trial") {
        Some(trial) if judgement.or(words).is_some() => Ok(Columns { trial, judgement, words, by: place("by") }),
        _ => bail!(
            "the columns `trial` and `judgement` (or `words`) are needed, with commas between; there are {}",
            header.iter().map(|it| format!("`{}`", clean(it, NAME))).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// The trial of a row and what is said of it; nothing where nobody has judged it yet.
fn row_of(row: &StringRecord, columns: &Columns, of: &Of<'_>) -> anyhow::Result<Option<(u32, Judgement)>> {
    let cell = |place: Option<usize>| place.and_then(|it| row.get(it)).unwrap_or_default();
    let number = cell(Some(columns.trial));
    let trials = of.plan.trials().len();
    let trial = number.parse::<u32>().ok().and_then(|it| of.plan.trial(it));
    let Some(trial) = trial else {
        let last = trials.saturating_sub(1);
        bail!(
            "{:?} is no trial of this experiment: give its number, 0 to {last}, as in the table of trials",
            clean(number, NAME)
        );
    };
    let (said, words) = (cell(columns.judgement), cell(columns.words));
    if said.is_empty() && words.is_empty() {
        return Ok(None);
    }
    let Some(carried) = of.journal.carried(trial.index) else {
        bail!("trial {} is not done, so nobody has heard an answer: leave it out", trial.index);
    };
    if carried.sound.is_none() {
        bail!("nothing sounded in trial {}, so nothing was answered: leave it out", trial.index);
    }
    let outcome = if said.is_empty() { by_words(words, trial.condition, of)? } else { by_name(said)? };
    let by = Some(clean(cell(columns.by), NAME)).filter(|it| !it.is_empty()).unwrap_or_else(|| PERSON.to_owned());
    let words = (!words.is_empty()).then(|| words.chars().take(LONGEST).collect());
    Ok(Some((trial.index, Judgement { judge: Some(by), words, ..Judgement::of(outcome) })))
}

fn by_name(said: &str) -> anyhow::Result<Outcome> {
    let plain = said.to_lowercase().replace('_', " ");
    let Some(outcome) = Outcome::named(&plain).filter(|it| it.is_judged()) else {
        bail!("{:?} is no judgement: write right, wrong or no reply, or leave it empty", clean(said, NAME));
    };
    Ok(outcome)
}

/// What words say that somebody wrote down.
fn by_words(words: &str, condition: usize, of: &Of<'_>) -> anyhow::Result<Outcome> {
    let condition = of.experiment.design().conditions.get(condition);
    let answer = condition.map_or(&[][..], |it| &it.answer);
    if answer.is_empty() {
        bail!(
            "whether words are right is not known under {:?}, to which the experiment expects no answer: write a `judgement`",
            condition.map_or_else(String::new, |it| clean(&it.name, NAME))
        );
    }
    Ok(match reply::outcome(words, answer) {
        reply::Outcome::Right => Outcome::Right,
        reply::Outcome::Wrong => Outcome::Wrong,
        reply::Outcome::NothingUnderstood | reply::Outcome::NotJudged => Outcome::NoReply,
    })
}

/// Puts it over what a program said of the same trials.
pub(super) fn heed(mut all: BTreeMap<u32, Judgement>, measured: &mut Measured<'_>) {
    for night in &mut measured.nights {
        for (trial, own) in night.trials.iter().zip(&mut night.judgements) {
            let Some(judgement) = all.remove(&trial.index) else { continue };
            let before = own.take().unwrap_or_else(|| Judgement::none(""));
            *own = Some(Judgement {
                heard: before.heard,
                words: judgement.words.or(before.words),
                recording: before.recording,
                overruled: Some(before.outcome),
                ..judgement
            });
        }
    }
}
