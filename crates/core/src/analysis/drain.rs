//! An analysis that never ends is drained of what it found, stretch by stretch, so that its memory does not grow with the hours.
//!
//! Every octet and every sighting is returned once. What rounds in progress still ask for stays remembered beside.

use std::collections::BTreeMap;

use super::Analysis;
use super::finish::describe;
use super::live::Upload;
use super::metered::Directions;
use super::streams::note_contact;
use crate::findings::{CaptureFacts, Contact, Damage, DeviceFindings, Findings, Role, Series, Sighting};
use crate::roster::Index;
use crate::time::{SECOND, Timestamp, Window};

/// Records of a sighting that goes on and is returned as far as it went.
const MARKS_OF_UNFINISHED: usize = 256;

impl Analysis {
    /// Returns and forgets the whole seconds before `until`, and the sightings that have ended; remembers what was sent from `keep` on, for
    /// [`Analysis::watched`]. [`Findings::assemble`] makes one of such stretches.
    ///
    /// A beat that goes on for longer than an utterance is returned again and again as far as it went; the longest counts. Runs of loud
    /// windows are not returned: they follow from the seconds.
    #[must_use]
    pub fn drain(&mut self, until: Timestamp, keep: Timestamp) -> Findings {
        self.catch_up();
        let mut bins = self.bins;
        let (first, kept) = (bins.index(until), bins.index(keep));
        let mut contacts = self.contacts_before(first);
        self.note_missed();
        let mut sightings = self.ended_sightings(keep);
        for (device, sighting) in self.endless() {
            sightings.entry(device).or_default().push(sighting);
        }
        let mut devices = Vec::new();
        for place in 0..self.metered.len() {
            let Ok(index) = Index::try_from(place) else { break };
            let own = sightings.remove(&index).unwrap_or_default();
            let met = contacts.remove(&index).unwrap_or_default();
            devices.extend(self.stretch_of(index, (first, kept), own, met));
        }
        devices.sort_by_key(|device| device.id);
        Findings { capture: self.facts_since_drain(until), devices }
    }

    /// What one device did; `None` if it did nothing.
    fn stretch_of(
        &mut self,
        index: Index,
        (first, kept): (i64, i64),
        mut sightings: Vec<Sighting>,
        contacts: Vec<Contact>,
    ) -> Option<DeviceFindings> {
        let origin = self.bins.origin();
        let metered = self.metered.get_mut(index as usize)?;
        let totals = metered.since_drain();
        let (sent, received) = metered.take_before(first, kept, origin, SECOND);
        let passage = metered.take_passage(origin, first, kept);
        // Other windows than seconds are for captures that end.
        metered.burst = metered.burst.take().map(|_| crate::meter::Track::default());
        if totals == Directions::default() && sent.is_empty() && received.is_empty() && sightings.is_empty() {
            return None;
        }
        let device = self.roster.devices().get(index as usize).filter(|_| !self.roster.is_vacant(index))?;
        let role = self.roster.role(index);
        let mut found = describe(device, role, self.announced.get(index as usize)?, metered.seen, totals);
        self.place(&mut sightings);
        found.addresses = self.roster.addresses(index);
        found.sender_signs = self.sender_signs(&found, index);
        found.sent = Series { origin, width: SECOND, bins: sent };
        found.received = Series { origin, width: SECOND, bins: received };
        found.passage = Some(passage);
        found.divide(sightings, self.settings.longest_seconds);
        if role == Role::Device {
            found.contacts = contacts;
        }
        Some(found)
    }

    /// Whom devices sent to in the seconds before number `first`.
    fn contacts_before(&mut self, first: i64) -> BTreeMap<Index, Vec<Contact>> {
        let Self { flows, names, roster, collected, .. } = self;
        for uplink in flows.iter_mut() {
            collected.miss(uplink);
            note_contact(uplink, first, names, roster, collected);
        }
        collected.contacts.take(self.bins.origin())
    }

    /// Takes out what has ended; remembers when what began from `keep` on.
    fn ended_sightings(&mut self, keep: Timestamp) -> BTreeMap<Index, Vec<Sighting>> {
        let ended = self.collected.judging.take_sightings();
        self.recent.retain(|upload| upload.sighting.window.from >= keep);
        let mut by_device: BTreeMap<Index, Vec<Sighting>> = BTreeMap::new();
        for (device, sighting) in ended {
            if sighting.window.from >= keep {
                let sighting = Sighting { marks: Vec::new(), ..sighting.clone() };
                self.recent.push(Upload { device, sighting });
            }
            by_device.entry(device).or_default().push(sighting);
        }
        by_device
    }

    /// Beats that go on, and have for longer than any utterance, as far as they went.
    fn endless(&mut self) -> Vec<(Index, Sighting)> {
        let longest = self.settings.longest_seconds;
        let mut found = Vec::new();
        for uplink in self.flows.iter_mut() {
            let draft = self.collected.judging.draft(uplink.sound);
            if let Some(draft) = draft.filter(|it| it.audio_seconds.is_some_and(|sound| sound.value > longest)) {
                let marks = draft.marks.iter().take(MARKS_OF_UNFINISHED).copied().collect();
                found.push((uplink.device, Sighting { marks, ..draft.clone() }));
            }
        }
        found
    }

    /// What the capture was like since this was asked before. A stretch reaches from the end of the one before to `until`.
    fn facts_since_drain(&mut self, until: Timestamp) -> CaptureFacts {
        self.name_stops();
        self.facts.sightings_left_out = self.collected.judging.left_out;
        self.facts.flows_not_followed = self.flows.not_followed;
        let now = self.facts.clone();
        let before = std::mem::replace(&mut self.drained, now.clone());
        let from = self.drained_until.or(now.first);
        self.drained_until = from.map(|from| from.max(until));
        let stopped = now.stopped.iter().map(|(why, count)| (why.clone(), count - before.stopped.get(why).unwrap_or(&0)));
        CaptureFacts {
            frames: now.frames.wrapping_sub(before.frames),
            wire_octets: now.wire_octets.wrapping_sub(before.wire_octets),
            first: from,
            last: self.drained_until,
            cut: now.cut - before.cut,
            oversized: now.oversized - before.oversized,
            dropped: now.dropped - before.dropped,
            clock_back: now.clock_back - before.clock_back,
            clock_ahead: now.clock_ahead - before.clock_ahead,
            stopped: stopped.filter(|(_, count)| *count > 0).collect(),
            unread_octets: now.unread_octets.wrapping_sub(before.unread_octets),
            // Only files are damaged, and an analysis of files is never drained in stretches.
            damage: Damage::default(),
            others: now.others - before.others,
            sightings_left_out: now.sightings_left_out - before.sightings_left_out,
            flows_not_followed: now.flows_not_followed - before.flows_not_followed,
        }
    }

    /// Makes a device known before its first frame, with the time in which it was seen by an analysis before this one.
    pub fn introduce(&mut self, device: crate::findings::DeviceId, seen: Window) {
        use crate::findings::DeviceId::{Address, Mac};
        let index = match device {
            Mac(mac) => self.roster.by_mac(mac),
            Address(address) => self.roster.enter_address(address),
        };
        self.enter(seen.from);
        if let Some(metered) = index.and_then(|index| self.metered.get_mut(index as usize)) {
            metered.introduce(seen);
        }
        self.reported.add(device);
    }
}
