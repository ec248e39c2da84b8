//! Who sends what keeps the beat of a codec right now, before the upload has ended.

use super::Analysis;
use super::judging::{Judging, are_frames};
use super::settings::AnalysisSettings;
use super::uplink::{Early, Uplink};
use crate::detect::clock::{ClockSettings, Train};
use crate::findings::{DeviceId, Role};
use crate::roster::Index;
use crate::scope::Scope;
use crate::time::Timestamp;

/// Slices that one question looks at in all, at most: some milliseconds of work. Flows that come too late are looked at next time.
const MOST: usize = 16_384;

/// An episode in which nothing was found is looked at again when it has grown by one part in so many, so that all questions about it together take a few times as long as the
/// last one.
const GROWN: u32 = 4;

impl Analysis {
    /// Devices that are sending what keeps the beat of a codec to the internet at `now`, by what has come so far. An upload that seems to be one in its beginning may, seen to its
    /// end, be none (then no sighting follows), and one that shows its beat late is missed until then. Changes nothing of what is found.
    #[must_use]
    pub fn sending(&mut self, now: Timestamp) -> Vec<DeviceId> {
        self.catch_up();
        let Self { flows, settings, roster, collected, .. } = self;
        let Some(clock) = settings.clock else { return Vec::new() };
        let mut left = MOST;
        let mut found: Vec<Index> = Vec::new();
        for uplink in flows.iter_mut() {
            let may = uplink.intake.slices.len() >= clock.records || uplink.is_continued();
            if may && !uplink.has_paused(now, settings, &clock) && roster.scope(uplink.key.destination) == Scope::Internet {
                let goes_on = uplink.is_continued() && collected.judging.draft(uplink.sound).is_some();
                if goes_on || uplink.sounds(&clock, settings, &mut collected.judging, &mut left) {
                    found.push(uplink.device);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        let is_device = |index: &Index| roster.role(*index) == Role::Device && !roster.is_vacant(*index);
        let id = |index: Index| roster.devices().get(index as usize).map(|device| device.id);
        found.into_iter().filter(is_device).filter_map(id).collect()
    }
}

impl Uplink {
    /// Whether nothing new was sent for a pause.
    fn has_paused(&self, now: Timestamp, settings: &AnalysisSettings, clock: &ClockSettings) -> bool {
        match self.intake.slices.last() {
            Some(last) => now.nanos().saturating_sub(last.at) > clock.pause || self.is_quiet(now, settings),
            None => now.since(self.used) > clock.pause,
        }
    }

    /// Whether the episode in progress holds sound; looks again where it has grown.
    fn sounds(&mut self, clock: &ClockSettings, settings: &AnalysisSettings, judging: &mut Judging, left: &mut usize) -> bool {
        let slices = &self.intake.slices;
        let length = u32::try_from(slices.len()).unwrap_or(u32::MAX);
        let grown = length > self.early.looked_at.saturating_add(self.early.looked_at / GROWN);
        if !self.early.is_sound && slices.len() >= clock.records && grown && slices.len() <= *left {
            *left -= slices.len();
            let is_file = self.intake.transfer.is_some_and(|transfer| transfer.is_file(&settings.bulk));
            let counts = |train: &Train| !is_file || are_frames(train.shape, train.octets, train.records);
            let is_sound = judging.trains(slices, self.key.is_udp(), clock).iter().any(counts);
            self.early = Early { looked_at: length, is_sound };
        }
        self.early.is_sound
    }
}
