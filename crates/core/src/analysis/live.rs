//! An analysis that is asked before it ends: what devices have sent in the latest minutes.

use super::Analysis;
use super::streams::settle;
use crate::findings::{DeviceId, Role, Sighting};
use crate::measure::Profile;
use crate::time::{SECOND, Timestamp};

/// One device, as far as it has been watched.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Who it is.
    pub id: DeviceId,
    /// Its first frame.
    pub since: Timestamp,
    /// What it sent from the asked moment on.
    pub profile: Profile,
}

impl Analysis {
    /// Judges what has ended by a pause before `now`, without waiting for the next packet of its flow. Finds nothing that would not have been
    /// found at that packet, only sooner.
    pub fn settle(&mut self, now: Timestamp) {
        let Self { flows, settings, names, roster, collected, .. } = self;
        for uplink in flows.iter_mut().filter(|uplink| uplink.is_quiet(now, settings)) {
            settle(uplink, now, settings, names, roster, collected);
        }
    }

    /// What each device that is no gateway has sent from `from` on.
    #[must_use]
    pub fn watched(&mut self, from: Timestamp) -> Vec<Watched> {
        let origin = self.bins.origin();
        let mut bins = self.bins;
        let first = bins.index(from);
        let mut uploads: Vec<Vec<&Sighting>> = vec![Vec::new(); self.metered.len()];
        let drafts = self.flows.iter_mut().map(|uplink| (uplink.device, uplink.drafts.as_slice()));
        let collected = self.collected.sightings.iter().map(|(device, sighting)| (*device, std::slice::from_ref(sighting)));
        let longest = self.settings.longest_seconds;
        for (device, sightings) in drafts.chain(collected) {
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
                let profile = || Profile::new(origin, SECOND, metered.sent.since(first), uploads);
                (roster.role(index) == Role::Device).then(|| Watched { id, since: metered.seen.from, profile: profile() })
            })
            .collect()
    }
}
