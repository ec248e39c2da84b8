//! The ledger for people.

use std::io::{self, Write};

use earwitness_base::text::clean;
use earwitness_base::words;
use earwitness_core::time::SECOND;
use earwitness_ledger::{Chance, Entry, Fit, Kind, Outcome, Record, Totals};
use jiff::tz::TimeZone;

use super::Told;

/// Columns of a sound, and of what the vendor understood.
const WIDE: usize = 24;

/// Writes what does not match first in words, then all entries as a table.
pub(super) fn write(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let zone = TimeZone::system();
    let totals = &told.ledger.totals;
    writeln!(out, "{}", headline(totals))?;
    for line in
        told.ledger.fit.iter().map(clock).chain(told.ledger.chance.iter().map(|it| chance(it, totals))).chain(asides(totals))
    {
        writeln!(out, "  {line}")?;
    }
    let zone_name = told.ledger.entries.first().map(|entry| words::zone_name(entry.start, &zone)).unwrap_or_default();
    writeln!(out, "  Times are local: {zone_name}.")?;
    writeln!(out, "\n  {:<19}  {:<WIDE$}  {:<22}  {:<WIDE$}", "time", "sound", "upload", "vendor's record")?;
    for entry in &told.ledger.entries {
        let mark = if entry.outcome == Outcome::Matched { ' ' } else { '!' };
        let time = words::date_time(entry.start, &zone);
        writeln!(out, "{mark} {time:<19}  {:<WIDE$}  {:<22}  {}", sound(told, entry), upload(told, entry), record(told, entry))?;
    }
    Ok(())
}

fn headline(totals: &Totals) -> String {
    let uploads = |count: u32| words::counted(u64::from(count), "upload", "uploads");
    let records = |count: u32| words::counted(u64::from(count), "record", "records");
    format!(
        "{}, {}: {} matched, {} shorter than uploaded, {} without a record ({}), {} without an upload",
        uploads(totals.uploads),
        records(totals.records),
        totals.matched,
        totals.shorter,
        uploads(totals.uploads_without_record),
        words::seconds(totals.seconds_without_record),
        records(totals.records_without_upload)
    )
}

/// How the two clocks stand to each other.
fn clock(fit: &Fit) -> String {
    let seconds = |nanos: i64| format!("{:+.1} s", words::as_f64(nanos) / 1e9);
    let cut = match fit.unit {
        unit if unit >= 60 * SECOND => "whole minutes",
        unit if unit >= SECOND => "whole seconds",
        _ => "fractions of a second",
    };
    let (offset, low, high) = (seconds(fit.offset), seconds(fit.offset_low), seconds(fit.offset_high));
    format!("The vendor's clock is off by {offset} ({low} to {high}), and shows {cut}.")
}

fn chance(chance: &Chance, totals: &Totals) -> String {
    let matched = totals.matched.saturating_add(totals.shorter);
    let by_chance = format!("would match {:.1} on average and {} at most", chance.mean, chance.most);
    format!("By chance, a history shifted in time {by_chance} ({} shifts), not {matched}: p = {:.3}.", chance.shifts, chance.p)
}

/// What else is to be known.
fn asides(totals: &Totals) -> impl Iterator<Item = String> {
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
        format!("{} of {} followed by no upload.", totals.sounds_without_upload, counted(totals.sounds, "sound", "sounds"))
    });
    [wakes, outside, beyond, silent].into_iter().flatten()
}

fn sound(told: &Told, entry: &Entry) -> String {
    let sound = entry.sound.and_then(|place| told.seen.sounds.get(place));
    sound.map_or_else(|| "-".to_owned(), |it| clean(&it.name, WIDE))
}

fn upload(told: &Told, entry: &Entry) -> String {
    let Some(upload) = entry.upload.and_then(|place| told.seen.uploads.get(place)) else { return "none seen".to_owned() };
    upload.upload.seconds.map_or_else(|| "of unknown length".to_owned(), words::estimate)
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
