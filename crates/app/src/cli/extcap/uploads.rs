//! What is known of uploads of sound while frames come: who sends, on which flow, since when; and what they were once they have ended.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::analysis::{Analysis, AnalysisSettings, Ongoing};
use earwitness_core::dissect::{Dissection, Net};
use earwitness_core::findings::{DeviceFindings, DeviceId, Role, SightingKind};
use earwitness_core::frame::Frame;
use earwitness_core::roster::RosterSettings;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_report::{labels, remarks, vendor};
use jiff::tz::TimeZone;

/// How often is looked who sends, nanoseconds of the capture.
const LOOK: i64 = 100 * MILLISECOND;
/// How far frames of several interfaces may come out of order.
const DELIVERY: i64 = SECOND / 2;
/// How often the analysis is emptied of what it counted, so that it does not grow with the hours.
const DRAIN: i64 = 60 * SECOND;
/// An upload that has ended is remembered for so long, nanoseconds: longer than any frame is held back.
const KEPT: i64 = 15 * SECOND;
/// Devices whose names and deeds are remembered: as many as an analysis tells apart.
const MOST_DEVICES: usize = 1_024;
/// Remarks that wait for a packet of their device.
const MOST_REMARKS: usize = 256;

/// An upload, as far as it went.
#[derive(Debug)]
struct Upload {
    what: Ongoing,
    /// When it was no longer seen to go on.
    until: Option<Timestamp>,
    /// What is said of it.
    remark: String,
}

/// Who sends what looks like sound.
#[derive(Debug)]
pub(super) struct Uploads {
    analysis: Analysis,
    zone: TimeZone,
    latest: Vec<Upload>,
    /// What is said of uploads that have ended, with the next packet of their device.
    ended: Vec<(DeviceId, String)>,
    names: BTreeMap<DeviceId, String>,
    senders: BTreeSet<DeviceId>,
    looked: Option<Timestamp>,
    drained: Option<Timestamp>,
}

impl Uploads {
    /// Before the first frame. `gateways` are routers that were named.
    pub(super) fn new(gateways: Vec<DeviceId>, seed: u64, zone: TimeZone) -> Self {
        let settings = AnalysisSettings {
            roster: RosterSettings { gateways, seed, ..RosterSettings::default() },
            burst: None,
            ..AnalysisSettings::default()
        };
        Self {
            analysis: Analysis::new(settings),
            zone,
            latest: Vec::new(),
            ended: Vec::new(),
            names: BTreeMap::new(),
            senders: BTreeSet::new(),
            looked: None,
            drained: None,
        }
    }

    /// Takes a frame; looks who sends when it is time.
    pub(super) fn frame(&mut self, frame: &Frame<'_>) {
        self.analysis.frame(frame);
        // A clock that was set back must not put the next look off for years.
        let is_due = |before: Option<Timestamp>, every: i64| before.is_none_or(|it| frame.at.since(it).saturating_abs() >= every);
        if is_due(self.looked, LOOK) {
            let before = self.looked.replace(frame.at).unwrap_or(frame.at);
            self.look(frame.at, before);
        }
        if self.drained.is_none() {
            self.drained = Some(frame.at);
        } else if is_due(self.drained, DRAIN) {
            self.drained = Some(frame.at);
            self.drain(frame.at);
        }
    }

    /// Looks who sends; `before` is when it was looked last.
    fn look(&mut self, at: Timestamp, before: Timestamp) {
        let now = at.plus(-DELIVERY);
        self.analysis.settle(now);
        let ongoing = self.analysis.ongoing(now);
        for upload in &mut self.latest {
            let goes_on = ongoing.iter().any(|it| it.flow == upload.what.flow && it.device == upload.what.device);
            if !goes_on && upload.until.is_none() {
                // Nothing may have come since it was looked last, for however long.
                upload.until = Some(before.plus(LOOK).min(at));
            }
        }
        self.latest.retain(|it| it.until.is_none_or(|until| at.since(until).saturating_abs() < KEPT));
        for what in ongoing {
            let is_known = |it: &Upload| it.what.flow == what.flow && it.what.device == what.device && it.until.is_none();
            if !self.latest.iter().any(is_known) {
                self.note_sender(what.device);
                let remark = remarks::ongoing(&self.name(what.device), &what, &self.zone);
                self.latest.push(Upload { what, until: None, remark });
            }
        }
        for (device, sighting) in self.analysis.fresh().sightings {
            if sighting.receiver.local || sighting.kind == SightingKind::LargeUpload {
                continue;
            }
            self.note_sender(device);
            if self.ended.len() < MOST_REMARKS {
                let remark = remarks::ended(&self.name(device), &sighting, &self.zone);
                self.ended.push((device, remark));
            }
        }
    }

    fn drain(&mut self, at: Timestamp) {
        for found in self.analysis.drain(at, at).devices {
            if found.names.is_empty() && found.host_name.is_none() {
                continue;
            }
            if self.names.len() < MOST_DEVICES || self.names.contains_key(&found.id) {
                self.names.insert(found.id, labels::device(&found, vendor::maker(found.id)));
            }
        }
    }

    /// How a device is called: as it announced itself, else by its maker and address.
    fn name(&self, device: DeviceId) -> String {
        self.names.get(&device).cloned().unwrap_or_else(|| {
            let unseen = Window { from: Timestamp::MIN, until: Timestamp::MIN };
            labels::device(&DeviceFindings::new(device, Role::Device, unseen), vendor::maker(device))
        })
    }

    fn note_sender(&mut self, device: DeviceId) {
        if self.senders.len() < MOST_DEVICES {
            self.senders.insert(device);
        }
    }

    /// What is said of a packet: of the upload that it belongs to, and of those of its sender that have ended.
    pub(super) fn remark(&mut self, at: Timestamp, packet: &Dissection<'_>) -> Option<String> {
        let flow = remarks::flow(packet).filter(|_| packet.payload_len > 0);
        let holds = |it: &&Upload| Some(it.what.flow) == flow && at >= it.what.since && it.until.is_none_or(|until| at <= until);
        let mut said: Vec<String> = self.latest.iter().find(holds).map(|it| it.remark.clone()).into_iter().collect();
        if !self.ended.is_empty() {
            let sender = Self::sender(packet);
            self.ended.retain(|(device, remark)| {
                let is_here = sender.contains(&Some(*device));
                if is_here {
                    said.push(remark.clone());
                }
                !is_here
            });
        }
        (!said.is_empty()).then(|| said.join("\n"))
    }

    /// Whether a device that sent sound sent the packet, or is sent it.
    pub(super) fn is_of_sender(&self, packet: &Dissection<'_>) -> bool {
        let is_one = |it: Option<DeviceId>| it.is_some_and(|it| self.senders.contains(&it));
        let receiver = if let Net::Ip(ip) = packet.net { Some(DeviceId::Address(ip.destination)) } else { None };
        Self::sender(packet).into_iter().any(is_one) || is_one(packet.destination.map(DeviceId::Mac)) || is_one(receiver)
    }

    /// Who sent a packet, by both kinds of address.
    fn sender(packet: &Dissection<'_>) -> [Option<DeviceId>; 2] {
        let address = if let Net::Ip(ip) = packet.net { Some(DeviceId::Address(ip.source)) } else { None };
        [packet.source.map(DeviceId::Mac), address]
    }
}
