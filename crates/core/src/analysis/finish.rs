//! The end of an analysis: open flows are judged, and all that was counted becomes findings.

use std::collections::BTreeMap;

use super::Analysis;
use super::streams::close;
use crate::detect::burst;
use crate::dissect::Stop;
use crate::findings::{BurstRun, CaptureFacts, DeviceFindings, DeviceId, Findings, Role, Seen, Sighting};
use crate::roster::Index;
use crate::time::SECOND;

impl Analysis {
    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Findings {
        let flows = std::mem::replace(&mut self.flows, super::Flows::new(0, 0));
        self.facts.flows_not_followed = flows.not_followed;
        for mut uplink in flows.into_uplinks() {
            close(&mut uplink, &self.settings, &self.names, &self.roster, &mut self.collected);
        }
        self.facts.sightings_left_out = self.collected.left_out;
        let mut by_device: BTreeMap<Index, Vec<Sighting>> = BTreeMap::new();
        for (device, sighting) in std::mem::take(&mut self.collected.sightings) {
            by_device.entry(device).or_default().push(sighting);
        }
        let mut devices: Vec<DeviceFindings> = (0..)
            .zip(std::mem::take(&mut self.metered))
            .zip(std::mem::take(&mut self.told))
            .filter_map(|((index, metered), told)| {
                let sightings = by_device.remove(&index).unwrap_or_default();
                self.device_findings(index, metered, told, sightings)
            })
            .collect();
        devices.sort_by_key(|device| device.id);
        Findings { capture: self.capture_facts(), devices }
    }

    fn device_findings(
        &self,
        index: Index,
        mut metered: super::Metered,
        told: super::Told,
        mut sightings: Vec<Sighting>,
    ) -> Option<DeviceFindings> {
        let device = self.roster.devices().get(index as usize).filter(|_| !self.roster.is_vacant(index))?;
        let origin = self.bins.origin();
        let role = self.roster.role(index);
        let sent = std::mem::take(&mut metered.sent).series(origin, SECOND);
        let received = std::mem::take(&mut metered.received).series(origin, SECOND);
        let bursts = self.settings.burst.map_or_else(Vec::new, |settings| match metered.burst.take() {
            Some(track) => burst::runs(origin, track.series(origin, settings.window).bins.iter(), &settings),
            None => burst::runs(origin, sent.bins.iter(), &settings),
        });
        if role == Role::Gateway {
            // What a gateway sends on is not its own.
            sightings.clear();
        }
        sightings.sort_by_key(|sighting| (sighting.window.from, sighting.flow));
        for sighting in &mut sightings {
            corroborate(sighting, &bursts);
        }
        let (mut continuous, mut local_sightings) = (Vec::new(), Vec::new());
        let sightings = sightings.into_iter().filter_map(|sighting| {
            let endless = sighting.audio_seconds.is_some_and(|sound| sound.value > self.settings.longest_seconds);
            if endless {
                continuous.push(sighting);
            } else if sighting.receiver.local {
                local_sightings.push(sighting);
            } else {
                return Some(sighting);
            }
            None
        });
        let sightings = sightings.collect();
        Some(DeviceFindings {
            id: device.id,
            role,
            randomised: matches!(device.id, DeviceId::Mac(mac) if mac.is_local()),
            addresses: device.addresses.clone(),
            host_name: told.host_name.clone(),
            vendor_class: told.vendor_class.clone(),
            names: told.names(),
            seen: metered.seen,
            upstream: metered.upstream(),
            downstream: metered.downstream(),
            local: metered.local(),
            chatter: metered.chatter(),
            sent,
            received,
            sightings,
            continuous,
            local_sightings,
            bursts,
        })
    }

    fn capture_facts(mut self) -> CaptureFacts {
        for (stop, count) in std::mem::take(&mut self.stopped) {
            *self.facts.stopped.entry(reason(stop)).or_default() += count;
        }
        if self.facts.first.is_some() {
            self.facts.last = self.facts.last.max(Some(self.latest));
        }
        self.facts
    }
}

/// Adds the burst detector's word where one of its runs overlaps with a sighting.
fn corroborate(sighting: &mut Sighting, bursts: &[BurstRun]) {
    let first = bursts.partition_point(|run| run.window.until <= sighting.window.from);
    if let Some(run) = bursts.get(first).filter(|run| run.window.from <= sighting.window.until) {
        sighting.detectors.push(Seen::Burst { windows: run.windows, mean_rate: run.mean_rate, peak_rate: run.peak_rate });
    }
}

/// A kind of stop in words.
fn reason(stop: Stop) -> String {
    match stop {
        Stop::Truncated { layer, .. } => format!("{layer:?} header cut off"),
        Stop::Malformed(layer) => format!("{layer:?} header malformed"),
        Stop::Unopened(layer) => format!("{layer:?} left unopened"),
        Stop::TooDeep(layer) => format!("{layer:?} headers nested too deep"),
        Stop::UnknownLink => "link type not read".to_owned(),
    }
}
