//! One device, and some of its sightings, as in the whole report: for who answers programs piece by piece.

use std::ops::Range;

use earwitness_core::findings::Findings;
use serde_json::Value;

use super::{device, labels, maker, sighting};
use crate::Context;
use crate::verdicts;

/// Keys of a device that hold a list as long as there was traffic.
pub const LISTS: [&str; 4] = ["sightings", "continuous", "local_sightings", "bursts"];

/// The device at a place in the findings, without its [`LISTS`].
#[must_use]
pub fn device_at(findings: &Findings, context: &Context<'_>, place: usize) -> Option<Value> {
    let found = findings.devices.get(place)?;
    let curves = context.probing.map(|it| verdicts::curve::curves(&it.verdicts)).unwrap_or_default();
    let names = || findings.devices.iter().map(|it| (it.id, labels::device(it, maker(it, context).as_deref())));
    let others = context.probing.map(|it| it.others(names()));
    let mut value = serde_json::to_value(device(found, context, (&curves, others.as_ref()))).ok()?;
    let object = value.as_object_mut()?;
    for key in LISTS {
        object.remove(key);
    }
    Some(value)
}

/// Some sightings of the device at a place in the findings.
#[must_use]
pub fn sightings_at(findings: &Findings, place: usize, range: Range<usize>) -> Option<Vec<Value>> {
    let found = findings.devices.get(place)?;
    found.sightings.iter().skip(range.start).take(range.len()).map(|it| serde_json::to_value(sighting(it)).ok()).collect()
}
