//! Counts and seconds over all entries.

use crate::{Entry, Kind, Material, Outcome};

/// Counts and seconds.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Totals {
    /// Sounds that were played.
    pub sounds: u32,
    /// Other sounds that a microphone heard.
    pub sounds_heard: u32,
    /// Sounds that were played and that no upload followed.
    pub sounds_without_upload: u32,
    /// Uploads that were seen.
    pub uploads: u32,
    /// Records of the time in which uploads could be seen.
    pub records: u32,
    /// Records of other times.
    pub records_outside: u32,
    /// Uploads before the first or after the last record of the whole history: it may not reach so far.
    pub uploads_beyond_history: u32,
    /// Uploads with a record, not those with a shorter one.
    pub matched: u32,
    /// Uploads with a shorter recording.
    pub shorter: u32,
    /// Uploads without a record.
    pub uploads_without_record: u32,
    /// Records without an upload.
    pub records_without_upload: u32,
    /// Seconds of sound in all uploads whose seconds are known.
    pub seconds_uploaded: f64,
    /// Those of them that the vendor shows no record of.
    pub seconds_without_record: f64,
    /// Uploads with known seconds of which the vendor itself says that nobody meant the device.
    pub false_wakes: u32,
    /// Seconds of sound in one of these, on average; `None` without any.
    pub seconds_per_false_wake: Option<f64>,
}

/// Counts everything; `outside` are the records that were set aside.
pub(crate) fn totals(material: &Material, entries: &[Entry], outside: u32) -> Totals {
    let sounds = count(material.sounds.iter().filter(|sound| sound.played).count());
    let sounds_heard = count(material.sounds.len()).saturating_sub(sounds);
    let mut totals = Totals { sounds, sounds_heard, records_outside: outside, ..Totals::default() };
    let mut has_upload = vec![false; material.sounds.len()];
    let mut falsely = 0.0;
    for entry in entries {
        add(&mut totals, entry.outcome);
        totals.records += u32::from(entry.record.is_some());
        let Some(upload) = entry.upload else { continue };
        totals.uploads += 1;
        if let Some(has) = entry.sound.and_then(|sound| has_upload.get_mut(sound)) {
            *has = true;
        }
        let Some(seconds) = material.uploads.get(upload).and_then(|it| it.seconds) else { continue };
        totals.seconds_uploaded += seconds.value;
        let record = entry.record.and_then(|record| material.records.get(record));
        match record {
            None => totals.seconds_without_record += seconds.value,
            Some(record) if Kind::is_false_wake(&record.kind) => {
                totals.false_wakes += 1;
                falsely += seconds.value;
            }
            Some(_) => {}
        }
    }
    let silent = material.sounds.iter().zip(&has_upload).filter(|(sound, has)| sound.played && !**has);
    totals.sounds_without_upload = count(silent.count());
    totals.uploads_beyond_history = beyond_history(material);
    totals.seconds_per_false_wake = (totals.false_wakes > 0).then(|| falsely / f64::from(totals.false_wakes));
    totals
}

fn add(totals: &mut Totals, outcome: Outcome) {
    let of = match outcome {
        Outcome::Matched => &mut totals.matched,
        Outcome::Shorter => &mut totals.shorter,
        Outcome::UploadWithoutRecord => &mut totals.uploads_without_record,
        Outcome::RecordWithoutUpload => &mut totals.records_without_upload,
    };
    *of += 1;
}

/// Uploads more than an hour before the first record or after the last one; all where there is none.
fn beyond_history(material: &Material) -> u32 {
    const HOUR: i64 = 3_600 * earwitness_core::time::SECOND;
    let moments = || material.records.iter().map(|it| it.at);
    let (Some(first), Some(last)) = (moments().min(), moments().max()) else { return count(material.uploads.len()) };
    let beyond = |it: &&crate::Upload| it.start < first.plus(-HOUR) || last.plus(HOUR) < it.start;
    count(material.uploads.iter().filter(beyond).count())
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
