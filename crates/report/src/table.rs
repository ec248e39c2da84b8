//! What a person reads on a terminal: the answer, the devices, the sightings, and what to know about the capture.

use earwitness_base::text::WIDEST;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, CellAlignment, Color, Table};
use earwitness_core::findings::{Findings, Receiver, Sighting, SightingKind};

use super::aside::asides;
use super::labels;
use super::notes::notes;
use super::summary::{Device, Summary, beat, detectors, milliseconds, summary};
use super::terminal::{DATE, MAC, RECEIVER, Terminal, identity, table, wrapped, write_table};
use super::verdicts::table as verdicts;
use super::{Context, senders, sightings};
use earwitness_base::words;

/// Receivers named per device; the others are counted.
const RECEIVERS: usize = 3;
/// Sightings listed on a terminal; the others are counted.
const LISTED: usize = 500;
/// Devices for which is listed what they sent beside the sightings.
const ASIDES: usize = 50;
/// Said below verdicts, which would be lost above hundreds of sightings.
const UNPROVEN: &str = "What else the traffic shows, each upload with its time and receiver: --html and --json, or the same command without --probes.";

/// Writes the report.
pub fn write(findings: &Findings, context: &Context<'_>, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
    let columns = usize::from(terminal.columns());
    if let Some(probing) = context.probing {
        verdicts::write(probing, findings, context, terminal, out)?;
        writeln!(out, "\n{}", wrapped(UNPROVEN, columns).join("\n"))?;
        return write_capture(findings, context, terminal, out);
    }
    let summary = summary(findings, context);
    for line in wrapped(&summary.answer, columns) {
        writeln!(out, "{}", terminal.bold(&line))?;
    }
    writeln!(out, "\n{}", wrapped(summary.caution, columns).join("\n"))?;
    if !summary.devices.is_empty() {
        write_table(out, terminal, "Devices", &devices(&summary, context, terminal))?;
    }
    if summary.devices.iter().any(|it| !it.found.sightings.is_empty()) {
        write_table(out, terminal, "Sightings", &sighting_rows(&summary, context, terminal))?;
        let total = findings.devices.iter().map(|it| it.sightings.len()).sum::<usize>();
        if let Some(more) = total.checked_sub(LISTED).filter(|it| *it > 0) {
            writeln!(out, "... and {more} more, in --json and --html.")?;
        }
    }
    write_senders(&summary, terminal, out)?;
    write_asides(&summary, terminal, out)?;
    write_capture(findings, context, terminal, out)
}

/// Devices that are not the only ones that send under their addresses, a sentence each.
fn write_senders(summary: &Summary<'_>, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
    let with_sentence = |it: &Device<'_>| senders::sentence(it.found).map(|sentence| format!("{}: {sentence}", it.name));
    let all: Vec<_> = summary.devices.iter().filter_map(with_sentence).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", terminal.bold("Several senders under one address"))?;
    for it in all.iter().take(ASIDES) {
        writeln!(out, "- {}", wrapped(it, usize::from(terminal.columns()).saturating_sub(2)).join("\n  "))?;
    }
    if let Some(more) = all.len().checked_sub(ASIDES).filter(|it| *it > 0) {
        writeln!(out, "... and {more} more, in --json and --html.")?;
    }
    Ok(())
}

/// What was seen beside the sightings, a sentence each.
fn write_asides(summary: &Summary<'_>, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<_> =
        summary.devices.iter().flat_map(|device| asides(device.found).into_iter().map(move |it| (device, it))).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", terminal.bold("Also seen, and not counted"))?;
    for (device, it) in all.iter().take(ASIDES) {
        let lines = wrapped(&format!("{} {}.", device.name, it.sentence), usize::from(terminal.columns()).saturating_sub(2));
        writeln!(out, "- {}", lines.join("\n  "))?;
    }
    let meanings: BTreeSet<_> = all.iter().map(|(_, it)| it.meaning).collect();
    for it in meanings {
        writeln!(out, "{}", wrapped(it, usize::from(terminal.columns())).join("\n"))?;
    }
    if let Some(more) = all.len().checked_sub(ASIDES).filter(|it| *it > 0) {
        writeln!(out, "... and {more} more, in --json and --html.")?;
    }
    Ok(())
}

fn write_capture(findings: &Findings, context: &Context<'_>, terminal: Terminal, out: &mut dyn Write) -> io::Result<()> {
    if let Some(published) = context.published {
        published.write(findings, &|text| terminal.bold(text), out)?;
    }
    let facts = &findings.capture;
    let columns = usize::from(terminal.columns());
    let mut text = format!("{}, {}", words::counted(facts.frames, "frame", "frames"), words::octets(facts.wire_octets));
    if let Some((first, last)) = facts.first.zip(facts.last) {
        // Writing to a string cannot fail.
        let _ = write!(text, ", from {}", words::span(first, last, &context.zone));
    }
    writeln!(out, "\n{}\n{}", terminal.bold("Capture"), wrapped(&format!("{text}."), columns).join("\n"))?;
    for note in notes(facts, context) {
        let lines = wrapped(&note, columns.saturating_sub(2));
        writeln!(out, "- {}", lines.join("\n  "))?;
    }
    Ok(())
}

fn devices(summary: &Summary<'_>, context: &Context<'_>, terminal: Terminal) -> Table {
    let header = [("Device", MAC), ("Sightings", 10), ("Seconds of sound", 9), (RECEIVER, 16), ("First and last sighting", DATE)];
    let mut table = table(terminal, &header);
    for it in &summary.devices {
        let name = Cell::new(identity(it));
        let name = if it.found.sightings.is_empty() { name } else { name.fg(Color::Yellow).add_attribute(Attribute::Bold) };
        table.add_row([
            name,
            Cell::new(kinds(it)),
            Cell::new(it.seconds.map_or_else(String::new, words::estimate)),
            Cell::new(receivers(&it.receivers)),
            Cell::new(it.sighted.map_or_else(String::new, |window| {
                let (first, last) = (words::date_time(window.from, &context.zone), words::date_time(window.until, &context.zone));
                format!("{first}\n{last}")
            })),
        ]);
    }
    table
}

fn kinds(device: &Device<'_>) -> String {
    let audio = (device.audio > 0).then(|| format!("{} audio", words::count(device.audio)));
    let recordings = (device.recordings > 0).then(|| words::counted(device.recordings, "recording", "recordings"));
    let large = (device.large_uploads > 0).then(|| words::counted(device.large_uploads, "large upload", "large uploads"));
    let kinds: Vec<_> = audio.into_iter().chain(recordings).chain(large).collect();
    if kinds.is_empty() { "none".to_owned() } else { kinds.join("\n") }
}

fn receivers(all: &[String]) -> String {
    let mut lines: Vec<_> = all.iter().take(RECEIVERS).cloned().collect();
    if let Some(more) = all.len().checked_sub(RECEIVERS).filter(|more| *more > 0) {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}

fn sighting_rows(summary: &Summary<'_>, context: &Context<'_>, terminal: Terminal) -> Table {
    let header = [
        ("When", DATE),
        ("Device", 9),
        ("What", 11),
        ("Seconds of sound", 9),
        ("kbit/s", 7),
        ("Beat", 6),
        (RECEIVER, 13),
        ("Seen by", 7),
    ];
    let mut table = table(terminal, &header);
    for (device, it) in sightings(summary).into_iter().take(LISTED) {
        table.add_row([
            Cell::new(words::date_time(it.window.from, &context.zone)),
            Cell::new(&device.name),
            Cell::new(what(it)),
            Cell::new(it.audio_seconds.map_or_else(|| "unknown".to_owned(), words::estimate)),
            Cell::new(it.bit_rate.map_or_else(String::new, |rate| format!("{:.1}", rate / 1e3))),
            Cell::new(beat(it).map_or_else(String::new, |beat| format!("{} ms", milliseconds(beat)))),
            Cell::new(addressed(&it.receiver)),
            Cell::new(detectors(it)),
        ]);
    }
    for (number, column) in table.column_iter_mut().enumerate() {
        if matches!(number, 4 | 5) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A receiver by name, with its address below.
fn addressed(it: &Receiver) -> String {
    let name = labels::receiver(it, WIDEST);
    if it.name.is_some() { format!("{name}\n{}", it.address) } else { name }
}

fn what(it: &Sighting) -> String {
    match it.kind {
        SightingKind::Audio => "audio".to_owned(),
        SightingKind::Recording => format!("recording, {}", words::octets(it.octets_total)),
        SightingKind::LargeUpload => format!("large upload, {}", words::octets(it.octets_total)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use unicode_width::UnicodeWidthStr;

    fn shown(findings: &Findings, width: u16, colours: bool) -> String {
        let mut out = Vec::new();
        write(findings, &sample::context(&[]), Terminal { width, colours }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_begins_with_the_answer_and_fits_every_terminal() {
        for width in [60, 79, 80, 100, 120, 160, 300] {
            let text = shown(&sample::sample(), width, false);
            assert!(text.starts_with("2 of 6 devices sent what looks like sound to the internet"), "{text}");
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= usize::from(width.min(160)), "{widest} columns on {width}:\n{text}");
            if std::env::var_os("SHOW_TABLES").is_some() {
                println!("{text}");
            }
        }
    }

    #[test]
    fn each_fact_of_a_sighting_is_in_its_row() {
        let text = shown(&sample::sample(), 160, false);
        let row = text.lines().find(|it| it.contains("19:16:37")).unwrap();
        for fact in
            ["2026-11-21", "Kitchen Echo", "audio", "6.4 s (6.3 to 6.6)", "47.2", "20 ms", "bob-dispatch-prod", "clock, burst"]
        {
            assert!(row.contains(fact), "{fact} in {row}");
        }
        assert!(text.contains("random MAC") && text.contains("gateway") && text.contains("large upload, 1.9 MB"));
        assert!(text.contains("GRE tunnel") && text.contains("lost 40 frames") && text.contains("Europe/Berlin"));
        assert!(text.contains("Also seen, and not counted\n- ") && text.contains("2 times, 24 min in all, to 203.0.113.7"));
    }

    #[test]
    fn a_pipe_gets_no_escape_codes_and_a_terminal_no_foreign_ones() {
        assert!(!shown(&sample::sample(), 100, false).contains('\x1b'));
        let coloured = shown(&sample::sample(), 100, true);
        assert!(coloured.contains("\x1b[1m") && !coloured.contains("\x1b[31m") && !coloured.contains('\u{202e}'));
    }

    #[test]
    fn an_empty_capture_is_told_without_tables() {
        let text = shown(&Findings::default(), 80, false);
        assert!(text.starts_with("No device was seen") && !text.contains("Devices"), "{text}");
    }
}
