//! All detectors on the same labelled traffic: how much each finds, how often it is wrong, and how sure that is.
//!
//! `subject` says what is compared: a device over a stretch of time, with what it truly sent. `gather` takes what the forest and the t-test
//! need from frames; `events`, `sessions` and `windows` score uploads, devices and single windows, `measured` the seconds of sound; `matched` compares at equal
//! false accusations, and `sweeps` turns the knobs.
//! Nothing here is used by an analysis: a verdict never depends on it.

pub mod captured;
mod curve;
mod events;
mod features;
mod forest;
mod gather;
mod growing;
pub mod html;
pub mod json;
pub mod labels;
mod matched;
mod measured;
mod pairs;
mod results;
mod sessions;
pub mod simulated;
mod spans;
mod stats;
mod subject;
mod sweeps;
pub mod table;
mod tuning;
mod windows;

#[cfg(test)]
pub(crate) mod sample;

use self::forest::Scores;
use self::growing::Split;
use self::results::{Material, Report, VERSION};
pub use self::subject::Subject;

/// Compares all detectors on some devices. `seed` is that of the forests.
#[must_use]
pub fn compare(subjects: &[Subject], inputs: Vec<String>, seeds: u32, mut notes: Vec<String>, seed: u64) -> Report {
    let mut forests: Vec<(Split, Vec<Scores>)> = Vec::new();
    let mut tuned = Vec::new();
    for (split, why) in [
        (Split::OtherKinds, "all devices are of one type, so the forest cannot be tested on another"),
        (Split::SameKinds, "there is one seed or file only, so the forest cannot be tested on the same types: raise --seeds"),
    ] {
        match forest::judge(subjects, split, seed) {
            Some((scores, settings)) => {
                forests.push((split, scores));
                tuned.extend(settings);
            }
            None => notes.push(why.to_owned()),
        }
    }
    let mut events = events::all(subjects);
    for (split, scores) in &forests {
        let mut tally = events::Tally::default();
        for (subject, scores) in subjects.iter().zip(scores) {
            tally.add(subject, &forest::detections(scores, forest::THRESHOLD));
        }
        events.push(tally.found(split.name()));
    }
    let named: Vec<(&str, &[Scores])> = forests.iter().map(|(split, scores)| (split.name(), scores.as_slice())).collect();
    let configurations: std::collections::BTreeSet<&str> = subjects.iter().map(|it| it.configuration.as_str()).collect();
    if configurations.len() < 2 {
        notes.push("all is of one configuration, so the intervals say nothing of another one".to_owned());
    }
    let recordings: std::collections::BTreeSet<&str> = subjects.iter().map(|it| it.recording.as_str()).collect();
    Report {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        material: Material {
            inputs,
            seeds,
            recordings: recordings.len() as u64,
            devices: subjects.len() as u64,
            configurations: configurations.len() as u64,
            device_hours: events::device_hours(subjects),
            uploads: subjects.iter().map(|it| it.uploads.len() as u64).sum(),
        },
        notes,
        events,
        sessions: sessions::all(subjects),
        windows: windows::compare(subjects, &named),
        seconds: measured::all(subjects),
        matched: matched::all(subjects, &forests),
        forests: tuned,
        sweeps: sweeps::all(subjects, &forests),
    }
}
