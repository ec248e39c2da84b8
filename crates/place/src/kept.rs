//! What is kept of a place until its last frame: sightings, without their records, and what part each device plays. Who is a gateway is known for certain only then.

use std::collections::BTreeMap;

use earwitness_base::words::date_time;
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, FlowKey, Role};
use earwitness_core::time::{Timestamp, Window};
use earwitness_dataset::tables::sightings::{List, SightingRow};
use earwitness_dataset::{Error, Home};
use earwitness_report::labels;
use jiff::tz::TimeZone;

/// Sightings that are kept at once, some hundred octets each. Where there are more, those so far are written by what is known of their devices by then.
const MOST: usize = 20_000;

/// Sightings and parts.
#[derive(Debug, Default)]
pub struct Kept {
    sightings: Vec<SightingRow>,
    /// A beat that went on was returned several times; the longest is the last.
    continuous: BTreeMap<(DeviceId, FlowKey, Timestamp), SightingRow>,
    parts: BTreeMap<DeviceId, Part>,
}

/// The part that a device plays, as [`earwitness_core::findings::Findings::assemble`] weighs it: what most of its frames say.
#[derive(Debug)]
struct Part {
    /// Frames in stretches in which it was taken for a device, and for a gateway.
    frames: (u64, u64),
    seen: Window,
}

impl Part {
    const fn role(&self) -> Role {
        if self.frames.1 > self.frames.0 { Role::Gateway } else { Role::Device }
    }
}

impl Kept {
    /// Takes what a stretch holds of a device.
    pub fn add(&mut self, device: &DeviceFindings, rows: impl Iterator<Item = SightingRow>) {
        let totals = [device.upstream, device.downstream, device.local];
        let frames = totals.iter().fold(1_u64, |sum, totals| sum.saturating_add(totals.frames));
        let part = self.parts.entry(device.id).or_insert(Part { frames: (0, 0), seen: device.seen });
        let sum = if device.role == Role::Gateway { &mut part.frames.1 } else { &mut part.frames.0 };
        *sum = sum.saturating_add(frames);
        part.seen.from = part.seen.from.min(device.seen.from);
        part.seen.until = part.seen.until.max(device.seen.until);
        for row in rows {
            if row.list == List::Continuous {
                let key = (row.device, row.sighting.flow, row.sighting.window.from);
                let longer = self.continuous.get(&key).is_none_or(|it| it.sighting.window.until <= row.sighting.window.until);
                if longer {
                    self.continuous.insert(key, row);
                }
            } else {
                self.sightings.push(row);
            }
        }
    }

    /// Whether there are so many that they are to be written.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.sightings.len() >= MOST
    }

    /// Writes the sightings in order of time; what gateways pass on is not theirs. With `all`, those that may still go on as well.
    ///
    /// # Errors
    /// When the dataset takes no more.
    pub fn write(&mut self, home: &mut Home, all: bool) -> Result<(), Error> {
        self.write_as(home, all, |_| {})
    }

    /// The same, with each row changed before they are put into order.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_as(&mut self, home: &mut Home, all: bool, change: impl FnMut(&mut SightingRow)) -> Result<(), Error> {
        let mut rows = std::mem::take(&mut self.sightings);
        if all {
            rows.extend(std::mem::take(&mut self.continuous).into_values());
        }
        rows.retain(|row| self.parts.get(&row.device).is_none_or(|part| part.role() == Role::Device));
        rows.iter_mut().for_each(change);
        rows.sort_by_key(|row| (row.sighting.window.from, row.device, row.sighting.flow, row.list));
        rows.iter().try_for_each(|row| home.push(row))
    }

    /// Takes over which uploads sound caused, as verdicts of probes say.
    pub(crate) fn rename(&mut self, named: &Findings) {
        let mut kinds = BTreeMap::new();
        for device in &named.devices {
            for it in [&device.sightings, &device.continuous, &device.local_sightings].into_iter().flatten() {
                kinds.insert((device.id, it.flow, it.window.from), it.kind);
            }
        }
        for row in self.sightings.iter_mut().chain(self.continuous.values_mut()) {
            if let Some(kind) = kinds.get(&(row.device, row.sighting.flow, row.sighting.window.from)) {
                row.sighting.kind = *kind;
            }
        }
    }

    /// Says so where one gateway followed another.
    pub(crate) fn gateway_changed(&self) -> Option<String> {
        let mut gateways: Vec<_> = self.parts.iter().filter(|(_, part)| part.role() == Role::Gateway).collect();
        gateways.sort_by_key(|(id, part)| (part.seen.from, **id));
        let changes: Vec<String> = gateways
            .windows(2)
            .filter_map(|pair| {
                let [(one, before), (other, after)] = pair else { return None };
                let is_change = before.seen.until <= after.seen.from;
                is_change.then(|| {
                    let at = date_time(after.seen.from, &TimeZone::UTC);
                    format!(
                        "{} until {}, {} from {at} UTC on",
                        labels::id(**one),
                        date_time(before.seen.until, &TimeZone::UTC),
                        labels::id(**other)
                    )
                })
            })
            .collect();
        (!changes.is_empty())
            .then(|| format!("the gateway changed: {}; what went through either is counted as before", changes.join("; ")))
    }
}
