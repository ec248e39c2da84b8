//! Events for programs: an object a line, as `run --json` writes it.
//!
//! Each key is explained in `docs/schema/event-1.json`. What an event holds is taken apart field by field, so that one that is added does not
//! compile until it is decided whether programs get it.

use earwitness_base::text::WIDEST_EXACT;
use earwitness_core::event::{Event, Fault, Gap, Mended, Stop, What};
use earwitness_core::findings::{DeviceId, Estimate, Receiver, SenderSign, Sighting};
use earwitness_core::plan::Done;
use earwitness_core::policy::Hold;
use earwitness_core::probe::Heard;
use serde::Serialize;

use super::shape::Kind;
use crate::sentence::{Namer, sentence};
use crate::{labels, senders};

/// What an event is about, as coarse as readers choose by.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// An upload was seen.
    Upload,
    /// A reaction was proven.
    Proven,
    /// A device was given another verdict.
    Verdict,
    /// A device is new.
    Joined,
    /// Something failed, works again, or was lost.
    Trouble,
    /// A probe sounded.
    Played,
    /// A round was scored.
    Scored,
    /// The session plays no further round.
    Ended,
    /// Anything else.
    Note,
}

impl Topic {
    /// What an event is about.
    #[must_use]
    pub const fn of(what: &What) -> Self {
        match what {
            What::Sighted { .. } => Self::Upload,
            What::Proven { .. } => Self::Proven,
            What::Verdict { .. } => Self::Verdict,
            What::Joined { .. } => Self::Joined,
            What::Played { .. } => Self::Played,
            What::Scored { .. } => Self::Scored,
            What::NoFurtherRound(_) => Self::Ended,
            What::ClockStepped { .. }
            | What::SourceClock { .. }
            | What::FramesLost { .. }
            | What::Gap(_)
            | What::Fault(_)
            | What::Mended(Mended::Microphone | Mended::Channel { .. } | Mended::FramesKept | Mended::Store { .. })
            | What::SetAside { .. }
            | What::Upgraded { .. } => Self::Trouble,
            What::Started { .. }
            | What::Share { .. }
            | What::Committed { .. }
            | What::Presence { .. }
            | What::Held(_)
            | What::Freed(_)
            | What::Mended(Mended::FramesCome { .. })
            | What::Swept { .. }
            | What::Reloaded
            | What::Stopped(_)
            | What::Said { .. } => Self::Note,
        }
    }
}

#[derive(Serialize)]
struct Line {
    at_ns: i64,
    event: Topic,
    text: String,
    #[serde(flatten)]
    facts: Facts,
    /// Only where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored: Option<bool>,
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Facts {
    Started { version: String, sources: Vec<String>, resumed_rounds: Option<usize> },
    Share { session: usize, alpha_of_home: f64, alpha: f64, alpha_of_next: f64 },
    Committed { commitment: String },
    Joined(Device),
    Upload(Box<Upload>),
    Played { round: u32, onset_ns: i64, onset_error_ns: i64, length_ns: i64, heard: Option<bool>, level_dbfs: Option<f64> },
    Scored { round: u32, counted: bool },
    Proven(Proven),
    Verdict(Judged),
    NoFurtherRound { why: &'static str },
    Presence { somebody_home: bool },
    Held { hold: &'static str },
    Freed { hold: &'static str },
    ClockStepped { by_ns: i64 },
    SourceClock { by_ns: i64 },
    FramesLost { frames: u64 },
    Gap { why: &'static str, sources: Vec<String>, seconds: Option<u64>, said: Option<String> },
    Fault { of: &'static str, round: Option<u32>, said: Option<String> },
    Mended { of: &'static str, source: Option<String>, entries_lost: Option<u64> },
    SetAside { path: String, said: String },
    Upgraded { from_version: i64, to_version: i64 },
    Swept { stretches: u64, sightings: u64 },
    Reloaded,
    Stopped { why: &'static str },
    Said { source: Option<String>, said: String },
}

#[derive(Serialize)]
struct Device {
    device: String,
    name: String,
}

#[derive(Serialize)]
struct Upload {
    device: String,
    name: String,
    kind: Kind,
    start_ns: i64,
    end_ns: i64,
    audio_seconds: Option<f64>,
    audio_seconds_low: Option<f64>,
    audio_seconds_high: Option<f64>,
    pre_roll_seconds: Option<f64>,
    tail_seconds: Option<f64>,
    bit_rate: Option<f64>,
    octets: u64,
    octets_audio: u64,
    receiver: String,
    receiver_address: String,
    receiver_port: u16,
    receiver_local: bool,
}

#[derive(Serialize)]
struct Proven {
    device: String,
    name: String,
    rounds: u32,
    several_senders: Vec<&'static str>,
}

#[derive(Serialize)]
struct Judged {
    device: String,
    name: String,
    verdict: &'static str,
    rounds: u32,
    p: Option<f64>,
    several_senders: Vec<&'static str>,
}

/// The event as one JSON object, without a line feed; `stored` says whether it is written down.
#[must_use]
pub fn event(event: &Event, name: Namer<'_>, stored: bool) -> String {
    let text = sentence(event, name);
    let Event { at, what } = event;
    let line =
        Line { at_ns: at.nanos(), event: Topic::of(what), text, facts: facts(what, name), stored: (!stored).then_some(false) };
    // Nothing in it can fail: no key is a number, and no number is none.
    serde_json::to_string(&line).unwrap_or_default()
}

fn facts(what: &What, name: Namer<'_>) -> Facts {
    let of = |device: &DeviceId| (labels::id(*device), name(*device));
    match what {
        What::Started { version, sources, resumed } => {
            Facts::Started { version: version.clone(), sources: sources.clone(), resumed_rounds: *resumed }
        }
        What::Share { session, whole, alpha, next } => {
            Facts::Share { session: *session, alpha_of_home: *whole, alpha: *alpha, alpha_of_next: *next }
        }
        What::Committed { commitment } => Facts::Committed { commitment: commitment.clone() },
        What::Joined { device } => {
            let (device, name) = of(device);
            Facts::Joined(Device { device, name })
        }
        What::Sighted { device, sighting } => Facts::Upload(Box::new(upload(of(device), sighting))),
        What::Played { round, onset, onset_error, length, heard, level } => Facts::Played {
            round: *round,
            onset_ns: onset.nanos(),
            onset_error_ns: *onset_error,
            length_ns: *length,
            heard: was_heard(*heard),
            level_dbfs: level.and_then(finite),
        },
        What::Scored { round, counted } => Facts::Scored { round: *round, counted: *counted },
        What::Proven { device, rounds, senders } => {
            let (device, name) = of(device);
            Facts::Proven(Proven { device, name, rounds: *rounds, several_senders: several(senders) })
        }
        What::Verdict { device, outcome, rounds, p, senders } => {
            let (device, name) = of(device);
            let (verdict, several_senders) = (outcome.words(), several(senders));
            Facts::Verdict(Judged { device, name, verdict, rounds: *rounds, p: finite(*p), several_senders })
        }
        What::NoFurtherRound(why) => Facts::NoFurtherRound { why: done(*why) },
        What::Presence { somebody } => Facts::Presence { somebody_home: *somebody },
        What::Held(why) => Facts::Held { hold: hold(*why) },
        What::Freed(why) => Facts::Freed { hold: hold(*why) },
        What::ClockStepped { by } => Facts::ClockStepped { by_ns: *by },
        What::SourceClock { by } => Facts::SourceClock { by_ns: *by },
        What::FramesLost { frames } => Facts::FramesLost { frames: *frames },
        What::Gap(it) => gap(it),
        What::Fault(it) => fault(it),
        What::Mended(it) => mended(it),
        What::SetAside { path, found } => Facts::SetAside { path: path.clone(), said: found.clone() },
        What::Upgraded { from, to } => Facts::Upgraded { from_version: *from, to_version: *to },
        What::Swept { stretches, sightings } => Facts::Swept { stretches: *stretches, sightings: *sightings },
        What::Reloaded => Facts::Reloaded,
        What::Stopped(why) => Facts::Stopped {
            why: match why {
                Stop::Done => "done",
                Stop::Asked => "asked",
                Stop::NothingCaptured => "nothing_captured",
            },
        },
        What::Said { source, said } => Facts::Said { source: source.clone(), said: said.clone() },
    }
}

fn upload((device, name): (String, String), sighting: &Sighting) -> Upload {
    // The flow, the detectors and the marks of single records are in the report and in the store.
    let Sighting {
        kind,
        window,
        flow: _,
        receiver,
        audio_seconds,
        pre_roll_seconds,
        tail_seconds,
        bit_rate,
        octets_total,
        octets_audio,
        detectors: _,
        marks: _,
    } = sighting;
    // Its name is that of `labels::receiver`. Country and network are not known while it runs.
    let Receiver { address, port, name: _, local, country: _, system: _ } = receiver;
    let of = |estimate: &Option<Estimate>, part: fn(&Estimate) -> f64| estimate.as_ref().map(part).and_then(finite);
    Upload {
        device,
        name,
        kind: (*kind).into(),
        start_ns: window.from.nanos(),
        end_ns: window.until.nanos(),
        audio_seconds: of(audio_seconds, |it| it.value),
        audio_seconds_low: of(audio_seconds, |it| it.low),
        audio_seconds_high: of(audio_seconds, |it| it.high),
        pre_roll_seconds: finite(pre_roll_seconds.value),
        tail_seconds: finite(tail_seconds.value),
        bit_rate: bit_rate.and_then(finite),
        octets: *octets_total,
        octets_audio: *octets_audio,
        receiver: labels::receiver(receiver, WIDEST_EXACT),
        receiver_address: address.to_string(),
        receiver_port: *port,
        receiver_local: *local,
    }
}

fn gap(gap: &Gap) -> Facts {
    let (why, sources, seconds, said) = match gap {
        Gap::Deaf { said } => ("deaf", Vec::new(), None, Some(said)),
        Gap::NoCapture { source, said } => ("no_capture", vec![source.clone()], None, Some(said)),
        Gap::Ended { source, said } => ("ended", vec![source.clone()], None, Some(said)),
        // Whether it is waited for shows in whether the program goes on.
        Gap::Silent { sources, seconds, waits: _ } => ("silent", sources.clone(), Some(*seconds), None),
    };
    Facts::Gap { why, sources, seconds, said: said.cloned() }
}

fn fault(fault: &Fault) -> Facts {
    let (of, round, said) = match fault {
        Fault::NotPlayed { round, stored: true } => ("loudspeaker_busy", Some(*round), None),
        Fault::NotPlayed { round, stored: false } => ("lot_not_stored", Some(*round), None),
        Fault::Loudspeaker { round, said } => ("loudspeaker", Some(*round), Some(said)),
        Fault::Microphone { said } => ("microphone", None, Some(said)),
        Fault::Source { said } => ("source", None, Some(said)),
        Fault::FramesNotKept { said } => ("frames_not_kept", None, Some(said)),
        Fault::StoreRefuses { said } => ("store_refuses", None, Some(said)),
        Fault::Store { said } => ("store", None, Some(said)),
        Fault::NoVerdicts { said } => ("no_verdicts", None, Some(said)),
        Fault::Settings { said } => ("settings", None, Some(said)),
        Fault::Channel { channel, said } => {
            let said = Some(format!("{channel}: {said}"));
            return Facts::Fault { of: "channel", round: None, said };
        }
    };
    Facts::Fault { of, round, said: said.cloned() }
}

fn mended(mended: &Mended) -> Facts {
    let (of, source, entries_lost) = match mended {
        Mended::FramesCome { source } => ("source", Some(source.clone()), None),
        Mended::Microphone => ("microphone", None, None),
        Mended::Channel { channel } => ("channel", Some(channel.clone()), None),
        Mended::FramesKept => ("frames_not_kept", None, None),
        Mended::Store { lost } => ("store_refuses", None, Some(*lost)),
    };
    Facts::Mended { of, source, entries_lost }
}

/// What shows that others send under the address of a device, as in reports.
fn several(signs: &[SenderSign]) -> Vec<&'static str> {
    signs.iter().map(|it| senders::word(*it)).collect()
}

const fn was_heard(heard: Heard) -> Option<bool> {
    match heard {
        Heard::Yes => Some(true),
        Heard::No => Some(false),
        Heard::Unknown => None,
    }
}

const fn done(why: Done) -> &'static str {
    match why {
        Done::Played => "played",
        Done::Decided => "decided",
        Done::NoRoom => "no_room",
        Done::Stopped => "stopped",
    }
}

const fn hold(why: Hold) -> &'static str {
    match why {
        Hold::Person => "person",
        Hold::Settings => "settings",
        Hold::Source => "source",
        Hold::Store => "store",
        Hold::Voice => "voice",
    }
}

/// A number as JSON can have it.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests;
