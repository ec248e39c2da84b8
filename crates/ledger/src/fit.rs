//! Cut, offset and pairs, which depend on each other: estimated in turn.

use crate::matching::{self, Alignment, Moments};
use crate::{Error, Settings, offset, rounding};

/// Turns after which the estimates are taken as they are; two are the rule.
const TURNS: usize = 4;

/// How the vendor's clock stands to ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fit {
    /// Nanoseconds by which the vendor's clock is ahead, if its times are cut down to the unit; half a unit less if they are rounded to the nearest.
    pub offset: i64,
    /// Offsets from here to [`Self::offset_high`] explain as many pairs, or up to one in fifty fewer.
    pub offset_low: i64,
    /// See [`Self::offset_low`].
    pub offset_high: i64,
    /// Unit that the vendor's times are cut to, nanoseconds: 60 s where minutes are shown. 1 where none was seen.
    pub unit: i64,
    /// How far matched records lie beside offset and cut: the median, nanoseconds.
    pub median_distance: i64,
}

/// What was found of two lists.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Found {
    pub(crate) fit: Option<Fit>,
    /// Uploads and records that belong together, as places in what was given.
    pub(crate) pairs: Vec<(usize, usize)>,
}

/// Estimates all of it.
pub(crate) fn fit(uploads: &Moments, records: &Moments, settings: &Settings) -> Result<Found, Error> {
    let unit = rounding::unit(&records.at);
    let widest = settings.widest_offset.max(0);
    let tolerance = settings.tolerance.max(0);
    let mut apart = offset::near(uploads, records, unit, widest);
    let mut found = Found::default();
    for _ in 0..TURNS {
        let Some(range) = offset::estimate(&apart, unit, widest) else { break };
        let by = Alignment { offset: range.middle(), unit, tolerance };
        if found.fit.is_some_and(|fit| fit.offset == by.offset) {
            break;
        }
        let pairs = matching::pairs(uploads, records, by)?;
        let moments = |pair: &(usize, usize)| uploads.at.get(pair.0).copied().zip(records.at.get(pair.1).copied());
        apart = pairs.iter().filter_map(moments).map(|(upload, record)| record.saturating_sub(upload)).collect();
        let median_distance = median(pairs.iter().filter_map(moments).map(|(upload, record)| by.distance(upload, record)));
        let fit = Fit { offset: by.offset, offset_low: range.low, offset_high: range.high, unit, median_distance };
        let origin = |(upload, record): (usize, usize)| Some((*uploads.origin.get(upload)?, *records.origin.get(record)?));
        found = Found { fit: Some(fit), pairs: pairs.into_iter().filter_map(origin).collect() };
    }
    Ok(found)
}

fn median(all: impl Iterator<Item = i64>) -> i64 {
    let mut all: Vec<i64> = all.collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
}
