//! Verdicts on a terminal: the answer, a line per device, a few sentences for each, what to know beside.

use earwitness_base::text;
use std::io::{self, Write};

use comfy_table::{Attribute, Cell, Color};
use earwitness_core::findings::Findings;
use earwitness_core::verdict::{Outcome, Undecided, Verdict};

use super::words::{Others, basis, caveats, chance, headline, hits, receivers, sentences};
use super::{Probing, rank};
use crate::Context;
use crate::labels;
use crate::summary::{Device, summary, unread};
use crate::terminal::{MAC, ROOMY, Terminal, WIDE, identity, table, wrapped, write_table};
use earwitness_base::words::{bit_rate, seconds};

/// Devices that are explained in sentences; the others are in the table.
const EXPLAINED: usize = 60;
/// Sounds that are listed apart, per device.
const SOUNDS: usize = 12;

/// Writes the verdicts.
///
/// # Errors
/// When `out` takes no more.
pub fn write(
    probing: &Probing,
    findings: &Findings,
    context: &Context<'_>,
    terminal: Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let columns = usize::from(terminal.columns());
    let answer = unread(&findings.capture).into_iter().chain([headline(probing)]).collect::<Vec<_>>().join(" ");
    for line in wrapped(&answer, columns) {
        writeln!(out, "{}", terminal.bold(&line))?;
    }
    writeln!(out, "\n{}", wrapped(&basis(probing), columns).join("\n"))?;
    let summary = summary(findings, context);
    let rows = ordered(probing, &summary.devices);
    if !rows.is_empty() {
        write_table(out, terminal, "Verdicts", &verdicts(probing, &rows, terminal))?;
    }
    let others = probing.others(summary.devices.iter().map(|it| (it.found.id, it.name.clone())));
    for (device, verdict) in rows.iter().take(EXPLAINED) {
        let title = wrapped(&format!("{}: {}", device.name, verdict.outcome.words()), columns);
        writeln!(out, "\n{}", title.iter().map(|line| terminal.bold(line)).collect::<Vec<_>>().join("\n"))?;
        for sentence in explained(verdict, device, &others) {
            writeln!(out, "  {}", wrapped(&sentence, columns.saturating_sub(2)).join("\n  "))?;
        }
    }
    if let Some(more) = rows.len().checked_sub(EXPLAINED).filter(|more| *more > 0) {
        writeln!(out, "\n... and {more} more, explained in --html and --json.")?;
    }
    let caveats = caveats(probing);
    if !caveats.is_empty() {
        writeln!(out, "\n{}", terminal.bold("Before you believe it"))?;
    }
    for it in caveats {
        writeln!(out, "- {}", wrapped(&it, columns.saturating_sub(2)).join("\n  "))?;
    }
    Ok(())
}

/// Devices with their verdicts, in the order in which people want to read.
pub(crate) fn ordered<'a, 'b>(probing: &'a Probing, devices: &'b [Device<'b>]) -> Vec<(&'b Device<'b>, &'a Verdict)> {
    let mut rows: Vec<_> = devices.iter().filter_map(|it| Some((it, probing.of(it.found.id)?))).collect();
    rows.sort_by(|a, b| {
        let key = |it: &(&Device<'_>, &Verdict)| (rank(it.1.outcome), it.0.found.id);
        key(a).cmp(&key(b))
    });
    rows
}

fn verdicts(probing: &Probing, rows: &[(&Device<'_>, &Verdict)], terminal: Terminal) -> comfy_table::Table {
    let truth = !probing.expected.is_empty();
    let roomy = terminal.width >= if truth { WIDE } else { ROOMY };
    let mut header = vec![("Device", MAC), ("Verdict", 13), ("Rounds", 9), ("p", 6)];
    header.extend([("Sound per probe", 10), ("Sent to", 13)].into_iter().filter(|_| roomy));
    header.extend([("Truth", 9)].into_iter().filter(|_| truth));
    let mut table = table(terminal, &header);
    for (device, verdict) in rows {
        let it = &verdict.evidence;
        let proof = it.proven_after.map_or_else(String::new, |after| format!("\nproof at {after}"));
        let mut cells = vec![
            Cell::new(identity(device)),
            coloured(verdict.outcome),
            Cell::new(format!("{}{proof}", it.rounds)),
            Cell::new(if it.rounds > 0 { chance(it.p) } else { String::new() }),
        ];
        if roomy {
            cells.extend([Cell::new(sound(verdict)), Cell::new(receivers(it).unwrap_or_default())]);
        }
        if truth {
            cells.push(truth_of(probing, verdict));
        }
        table.add_row(cells);
    }
    table
}

fn coloured(outcome: Outcome) -> Cell {
    let cell = Cell::new(outcome.words());
    match outcome {
        Outcome::Streams => cell.fg(Color::Red).add_attribute(Attribute::Bold),
        Outcome::SendsMore | Outcome::Reacts | Outcome::SendsLess | Outcome::StreamsAlways => {
            cell.fg(Color::Yellow).add_attribute(Attribute::Bold)
        }
        Outcome::NoReaction => cell.fg(Color::Green),
        Outcome::Undecided(_) | Outcome::NotTested(_) => cell.add_attribute(Attribute::Dim),
    }
}

/// Seconds and bit rate of what a probe made it send.
fn sound(verdict: &Verdict) -> String {
    let caused = &verdict.evidence.caused;
    if caused.uploads == 0 || !verdict.evidence.is_proven() {
        return String::new();
    }
    let rate = caused.bit_rate.map(bit_rate);
    std::iter::once(seconds(caused.median_seconds)).chain(rate).collect::<Vec<_>>().join("\n")
}

fn truth_of(probing: &Probing, verdict: &Verdict) -> Cell {
    match probing.expected(verdict.device) {
        Some(expected) if expected == verdict.outcome.words() => Cell::new("as expected").fg(Color::Green),
        Some(expected) => Cell::new(text::clean(expected, text::WIDEST)).fg(Color::Red),
        None => Cell::new(""),
    }
}

/// The sentences of a device, and how often each sound moved it.
fn explained(verdict: &Verdict, device: &Device<'_>, others: &Others<'_>) -> Vec<String> {
    let mut lines = sentences(verdict, Some(device.found), others);
    lines.extend(sounds(verdict).map(|it| format!("By sound: {}.", it.words())));
    lines
}

/// How often each sound moved the device.
pub(crate) struct BySound {
    /// Name, rounds in which it moved the device, all its rounds; those that moved it most come first.
    pub(crate) sounds: Vec<(String, u32, u32)>,
    /// How many more sounds there were.
    pub(crate) more: usize,
}

impl BySound {
    fn words(&self) -> String {
        let listed = self.sounds.iter().map(|(name, hits, rounds)| format!("{name} {hits} of {rounds}"));
        let more = (self.more > 0).then(|| format!("and {} more sounds", self.more));
        listed.chain(more).collect::<Vec<_>>().join(", ")
    }
}

/// How often each sound moved the device; nothing where none ever did.
pub(crate) fn sounds(verdict: &Verdict) -> Option<BySound> {
    let it = &verdict.evidence;
    let (hit, _) = hits(it);
    if hit == 0
        || it.sounds.len() < 2
        || !(verdict.outcome.is_reaction() || verdict.outcome == Outcome::Undecided(Undecided::Promising))
    {
        return None;
    }
    let mut all: Vec<_> = it.sounds.iter().collect();
    all.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
    let sounds = all.iter().take(SOUNDS).map(|(name, (hits, rounds))| (labels::sound(name), *hits, *rounds)).collect();
    Some(BySound { sounds, more: all.len().saturating_sub(SOUNDS) })
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::sample;
    use crate::verdicts::sample::{home, probing, truthful};

    fn shown(probing: &Probing, width: u16) -> String {
        let mut out = Vec::new();
        let terminal = Terminal { width, colours: false };
        write(probing, &home(), &sample::context(&[]), terminal, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_answer_comes_first_and_each_device_has_its_line_and_its_sentences() {
        let text = shown(&probing(), 120);
        println!("{text}");
        assert!(text.starts_with("2 of 6 devices send what they hear. "), "{text}");
        let row = text.lines().find(|line| line.starts_with("Kitchen Echo ") && line.contains("streams what it hears")).unwrap();
        assert!(row.contains(" 24 ") && row.contains("4.9 s"), "{row}");
        assert!(text.contains("\nKitchen Echo: streams what it hears\n  When it hears a sound, it sends sound"), "{text}");
        assert!(text.contains("Before you believe it\n- "), "{text}");
        assert!(!text.contains("Truth") && !text.contains('\x1b') && !text.contains('\u{202e}'));
    }

    #[test]
    fn it_fits_every_terminal() {
        for width in [60, 80, 100, 160] {
            let text = shown(&truthful(), width);
            assert!(text.contains("proof at ") && (width < 100 || text.contains("47.2 kbit/s")), "{text}");
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(widest <= usize::from(width), "{widest} columns on {width}:\n{text}");
        }
    }

    #[test]
    fn a_known_truth_stands_beside_the_verdict() {
        let text = shown(&truthful(), 160);
        assert!(text.contains("as expected") && text.contains("Truth"), "{text}");
    }

    #[test]
    fn a_session_without_devices_is_reported() {
        let mut nothing = probing();
        nothing.verdicts.devices.clear();
        assert!(shown(&nothing, 80).starts_with("No device was there to be tested."));
        assert_eq!(hits(&earwitness_core::verdict::Evidence::default()), (0, 0));
    }
}
