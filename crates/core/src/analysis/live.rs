//! An analysis that is asked before it ends: what devices have sent in the latest minutes.

use std::collections::{BTreeMap, VecDeque};

use super::Analysis;
use super::streams::{Collected, Why, end};
use super::uplink::Uplink;
use crate::findings::{DeviceId, Role, Sighting};
use crate::measure::{Missed, Profile};
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

/// An upload that was drained, without its records.
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

/// Devices that are remembered as reported: more than a home has in a year, even if telephones change their address daily. Of more, those are forgotten
/// that were reported first and are not here any more.
const MOST_REPORTED: usize = 16_384;

/// A device that only showed up is reported at once as long as such devices are few, so many in an hour: somebody who makes up addresses shall not fill a journal. More of them
/// are reported once they came back.
const AT_ONCE: usize = 16;

/// The hour, nanoseconds.
const HOUR: i64 = 3_600 * SECOND;

/// Devices that were reported as new, and in which order.
#[derive(Debug, Default)]
pub(super) struct Reported {
    order: BTreeMap<DeviceId, u64>,
    next: u64,
    /// When those were reported that had only showed up, at most [`AT_ONCE`].
    at_once: VecDeque<Timestamp>,
}

impl Reported {
    /// Adds a device; whether it is new.
    pub(super) fn add(&mut self, device: DeviceId) -> bool {
        let is_new = !self.order.contains_key(&device);
        if is_new {
            self.order.insert(device, self.next);
            self.next += 1;
        }
        is_new
    }

    fn knows(&self, device: &DeviceId) -> bool {
        self.order.contains_key(device)
    }

    /// Whether one more that only showed up may be reported.
    fn may_report_at_once(&mut self, now: Timestamp) -> bool {
        // A clock that was set back must not put things off for years.
        self.at_once.retain(|at| now.since(*at).saturating_abs() < HOUR);
        let may = self.at_once.len() < AT_ONCE;
        self.at_once.extend(may.then_some(now));
        may
    }

    /// Forgets the oldest beyond the number that is kept, and as many more as make the next time far.
    fn tidy(&mut self, is_here: impl Fn(&DeviceId) -> bool) {
        if self.order.len() <= MOST_REPORTED {
            return;
        }
        let mut gone: Vec<_> = self.order.iter().filter(|it| !is_here(it.0)).map(|(device, number)| (*number, *device)).collect();
        gone.sort_unstable();
        gone.truncate(self.order.len() - MOST_REPORTED + MOST_REPORTED / 16);
        for (_, device) in gone {
            self.order.remove(&device);
        }
    }
}

impl Analysis {
    /// Judges what has ended by a pause before `now`, without waiting for the next packet of its flow. Finds nothing that would not have been
    /// found at that packet, only sooner. Says when the next of the flows will have paused, if nothing more comes of it.
    pub fn settle(&mut self, now: Timestamp) -> Option<Timestamp> {
        let Self { flows, settings, names, roster, collected, .. } = self;
        let mut next = None;
        for uplink in flows.iter_mut() {
            if uplink.is_quiet(now, settings) {
                end(uplink, Why::Paused(now), settings, names, roster, collected);
            }
            next = next.into_iter().chain(uplink.quiet_from(settings)).min();
        }
        next
    }

    /// Whether an upload may have begun in the window that is not judged yet, or goes on.
    pub fn is_open_in(&mut self, window: Window) -> bool {
        self.catch_up();
        let Self { flows, collected, .. } = self;
        let begins =
            |uplink: &Uplink| collected.judging.draft(uplink.sound).is_some_and(|draft| window.contains(draft.window.from));
        flows.iter_mut().any(|uplink| uplink.is_open_in(window) || (uplink.is_continued() && begins(uplink)))
    }

    /// What each device has sent from `from` on; gateways and strangers who hardly showed up are left out.
    #[must_use]
    pub fn watched(&mut self, from: Timestamp) -> Vec<Watched> {
        self.catch_up();
        for uplink in self.flows.iter_mut() {
            self.collected.miss(uplink);
        }
        self.note_missed();
        let origin = self.bins.origin();
        let mut bins = self.bins;
        let first = bins.index(from);
        let mut uploads: Vec<Vec<&Sighting>> = vec![Vec::new(); self.metered.len()];
        let Self { flows, collected: Collected { judging, .. }, .. } = self;
        let drafts = flows.iter_mut().filter_map(|uplink| Some((uplink.device, judging.draft(uplink.sound)?)));
        let ended = judging.sightings().iter().map(|(device, sighting)| (*device, sighting));
        let drained = self.recent.iter().map(|upload| (upload.device, &upload.sighting));
        let longest = self.settings.longest_seconds;
        for (device, sighting) in drafts.chain(ended).chain(drained) {
            let counts = sighting.window.from >= from && sighting.audio_seconds.is_none_or(|sound| sound.value <= longest);
            if let Some(uploads) = uploads.get_mut(device as usize) {
                uploads.extend(counts.then_some(sighting));
            }
        }
        let roster = &self.roster;
        (0..)
            .zip(&self.metered)
            .zip(uploads)
            .filter_map(|((index, metered), uploads)| {
                let id = roster.devices().get(index as usize).filter(|_| !roster.is_vacant(index))?.id;
                let profile = || {
                    let missed = Missed { octets: metered.missed_since(first), affected: metered.affected_since(first) };
                    Profile::new(origin, SECOND, (metered.sent_since(first), missed), uploads)
                };
                let since = metered.joined(origin, SECOND)?;
                (roster.role(index) == Role::Device).then(|| Watched { id, since, profile: profile() })
            })
            .collect()
    }

    /// Makes a device one that [`Analysis::fresh`] does not report: somebody knows of it.
    pub fn know(&mut self, device: DeviceId) {
        self.reported.add(device);
        self.reported.tidy(|_| false);
    }

    /// The devices and uploads that are new since this was asked before. Of those that only showed up, few are reported at once.
    #[must_use]
    pub fn fresh(&mut self) -> Fresh {
        self.catch_up();
        let Self { roster, metered, reported, collected, latest, .. } = self;
        let id = |index: Index| roster.devices().get(index as usize).filter(|_| !roster.is_vacant(index)).map(|device| device.id);
        let mut fresh = Fresh::default();
        for (index, metered) in (0..).zip(metered.iter()) {
            // A device is reported before its uploads are.
            let Some(device) = id(index).filter(|device| !reported.knows(device)) else { continue };
            let counts = metered.is_settled() || collected.judging.has_fresh(index);
            if (counts || reported.may_report_at_once(*latest)) && reported.add(device) {
                fresh.devices.push(device);
            }
        }
        reported.tidy(|device| roster.devices().iter().any(|it| it.id == *device));
        for (index, sighting) in collected.judging.fresh() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mac::Mac;

    #[test]
    fn devices_that_are_gone_are_forgotten_so_that_new_ones_are_reported_for_ever() {
        let mut reported = Reported::default();
        let device = |number: u32| {
            let [a, b, c, d] = number.to_be_bytes();
            DeviceId::Mac(Mac([2, 0, a, b, c, d]))
        };
        for number in 0..100_000 {
            assert!(reported.add(device(number)), "{number}");
            reported.tidy(|it| *it == device(7));
        }
        assert!(reported.order.len() <= MOST_REPORTED && reported.knows(&device(7)) && !reported.knows(&device(8)));
        assert!(!reported.add(device(99_999)));
    }
}
