//! The ledger for people.

use std::io::{self, Write};

use earwitness_base::text::clean;
use earwitness_base::words;
use earwitness_core::findings::SightingKind;
use earwitness_core::time::SECOND;
use earwitness_ledger::{Entry, Fit, Kind, Ledger, Outcome, Record};
use jiff::tz::TimeZone;

use super::Told;
use super::seen::{Seen, Sound};

/// Columns of a sound, and of what the vendor understood.
const WIDE: usize = 24;

/// Columns of a device: a MAC address.
const DEVICE: usize = 17;

/// Matches that chance makes more often than this may all be its own.
const BY_CHANCE: f64 = 0.05;

/// Writes what does not match first in words, then all entries as a table.
pub(super) fn write(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let zone = TimeZone::system();
    let ledger = &told.ledger;
    writeln!(out, "{}", headline(ledger, &told.seen))?;
    for line in [clock(ledger.fit.as_ref())].into_iter().chain(chance(ledger)).chain(asides(told)) {
        writeln!(out, "  {line}")?;
    }
    let zone_name = ledger.entries.first().map(|entry| words::zone_name(entry.start, &zone)).unwrap_or_default();
    writeln!(out, "  Times are local: {zone_name}.")?;
    let device = if told.seen.is_of_several() { format!("{:<DEVICE$}  ", "device") } else { String::new() };
    writeln!(out, "\n  {:<19}  {:<WIDE$}  {device}{:<22}  vendor's record", "time", "sound", "upload")?;
    for entry in &ledger.entries {
        let mark = if entry.outcome == Outcome::Matched { ' ' } else { '!' };
        let time = words::date_time(entry.start, &zone);
        let device = if device.is_empty() { String::new() } else { format!("{:<DEVICE$}  ", whose(told, entry)) };
        let (sound, upload) = (sound(told, entry), upload(told, entry));
        writeln!(out, "{mark} {time:<19}  {sound:<WIDE$}  {device}{upload:<22}  {}", record(told, entry))?;
    }
    Ok(())
}

fn headline(ledger: &Ledger, seen: &Seen) -> String {
    let totals = &ledger.totals;
    let lost = ledger.entries.iter().filter(|it| it.outcome == Outcome::UploadWithoutRecord);
    let lost = lost.filter_map(|it| seen.uploads.get(it.upload?));
    let length = match lost.filter(|it| it.upload.seconds.is_none()).count() {
        0 => words::seconds(totals.seconds_without_record),
        unknown => format!("{}, and {unknown} of unknown length", words::seconds(totals.seconds_without_record)),
    };
    let uploads = |count: u32| words::counted(u64::from(count), "upload", "uploads");
    let records = |count: u32| words::counted(u64::from(count), "record", "records");
    format!(
        "{}, {}: {} matched, {} shorter than uploaded, {} without a record ({}), {} without an upload",
        uploads(totals.uploads),
        records(totals.records),
        totals.matched,
        totals.shorter,
        uploads(totals.uploads_without_record),
        length,
        records(totals.records_without_upload)
    )
}

/// How the two clocks stand to each other.
fn clock(fit: Option<&Fit>) -> String {
    let Some(fit) = fit else {
        return "No record lies near an upload, so that nothing is known of the vendor's clock.".to_owned();
    };
    let seconds = |nanos: i64| format!("{:+.1} s", words::as_f64(nanos) / 1e9);
    let cut = match fit.unit {
        unit if unit >= 60 * SECOND => "whole minutes",
        unit if unit >= SECOND => "whole seconds",
        _ => "fractions of a second",
    };
    let (offset, low, high) = (seconds(fit.offset), seconds(fit.offset_low), seconds(fit.offset_high));
    format!("The vendor's clock is off by {offset} ({low} to {high}), and shows {cut}.")
}

fn chance(ledger: &Ledger) -> Option<String> {
    let matched = ledger.totals.matched.saturating_add(ledger.totals.shorter);
    let Some(chance) = &ledger.chance else {
        let why = "the time is too short to shift the history in it, or --shifts is 0";
        return (matched > 0).then(|| format!("How many of them chance would match is not known: {why}."));
    };
    let by_chance = format!("would match {:.1} on average and {} at most", chance.mean, chance.most);
    let verdict = if chance.p > BY_CHANCE { " These matches may all be chance." } else { "" };
    Some(format!(
        "By chance, a history shifted in time {by_chance} ({} shifts), not {matched}: p = {:.3}.{verdict}",
        chance.shifts, chance.p
    ))
}

/// What else is to be known.
fn asides(told: &Told) -> impl Iterator<Item = String> {
    let totals = &told.ledger.totals;
    let counted = |count: u32, one: &str, many: &str| words::counted(u64::from(count), one, many);
    let wakes = totals.seconds_per_false_wake.map(|seconds| {
        let wakes = counted(totals.false_wakes, "false wake", "false wakes");
        format!("{} were uploaded for each of {wakes} (the vendor's word).", words::seconds(seconds))
    });
    let outside = (totals.records_outside > 0)
        .then(|| format!("{} of times that were not watched left aside.", counted(totals.records_outside, "record", "records")));
    let beyond = (totals.uploads_beyond_history > 0).then(|| {
        let uploads = counted(totals.uploads_beyond_history, "upload lies", "uploads lie");
        format!("{uploads} before the first or after the last record: export the history of all of the time.")
    });
    let silent = (totals.sounds > 0).then(|| {
        format!(
            "{} of {} followed by no upload.",
            totals.sounds_without_upload,
            counted(totals.sounds, "sound was", "sounds were")
        )
    });
    let several = told.seen.is_of_several().then(|| {
        "Uploads of more than one device are compared: name those of this vendor with --device, or those of others have no record.".to_owned()
    });
    let large = (told.seen.large_left_aside > 0).then(|| {
        let large = counted(told.seen.large_left_aside, "large upload", "large uploads");
        format!("{large} left aside: nothing tells a recording from a picture or a log (--large-uploads compares them).")
    });
    let streams = u32::try_from(told.seen.continuous.len()).unwrap_or(u32::MAX);
    let continuous = (streams > 0).then(|| {
        let streams = counted(streams, "stream", "streams");
        format!("{streams} left aside that went on for longer than any utterance.")
    });
    [several, wakes, outside, beyond, silent, large, continuous].into_iter().flatten()
}

fn sound(told: &Told, entry: &Entry) -> String {
    let sound = entry.sound.and_then(|place| told.seen.sounds.get(place));
    let name = |it: &Sound| it.stimulus.as_deref().map_or_else(|| "(heard)".to_owned(), |name| clean(name, WIDE));
    sound.map_or_else(|| "-".to_owned(), name)
}

fn whose(told: &Told, entry: &Entry) -> String {
    let upload = entry.upload.and_then(|place| told.seen.uploads.get(place));
    upload.and_then(|it| it.device.first()).map_or_else(|| "-".to_owned(), |name| clean(name, DEVICE + 1))
}

fn upload(told: &Told, entry: &Entry) -> String {
    let Some(upload) = entry.upload.and_then(|place| told.seen.uploads.get(place)) else { return "none seen".to_owned() };
    match (upload.upload.seconds, upload.kind) {
        (Some(seconds), _) => words::estimate(seconds),
        (None, SightingKind::Audio) => "of unknown length".to_owned(),
        (None, SightingKind::Recording) => format!("recording, {}", words::octets(upload.octets)),
        (None, SightingKind::LargeUpload) => format!("large, {}", words::octets(upload.octets)),
    }
}

fn record(told: &Told, entry: &Entry) -> String {
    let Some(record) = entry.record.and_then(|place| told.material.records.get(place)) else { return "none".to_owned() };
    let length = record.seconds.map(words::seconds);
    let text = record.text.as_deref().map(|text| format!("\"{}\"", clean(text, WIDE)));
    let parts: Vec<String> = length.into_iter().chain([kind(record)]).chain(text).collect();
    parts.join(", ")
}

fn kind(record: &Record) -> String {
    match &record.kind {
        Kind::Request => "request".to_owned(),
        Kind::WakeWordOnly => "wake word only".to_owned(),
        Kind::FalseWake => "false wake".to_owned(),
        Kind::Arbitration => "another device answered".to_owned(),
        Kind::Timeout => "nothing said".to_owned(),
        Kind::NoIntent => "not meant for it".to_owned(),
        Kind::Unknown => "record".to_owned(),
        Kind::Other(word) => clean(word, WIDE),
    }
}
