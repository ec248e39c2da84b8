//! One upload to at most one record and one record to at most one upload, at the least total distance.
//!
//! A record that is cut to a unit lies in a box of that length before the upload's moment on the vendor's clock; outside the box it costs what it is away.
//! This cost is convex in the difference of the two times, so that an assignment at least cost exists that keeps the order of both (two crossed pairs are never
//! cheaper than the same pairs uncrossed: the Monge property). So dynamic programming over both lists in order of time, as for the alignment of sequences (Needleman and Wunsch,
//! Journal of Molecular Biology 48, 1970), finds it. Pairs further apart than the tolerance are not allowed, so that only a band is computed: time and memory
//! O(uploads + allowed pairs), at most [`MOST_CELLS`]. Lengths, where both are known, decide between assignments of one distance, within those that keep the order.

use earwitness_core::time::SECOND;

use crate::{Error, Record, Upload};

/// Cells of the table, eight octets each.
const MOST_CELLS: usize = 16 << 20;

/// The most that lengths that differ add to a pair's cost, nanoseconds: less than what is worth another pair.
const MOST_FOR_LENGTH: i64 = SECOND / 2;

/// What one second of another length adds, nanoseconds.
const FOR_EACH_SECOND: f64 = 1e8;

/// Moments in order of time, with what tells their lengths apart and where each comes from.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Moments {
    /// Nanoseconds since 1970.
    pub(crate) at: Vec<i64>,
    /// Seconds.
    pub(crate) seconds: Vec<Option<f64>>,
    /// Place in the list that they were given in.
    pub(crate) origin: Vec<usize>,
}

impl Moments {
    /// The uploads.
    pub(crate) fn of_uploads(uploads: &[Upload]) -> Self {
        Self::sorted(uploads.iter().map(|it| (it.start.nanos(), it.seconds.map(|seconds| seconds.value))), false)
    }

    /// The records. Those of one moment keep the order of the file, or its reverse where the newest comes first.
    pub(crate) fn of_records(records: &[Record]) -> Self {
        let newest_first = records.first().zip(records.last()).is_some_and(|(first, last)| last.at < first.at);
        Self::sorted(records.iter().map(|it| (it.at.nanos(), it.seconds)), newest_first)
    }

    fn sorted(all: impl Iterator<Item = (i64, Option<f64>)>, reversed: bool) -> Self {
        let mut all: Vec<_> = all.enumerate().collect();
        if reversed {
            all.reverse();
        }
        all.sort_by_key(|(_, (at, _))| *at);
        Self {
            at: all.iter().map(|it| it.1.0).collect(),
            seconds: all.iter().map(|it| it.1.1).collect(),
            origin: all.iter().map(|it| it.0).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.at.len()
    }

    /// Those whose moment is wanted.
    pub(crate) fn only(&self, wanted: impl Fn(i64) -> bool) -> Self {
        let kept = || self.at.iter().map(|at| wanted(*at));
        let mut only = self.clone();
        only.at.retain(|at| wanted(*at));
        keep(&mut only.seconds, kept());
        keep(&mut only.origin, kept());
        only
    }
}

/// Keeps the items for which there is a `true` at their place.
fn keep<T>(items: &mut Vec<T>, mut kept: impl Iterator<Item = bool>) {
    items.retain(|_| kept.next().unwrap_or(false));
}

/// What two moments must hold to to be of one event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Alignment {
    /// Nanoseconds by which the vendor's clock is ahead.
    pub(crate) offset: i64,
    /// Unit that records are cut to, nanoseconds.
    pub(crate) unit: i64,
    /// How far a record may lie outside the box, nanoseconds.
    pub(crate) tolerance: i64,
}

impl Alignment {
    /// How far a record lies outside the box of an upload, nanoseconds; before it, or after it.
    pub(crate) fn distance(&self, upload: i64, record: i64) -> i64 {
        let late = record.saturating_sub(upload).saturating_sub(self.offset);
        late.max(late.saturating_neg().saturating_sub(self.unit - 1)).max(0)
    }

    /// The earliest and the latest record that may belong to an upload.
    fn reach(&self, upload: i64) -> (i64, i64) {
        let at = upload.saturating_add(self.offset);
        (at.saturating_sub(self.unit - 1).saturating_sub(self.tolerance), at.saturating_add(self.tolerance))
    }
}

/// The pairs, as places in the two lists, in order.
pub(crate) fn pairs(uploads: &Moments, records: &Moments, by: Alignment) -> Result<Vec<(usize, usize)>, Error> {
    let bands = bands(uploads, records, by)?;
    let table = Table::filled(uploads, records, by, &bands);
    Ok(table.traced(&bands))
}

/// For each upload, the first record that may belong to it, and the one after the last.
fn bands(uploads: &Moments, records: &Moments, by: Alignment) -> Result<Vec<(usize, usize)>, Error> {
    let mut cells = 0_usize;
    let mut bands = Vec::with_capacity(uploads.len());
    for at in &uploads.at {
        let (from, until) = by.reach(*at);
        let first = records.at.partition_point(|record| *record < from);
        let last = records.at.partition_point(|record| *record <= until);
        cells = cells.saturating_add(last - first + 1);
        if cells > MOST_CELLS {
            return Err(Error::TooDense);
        }
        bands.push((first, last));
    }
    Ok(bands)
}

/// The most that the first uploads and the first records gain by being matched: a row for each upload, a column for each record of its band and one before it.
struct Table {
    rows: Vec<Vec<i64>>,
}

impl Table {
    fn filled(uploads: &Moments, records: &Moments, by: Alignment, bands: &[(usize, usize)]) -> Self {
        let mut table = Self { rows: Vec::with_capacity(bands.len()) };
        for (upload, (first, last)) in bands.iter().enumerate() {
            let mut row = Vec::with_capacity(last - first + 1);
            let mut best = table.gained(bands, upload, *first);
            row.push(best);
            for record in *first..*last {
                let paired = table.gained(bands, upload, record).saturating_add(gain(uploads, upload, records, record, by));
                best = best.max(paired).max(table.gained(bands, upload, record + 1));
                row.push(best);
            }
            table.rows.push(row);
        }
        table
    }

    /// What the first `uploads` gain from the first `records`.
    fn gained(&self, bands: &[(usize, usize)], uploads: usize, records: usize) -> i64 {
        let Some(above) = uploads.checked_sub(1) else { return 0 };
        let (Some(row), Some((first, last))) = (self.rows.get(above), bands.get(above)) else { return 0 };
        // The bands only move forward, so a record before this one's is asked for by none after it.
        let column = records.min(*last).saturating_sub(*first);
        row.get(column).copied().unwrap_or(0)
    }

    /// The pairs of the best assignment, from the last to the first, and then in order.
    fn traced(&self, bands: &[(usize, usize)]) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        let mut records = usize::MAX;
        for (upload, (first, last)) in bands.iter().enumerate().rev() {
            records = records.min(*last);
            while records > *first {
                let gained = self.gained(bands, upload + 1, records);
                if gained == self.gained(bands, upload, records) {
                    break;
                }
                records -= 1;
                if gained != self.gained(bands, upload + 1, records) {
                    pairs.push((upload, records));
                    break;
                }
            }
        }
        pairs.reverse();
        pairs
    }
}

/// What a pair is worth, nanoseconds: to leave two alone costs twice the tolerance and a second, so that a pair that is allowed is always worth having.
fn gain(uploads: &Moments, upload: usize, records: &Moments, record: usize, by: Alignment) -> i64 {
    let (Some(&from), Some(&to)) = (uploads.at.get(upload), records.at.get(record)) else { return 0 };
    let cost = by.distance(from, to).saturating_add(lengths_apart(uploads, upload, records, record));
    by.tolerance.saturating_mul(2).saturating_add(SECOND).saturating_sub(cost)
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, and is bounded at once")]
fn lengths_apart(uploads: &Moments, upload: usize, records: &Moments, record: usize) -> i64 {
    let seconds = |of: &Moments, at: usize| of.seconds.get(at).copied().flatten();
    let both = seconds(uploads, upload).zip(seconds(records, record));
    both.map_or(0, |(sent, kept)| (((sent - kept).abs() * FOR_EACH_SECOND) as i64).min(MOST_FOR_LENGTH))
}
