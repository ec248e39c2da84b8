//! An analysis that is asked before it ends: what devices have sent in the latest minutes.

use super::Analysis;
use super::streams::settle;
use crate::findings::{DeviceId, Role, Sighting};
use crate::measure::Profile;
use crate::roster::Index;
use crate::time::{SECOND, Timestamp, Window};

/// One device, as far as it has been watched.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Who it is.
    pub id: DeviceId,
    /// From when on it counts as a device.
    pub since: Timestamp,
    /// What it sent from the asked moment on.
    pub profile: Profile,
}

/// An upload that was given away, without its records.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) device: Index,
    pub(super) sighting: Sighting,
}

/// What is new since somebody asked before.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fresh {
    /// Devices that sent or were sent their first frame.
    pub devices: Vec<DeviceId>,
    /// Uploads that have ended, in the order in which they were found.
    pub sightings: Vec<(DeviceId, Sighting)>,
}

/// Devices that are remembered as told of: more than a home has in a year, even if telephones change their address daily.
const TOLD_OF: usize = 16_384;

impl Analysis {
    /// Judges what has ended by a pause before `now`, without waiting for the next packet of its flow. Finds nothing that would not have been
    /// found at that packet, only sooner. Says when the next of the flows will have paused, if nothing more comes of it.
    pub fn settle(&mut self, now: Timestamp) -> Option<Timestamp> {
        let Self { flows, settings, names, roster, collected, .. } = self;
        let mut next = None;
        for uplink in flows.iter_mut() {
            if uplink.is_quiet(now, settings) {
                settle(uplink, now, settings, names, roster, collected);
            }
            next = next.into_iter().chain(uplink.quiet_from(settings)).min();
        }
        next
    }

    /// Whether an upload may have begun in the window that is not judged yet, or goes on.
    pub fn is_open_in(&mut self, window: Window) -> bool {
        self.flows.iter_mut().any(|uplink| uplink.is_open_in(window))
    }

    /// What each device has sent from `from` on; gateways and strangers who hardly showed up are left out.
    #[must_use]
    pub fn watched(&mut self, from: Timestamp) -> Vec<Watched> {
        for uplink in self.flows.iter_mut() {
            self.collected.miss(uplink);
        }
        self.note_missed();
        let origin = self.bins.origin();
        let mut bins = self.bins;
        let first = bins.index(from);
        let mut uploads: Vec<Vec<&Sighting>> = vec![Vec::new(); self.metered.len()];
        let drafts = self.flows.iter_mut().map(|uplink| (uplink.device, uplink.drafts.as_slice()));
        let collected = self.collected.sightings.iter().map(|(device, sighting)| (*device, std::slice::from_ref(sighting)));
        let given_away = self.recent.iter().map(|upload| (upload.device, std::slice::from_ref(&upload.sighting)));
        let longest = self.settings.longest_seconds;
        for (device, sightings) in drafts.chain(collected).chain(given_away) {
            let lasting = |it: &&Sighting| it.window.from >= from && it.audio_seconds.is_none_or(|sound| sound.value <= longest);
            if let Some(uploads) = uploads.get_mut(device as usize) {
                uploads.extend(sightings.iter().filter(lasting));
            }
        }
        let roster = &self.roster;
        (0..)
            .zip(&self.metered)
            .zip(uploads)
            .filter_map(|((index, metered), uploads)| {
                let id = roster.devices().get(index as usize).filter(|_| !roster.is_vacant(index))?.id;
                let profile = || Profile::new(origin, SECOND, (metered.sent_since(first), metered.missed_since(first)), uploads);
                let since = metered.joined(origin, SECOND)?;
                (roster.role(index) == Role::Device).then(|| Watched { id, since, profile: profile() })
            })
            .collect()
    }

    /// Makes a device one that [`Analysis::fresh`] does not tell of: somebody knows of it.
    pub fn know(&mut self, device: DeviceId) {
        if self.told_of.len() < TOLD_OF {
            self.told_of.insert(device);
        }
    }

    /// The devices and uploads that are new since this was asked before.
    #[must_use]
    pub fn fresh(&mut self) -> Fresh {
        let roster = &self.roster;
        let id = |index: Index| roster.devices().get(index as usize).filter(|_| !roster.is_vacant(index)).map(|device| device.id);
        let mut fresh = Fresh::default();
        let count = Index::try_from(self.metered.len()).unwrap_or(Index::MAX);
        for device in (0..count).filter_map(id) {
            if self.told_of.len() < TOLD_OF && self.told_of.insert(device) {
                fresh.devices.push(device);
            }
        }
        for (index, sighting) in self.collected.fresh() {
            if roster.role(*index) == Role::Device {
                fresh.sightings.extend(id(*index).map(|device| (device, sighting.clone())));
            }
        }
        fresh
    }

    /// When the device last sent or was sent a frame.
    #[must_use]
    pub fn last_seen(&self, device: DeviceId) -> Option<Timestamp> {
        let index = self.roster.devices().iter().position(|it| it.id == device)?;
        let vacant = self.roster.is_vacant(Index::try_from(index).ok()?);
        self.metered.get(index).filter(|_| !vacant).map(|metered| metered.seen.until)
    }
}
