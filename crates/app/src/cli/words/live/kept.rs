//! A search for words as the page shows it: how far its folder is, and each play as a table.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use anyhow::bail;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_report::grid::{self, Cell, Column, Format, Holds, Take};
use earwitness_web::{Count, Course, Export, Kept, Kind};
use earwitness_words::Seen;

use super::journal::{FILE, Header, InManner, InSlot, Reaction, Record, read};

/// Name of the journal.
pub(in crate::cli) const JOURNAL: &str = FILE;

const COLUMNS: [Column; 10] = [
    ("round", Holds::Whole),
    ("slot", Holds::Whole),
    ("slot_start", Holds::Time),
    ("slot_seconds", Holds::Whole),
    ("sounds", Holds::Text),
    ("word", Holds::Text),
    ("voice", Holds::Text),
    ("level_db", Holds::Number),
    ("seen", Holds::Text),
    ("uploaded_seconds", Holds::Number),
];

/// A slot of a round of which it is known what the device did.
struct Play<'a> {
    round: u32,
    slot: usize,
    begins: Option<i64>,
    slot_seconds: u16,
    sounds: &'a InSlot,
    reaction: Reaction,
}

/// How far it is.
pub(in crate::cli) fn kept(path: &Path, name: String) -> anyhow::Result<Kept> {
    let records = read(&path.join(FILE))?.0;
    let header = header(&records)?;
    let plays = plays(&records);
    let mut counts: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let words = plays.iter().filter_map(|play| Some((word(play.sounds)?.0, play.reaction.seen)));
    for (text, seen) in words.filter(|it| it.1 != Seen::Unknown) {
        let count = counts.entry(text).or_default();
        *count = (count.0 + u64::from(seen == Seen::Began), count.1 + 1);
    }
    let done = counts.values().map(|it| it.1).sum::<u64>().min(header.plays as u64);
    let is_done = done >= header.plays as u64;
    let mut counts: Vec<Count> =
        counts.into_iter().filter(|it| it.1.0 > 0).map(|(name, (done, of))| Count { name: name.to_owned(), done, of }).collect();
    counts.sort_by_key(|it| Reverse(it.done));
    let rounds = || records.iter().filter_map(|it| if let Record::Round { at_ns, .. } = it { Some(*at_ns) } else { None });
    let what = if header.replay.is_some() { "Do these words still wake the device" } else { "Which other words wake the device" };
    Ok(Kept {
        name,
        kind: Kind::Words,
        title: header.wake_word.clone(),
        question: format!("{what} that is woken by \"{}\"?", header.wake_word),
        begun: rounds().next().map(Timestamp::from_nanos),
        done,
        planned: header.plays as u64,
        left: left(&plays, header.plays as u64, done).filter(|_| !is_done),
        course: if is_done { Course::Done } else { Course::Stopped("it is over, or was stopped".to_owned()) },
        counts,
        exports: if plays.is_empty() { Vec::new() } else { vec![Export::Csv, Export::Parquet, Export::Json] },
    })
}

/// How long what is left plays where slots stay as long as the latest, and as many of them hold a word as before.
fn left(plays: &[Play<'_>], planned: u64, done: u64) -> Option<i64> {
    let slot = i64::from(plays.last()?.slot_seconds).saturating_mul(SECOND);
    let (slots, words) = (i64::try_from(plays.len()).ok()?, i64::try_from(done).ok().filter(|it| *it > 0)?);
    let rest = i64::try_from(planned.saturating_sub(done)).ok()?;
    Some(rest.saturating_mul(slots) / words * slot)
}

/// A file of it.
pub(in crate::cli) fn exported(path: &Path, export: Export) -> anyhow::Result<Vec<u8>> {
    let format = match export {
        Export::Csv => Format::Csv,
        Export::Parquet => Format::Parquet,
        Export::Json => Format::Json,
        Export::Page | Export::Report => bail!("the command that searches tells which words wake the device"),
    };
    let records = read(&path.join(FILE))?.0;
    let plays = plays(&records);
    let mut octets = Vec::new();
    let rows = |take: Take<'_>| plays.iter().try_for_each(|play| take(row(play)));
    grid::write("plays", format, &COLUMNS, rows, &mut octets).map_err(|error: io::Error| anyhow::anyhow!(error))?;
    Ok(octets)
}

fn header(records: &[Record]) -> anyhow::Result<&Header> {
    match records.first() {
        Some(Record::Search(header)) => Ok(header),
        _ => bail!("its journal does not begin with a search"),
    }
}

/// Every slot of the rounds that were seen.
fn plays(records: &[Record]) -> Vec<Play<'_>> {
    let (mut rounds, mut began, mut all) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for record in records {
        match record {
            Record::Round { number, slot_seconds, slots, .. } => {
                rounds.insert(*number, (*slot_seconds, slots));
            }
            Record::Played { number, from_ns } => {
                began.insert(*number, *from_ns);
            }
            Record::Seen { number, seen } => {
                let Some((slot_seconds, slots)) = rounds.remove(number) else { continue };
                let from = began.remove(number);
                for (slot, (sounds, reaction)) in slots.iter().zip(seen).enumerate() {
                    let after =
                        i64::try_from(slot).unwrap_or(i64::MAX).saturating_mul(i64::from(slot_seconds).saturating_mul(SECOND));
                    let begins = from.map(|it| it.saturating_add(after));
                    all.push(Play { round: *number, slot, begins, slot_seconds, sounds, reaction: *reaction });
                }
            }
            Record::Search(_) | Record::Device { .. } | Record::Void { .. } => {}
        }
    }
    all
}

/// The word of a slot that counts as a play, and how it was said.
fn word(slot: &InSlot) -> Option<(&str, &InManner)> {
    match slot {
        InSlot::Word { text, manner } | InSlot::Again { text, manner } => Some((text, manner)),
        InSlot::WakeWord { .. } | InSlot::Nothing => None,
    }
}

fn row(play: &Play<'_>) -> Vec<Cell> {
    let (sounds, text, manner) = match play.sounds {
        InSlot::Word { text, manner } => ("word", Some(text.clone()), Some(manner)),
        InSlot::Again { text, manner } => ("again", Some(text.clone()), Some(manner)),
        InSlot::WakeWord { manner } => ("wake word", None, Some(manner)),
        InSlot::Nothing => ("nothing", None, None),
    };
    let seen = match play.reaction.seen {
        Seen::Began => "began",
        Seen::Quiet => "quiet",
        Seen::Busy => "busy",
        Seen::Unknown => "unknown",
    };
    vec![
        Cell::Whole(play.round.into()),
        Cell::Whole(i64::try_from(play.slot).unwrap_or(i64::MAX)),
        play.begins.map_or(Cell::Empty, |it| Cell::Time(Timestamp::from_nanos(it))),
        Cell::Whole(play.slot_seconds.into()),
        Cell::Text(sounds.to_owned()),
        text.map_or(Cell::Empty, Cell::Text),
        manner.map_or(Cell::Empty, |it| Cell::Text(it.voice.clone())),
        manner.map_or(Cell::Empty, |it| Cell::Number(it.level_db.into())),
        Cell::Text(seen.to_owned()),
        Cell::Number(play.reaction.seconds),
    ]
}
