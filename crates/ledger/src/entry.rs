//! Three columns in time: what sounded, what was uploaded, what the vendor recorded.

use earwitness_core::time::{SECOND, Timestamp};

use crate::fit::Found;
use crate::matching::Moments;
use crate::{Material, Sound};

/// How long before an upload the sound may have begun that caused it, nanoseconds: the slot of a probe.
const SOUND_BEFORE: i64 = 20 * SECOND;

/// How long after the beginning of an upload its sound may begin, nanoseconds: what was recorded before is sent with it.
const SOUND_AFTER: i64 = 2 * SECOND;

/// By how much a vendor's recording must be shorter than the least that was uploaded, seconds: vendors cut silence, and count in whole or half seconds.
const SHORTER_BY: f64 = 0.5;

/// What became of an upload or a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// The vendor shows a record of the upload.
    Matched,
    /// The same, but its recording is shorter than what was uploaded.
    Shorter,
    /// Something was uploaded, and the vendor shows no record of it.
    UploadWithoutRecord,
    /// The vendor shows a record, and no upload was seen.
    RecordWithoutUpload,
}

/// One line of the ledger; uploads, records and sounds by their places in the lists that were given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What became of it.
    pub outcome: Outcome,
    /// When, on our clock: when the upload began, or without one the earliest moment that the record may mean.
    pub start: Timestamp,
    /// The sound.
    pub sound: Option<usize>,
    /// The upload.
    pub upload: Option<usize>,
    /// The record.
    pub record: Option<usize>,
}

/// All entries, in order of time.
pub(crate) fn entries(material: &Material, records: &Moments, found: &Found) -> Vec<Entry> {
    let mut record_of = vec![None; material.uploads.len()];
    let mut is_matched = vec![false; material.records.len()];
    for (upload, record) in &found.pairs {
        if let (Some(of), Some(matched)) = (record_of.get_mut(*upload), is_matched.get_mut(*record)) {
            (*of, *matched) = (Some(*record), true);
        }
    }
    let sounds = Sounds::of(&material.sounds);
    let mut entries: Vec<Entry> = Vec::with_capacity(record_of.len());
    for (place, (upload, record)) in material.uploads.iter().zip(&record_of).enumerate() {
        let sound = sounds.near(upload.start, SOUND_AFTER);
        let outcome = outcome(material, place, *record);
        entries.push(Entry { outcome, start: upload.start, sound, upload: Some(place), record: *record });
    }
    let (offset, unit) = found.fit.map_or((0, 1), |fit| (fit.offset, fit.unit));
    for (at, record) in records.at.iter().zip(&records.origin) {
        if is_matched.get(*record) == Some(&false) {
            let start = Timestamp::from_nanos(at.saturating_sub(offset));
            let sound = sounds.near(start, unit.saturating_add(SOUND_AFTER));
            let outcome = Outcome::RecordWithoutUpload;
            entries.push(Entry { outcome, start, sound, upload: None, record: Some(*record) });
        }
    }
    entries.sort_by_key(|entry| entry.start);
    entries
}

/// What became of an upload.
fn outcome(material: &Material, upload: usize, record: Option<usize>) -> Outcome {
    let Some(record) = record else { return Outcome::UploadWithoutRecord };
    let kept = material.records.get(record).and_then(|it| it.seconds);
    let sent = material.uploads.get(upload).and_then(|it| it.seconds);
    match kept.zip(sent) {
        Some((kept, sent)) if kept + SHORTER_BY < sent.low => Outcome::Shorter,
        _ => Outcome::Matched,
    }
}

/// Sounds in order of time, with their places.
struct Sounds {
    played: Vec<(Timestamp, usize)>,
    heard: Vec<(Timestamp, usize)>,
}

impl Sounds {
    fn of(sounds: &[Sound]) -> Self {
        let of = |played: bool| {
            let mut sorted: Vec<_> = (0..).zip(sounds).filter(|it| it.1.played == played).map(|(at, it)| (it.at, at)).collect();
            sorted.sort_unstable();
            sorted
        };
        Self { played: of(true), heard: of(false) }
    }

    /// The last sound that may have caused what began at a moment. One that was played comes first: what a microphone heard may be the answer to it.
    fn near(&self, start: Timestamp, after: i64) -> Option<usize> {
        let last = |sorted: &[(Timestamp, usize)]| {
            let until = sorted.partition_point(|it| it.0 <= start.plus(after));
            let (at, place) = *until.checked_sub(1).and_then(|last| sorted.get(last))?;
            (at >= start.plus(-SOUND_BEFORE)).then_some(place)
        };
        last(&self.played).or_else(|| last(&self.heard))
    }
}
