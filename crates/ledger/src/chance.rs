//! What chance would match: the records shifted in time against the uploads, around a circle, and everything estimated again.
//!
//! A shift keeps how uploads and how records follow each other, which drawing moments evenly would not. It does not keep the hour of the day: where both happen in the
//! evening only, chance matches more than is found here, unless the time is short.

use earwitness_core::lot::Lot;
use earwitness_core::time::SECOND;

use crate::fit::{self, Found};
use crate::matching::Moments;
use crate::{Error, Settings};

/// Least shift in widths of what a record may be off by: nearer ones still hold true pairs.
const LEAST_WIDTHS: i64 = 3;

/// How many matches chance makes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chance {
    /// Shifts that were tried.
    pub shifts: u32,
    /// Matches of a shift, on average.
    pub mean: f64,
    /// The most matches that a shift had.
    pub most: u32,
    /// The share of shifts, and of the truth as one of them, that match as many or more (Phipson and Smyth, Statistical Applications in Genetics and Molecular Biology 9,
    /// 2010): how often records that have nothing to do with the uploads match as well as these.
    pub p: f64,
}

/// Shifts the records; `None` where there is no room for it, or nothing to match.
pub(crate) fn chance(uploads: &Moments, records: &Moments, found: &Found, settings: &Settings) -> Result<Option<Chance>, Error> {
    let (Some(true_fit), Some((from, length))) = (found.fit, span(uploads, records, found)) else { return Ok(None) };
    let width = settings.widest_offset.saturating_add(settings.tolerance).saturating_add(true_fit.unit).max(SECOND);
    let least = width.saturating_mul(LEAST_WIDTHS);
    let room = length.saturating_sub(least.saturating_mul(2));
    if room <= 0 || settings.shifts == 0 {
        return Ok(None);
    }
    let mut stream = Lot::new(settings.seed).stream("ledger/shift", 0);
    let (mut total, mut most, mut as_many) = (0_u64, 0, 0_u32);
    for _ in 0..settings.shifts {
        // By whole units, so that the times stay cut as they are.
        let shift =
            least.saturating_add(stream.below(room.unsigned_abs()).cast_signed()).div_euclid(true_fit.unit) * true_fit.unit;
        let matched = fit::fit(uploads, &shifted(records, from, length, shift), settings)?.pairs.len();
        total = total.saturating_add(matched as u64);
        most = most.max(matched);
        as_many += u32::from(matched >= found.pairs.len());
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 matches")]
    let mean = total as f64 / f64::from(settings.shifts);
    let p = f64::from(as_many.saturating_add(1)) / (f64::from(settings.shifts) + 1.0);
    Ok(Some(Chance { shifts: settings.shifts, mean, most: u32::try_from(most).unwrap_or(u32::MAX), p }))
}

/// The time in which all uploads and records lie, as its beginning and its length, in whole units.
fn span(uploads: &Moments, records: &Moments, found: &Found) -> Option<(i64, i64)> {
    let unit = found.fit?.unit;
    let first = (*uploads.at.first()?.min(records.at.first()?)).div_euclid(unit).saturating_mul(unit);
    let last = *uploads.at.last()?.max(records.at.last()?);
    Some((first, last.saturating_sub(first).div_euclid(unit).saturating_add(1).saturating_mul(unit)))
}

/// The records later by a shift; those that leave the time at its end come in at its beginning.
fn shifted(records: &Moments, from: i64, length: i64, shift: i64) -> Moments {
    let moved = |at: i64| (at.saturating_sub(from).saturating_add(shift)).rem_euclid(length).saturating_add(from);
    // They are in order, so those that wrap around are the last ones.
    let wrapped = records.at.partition_point(|at| at.saturating_sub(from).saturating_add(shift) < length);
    let mut again = records.clone();
    again.at.iter_mut().for_each(|at| *at = moved(*at));
    again.at.rotate_left(wrapped);
    again.seconds.rotate_left(wrapped);
    again.origin.rotate_left(wrapped);
    again
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounding;

    #[test]
    fn shifted_records_stay_in_order_in_their_time_and_cut_as_they_are() {
        let minute = 60 * SECOND;
        let at: Vec<i64> = (0..50).map(|it| (it * it + 7) * minute).collect();
        let records = Moments { seconds: vec![None; at.len()], origin: (0..at.len()).collect(), at };
        let fit = fit::Fit { offset: 0, offset_low: 0, offset_high: 0, unit: minute, median_distance: 0 };
        let found = Found { fit: Some(fit), pairs: Vec::new() };
        let (from, length) = span(&records, &records, &found).unwrap();
        assert_eq!((from, length), (7 * minute, 2_402 * minute));
        for shift in [minute, 1_000 * minute, 2_401 * minute] {
            let again = shifted(&records, from, length, shift);
            assert!(again.at.is_sorted() && again.at.iter().all(|at| (from..from + length).contains(at)));
            assert_eq!((again.len(), rounding::unit(&again.at)), (50, minute));
        }
    }
}
