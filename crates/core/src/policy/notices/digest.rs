//! What happened in a day or a week, in numbers.

use std::collections::BTreeMap;

use crate::findings::DeviceId;
use crate::time::Timestamp;

/// Devices that are told one by one; uploads of more are counted together.
const MOST: usize = 64;

/// What happened since the digest before.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Digest {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Notices that were told meanwhile.
    pub told: u32,
    /// Notices that were left out, since too many of their kind came in a day or waited.
    pub left_out: u32,
    /// What devices sent.
    pub devices: BTreeMap<DeviceId, OfDevice>,
    /// Uploads of further devices.
    pub others: u32,
    /// Devices that joined.
    pub joined: u32,
    /// How often something failed, whether or not it was told.
    pub failures: u32,
    /// Frames that the capture lost.
    pub frames_lost: u64,
}

/// Uploads of a device, by what is known of them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct OfDevice {
    /// Of sound, after a sound in the room.
    pub explained: u32,
    /// Of sound, after a probe.
    pub answers: u32,
    /// Of sound, after no sound in the room, at night, or with nobody at home.
    pub unexplained: u32,
    /// Of sound, while no microphone listened.
    pub unknown: u32,
    /// Large ones, in which nobody can tell sound from anything else.
    pub large: u32,
    /// Of sound, to somebody who is new, where that was not told by itself.
    pub new_receivers: u32,
}

impl Digest {
    pub(super) fn new(from: Timestamp) -> Self {
        Self { from, ..Self::default() }
    }

    /// Whether nothing happened that a person might want to look at.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        let usual = |it: &OfDevice| it.unexplained == 0 && it.new_receivers == 0;
        self.told == 0 && self.left_out == 0 && self.joined == 0 && self.failures == 0 && self.devices.values().all(usual)
    }

    pub(super) fn count(&mut self, device: DeviceId, part: impl FnOnce(&mut OfDevice) -> &mut u32) {
        let known = self.devices.contains_key(&device) || self.devices.len() < MOST;
        let count = if known { part(self.devices.entry(device).or_default()) } else { &mut self.others };
        *count = count.saturating_add(1);
    }
}

/// One more.
pub(super) fn one_more(count: &mut u32) {
    *count = count.saturating_add(1);
}
