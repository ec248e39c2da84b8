//! Who sends what keeps the beat of a codec right now, before the upload has ended.

use super::Analysis;
use super::judging::{Judging, are_frames};
use super::settings::AnalysisSettings;
use super::streams::receiver;
use super::uplink::{Early, Uplink};
use crate::detect::clock::{ClockSettings, Train};
use crate::findings::{DeviceId, FlowKey, Receiver, Role};
use crate::roster::Index;
use crate::scope::Scope;
use crate::time::Timestamp;

/// Slices that one question looks at in all, at most: some milliseconds of work. Flows that come too late are looked at next time.
const MOST: usize = 16_384;

/// An episode in which nothing was found is looked at again when it has grown by one part in so many, so that all questions about it together take a few times as long as the
/// last one.
const GROWN: u32 = 4;

/// An upload in progress that keeps the beat of a codec, by what has come of it so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ongoing {
    /// Who sends it.
    pub device: DeviceId,
    /// The flow that carries it.
    pub flow: FlowKey,
    /// When the beat began.
    pub since: Timestamp,
    /// Whom it goes to.
    pub receiver: Receiver,
}

/// The same before anybody asks for more than who it is.
struct Found {
    index: Index,
    device: DeviceId,
    flow: FlowKey,
    since: Timestamp,
}

impl Analysis {
    /// Devices that are sending what keeps the beat of a codec to the internet at `now`, by what has come so far. An upload that seems to be one in its beginning may, seen to its
    /// end, be none (then no sighting follows), and one that shows its beat late is missed until then. Changes nothing of what is found.
    #[must_use]
    pub fn sending(&mut self, now: Timestamp) -> Vec<DeviceId> {
        let mut found: Vec<(Index, DeviceId)> = self.in_progress(now).into_iter().map(|it| (it.index, it.device)).collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|it| it.1).collect()
    }

    /// The same flow by flow, for those who show single frames.
    #[must_use]
    pub fn ongoing(&mut self, now: Timestamp) -> Vec<Ongoing> {
        let found = self.in_progress(now);
        let Self { flows, names, roster, .. } = self;
        let mut ongoing = Vec::new();
        for uplink in flows.iter_mut() {
            let Some(it) = found.iter().find(|it| it.flow == uplink.key && it.index == uplink.device) else { continue };
            let to = receiver((uplink.device, uplink.key), uplink.intake.server_name.name(), names, roster);
            ongoing.push(Ongoing { device: it.device, flow: it.flow, since: it.since, receiver: to });
        }
        ongoing
    }

    fn in_progress(&mut self, now: Timestamp) -> Vec<Found> {
        self.catch_up();
        let Self { flows, settings, roster, collected, .. } = self;
        let Some(clock) = settings.clock else { return Vec::new() };
        let mut left = MOST;
        let mut found = Vec::new();
        for uplink in flows.iter_mut() {
            let may = uplink.intake.slices.len() >= clock.records || uplink.is_continued();
            if may && !uplink.has_paused(now, settings, &clock) && roster.scope(uplink.key.destination) == Scope::Internet {
                let before = collected.judging.draft(uplink.sound).filter(|_| uplink.is_continued()).map(|it| it.window.from);
                let since = before.or_else(|| uplink.sounds(&clock, settings, &mut collected.judging, &mut left));
                found.extend(since.map(|since| (uplink.device, uplink.key, since)));
            }
        }
        let is_device = |index: Index| roster.role(index) == Role::Device && !roster.is_vacant(index);
        let whole = |(index, flow, since): (Index, FlowKey, Timestamp)| {
            let device = roster.devices().get(index as usize).filter(|_| is_device(index))?.id;
            Some(Found { index, device, flow, since })
        };
        found.into_iter().filter_map(whole).collect()
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

    /// Since when the episode in progress holds sound, if it does; looks again where it has grown.
    fn sounds(
        &mut self,
        clock: &ClockSettings,
        settings: &AnalysisSettings,
        judging: &mut Judging,
        left: &mut usize,
    ) -> Option<Timestamp> {
        let slices = &self.intake.slices;
        let length = u32::try_from(slices.len()).unwrap_or(u32::MAX);
        let grown = length > self.early.looked_at.saturating_add(self.early.looked_at / GROWN);
        if self.early.since.is_none() && slices.len() >= clock.records && grown && slices.len() <= *left {
            *left -= slices.len();
            let is_file = self.intake.transfer.is_some_and(|transfer| transfer.is_file(&settings.bulk));
            let counts = |train: &&Train| !is_file || are_frames(train.shape, train.octets, train.records);
            let trains = judging.trains(slices, self.key.is_udp(), clock);
            let since = trains.iter().find(counts).map(|train| Timestamp::from_nanos(train.first));
            self.early = Early { looked_at: length, since };
        }
        self.early.since
    }
}
