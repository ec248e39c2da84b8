//! What is said about the frames of sightings, for captures that Wireshark opens.

use std::collections::BTreeMap;

use earwitness_base::text::WIDEST;
use earwitness_base::words;
use earwitness_core::analysis::Ongoing;
use earwitness_core::dissect::{Dissection, Net, Transport, dissect};
use earwitness_core::findings::{Findings, FlowKey, Mark, Seen, Sighting, SightingKind};
use earwitness_core::frame::Frame;
use earwitness_core::time::Timestamp;
use jiff::tz::TimeZone;

use super::labels;
use super::summary::{beat, milliseconds};
use super::vendor::maker;

/// Frames of one sighting: more than a minute of live audio, or 30 MB of a recording.
pub const FRAMES: u32 = 20_000;

/// A sighting to look out for.
struct Target<'a> {
    sighting: &'a Sighting,
    /// What it is called: kind, number, device.
    title: String,
    /// Moments of its audio records, in order.
    records: Vec<&'a Mark>,
    frames: u32,
}

/// The sightings whose frames are wanted.
pub struct Remarks<'a> {
    by_flow: BTreeMap<FlowKey, Vec<Target<'a>>>,
    /// From the first moment of any sighting to the last: frames outside need no look.
    span: (Timestamp, Timestamp),
    left_out: u64,
}

impl<'a> Remarks<'a> {
    /// All sightings of some findings.
    #[must_use]
    pub fn new(findings: &'a Findings) -> Self {
        let mut by_flow: BTreeMap<FlowKey, Vec<Target<'a>>> = BTreeMap::new();
        let mut span = (Timestamp::MAX, Timestamp::MIN);
        for device in &findings.devices {
            let name = labels::device(device, maker(device.id));
            for (number, sighting) in device.sightings.iter().enumerate() {
                let kind = match sighting.kind {
                    SightingKind::Audio => "audio sighting",
                    SightingKind::Recording => "recording",
                    SightingKind::LargeUpload => "large upload",
                };
                let title = format!("{kind} {} of {name}", number + 1);
                let records = sighting.marks.iter().filter(|mark| mark.audio).collect();
                by_flow.entry(sighting.flow).or_default().push(Target { sighting, title, records, frames: 0 });
                span = (span.0.min(sighting.window.from), span.1.max(sighting.window.until));
            }
        }
        Self { by_flow, span, left_out: 0 }
    }

    /// Whether there is no sighting.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_flow.is_empty()
    }

    /// Frames of sightings beyond [`FRAMES`].
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What is said about a frame, if anything; nothing at all where it belongs to no sighting, or to one of which enough frames came.
    pub fn remark(&mut self, frame: &Frame<'_>) -> Option<Option<String>> {
        if frame.at < self.span.0 || frame.at > self.span.1 {
            return None;
        }
        let packet = dissect(frame.link, frame.bytes, frame.wire_len);
        let (flow, payload) = (flow(&packet)?, packet.payload_len);
        let upstream = self.by_flow.contains_key(&flow);
        let key = if upstream { flow } else { flow.reversed() };
        let inside = |it: &&mut Target<'_>| it.sighting.window.from <= frame.at && frame.at <= it.sighting.window.until;
        let target = self.by_flow.get_mut(&key).and_then(|all| all.iter_mut().find(inside))?;
        if target.frames >= FRAMES {
            self.left_out += 1;
            return None;
        }
        let comment = target.comment(frame, upstream && payload > 0);
        target.frames += 1;
        Some(comment)
    }
}

impl Target<'_> {
    /// What to say about a frame; nothing about those that carry no record.
    fn comment(&self, frame: &Frame<'_>, carries: bool) -> Option<String> {
        let record = if carries { self.record(frame.at) } else { None };
        if self.frames == 0 {
            let summary = summary(self.sighting);
            let record = record.map_or_else(String::new, |it| format!("; {it}"));
            return Some(format!("earwitness: {}: {summary}{record}", self.title));
        }
        record.map(|it| format!("earwitness: {}: {it}", self.title))
    }

    /// Which records of the beat end in a frame of this moment.
    fn record(&self, at: Timestamp) -> Option<String> {
        let from = self.records.partition_point(|mark| mark.at < at);
        let until = self.records.partition_point(|mark| mark.at <= at);
        let total = self
            .sighting
            .detectors
            .iter()
            .find_map(|it| if let Seen::Clock { records, .. } = it { Some(*records) } else { None });
        let total = total.map_or_else(|| self.records.len().to_string(), |it| it.to_string());
        let length = self.records.get(from)?.length;
        match until - from {
            0 => None,
            1 => Some(format!("record {} of {total}, {length} octets", from + 1)),
            _ => Some(format!("records {} to {until} of {total}", from + 1)),
        }
    }
}

/// A sighting in one line.
fn summary(it: &Sighting) -> String {
    let receiver = labels::receiver(&it.receiver, WIDEST);
    let took = words::duration(it.window.length());
    let octets = words::octets(it.octets_total);
    match it.audio_seconds {
        Some(seconds) => {
            let beat = beat(it).map_or_else(String::new, |beat| format!(", a record every {} ms", milliseconds(beat)));
            let rate = it.bit_rate.map_or_else(String::new, |rate| format!(" at {}", words::bit_rate(rate)));
            format!("{} of what looks like sound{rate}{beat}, {octets} in {took} to {receiver}", words::estimate(seconds))
        }
        None => format!("{octets} in one go, in {took}, to {receiver}"),
    }
}

/// What is said of each packet of an upload that goes on; `name` is how its device is called.
#[must_use]
pub fn ongoing(name: &str, it: &Ongoing, zone: &TimeZone) -> String {
    let since = words::local(it.since, zone).strftime("%H:%M:%S%.3f");
    format!("earwitness: {name} sends what looks like sound to {} since {since}", labels::whom(&it.receiver))
}

/// What is said of an upload of the device once it has ended.
#[must_use]
pub fn ended(name: &str, it: &Sighting, zone: &TimeZone) -> String {
    let [from, until] = [it.window.from, it.window.until].map(|at| words::local(at, zone).strftime("%H:%M:%S%.3f").to_string());
    format!("earwitness: {name} sent from {from} to {until}: {}", summary(it))
}

/// The flow that a packet belongs to, seen from its sender.
#[must_use]
pub fn flow(packet: &Dissection<'_>) -> Option<FlowKey> {
    let Net::Ip(ip) = packet.net else { return None };
    let (Transport::Tcp { source: source_port, destination: destination_port, .. }
    | Transport::Udp { source: source_port, destination: destination_port, .. }) = packet.transport
    else {
        return None;
    };
    Some(FlowKey { source: ip.source, destination: ip.destination, protocol: ip.protocol, source_port, destination_port })
}
