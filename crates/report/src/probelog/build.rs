//! From slots to rounds, and what contradicts itself on the way.

use std::collections::BTreeMap;

use earwitness_core::probe::{Effect, Heard, Played, Round, SoundKind, Stimulus, Void, note};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::field::{Key, to_seconds};
use super::row::Row;
use super::trouble::Fault;

/// Length of a slot where the log does not tell, nanoseconds: what a probe's answer takes.
const USUAL: i64 = 20 * SECOND;

/// Name of a sound where the log does not tell.
const NAMELESS: &str = "probe";

/// The rounds in order of time. Those of a log that this program wrote (`is_ours`) keep its order: while a session went on, the clock may have been set back.
pub(super) fn rounds(mut rows: Vec<Row>, is_ours: bool, warnings: &mut Vec<String>) -> Result<Vec<Round>, Fault> {
    if is_ours && is_numbered_in_order(&rows) {
        return numbered(&rows, warnings);
    }
    if let Some(line) = rows.windows(2).find_map(|pair| match pair {
        [before, after] if after.start < before.start => Some(after.line),
        _ => None,
    }) {
        warnings.push(format!("line {line} is earlier than the line before it; the lines were sorted by time"));
        rows.sort_by_key(|row| row.start);
    }
    all_or_none(&rows, Key::Round, "which round each slot belongs to")?;
    all_or_none(&rows, Key::SlotSeconds, "how long each slot is")?;
    all_or_none(&probes(&rows), Key::Seconds, "how long each probe sounds")?;
    let usual = usual(&rows, warnings)?;
    overlaps(&rows, usual, None)?;
    let mut groups: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    for (number, row) in (0..).zip(rows) {
        groups.entry(row.round.unwrap_or(number)).or_default().push(row);
    }
    let mut rounds = groups.into_iter().map(|(number, rows)| Ok((round(number, &rows, usual, warnings)?, rows)));
    let mut rounds = rounds.by_ref().collect::<Result<Vec<_>, Fault>>()?;
    rounds.sort_by_key(|(round, _)| round.slots.first().map(|slot| slot.from));
    for pair in rounds.windows(2) {
        let [(before, _), (after, rows)] = pair else { continue };
        let (Some(ends), Some(row)) = (before.span(), rows.first()) else { continue };
        if row.start < ends.until {
            let what = format!(
                "round {} begins before round {} has ended: slots of different rounds must not be mixed; give each round a number of its own",
                after.number, before.number
            );
            return Err(Fault::at(row.place(Key::Round), what));
        }
    }
    Ok(rounds.into_iter().map(|it| it.0).collect())
}

/// Whether the slots are those of one round after the other, as their numbers say.
fn is_numbered_in_order(rows: &[Row]) -> bool {
    let numbered = rows.iter().all(|row| row.round.is_some() && row.slot_seconds.is_some());
    numbered
        && rows.windows(2).all(|pair| match pair {
            [before, after] => before.round < after.round || (before.round == after.round && before.start <= after.start),
            _ => true,
        })
}

/// The rounds in order of their numbers, whatever the clock did between them.
fn numbered(rows: &[Row], warnings: &mut Vec<String>) -> Result<Vec<Round>, Fault> {
    all_or_none(&probes(rows), Key::Seconds, "how long each probe sounds")?;
    let mut rounds: Vec<Round> = Vec::new();
    for rows in rows.chunk_by(|before, after| before.round == after.round) {
        overlaps(rows, USUAL, Some(warnings))?;
        let number = rows.first().and_then(|row| row.round).unwrap_or_default();
        let round = round(number, rows, USUAL, warnings)?;
        if rounds.last().and_then(Round::span).zip(round.span()).is_some_and(|(before, after)| after.from < before.until) {
            warnings.push(format!(
                "round {number} begins before the round before it has ended: the clock was set back; the numbers were believed"
            ));
        }
        rounds.push(round);
    }
    Ok(rounds)
}

/// The slots in which something was to sound.
fn probes(rows: &[Row]) -> Vec<Row> {
    rows.iter().filter(|row| row.is_probe != Some(false)).cloned().collect()
}

/// A column is filled in every line or in none.
fn all_or_none(rows: &[Row], key: Key, what: &str) -> Result<(), Fault> {
    let given = rows.iter().filter(|row| row.has(key)).count();
    let missing = rows.iter().find(|row| !row.has(key)).filter(|_| given > 0);
    missing.map_or(Ok(()), |row| {
        Err(Fault::at(
            row.place(key),
            format!("{} is missing here, but given in other lines: tell everywhere {what}", key.name()),
        ))
    })
}

/// The length of a slot that does not tell its own.
fn usual(rows: &[Row], warnings: &mut Vec<String>) -> Result<i64, Fault> {
    let mut usual = USUAL;
    if rows.iter().any(|row| row.has(Key::SlotSeconds)) {
        return Ok(usual);
    }
    for pair in rows.windows(2) {
        let [before, after] = pair else { continue };
        let apart = after.start.since(before.start);
        if apart == 0 {
            let what = format!("this slot begins at the same moment as that of line {}; leave one of them out", before.line);
            return Err(Fault::at(after.place(Key::Start), what));
        }
        usual = usual.min(apart);
    }
    warnings.push(format!("no column slot_seconds: each slot is taken to be {} s long", to_seconds(usual)));
    Ok(usual)
}

/// No slot overlaps another, and no sound reaches into the next slot. In a log that this program wrote it may, since a loudspeaker may begin late: that is what happened, and is
/// only warned of.
fn overlaps(rows: &[Row], usual: i64, mut warnings: Option<&mut Vec<String>>) -> Result<(), Fault> {
    for pair in rows.windows(2) {
        let [before, after] = pair else { continue };
        let ends = before.start.plus(before.slot_seconds.unwrap_or(usual));
        // Of a round to which something happened, the onset may be that of another clock.
        let sounds = match before.void.map(Void::effect) {
            None | Some(Effect::Scored) => before.onset.unwrap_or(before.start).plus(before.seconds.unwrap_or(0)),
            Some(Effect::Unknown | Effect::Void) => ends,
        };
        let (what, late) = if after.start < ends {
            let both = if [before, after].iter().all(|row| row.is_probe != Some(false)) { "probe" } else { "slot" };
            (format!("this {both} overlaps that of line {}", before.line), ends)
        } else if let (true, Some(warnings)) = (after.start < sounds, &mut warnings) {
            let by = to_seconds(sounds.since(after.start));
            warnings.push(format!("the probe of line {} still sounded when the next slot began, by {by} s", before.line));
            continue;
        } else if after.start < sounds {
            (format!("the probe of line {} still sounds when this slot begins", before.line), sounds)
        } else {
            continue;
        };
        let by = to_seconds(late.since(after.start));
        return Err(Fault::at(
            after.place(Key::Start),
            format!("{what}, by {by} s; correct start, slot_seconds or seconds of one of them"),
        ));
    }
    Ok(())
}

/// One round from its slots, which are in order of time.
fn round(number: u32, rows: &[Row], usual: i64, warnings: &mut Vec<String>) -> Result<Round, Fault> {
    let mut probes = rows.iter().enumerate().filter(|(_, row)| row.is_probe != Some(false));
    let Some((drawn, probe)) = probes.next() else {
        let at = rows.first().map_or_else(Default::default, |row| row.place(Key::Kind));
        return Err(Fault::at(at, format!("round {number} has only shams; exactly one of its slots must have kind probe")));
    };
    if let Some((_, second)) = probes.next() {
        let what = format!(
            "round {number} has two probes, the other in line {}; mark the slots without sound as sham in the column kind, or give each probe a round of its own",
            probe.line
        );
        return Err(Fault::at(second.place(Key::Kind), what));
    }
    let length = |row: &Row| row.slot_seconds.unwrap_or(usual);
    if let Some(other) = rows.iter().find(|row| length(row) != length(probe)) {
        let what = format!(
            "this slot of round {number} is {} s long, but that of line {} is {} s: the slots of a round must have one length, or the longer one has the better odds",
            to_seconds(length(other)),
            probe.line,
            to_seconds(length(probe))
        );
        return Err(Fault::at(other.place(Key::SlotSeconds), what));
    }
    if rows.windows(2).any(|pair| matches!(pair, [a, b] if a.slot.zip(b.slot).is_some_and(|(a, b)| b <= a))) {
        warnings.push(format!("the numbers in slot do not follow the time in round {number}; the time was believed"));
    }
    let slots: Vec<Window> = rows.iter().map(|row| Window { from: row.start, until: row.start.plus(length(row)) }).collect();
    let mut void = None;
    for why in rows.iter().filter_map(|row| row.void) {
        note(&mut void, why);
    }
    let onset = onset(probe, slots.get(drawn).copied(), void)?;
    if probe.seconds == Some(0) && void.map_or(Effect::Scored, Void::effect) == Effect::Scored {
        warnings.push(format!(
            "nothing sounded in round {number} (seconds is 0), and yet it counts; say in void what happened to it"
        ));
    }
    let nameless = || if probe.seconds == Some(0) { String::new() } else { NAMELESS.to_owned() };
    let stimulus =
        Stimulus { name: probe.stimulus.clone().unwrap_or_else(nameless), kind: probe.sound.unwrap_or(SoundKind::Noise) };
    let heard = probe.heard.unwrap_or(Heard::Unknown);
    let played = Played {
        condition: probe.condition.clone(),
        timelines: probe.timelines.clone(),
        ..Played::new(stimulus, onset, probe.seconds.unwrap_or(0), heard)
    };
    Ok(Round { number, slots, drawn, played, void })
}

/// When the probe began to sound: inside its slot, unless something happened to the round after which its scores are not taken as they are, such as a clock
/// that was set.
fn onset(probe: &Row, slot: Option<Window>, void: Option<Void>) -> Result<Timestamp, Fault> {
    let onset = probe.onset.unwrap_or(probe.start);
    let is_scored = void.map_or(Effect::Scored, Void::effect) == Effect::Scored;
    if !is_scored || slot.is_some_and(|slot| slot.contains(onset)) {
        return Ok(onset);
    }
    let early = onset < probe.start;
    let what = format!(
        "the onset lies {} s {} its slot; it is the moment at which the sound really began, inside the slot",
        to_seconds(if early { probe.start.since(onset) } else { onset.since(slot.map_or(probe.start, |slot| slot.until)) }),
        if early { "before" } else { "after the end of" }
    );
    Err(Fault::at(probe.place(Key::Onset), what))
}
