//! Uploads and sounds of a report that `analyze`, `demo` or `probe` wrote for programs (`docs/schema/analyze-2.json`).

use std::path::Path;

use anyhow::{Context, bail};
use earwitness_core::findings::{Estimate, SightingKind};
use earwitness_core::time::{Timestamp, Window};
use earwitness_ledger::Upload;
use serde::Deserialize;

use super::seen::{Seen, SeenUpload, Sound};

/// Largest report that is read, octets.
const LARGEST: u64 = 1 << 30;

/// Version of the report.
const VERSION: u32 = 2;

#[derive(Deserialize)]
struct Report {
    version: u32,
    capture: Capture,
    probing: Option<Probing>,
    devices: Vec<Device>,
}

#[derive(Deserialize)]
struct Capture {
    first_ns: Option<i64>,
    last_ns: Option<i64>,
}

#[derive(Deserialize)]
struct Probing {
    trials: Vec<Trial>,
}

#[derive(Deserialize)]
struct Trial {
    onset_ns: i64,
    seconds: f64,
    stimulus: String,
}

#[derive(Deserialize)]
struct Device {
    mac: Option<String>,
    addresses: Vec<String>,
    sightings: Vec<Sighting>,
    continuous: Vec<Sighting>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Audio,
    Recording,
    LargeUpload,
}

#[derive(Deserialize)]
struct Sighting {
    kind: Kind,
    start_ns: i64,
    octets_total: u64,
    audio_seconds: Option<f64>,
    audio_seconds_low: Option<f64>,
    audio_seconds_high: Option<f64>,
}

/// Reads a report.
pub(super) fn read(path: &Path) -> anyhow::Result<Seen> {
    let bytes = super::whole(path, LARGEST)?;
    let report: Report = serde_json::from_slice(&bytes).context(
        "this is no report for programs; name a store, or what `earwitness analyze CAPTURE --json=report.json` writes",
    )?;
    if report.version != VERSION {
        bail!("the report is of version {}, and version {VERSION} is read; analyse the capture again", report.version);
    }
    let mut seen = Seen::default();
    if let (Some(from), Some(last)) = (report.capture.first_ns, report.capture.last_ns) {
        seen.watched.push(Window { from: Timestamp::from_nanos(from), until: Timestamp::from_nanos(last).plus(1) });
    }
    let trials = report.probing.map(|it| it.trials).unwrap_or_default();
    let sounded = trials.into_iter().filter(|it| it.seconds > 0.0);
    seen.sounds = sounded.map(|it| Sound { at: Timestamp::from_nanos(it.onset_ns), stimulus: Some(it.stimulus) }).collect();
    for device in report.devices {
        let names: Vec<String> = device.mac.into_iter().chain(device.addresses).map(|name| name.to_lowercase()).collect();
        seen.uploads.extend(device.sightings.iter().map(|it| upload(it, &names)));
        seen.continuous.extend(device.continuous.iter().map(|_| names.clone()));
        seen.devices.push(names);
    }
    Ok(seen)
}

fn upload(it: &Sighting, device: &[String]) -> SeenUpload {
    let seconds = it.audio_seconds.map(|value| Estimate {
        value,
        low: it.audio_seconds_low.unwrap_or(value),
        high: it.audio_seconds_high.unwrap_or(value),
    });
    SeenUpload {
        upload: Upload { start: Timestamp::from_nanos(it.start_ns), seconds },
        kind: match it.kind {
            Kind::Audio => SightingKind::Audio,
            Kind::Recording => SightingKind::Recording,
            Kind::LargeUpload => SightingKind::LargeUpload,
        },
        octets: it.octets_total,
        device: device.to_vec(),
    }
}
