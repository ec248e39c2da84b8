//! Writes probe logs: the same octets for the same rounds, every nanosecond kept.

use std::io::{self, Write};

use earwitness_core::probe::{Heard, Played, Round};
use earwitness_core::time::Window;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;

use super::Header;
use super::field::{HEARD, KEYS, Key, NAMES, SOUNDS, VOIDS, named, to_moment, to_seconds};
use super::lines::{MARK, VERSION};
use super::sounded;

/// Writes the header, then an object for each slot.
///
/// # Errors
/// When `out` takes no more.
pub fn write_jsonl(header: &Header, rounds: &[Round], mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, &Head(header))?;
    writeln!(out)?;
    for round in rounds {
        for (place, fields) in slots(round).enumerate() {
            let played = (place == round.drawn).then_some(&round.played);
            serde_json::to_writer(&mut out, &Slot(&fields, played))?;
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Writes the names of the columns, then a line for each slot.
///
/// # Errors
/// When `out` takes no more.
pub fn write_csv(rounds: &[Round], out: impl Write) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(NAMES.map(|entry| entry.1))?;
    for round in rounds {
        for fields in slots(round) {
            out.write_record(&fields)?;
        }
    }
    out.flush()
}

/// The fields of each slot, in the order of the columns; what does not apply is empty.
fn slots(round: &Round) -> impl Iterator<Item = [String; KEYS]> + '_ {
    round.slots.iter().enumerate().map(|(place, slot)| fields(round, place, *slot))
}

fn fields(round: &Round, place: usize, slot: Window) -> [String; KEYS] {
    let played = (place == round.drawn).then_some(&round.played);
    NAMES.map(|(key, _)| {
        let of_probe = match (key, played) {
            (Key::Round, _) => return round.number.to_string(),
            (Key::Slot, _) => return place.to_string(),
            (Key::Start, _) => return to_moment(slot.from),
            (Key::SlotSeconds, _) => return to_seconds(slot.length()),
            (Key::Kind, _) => Some(if played.is_some() { "probe" } else { "sham" }.to_owned()),
            (_, None) => None,
            (Key::Onset, Some(played)) => Some(to_moment(played.onset)),
            // 0 where nothing sounded: a probe without it could sound for any time.
            (Key::Seconds, Some(played)) => Some(to_seconds(played.length.max(0))),
            (Key::Stimulus, Some(played)) => Some(played.stimulus.name.clone()),
            (Key::Sound, Some(played)) => Some(named(played.stimulus.kind, &SOUNDS).to_owned()),
            (Key::Heard, Some(played)) => {
                Some(played.heard).filter(|it| *it != Heard::Unknown).map(|it| named(it, &HEARD).to_owned())
            }
            (Key::Void, Some(_)) => round.void.map(|it| named(it, &VOIDS).to_owned()),
        };
        of_probe.unwrap_or_default()
    })
}

/// A slot as an object: what is empty is left out, numbers are numbers. A probe says what sounded to the sample, where that is known.
struct Slot<'a>(&'a [String; KEYS], Option<&'a Played>);

impl Serialize for Slot<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for ((key, name), text) in NAMES.iter().zip(self.0).filter(|it| !it.1.is_empty()) {
            match key {
                Key::Round | Key::Slot | Key::SlotSeconds | Key::Seconds => map.serialize_entry(name, &digits(text))?,
                _ => map.serialize_entry(name, text)?,
            }
        }
        if let Some(played) = self.1 {
            sounded::write(played, &mut map)?;
        }
        map.end()
    }
}

/// Digits as they are, so that no decimal is lost.
fn digits(text: &str) -> Option<Box<serde_json::value::RawValue>> {
    serde_json::value::RawValue::from_string(text.to_owned()).ok()
}

struct Head<'a>(&'a Header);

impl Serialize for Head<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Header { seed, alpha, slots, slot, guard, title } = self.0;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry(MARK, &VERSION)?;
        if let Some(title) = title {
            map.serialize_entry("title", title)?;
        }
        if let Some(seed) = seed {
            map.serialize_entry("seed", seed)?;
        }
        if let Some(alpha) = alpha.and_then(Number::from_f64) {
            map.serialize_entry("alpha", &alpha)?;
        }
        if let Some(slots) = slots {
            map.serialize_entry("slots", slots)?;
        }
        for (name, length) in [("slot_seconds", slot), ("guard_seconds", guard)] {
            if let Some(text) = length.map(to_seconds) {
                map.serialize_entry(name, &digits(&text))?;
            }
        }
        map.end()
    }
}
