//! Cut, offset and pairs, which depend on each other: estimated in turn.

use std::cmp::Reverse;

use crate::matching::{self, Alignment, Moments};
use crate::offset::{self, Range};
use crate::{Error, Settings, rounding};

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

/// What the lists hold to while offsets are tried.
struct Lists<'a> {
    uploads: &'a Moments,
    records: &'a Moments,
    unit: i64,
    widest: i64,
    tolerance: i64,
}

/// Estimates all of it: of the offsets that are tried, the one that leads to most pairs; of those the one nearest to a clock that is right ([`offset`]), and of those
/// the one that leaves the least distance.
pub(crate) fn fit(uploads: &Moments, records: &Moments, settings: &Settings) -> Result<Found, Error> {
    let unit = rounding::unit(&records.at);
    let (widest, tolerance) = (settings.widest_offset.max(0), settings.tolerance.max(0));
    let lists = Lists { uploads, records, unit, widest, tolerance };
    let apart = offset::near(uploads, records, unit, widest);
    let mut best: Option<(Rank, Found)> = None;
    for range in offset::candidates(&apart, unit, widest, tolerance) {
        let tried = lists.from(range)?;
        if best.as_ref().is_none_or(|(rank, _)| *rank < tried.0) {
            best = Some(tried);
        }
    }
    Ok(best.map(|(_, found)| found).unwrap_or_default())
}

/// How well an offset explains the lists: the number of pairs, how near it is to zero, how near the pairs are.
type Rank = (usize, Reverse<u64>, Reverse<i64>);

impl Lists<'_> {
    /// Offset and pairs in turn, from some offset on.
    fn from(&self, start: Range) -> Result<(Rank, Found), Error> {
        let mut range = start;
        let mut step = self.at(range)?;
        for _ in 1..TURNS {
            let Some(next) = offset::estimate(&self.apart(&step), self.unit, self.widest) else { break };
            if next.middle() == range.middle() {
                break;
            }
            range = next;
            step = self.at(range)?;
        }
        let distances: Vec<i64> = self.moments(&step).map(|(upload, record)| self.by(range).distance(upload, record)).collect();
        let total = distances.iter().fold(0_i64, |sum, it| sum.saturating_add(*it));
        let rank = (step.len(), Reverse(range.off_by()), Reverse(total));
        let (low, high) = (range.low, range.high);
        let fit = Fit {
            offset: range.middle(),
            offset_low: low,
            offset_high: high,
            unit: self.unit,
            median_distance: median(distances),
        };
        let origin =
            |(upload, record): (usize, usize)| Some((*self.uploads.origin.get(upload)?, *self.records.origin.get(record)?));
        Ok((rank, Found { fit: Some(fit), pairs: step.into_iter().filter_map(origin).collect() }))
    }

    const fn by(&self, range: Range) -> Alignment {
        Alignment { offset: range.middle(), unit: self.unit, tolerance: self.tolerance }
    }

    /// The pairs at an offset.
    fn at(&self, range: Range) -> Result<Vec<(usize, usize)>, Error> {
        matching::pairs(self.uploads, self.records, self.by(range))
    }

    fn moments(&self, pairs: &[(usize, usize)]) -> impl Iterator<Item = (i64, i64)> {
        pairs.iter().filter_map(|pair| self.uploads.at.get(pair.0).copied().zip(self.records.at.get(pair.1).copied()))
    }

    /// Differences of the pairs, record less upload.
    fn apart(&self, pairs: &[(usize, usize)]) -> Vec<i64> {
        self.moments(pairs).map(|(upload, record)| record.saturating_sub(upload)).collect()
    }
}

fn median(mut all: Vec<i64>) -> i64 {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(0)
}
