//! `--json`: what programs read. Versioned; described by `docs/schema/analyze-2.json`.

use earwitness_base::text::{WIDEST_EXACT, clean};
use std::io::{self, BufWriter, Write};

use earwitness_core::findings::{CaptureFacts, DeviceFindings, DeviceId, Findings, Role, Seen, Sighting, Totals, TrainShape};
use earwitness_core::time::{Timestamp, Window};
use earwitness_core::verdict::Outcome;
use serde::Serialize as _;

use self::indented::Indented;
pub(crate) use self::shape::Kind;
use self::shape::{Burst, Capture, Detector, Device, Report, Shape, Sums};
use super::Context;
use super::labels;
use super::receiver::details;
use super::stretches::observed;
use super::summary::beat;
use super::verdicts;
use earwitness_base::words;

pub mod event;
mod indented;
mod part;
mod shape;
pub mod status;
#[cfg(test)]
mod tests;

pub use self::part::{LISTS, device_at, sightings_at};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
pub const VERSION: u32 = 2;

/// Longest line of trouble that is repeated, in columns.
const WIDEST_LINE: usize = 4_096;

/// Writes the report as one JSON object and a line feed.
pub fn write(findings: &Findings, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Its many small pieces go to a buffer whose type is known here, not one by one through a table of functions.
    let mut out = BufWriter::new(out);
    report(findings, context).serialize(&mut serde_json::Serializer::with_formatter(&mut out, Indented::default()))?;
    writeln!(out)?;
    out.flush()
}

fn report<'a>(findings: &Findings, context: &Context<'a>) -> Report<'a> {
    let curves = context.probing.map(|it| verdicts::curve::curves(&it.verdicts)).unwrap_or_default();
    let names = || findings.devices.iter().map(|it| (it.id, labels::device(it, maker(it, context).as_deref())));
    let others = context.probing.map(|it| it.others(names()));
    Report {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        capture: capture(findings, context),
        probing: context.probing.map(verdicts::json::session),
        ttest: context.published.map(|it| it.json(findings)),
        devices: findings.devices.iter().map(|it| device(it, context, (&curves, others.as_ref()))).collect(),
    }
}

fn capture(findings: &Findings, context: &Context<'_>) -> Capture {
    let CaptureFacts {
        frames,
        wire_octets,
        first,
        last,
        cut,
        oversized,
        dropped,
        clock_back,
        clock_ahead,
        stopped,
        unread_octets,
        damage,
        others,
        flows_not_followed,
        sightings_left_out,
    } = &findings.capture;
    let lines = |all: &[String]| all.iter().map(|it| clean(it, WIDEST_LINE)).collect();
    Capture {
        inputs: lines(context.inputs),
        options: lines(context.options),
        troubles: lines(context.troubles),
        frames: *frames,
        octets: *wire_octets,
        first_ns: first.map(Timestamp::nanos),
        last_ns: last.map(Timestamp::nanos),
        observed_seconds: rounded(words::as_f64(observed(findings)) / 1e9).unwrap_or_default(),
        dropped: *dropped,
        cut: *cut,
        oversized: *oversized,
        clock_back: *clock_back,
        clock_ahead: *clock_ahead,
        not_read: stopped.iter().map(|(why, number)| (clean(why, WIDEST_EXACT), *number)).collect(),
        octets_not_read: *unread_octets,
        octets_behind_damage: damage.behind,
        others: *others,
        flows_not_followed: *flows_not_followed,
        sightings_left_out: *sightings_left_out,
    }
}

/// Who makes a device.
fn maker(it: &DeviceFindings, context: &Context<'_>) -> Option<String> {
    let DeviceId::Mac(mac) = it.id else { return None };
    (context.vendor)(mac).filter(|_| !it.randomised).map(|it| clean(&it, WIDEST_EXACT))
}

fn device(
    it: &DeviceFindings,
    context: &Context<'_>,
    (curves, others): (&verdicts::json::Curves, Option<&verdicts::words::Others<'_>>),
) -> Device {
    let verdict = context.probing.and_then(|probing| probing.of(it.id));
    let curve = curves.get(&it.id).map_or(&[][..], Vec::as_slice);
    let mac = if let DeviceId::Mac(mac) = it.id { Some(mac) } else { None };
    let vendor = maker(it, context);
    let exact = |text: &String| clean(text, WIDEST_EXACT);
    let mut addresses: Vec<_> = it.addresses.iter().map(ToString::to_string).collect();
    if let (DeviceId::Address(own), true) = (it.id, addresses.is_empty()) {
        addresses.push(own.to_string());
    }
    Device {
        mac: mac.map(|it| it.to_string()),
        randomised_mac: it.randomised,
        addresses,
        name: labels::device(it, vendor.as_deref()),
        names: it.names.iter().map(|it| exact(it.reveal())).collect(),
        host_name: it.host_name.as_ref().map(|it| exact(it.reveal())),
        vendor,
        vendor_class: it.vendor_class.as_ref().map(|it| exact(it.reveal())),
        role: match it.role {
            Role::Device => "device",
            Role::Gateway => "gateway",
        },
        several_devices: it.sender_signs.iter().any(|it| it.is_of_forwarding()),
        several_senders: it.sender_signs.iter().map(|it| super::senders::word(*it)).collect(),
        verdict: verdict.map(|it| it.outcome.key()),
        reason: verdict.and_then(|it| verdicts::words::reason(it.outcome)),
        expected: context.probing.and_then(|probing| probing.expected(it.id)).map(|it| clean(key_of(it), WIDEST_EXACT)),
        evidence: verdict.zip(others).map(|(verdict, others)| verdicts::json::evidence(verdict, it, others, curve)),
        first_ns: it.seen.from.nanos(),
        last_ns: it.seen.until.nanos(),
        upstream: sums(it.upstream),
        downstream: sums(it.downstream),
        local: sums(it.local),
        chatter: sums(it.chatter),
        sightings: it.sightings.iter().map(sighting).collect(),
        continuous: it.continuous.iter().map(sighting).collect(),
        local_sightings: it.local_sightings.iter().map(sighting).collect(),
        contacts: it
            .contacts
            .iter()
            .map(|it| shape::Contact { receiver: details(&it.receiver), payload_octets: it.octets() })
            .collect(),
        bursts: it
            .bursts
            .iter()
            .map(|it| Burst {
                start_ns: it.window.from.nanos(),
                end_ns: end(it.window),
                windows: it.windows,
                octets: it.octets,
                mean_octets_per_second: rounded(it.mean_rate),
                peak_octets_per_second: rounded(it.peak_rate),
            })
            .collect(),
    }
}

fn sighting(it: &Sighting) -> shape::Sighting {
    let seconds = it.audio_seconds;
    shape::Sighting {
        kind: it.kind.into(),
        start_ns: it.window.from.nanos(),
        end_ns: end(it.window),
        audio_seconds: seconds.and_then(|it| rounded(it.value)),
        audio_seconds_low: seconds.and_then(|it| rounded(it.low)),
        audio_seconds_high: seconds.and_then(|it| rounded(it.high)),
        pre_roll_seconds: rounded(it.pre_roll_seconds.value),
        pre_roll_seconds_low: rounded(it.pre_roll_seconds.low),
        pre_roll_seconds_high: rounded(it.pre_roll_seconds.high),
        tail_seconds: rounded(it.tail_seconds.value),
        tail_seconds_low: rounded(it.tail_seconds.low),
        tail_seconds_high: rounded(it.tail_seconds.high),
        bit_rate: it.bit_rate.and_then(rounded),
        beat_ms: beat(it).and_then(|it| rounded(words::as_f64(it) / 1e6)),
        records: it.detectors.iter().find_map(|it| if let Seen::Clock { records, .. } = it { Some(*records) } else { None }),
        octets_total: it.octets_total,
        octets_audio: it.octets_audio,
        receiver: labels::receiver(&it.receiver, WIDEST_EXACT),
        receiver_details: details(&it.receiver),
        flow: shape::Flow {
            source: it.flow.source.to_string(),
            source_port: it.flow.source_port,
            destination: it.flow.destination.to_string(),
            destination_port: it.flow.destination_port,
            protocol: it.flow.protocol,
        },
        detectors: it.detectors.iter().map(detector).collect(),
    }
}

/// Words of a verdict as programs read them.
fn key_of(words: &str) -> &str {
    [Outcome::SendsMore, Outcome::SendsLess].into_iter().find(|it| it.words() == words).map_or(words, |it| it.key())
}

fn detector(it: &Seen) -> Detector {
    match *it {
        Seen::Clock { shape, beat, records, regularity, unevenness } => Detector::Clock {
            shape: match shape {
                TrainShape::Constant => Shape::Constant,
                TrainShape::Variable => Shape::Variable,
                TrainShape::Paced => Shape::Paced,
            },
            beat_ms: rounded(words::as_f64(beat) / 1e6),
            records,
            regularity: rounded(regularity),
            unevenness: rounded(unevenness),
        },
        Seen::Burst { windows, mean_rate, peak_rate } => {
            Detector::Burst { windows, mean_octets_per_second: rounded(mean_rate), peak_octets_per_second: rounded(peak_rate) }
        }
        Seen::Bulk { octets, mean_rate } => Detector::Bulk { octets, mean_octets_per_second: rounded(mean_rate) },
    }
}

fn sums(it: Totals) -> Sums {
    Sums { frames: it.frames, wire_octets: it.wire_octets, payload_octets: it.payload_octets }
}

/// The end of a window, never before its start.
fn end(window: Window) -> i64 {
    window.until.max(window.from).nanos()
}

/// A number to the millionth, which is all that is known; what is no number is left out.
pub(crate) fn rounded(number: f64) -> Option<f64> {
    let number = if number.abs() < 1e9 { (number * 1e6).round() / 1e6 } else { number };
    number.is_finite().then_some(number)
}
