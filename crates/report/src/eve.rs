//! What was found as lines of the format in which Suricata writes its events (EVE), for systems that gather the logs of such programs.
//!
//! An object a line: time, type and five-tuple under Suricata's keys, ours in an object of its own, named like the type. Each key is explained in `docs/schema/eve-1.json`. What is not
//! known is left out, as Suricata does.

use std::io::{self, Write};

use earwitness_base::text::WIDEST_EXACT;
use earwitness_base::words::local;
use earwitness_core::event::{Event, What};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, FlowKey, SenderSign, Sighting};
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::Outcome;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::community::{community_id, flow_id};
use crate::json::{Kind, rounded};
use crate::sentence::Namer;
use crate::{Context, labels, senders};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
pub const VERSION: u32 = 1;

/// The type of our events, and the key of what is ours.
const TYPE: &str = "earwitness";

#[derive(Serialize)]
struct Line {
    timestamp: String,
    #[serde(flatten)]
    tuple: Option<Tuple>,
    event_type: &'static str,
    earwitness: Ours,
}

/// The flow, under Suricata's keys.
#[derive(Serialize)]
struct Tuple {
    flow_id: u64,
    src_ip: String,
    src_port: u16,
    dest_ip: String,
    dest_port: u16,
    proto: &'static str,
    community_id: String,
}

#[derive(Serialize)]
struct Ours {
    version: u32,
    device: String,
    name: String,
    #[serde(flatten)]
    what: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    several_senders: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Facts {
    Upload(Upload),
    Proven { rounds: u32 },
    Verdict(Judged),
}

#[derive(Serialize)]
struct Upload {
    kind: Kind,
    start: String,
    end: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_rate: Option<f64>,
    octets: u64,
    octets_audio: u64,
    receiver: String,
    receiver_local: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver_system: Option<u32>,
}

#[derive(Serialize)]
struct Judged {
    rounds: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
}

/// A line for an event, with its line feed, where it is one for such systems: uploads, proofs and verdicts. What keeps the program from seeing or hearing is in `run --json`.
#[must_use]
pub fn event(event: &Event, name: Namer<'_>, zone: &TimeZone) -> Option<String> {
    let (device, tuple, what, verdict, signs): (_, _, _, _, &[SenderSign]) = match &event.what {
        What::Sighted { device, sighting } => (*device, Some(tuple(&sighting.flow)), upload(sighting, zone), None, &[]),
        What::Proven { device, rounds, senders } => (*device, None, Facts::Proven { rounds: *rounds }, None, senders),
        What::Verdict { device, outcome, rounds, p, senders } => (*device, None, judged(*rounds, *p), Some(outcome), senders),
        _ => return None,
    };
    Some(line(event.at, tuple, (device, name(device)), what, verdict.copied(), signs, zone))
}

/// The lines of an analysis, in the order of time: its uploads, then, after probes, the verdicts.
///
/// # Errors
/// When they cannot be written.
pub fn write(findings: &Findings, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let zone = &context.zone;
    let verdict = |device: DeviceId| context.probing.and_then(|probing| probing.of(device));
    let mut uploads: Vec<(&DeviceFindings, &Sighting)> = findings.devices.iter().flat_map(of_device).collect();
    uploads.sort_by_key(|(_, it)| (it.window.until, it.flow));
    for (device, it) in uploads {
        let outcome = verdict(device.id).map(|it| it.outcome);
        let named = (device.id, name(device, context));
        let what = upload(it, zone);
        out.write_all(line(it.window.until, Some(tuple(&it.flow)), named, what, outcome, &device.sender_signs, zone).as_bytes())?;
    }
    let at = findings.capture.last.unwrap_or_default();
    for device in &findings.devices {
        let Some(verdict) = verdict(device.id) else { continue };
        let named = (device.id, name(device, context));
        let what = judged(verdict.evidence.rounds, verdict.evidence.p);
        out.write_all(line(at, None, named, what, Some(verdict.outcome), &device.sender_signs, zone).as_bytes())?;
    }
    Ok(())
}

/// The uploads of a device, those that stay in the home and those that go on for long among them.
fn of_device(device: &DeviceFindings) -> impl Iterator<Item = (&DeviceFindings, &Sighting)> {
    let DeviceFindings { sightings, continuous, local_sightings, .. } = device;
    sightings.iter().chain(continuous).chain(local_sightings).map(move |it| (device, it))
}

fn name(device: &DeviceFindings, context: &Context<'_>) -> String {
    let vendor = if let DeviceId::Mac(mac) = device.id { (context.vendor)(mac) } else { None };
    labels::device(device, vendor.as_deref())
}

fn line(
    at: Timestamp,
    tuple: Option<Tuple>,
    (device, name): (DeviceId, String),
    what: Facts,
    verdict: Option<Outcome>,
    signs: &[SenderSign],
    zone: &TimeZone,
) -> String {
    let earwitness = Ours {
        version: VERSION,
        device: labels::id(device),
        name,
        what,
        verdict: verdict.map(Outcome::words),
        several_senders: signs.iter().map(|it| senders::word(*it)).collect(),
    };
    let line = Line { timestamp: time(at, zone), tuple, event_type: TYPE, earwitness };
    // Nothing in it can fail: no key is a number, and no number is none.
    serde_json::to_string(&line).unwrap_or_default() + "\n"
}

fn tuple(flow: &FlowKey) -> Tuple {
    Tuple {
        flow_id: flow_id(flow),
        src_ip: flow.source.to_string(),
        src_port: flow.source_port,
        dest_ip: flow.destination.to_string(),
        dest_port: flow.destination_port,
        proto: if flow.is_udp() { "UDP" } else { "TCP" },
        community_id: community_id(flow),
    }
}

fn upload(it: &Sighting, zone: &TimeZone) -> Facts {
    let part = |part: fn(&earwitness_core::findings::Estimate) -> f64| it.audio_seconds.as_ref().map(part).and_then(rounded);
    Facts::Upload(Upload {
        kind: it.kind.into(),
        start: time(it.window.from, zone),
        end: time(it.window.until.max(it.window.from), zone),
        seconds: part(|it| it.value),
        low: part(|it| it.low),
        high: part(|it| it.high),
        bit_rate: it.bit_rate.and_then(rounded),
        octets: it.octets_total,
        octets_audio: it.octets_audio,
        receiver: labels::receiver(&it.receiver, WIDEST_EXACT),
        receiver_local: it.receiver.local,
        receiver_country: it.receiver.country.clone(),
        receiver_system: it.receiver.system.as_ref().map(|it| it.0),
    })
}

fn judged(rounds: u32, p: f64) -> Facts {
    Facts::Verdict(Judged { rounds, p: rounded(p) })
}

/// A moment as EVE has it: to the microsecond, with the offset of the zone.
fn time(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%Y-%m-%dT%H:%M:%S%.6f%z").to_string()
}

#[cfg(test)]
mod tests;
