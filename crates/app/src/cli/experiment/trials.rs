//! Every trial with its readings as a table for statistics programs: one row a trial and device, unknown readings empty.

mod columns;
mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_base::text::clean;
use earwitness_core::findings::Estimate;
use earwitness_core::visibility::Unseen;
use earwitness_lab::answer::Judgement;
use earwitness_lab::evaluation::sound_of;
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::Trial;
use earwitness_lab::reading::{Reading, Sounded, Unknown};
use earwitness_lab::results;

pub(super) use self::write::{save, write};

use super::real::Measured;
use super::simulated::Night;

/// A row; [`columns`] says what its values mean.
pub(super) struct Row {
    trial: u32,
    night: u32,
    block: u32,
    position: u32,
    condition: String,
    levels: String,
    sound_start_ns: i64,
    sound_end_ns: Option<i64>,
    device: String,
    seconds: Option<f64>,
    seconds_low: Option<f64>,
    seconds_high: Option<f64>,
    octets: Option<u64>,
    pre_roll_seconds: Option<f64>,
    pre_roll_seconds_low: Option<f64>,
    pre_roll_seconds_high: Option<f64>,
    tail_seconds: Option<f64>,
    uploads: Option<u32>,
    unknown: Option<&'static str>,
    answer: Option<Judgement>,
}

/// The rows of a night.
pub(super) fn rows(experiment: &Experiment, devices: &[String], night: &Night<'_>) -> Vec<Row> {
    let each = night.trials.iter().zip(&night.sounded).enumerate();
    each.flat_map(|(place, (trial, sounded))| {
        let readings = devices.iter().zip(&night.readings);
        let answer = night.judgements.get(place).and_then(Option::as_ref);
        readings.filter_map(move |(device, of)| {
            let row = row(experiment, (trial, sounded), device, of.readings.get(place)?);
            Some(Row { answer: answer.cloned(), ..row })
        })
    })
    .collect()
}

/// The rows of all nights.
pub(super) fn all(experiment: &Experiment, measured: &Measured<'_>) -> Vec<Row> {
    measured.nights.iter().flat_map(|night| rows(experiment, &measured.devices, night)).collect()
}

fn row(experiment: &Experiment, (trial, sounded): (&Trial, &Sounded), device: &str, it: &Reading) -> Row {
    let condition = experiment.design().conditions.get(trial.condition);
    let low = |it: Option<Estimate>| it.map(|it| it.low);
    let high = |it: Option<Estimate>| it.map(|it| it.high);
    let value = |it: Option<Estimate>| it.map(|it| it.value);
    Row {
        trial: trial.index,
        night: trial.night,
        block: trial.block,
        position: trial.position,
        condition: condition.map(|it| it.name.clone()).unwrap_or_default(),
        levels: condition.map(|it| it.levels.to_string()).unwrap_or_default(),
        sound_start_ns: sounded.from.nanos(),
        sound_end_ns: sounded.sound_end.map(earwitness_core::time::Timestamp::nanos),
        device: device.to_owned(),
        seconds: value(it.seconds),
        seconds_low: low(it.seconds),
        seconds_high: high(it.seconds),
        octets: it.octets,
        pre_roll_seconds: value(it.pre_roll_seconds),
        pre_roll_seconds_low: low(it.pre_roll_seconds),
        pre_roll_seconds_high: high(it.pre_roll_seconds),
        tail_seconds: it.tail_seconds,
        uploads: it.uploads,
        unknown: it.unknown.map(words),
        answer: None,
    }
}

/// Why a reading is not known.
const fn words(why: Unknown) -> &'static str {
    match why {
        Unknown::NotFound => "device not in the capture",
        Unknown::NotNoted => "what passed was not noted",
        Unknown::Unseen(Unseen::OneWay) => "device seen in one direction only",
        Unknown::Unseen(Unseen::LocalOnly) => "nothing seen that leaves the home",
        Unknown::Unseen(Unseen::Joined) => "device not seen before",
        Unknown::Unseen(Unseen::Left) => "device not seen after",
        Unknown::Unseen(Unseen::Away) => "device away",
        Unknown::Unseen(Unseen::Gap) => "gap in the capture",
        Unknown::LeftOut => "uploads were left out",
        Unknown::Missed => "octets were missed",
        Unknown::Busy => "an earlier upload went on",
    }
}

/// Leaves out trials from this number on.
pub(super) fn keep_before(rows: &mut Vec<Row>, trial: u32) {
    rows.retain(|it| it.trial < trial);
}

/// Most columns of a device's name.
const WIDEST_NAME: usize = 60;
/// Most rows of a table: a year of 100,000 trials with twenty devices.
const MOST_ROWS: usize = 2_000_000;

/// A table of trials.
pub(super) struct Table {
    /// Devices in the order in which they first stand in it.
    pub(super) devices: Vec<String>,
    pub(super) trials: Vec<results::Trial>,
}

/// Reads the trials of an experiment. A device that has no row for a trial is unknown there.
pub(super) fn read(experiment: &Experiment, path: &Path) -> anyhow::Result<Table> {
    let name = path.display();
    let (mut devices, mut trials): (Vec<String>, BTreeMap<u32, results::Trial>) = (Vec::new(), BTreeMap::new());
    let mut seen = BTreeSet::new();
    for (number, row) in read::rows(path)?.enumerate() {
        if number >= MOST_ROWS {
            bail!("{name}: more than {MOST_ROWS} rows");
        }
        let (line, row) = row?;
        let Some(condition) = experiment.design().conditions.iter().position(|it| it.name == row.condition) else {
            bail!("{name}, {line}: the experiment has no condition {:?}", row.condition);
        };
        // Names reach the terminal.
        let device = clean(&row.device, WIDEST_NAME);
        if device.is_empty() {
            bail!("{name}, {line}: a device without a name");
        }
        let place = devices.iter().position(|it| *it == device).unwrap_or_else(|| {
            devices.push(device);
            devices.len() - 1
        });
        let sound = sound_of(condition);
        let answer = row.answer().with_context(|| format!("{name}, {line}"))?;
        let new = results::Trial {
            night: row.night,
            block: row.block,
            position: row.trial,
            condition,
            sound,
            readings: Vec::new(),
            answer,
        };
        let trial = trials.entry(row.trial).or_insert(new);
        if (trial.night, trial.block, trial.condition) != (row.night, row.block, condition) {
            bail!("{name}, {line}: trial {} has another night, block or condition than before", row.trial);
        }
        if trial.answer != row.answer().unwrap_or_default() {
            bail!("{name}, {line}: trial {} has another answer than before: it is that of the trial, not of a device", row.trial);
        }
        if !seen.insert((row.trial, place)) {
            bail!("{name}, {line}: trial {} of {:?} stands twice", row.trial, row.device);
        }
        trial.readings.resize(devices.len().max(trial.readings.len()), results::Reading::default());
        if let Some(reading) = trial.readings.get_mut(place).filter(|_| row.is_known()) {
            // A table of somebody's own may have no ends of readings.
            let off = |value: Option<f64>, low: Option<f64>, high: Option<f64>| {
                value.map_or((0.0, 0.0), |it| results::reach(it, (low.unwrap_or(it), high.unwrap_or(it))))
            };
            *reading = results::Reading {
                seconds: row.seconds,
                seconds_off: off(row.seconds, row.seconds_low, row.seconds_high),
                octets: row.octets,
                pre_roll_seconds: row.pre_roll_seconds,
                pre_roll_off: off(row.pre_roll_seconds, row.pre_roll_seconds_low, row.pre_roll_seconds_high),
                tail_seconds: row.tail_seconds,
                uploads: row.uploads,
            };
        }
    }
    let mut trials: Vec<results::Trial> = trials.into_values().collect();
    for trial in &mut trials {
        trial.readings.resize(devices.len(), results::Reading::default());
    }
    Ok(Table { devices, trials })
}
