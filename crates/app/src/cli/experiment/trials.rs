//! Every trial with its readings as a table for statistics programs: one row a trial and device, unknown readings empty.

use std::io;

use earwitness_base::outfile::Sink;
use earwitness_core::findings::Estimate;
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::Trial;
use earwitness_lab::reading::{Reading, Sounded, Unknown};
use serde::Serialize;

use super::simulated::Night;

/// A row. Columns are described in `docs/guide/experiments.md`.
#[derive(Serialize)]
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
}

/// The rows of a night.
pub(super) fn rows(experiment: &Experiment, devices: &[String], night: &Night<'_>) -> Vec<Row> {
    let each = night.trials.iter().zip(&night.sounded).enumerate();
    each.flat_map(|(place, (trial, sounded))| {
        let readings = devices.iter().zip(&night.readings);
        readings.filter_map(move |(device, of)| Some(row(experiment, (trial, sounded), device, of.readings.get(place)?)))
    })
    .collect()
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
    }
}

/// Why a reading is not known.
const fn words(why: Unknown) -> &'static str {
    match why {
        Unknown::NotFound => "device not in the capture",
        Unknown::NotNoted => "what passed was not noted",
        Unknown::Unseen(_) => "device not seen",
        Unknown::LeftOut => "uploads were left out",
        Unknown::Missed => "octets were missed",
        Unknown::Busy => "an earlier upload went on",
    }
}

/// Writes rows as CSV with a header.
pub(super) fn write(rows: &[Row], out: &mut Sink<'_>) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    rows.iter().try_for_each(|row| table.serialize(row))?;
    table.flush()
}
