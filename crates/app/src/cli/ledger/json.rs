//! The ledger for programs. Each key is explained in `docs/schema/ledger-1.json`.

use std::io::{self, Write};

use earwitness_base::text::{WIDEST_EXACT, WIDEST_SAID, clean};
use earwitness_core::findings::SightingKind;
use earwitness_ledger::{Entry, Kind, Outcome, Record};
use serde::Serialize;

use super::{Told, seen};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report {
    version: u32,
    program: &'static str,
    history: &'static str,
    warnings: Vec<String>,
    clock: Option<Clock>,
    chance: Option<Chance>,
    totals: Totals,
    left_aside: LeftAside,
    entries: Vec<Line>,
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "each key says its unit")]
struct Clock {
    offset_ns: i64,
    offset_low_ns: i64,
    offset_high_ns: i64,
    unit_ns: i64,
    median_distance_ns: i64,
}

#[derive(Serialize)]
struct Chance {
    shifts: u32,
    mean: f64,
    most: u32,
    p: f64,
}

#[derive(Serialize)]
struct Totals {
    sounds: u32,
    sounds_heard: u32,
    sounds_without_upload: u32,
    uploads: u32,
    records: u32,
    records_outside: u32,
    uploads_beyond_history: u32,
    matched: u32,
    shorter: u32,
    uploads_without_record: u32,
    records_without_upload: u32,
    seconds_uploaded: f64,
    seconds_without_record: f64,
    false_wakes: u32,
    seconds_per_false_wake: Option<f64>,
}

#[derive(Serialize)]
struct LeftAside {
    large_uploads: u32,
    continuous: usize,
}

#[derive(Serialize)]
struct Line {
    outcome: &'static str,
    start_ns: i64,
    upload: Option<&'static str>,
    device: Option<String>,
    seconds: Option<f64>,
    seconds_low: Option<f64>,
    seconds_high: Option<f64>,
    sound: Option<Sound>,
    record: Option<Recorded>,
}

#[derive(Serialize)]
struct Sound {
    start_ns: i64,
    source: &'static str,
    stimulus: Option<String>,
}

#[derive(Serialize)]
struct Recorded {
    at_ns: i64,
    kind: &'static str,
    seconds: Option<f64>,
    device: Option<String>,
    text: Option<String>,
}

/// Writes one JSON object and a line feed.
pub(super) fn write(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let ledger = &told.ledger;
    let report = Report {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        history: told.history.layout,
        warnings: told.history.warnings.iter().map(|line| clean(line, 4_096)).collect(),
        clock: ledger.fit.map(|it| Clock {
            offset_ns: it.offset,
            offset_low_ns: it.offset_low,
            offset_high_ns: it.offset_high,
            unit_ns: it.unit,
            median_distance_ns: it.median_distance,
        }),
        chance: ledger.chance.map(|it| Chance { shifts: it.shifts, mean: it.mean, most: it.most, p: it.p }),
        totals: totals(&ledger.totals),
        left_aside: LeftAside { large_uploads: told.seen.large_left_aside, continuous: told.seen.continuous.len() },
        entries: ledger.entries.iter().map(|entry| line(told, entry)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn totals(it: &earwitness_ledger::Totals) -> Totals {
    Totals {
        sounds: it.sounds,
        sounds_heard: it.sounds_heard,
        sounds_without_upload: it.sounds_without_upload,
        uploads: it.uploads,
        records: it.records,
        records_outside: it.records_outside,
        uploads_beyond_history: it.uploads_beyond_history,
        matched: it.matched,
        shorter: it.shorter,
        uploads_without_record: it.uploads_without_record,
        records_without_upload: it.records_without_upload,
        seconds_uploaded: it.seconds_uploaded,
        seconds_without_record: it.seconds_without_record,
        false_wakes: it.false_wakes,
        seconds_per_false_wake: it.seconds_per_false_wake,
    }
}

fn line(told: &Told, entry: &Entry) -> Line {
    let upload = entry.upload.and_then(|place| told.seen.uploads.get(place));
    let seconds = upload.and_then(|it| it.upload.seconds);
    let finite = |value: f64| Some(value).filter(|value| value.is_finite());
    let sound = entry.sound.and_then(|place| told.seen.sounds.get(place));
    Line {
        outcome: outcome_word(entry.outcome),
        start_ns: entry.start.nanos(),
        upload: upload.map(|it| upload_word(it.kind)),
        device: upload.and_then(|it| it.device.first()).map(|name| clean(name, WIDEST_EXACT)),
        seconds: seconds.and_then(|it| finite(it.value)),
        seconds_low: seconds.and_then(|it| finite(it.low)),
        seconds_high: seconds.and_then(|it| finite(it.high)),
        sound: sound.map(heard),
        record: entry.record.and_then(|place| told.material.records.get(place)).map(recorded),
    }
}

fn heard(it: &seen::Sound) -> Sound {
    Sound {
        start_ns: it.at.nanos(),
        source: if it.stimulus.is_some() { "played" } else { "heard" },
        stimulus: it.stimulus.as_deref().map(|name| clean(name, WIDEST_SAID)),
    }
}

fn recorded(it: &Record) -> Recorded {
    Recorded {
        at_ns: it.at.nanos(),
        kind: kind_word(&it.kind),
        seconds: it.seconds,
        device: it.device.as_deref().map(|name| clean(name, WIDEST_EXACT)),
        text: it.text.as_deref().map(|text| clean(text, WIDEST_SAID)),
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Matched => "matched",
        Outcome::Shorter => "shorter_than_uploaded",
        Outcome::UploadWithoutRecord => "upload_without_record",
        Outcome::RecordWithoutUpload => "record_without_upload",
    }
}

fn upload_word(kind: SightingKind) -> &'static str {
    match kind {
        SightingKind::Audio => "audio",
        SightingKind::Recording => "recording",
        SightingKind::LargeUpload => "large_upload",
    }
}

fn kind_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Request => "request",
        Kind::WakeWordOnly => "wake_word_only",
        Kind::FalseWake => "false_wake",
        Kind::Arbitration => "arbitration",
        Kind::Timeout => "timeout",
        Kind::NoIntent => "no_intent",
        Kind::Unknown => "unknown",
        Kind::Other(_) => "other",
    }
}
