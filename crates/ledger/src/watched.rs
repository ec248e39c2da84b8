//! Which records are of a time in which uploads could be seen.

use earwitness_core::time::Timestamp;

use crate::Material;
use crate::matching::Moments;

/// The records of the time in which uploads could be seen, and how many others there are. `reach` is how far both clocks may be apart, nanoseconds.
pub(crate) fn watched(material: &Material, reach: i64) -> (Moments, u32) {
    let all = Moments::of_records(&material.records);
    if material.watched.is_empty() {
        return (all, 0);
    }
    let inside = |at: i64| {
        let at = Timestamp::from_nanos(at);
        material.watched.iter().any(|window| window.from <= at.plus(reach) && at < window.until.plus(reach))
    };
    let kept = all.only(inside);
    let outside = all.len().saturating_sub(kept.len());
    (kept, u32::try_from(outside).unwrap_or(u32::MAX))
}
