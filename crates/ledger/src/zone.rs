//! Whether the times of a history were read in a wrong time zone.

use earwitness_core::time::SECOND;

use crate::matching::Moments;
use crate::{Error, Material, Settings, fit, watched};

/// Offsets of time zones are multiples of this, nanoseconds.
const QUARTER: i64 = 15 * 60 * SECOND;

/// Zones are at most 26 hours apart: quarters of an hour on each side.
const MOST_QUARTERS: i64 = 4 * 26;

/// Fewest matches that say anything.
const FEWEST: u32 = 8;

/// How far the best shift must stand out of all others, in their standard deviations: none of two hundred does so by chance.
const OUTSTANDING: f64 = 6.0;

/// The shift by whole quarters of an hour that fits far better than all others, and than none; `None` as well where three of four uploads are matched without it.
pub(crate) fn off(material: &Material, uploads: &Moments, matched: usize, settings: &Settings) -> Result<Option<i64>, Error> {
    if matched.saturating_mul(4) >= uploads.len().saturating_mul(3) {
        return Ok(None);
    }
    let farthest = MOST_QUARTERS.saturating_add(1).saturating_mul(QUARTER).saturating_add(settings.widest_offset);
    let (records, _) = watched::watched(material, farthest);
    let mut fits = Vec::new();
    for quarters in -MOST_QUARTERS..=MOST_QUARTERS {
        let shift = quarters.saturating_mul(QUARTER);
        let mut later = records.clone();
        later.at.iter_mut().for_each(|at| *at = at.saturating_add(shift));
        let pairs = fit::fit(uploads, &later, settings)?.pairs.len();
        fits.push((u32::try_from(pairs).unwrap_or(u32::MAX), std::cmp::Reverse(shift.unsigned_abs()), shift));
    }
    Ok(outstanding(fits))
}

/// The shift with the most matches, if it stands out.
fn outstanding(mut fits: Vec<(u32, std::cmp::Reverse<u64>, i64)>) -> Option<i64> {
    fits.sort_unstable();
    let (most, _, shift) = fits.pop()?;
    let count = f64::from(u32::try_from(fits.len()).ok()?);
    let mean = fits.iter().map(|it| f64::from(it.0)).sum::<f64>() / count;
    let variance = fits.iter().map(|it| (f64::from(it.0) - mean).powi(2)).sum::<f64>() / count;
    let enough = most >= FEWEST && f64::from(most) >= mean + OUTSTANDING * variance.sqrt().max(1.0);
    Some(shift).filter(|shift| enough && *shift != 0)
}
