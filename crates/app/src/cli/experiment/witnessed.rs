//! Second witnesses: files with the times at which something else noticed that a device was awake.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use earwitness_core::time::Timestamp;
use earwitness_lab::reading::Rules;
use earwitness_lab::results::WitnessResults;
use earwitness_lab::witness;
use earwitness_ledger::import::{self, Reading};
use jiff::tz::TimeZone;

use super::real::Measured;

/// A witness that was named: what it is called, and its file.
pub(super) type Named = (String, PathBuf);

/// `led=led.csv`.
pub(super) fn named(text: &str) -> Result<Named, String> {
    match text.split_once('=') {
        Some((name, file)) if !name.trim().is_empty() && !file.is_empty() => Ok((name.trim().to_owned(), PathBuf::from(file))),
        _ => Err("give a name and a file, such as led=led.csv".to_owned()),
    }
}

/// Holds the trials against all witnesses. Times without an offset are those of `zone`.
pub(super) fn compared(all: &[Named], zone: Option<&TimeZone>, measured: &Measured<'_>) -> anyhow::Result<Vec<WitnessResults>> {
    let mut results = Vec::new();
    for (name, file) in all {
        let times = times(file, zone)?;
        for (place, device) in measured.devices.iter().enumerate() {
            results.push(of(name, device, place, &times, measured));
        }
    }
    Ok(results)
}

fn times(file: &Path, zone: Option<&TimeZone>) -> anyhow::Result<Vec<Timestamp>> {
    let name = file.display();
    let facts = fs::metadata(file).with_context(|| format!("--witness: {name} cannot be read"))?;
    if !facts.is_file() || facts.len() > import::LARGEST {
        bail!("--witness: {name} is no table: give a text file with a column `time`");
    }
    let octets = fs::read(file).with_context(|| format!("--witness: {name} cannot be read"))?;
    let reading = Reading { member: None, columns: Vec::new(), zone: zone.cloned() };
    let history = import::read(&octets, &name.to_string(), &reading)?;
    Ok(history.records.iter().map(|it| it.at).collect())
}

/// What a witness says of a device, all nights together.
fn of(name: &str, device: &str, place: usize, times: &[Timestamp], measured: &Measured<'_>) -> WitnessResults {
    let mut all = WitnessResults {
        witness: name.to_owned(),
        device: device.to_owned(),
        both: Vec::new(),
        upload_only: Vec::new(),
        witness_only: Vec::new(),
        neither: Vec::new(),
        unknown: 0,
        beside: times.len() as u64,
        later_seconds: None,
    };
    let (mut later, mut weights) = (0.0, 0.0);
    for night in &measured.nights {
        let Some(own) = night.readings.get(place) else { continue };
        let found = witness::compare(times, &night.sounded, &own.readings, &Rules::default());
        let numbers =
            |places: &[usize]| places.iter().filter_map(|it| night.trials.get(*it)).map(|it| it.index).collect::<Vec<_>>();
        all.both.extend(numbers(&found.both));
        all.upload_only.extend(numbers(&found.upload_only));
        all.witness_only.extend(numbers(&found.witness_only));
        all.neither.extend(numbers(&found.neither));
        all.unknown += found.unknown as u64;
        all.beside -= (times.len() - found.beside) as u64;
        if let Some(seconds) = found.later_seconds {
            #[expect(clippy::cast_precision_loss, reason = "at most 100,000 trials")]
            let weight = found.both.len() as f64;
            (later, weights) = (later + weight * seconds, weights + weight);
        }
    }
    all.later_seconds = (weights > 0.0).then(|| later / weights);
    all
}
