//! `--annotate`: the frames of the sightings with comments, in a file that Wireshark opens.
//!
//! A second reading of the same captures: what the first one found says which frames to keep, so none has to be kept meanwhile.

use earwitness_base::text::WIDEST;
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use earwitness_core::dissect::{Net, Transport, dissect};
use earwitness_core::findings::{FlowKey, Mark, Seen, Sighting, SightingKind};
use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Description, write as pcap};
use earwitness_core::time::Timestamp;

use super::super::interrupt::Interrupt;
use super::super::progress::Bar;
use super::options::Options;
use super::read::Reading;
use super::write::written;
use crate::say;
use earwitness_base::outfile::{self, Sink};
use earwitness_base::words;
use earwitness_report::labels;
use earwitness_report::vendor::vendor;
use earwitness_traffic::files::{Captures, FileId, Order};

/// The program, as it names itself in the file.
const PROGRAM: &str = concat!("earwitness ", env!("CARGO_PKG_VERSION"));

/// Frames written of one sighting: more than a minute of live audio, or 30 MB of a recording.
const FRAMES: u32 = 20_000;

/// Writes the file; `false` if that was not possible, which has been said.
pub(super) fn write(path: &Path, reading: &Reading, options: &Options, interrupt: &Interrupt) -> bool {
    let mut stopped = false;
    let result = outfile::write_whole(path, |out| {
        let mut captures = Captures::open(&options.captures, Order::Merged, None).map_err(io::Error::other)?;
        let mut bar = Bar::new("Annotating", captures.total(), options.quiet);
        let mut annotated = Annotated::new(reading);
        let mut block = Vec::new();
        pcap::section(&mut block, PROGRAM);
        out.write_all(&block)?;
        let mut failed = None;
        let mut progress = |at| {
            interrupt.begin_reading();
            bar.at(at);
        };
        let flow = captures.for_each(&mut progress, |frame, file| {
            if interrupt.is_set() {
                return ControlFlow::Break(());
            }
            match annotated.frame(frame, file, &mut block, out) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        });
        interrupt.end_reading();
        stopped = flow.is_break() && failed.is_none();
        if !options.quiet {
            annotated.remarks().iter().for_each(|it| say::line(&format!("{}: {it}", path.display())));
        }
        match failed {
            Some(error) => Err(error),
            None if stopped => Err(io::Error::other("it was stopped")),
            None => Ok(()),
        }
    });
    written(result)
}

/// A sighting to look out for.
struct Target<'a> {
    sighting: &'a Sighting,
    /// What it is called: kind, number, device.
    title: String,
    /// Moments of its audio records, in order.
    records: Vec<&'a Mark>,
    frames: u32,
}

/// The file being written.
struct Annotated<'a> {
    by_flow: BTreeMap<FlowKey, Vec<Target<'a>>>,
    /// From the first moment of any sighting to the last: frames outside need no look.
    span: (Timestamp, Timestamp),
    captures: &'a Captures,
    interfaces: BTreeMap<(FileId, u32), u32>,
    latest: Timestamp,
    backwards: bool,
    left_out: u64,
}

impl<'a> Annotated<'a> {
    fn new(reading: &'a Reading) -> Self {
        let mut by_flow: BTreeMap<FlowKey, Vec<Target<'a>>> = BTreeMap::new();
        let mut span = (Timestamp::MAX, Timestamp::MIN);
        for device in &reading.findings.devices {
            let maker = if let earwitness_core::findings::DeviceId::Mac(mac) = device.id { vendor(mac) } else { None };
            let name = labels::device(device, maker);
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
        Self {
            by_flow,
            span,
            captures: &reading.captures,
            interfaces: BTreeMap::new(),
            latest: Timestamp::MIN,
            backwards: false,
            left_out: 0,
        }
    }

    /// Writes a frame if it belongs to a sighting.
    fn frame(&mut self, frame: &Frame<'_>, file: FileId, block: &mut Vec<u8>, out: &mut Sink<'_>) -> io::Result<()> {
        if frame.at < self.span.0 || frame.at > self.span.1 {
            return Ok(());
        }
        let Some((flow, payload)) = flow(frame) else { return Ok(()) };
        let upstream = self.by_flow.contains_key(&flow);
        let key = if upstream { flow } else { flow.reversed() };
        let inside = |it: &&mut Target<'_>| it.sighting.window.from <= frame.at && frame.at <= it.sighting.window.until;
        let Some(target) = self.by_flow.get_mut(&key).and_then(|all| all.iter_mut().find(inside)) else { return Ok(()) };
        if target.frames >= FRAMES {
            self.left_out += 1;
            return Ok(());
        }
        let comment = target.comment(frame, upstream && payload > 0);
        target.frames += 1;
        block.clear();
        let next = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let interface = *self.interfaces.entry((file, frame.interface)).or_insert(next);
        if interface == next {
            pcap::interface(block, &description(self.captures, file, frame));
        }
        pcap::packet(block, &Frame { interface, ..*frame }, &pcap::Remarks { comment: comment.as_deref(), flags: None });
        self.backwards |= frame.at < self.latest;
        self.latest = self.latest.max(frame.at);
        out.write_all(block)
    }

    /// What a person must know about the file.
    fn remarks(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.by_flow.is_empty() {
            all.push("there was no sighting, so no frame is in it".to_owned());
        }
        if self.backwards {
            all.push("the clock of the capture goes backwards in it; `reordercap` sorts it by time".to_owned());
        }
        if self.left_out > 0 {
            let frames = words::counted(self.left_out, "frame was", "frames were");
            all.push(format!("{frames} left out: of each sighting at most {} are written", words::count(u64::from(FRAMES))));
        }
        all
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
            let beat = earwitness_report::summary::beat(it).map_or_else(String::new, |beat| {
                format!(", a record every {} ms", earwitness_report::summary::milliseconds(beat))
            });
            let rate = it.bit_rate.map_or_else(String::new, |rate| format!(" at {}", words::bit_rate(rate)));
            format!("{} of what looks like sound{rate}{beat}, {octets} in {took} to {receiver}", words::estimate(seconds))
        }
        None => format!("{octets} in one go, in {took}, to {receiver}"),
    }
}

/// The five-tuple of a frame and its payload octets.
fn flow(frame: &Frame<'_>) -> Option<(FlowKey, u32)> {
    let packet = dissect(frame.link, frame.bytes, frame.wire_len);
    let Net::Ip(ip) = packet.net else { return None };
    let (Transport::Tcp { source: source_port, destination: destination_port, .. }
    | Transport::Udp { source: source_port, destination: destination_port, .. }) = packet.transport
    else {
        return None;
    };
    let key = FlowKey { source: ip.source, destination: ip.destination, protocol: ip.protocol, source_port, destination_port };
    Some((key, packet.payload_len))
}

/// The interface as its capture describes it, and where that capture is.
fn description(captures: &Captures, file: FileId, frame: &Frame<'_>) -> Description {
    let capture = usize::try_from(file.0).ok().and_then(|place| captures.files().get(place));
    let known = capture.and_then(|it| it.interfaces.get(usize::try_from(frame.interface).ok()?)).cloned();
    let path = capture.map_or_else(String::new, |it| it.path.to_string_lossy().into_owned());
    let mut description = known.unwrap_or_else(|| Description {
        link_type: frame.link.number(),
        snaplen: 0,
        name: String::new(),
        description: String::new(),
    });
    let before = if description.description.is_empty() { String::new() } else { format!("{}; ", description.description) };
    description.description = format!("{before}frames of the sightings that {PROGRAM} found in {path}");
    description
}
