//! The end of an analysis: open flows are judged, and all that was counted becomes findings.

use std::collections::BTreeMap;

use super::metered::Directions;
use super::streams::close;
use super::{Analysis, Announced};
use crate::detect::burst;
use crate::findings::{BurstRun, CaptureFacts, DeviceFindings, DeviceId, Findings, Role, Seen, SenderSign, Sighting};
use crate::roster::{Device, Index};
use crate::scope::Scope;
use crate::time::{SECOND, Timestamp, Window};

impl Analysis {
    /// What was found; of an analysis that gave stretches away, the last one.
    #[must_use]
    pub fn finish(mut self) -> Findings {
        let mut flows = std::mem::replace(&mut self.flows, super::Flows::new(0, 0));
        self.flows.not_followed = flows.not_followed;
        self.facts.flows_not_followed = flows.not_followed;
        for uplink in flows.iter_mut() {
            close(uplink, &self.settings, &self.names, &self.roster, &mut self.collected);
        }
        self.catch_up();
        if self.drained_until.is_some() {
            return self.drain(self.latest.plus(SECOND), Timestamp::MAX);
        }
        self.note_missed();
        self.facts.sightings_left_out = self.collected.judging.left_out;
        let mut contacts = self.collected.contacts.take(self.bins.origin());
        let mut by_device: BTreeMap<Index, Vec<Sighting>> = BTreeMap::new();
        for (device, sighting) in self.collected.judging.take_sightings() {
            by_device.entry(device).or_default().push(sighting);
        }
        let mut devices: Vec<DeviceFindings> = (0..)
            .zip(std::mem::take(&mut self.metered))
            .zip(std::mem::take(&mut self.announced))
            .filter_map(|((index, metered), announced)| {
                let sightings = by_device.remove(&index).unwrap_or_default();
                let mut found = self.device_findings(index, metered, &announced, sightings)?;
                if found.role == Role::Device {
                    found.contacts = contacts.remove(&index).unwrap_or_default();
                }
                Some(found)
            })
            .collect();
        devices.sort_by_key(|device| device.id);
        Findings { capture: self.capture_facts(), devices }
    }

    fn device_findings(
        &self,
        index: Index,
        mut metered: super::Metered,
        announced: &Announced,
        mut sightings: Vec<Sighting>,
    ) -> Option<DeviceFindings> {
        let device = self.roster.devices().get(index as usize).filter(|_| !self.roster.is_vacant(index))?;
        let origin = self.bins.origin();
        let role = self.roster.role(index);
        let passage = metered.take_passage(origin, i64::MAX, i64::MAX);
        let sent = std::mem::take(&mut metered.sent).series(origin, SECOND);
        let received = std::mem::take(&mut metered.received).series(origin, SECOND);
        let bursts = self.settings.burst.map_or_else(Vec::new, |settings| match metered.burst.take() {
            Some(track) => burst::runs(origin, track.series(origin, settings.window).bins.iter(), &settings),
            None => burst::runs(origin, sent.bins.iter(), &settings),
        });
        for sighting in &mut sightings {
            corroborate(sighting, &bursts);
        }
        self.place(&mut sightings);
        let mut found = describe(device, role, announced, metered.seen, metered.totals());
        found.addresses = self.roster.addresses(index);
        found.sender_signs = self.sender_signs(&found, index);
        (found.sent, found.received, found.bursts) = (sent, received, bursts);
        found.passage = Some(passage);
        found.divide(sightings, self.settings.longest_seconds);
        Some(found)
    }

    /// Signs that a device is not the only one that sends under its MAC address. Where the link shows none, others behind a router have addresses of
    /// their own.
    pub(super) fn sender_signs(&self, found: &DeviceFindings, index: Index) -> Vec<SenderSign> {
        if found.role == Role::Gateway || matches!(found.id, DeviceId::Address(_)) {
            return Vec::new();
        }
        self.collected.senders.signs(index)
    }

    /// Says of receivers where they lie, by what is known of the link by now.
    pub(super) fn place(&self, sightings: &mut [Sighting]) {
        for sighting in sightings {
            sighting.receiver.local = self.roster.scope(sighting.receiver.address) == Scope::Home;
        }
    }

    fn capture_facts(mut self) -> CaptureFacts {
        self.name_stops();
        if self.facts.first.is_some() {
            self.facts.last = self.facts.last.max(Some(self.latest));
        }
        self.facts
    }

    /// Puts the reasons of stops into words.
    pub(super) fn name_stops(&mut self) {
        for (stop, count) in std::mem::take(&mut self.stopped) {
            *self.facts.stopped.entry(stop.kind()).or_default() += count;
        }
    }
}

/// What is known of a device, without its traffic.
pub(super) fn describe(device: &Device, role: Role, announced: &Announced, seen: Window, totals: Directions) -> DeviceFindings {
    let Directions { upstream, downstream, local, chatter } = totals;
    DeviceFindings {
        randomised: matches!(device.id, DeviceId::Mac(mac) if mac.is_local()),
        addresses: device.addresses.clone(),
        host_name: announced.host_name.clone(),
        vendor_class: announced.vendor_class.clone(),
        names: announced.names(),
        upstream,
        downstream,
        local,
        chatter,
        ..DeviceFindings::new(device.id, role, seen)
    }
}

impl DeviceFindings {
    /// Puts sightings where they belong: what goes on for longer than `longest` seconds, what stays in the home, and the others.
    pub(super) fn divide(&mut self, mut sightings: Vec<Sighting>, longest: f64) {
        if self.role == Role::Gateway {
            // What a gateway sends on is not its own.
            return;
        }
        sightings.sort_by_key(|sighting| (sighting.window.from, sighting.flow));
        for sighting in sightings {
            if sighting.audio_seconds.is_some_and(|sound| sound.value > longest) {
                self.continuous.push(sighting);
            } else if sighting.receiver.local {
                self.local_sightings.push(sighting);
            } else {
                self.sightings.push(sighting);
            }
        }
    }
}

/// Adds the burst detector's word where one of its runs overlaps with a sighting.
pub(super) fn corroborate(sighting: &mut Sighting, bursts: &[BurstRun]) {
    let first = bursts.partition_point(|run| run.window.until <= sighting.window.from);
    if let Some(run) = bursts.get(first).filter(|run| run.window.from <= sighting.window.until) {
        sighting.detectors.push(Seen::Burst { windows: run.windows, mean_rate: run.mean_rate, peak_rate: run.peak_rate });
    }
}
