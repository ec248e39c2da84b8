//! The homes that can be simulated, by name.

use std::str::FromStr;

use earwitness_core::time::{MILLISECOND, SECOND};

use crate::chance::Chance;
use crate::device::Device;
use crate::device::camera::{ClipCamera, StreamCamera};
use crate::device::codec::{Codec, Rate};
use crate::device::datagram::{Carriage, DatagramSpeaker};
use crate::device::laptop::Laptop;
use crate::device::machine::{Plug, Telemetry};
use crate::device::realtime::{Call, Console, Desktop};
use crate::device::speaker::{Framing, Habit, Speaker};
use crate::host::Loss;

/// What kind of home.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A small home with a speaker, a camera, a plug and a laptop; shipped as an example.
    Sample,
    /// All devices below in one home, with fewer octets.
    Household,
    /// Speakers, machines and a little of everything else: what costs per packet are measured on.
    Mixed,
    /// Constant bit rate, a frame per record.
    SpeakerCbr,
    /// The same on a lossy way, with many stalls.
    SpeakerLossy,
    /// The same, captured from the middle of its connection on.
    SpeakerSettled,
    /// Variable bit rate.
    SpeakerVbr,
    /// 16 kHz 16 bit samples, not compressed.
    SpeakerPcm,
    /// HTTP/2 DATA frames with control frames between them.
    SpeakerHttp2,
    /// Five frames of 20 ms written at once every 100 ms.
    SpeakerCoarse,
    /// Frames of 20 ms cut from microphone blocks of 12.5 ms: the wire shows both beats.
    SpeakerBlocks,
    /// SRTP.
    SpeakerRtp,
    /// DTLS.
    SpeakerDtls,
    /// QUIC, over IPv6.
    SpeakerQuic,
    /// A speaker whose every parameter is drawn from the seed.
    SpeakerDrawn,
    /// A camera that sends clips.
    CameraClips,
    /// A camera that sends its picture all the time.
    CameraStream,
    /// A smart plug.
    Plug,
    /// A laptop.
    Laptop,
    /// A fixed record every second.
    Telemetry,
    /// A small reading every 100 ms for 10 s, then a rest.
    Sensor,
    /// A game console.
    Console,
    /// A remote desktop.
    Desktop,
    /// A video call.
    Call,
}

/// A kind of home and how long it is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// What kind of home.
    pub kind: Kind,
    /// Seconds of capture.
    pub seconds: u32,
}

/// Every kind, its name, and how many seconds of it are simulated unless said otherwise.
pub const ALL: &[(Kind, &str, u32)] = &[
    (Kind::Sample, "sample", 180),
    (Kind::Household, "household", 600),
    (Kind::Mixed, "mixed", 300),
    (Kind::SpeakerCbr, "speaker-cbr", 600),
    (Kind::SpeakerLossy, "speaker-lossy", 600),
    (Kind::SpeakerSettled, "speaker-settled", 600),
    (Kind::SpeakerVbr, "speaker-vbr", 600),
    (Kind::SpeakerPcm, "speaker-pcm", 600),
    (Kind::SpeakerHttp2, "speaker-http2", 600),
    (Kind::SpeakerCoarse, "speaker-coarse", 600),
    (Kind::SpeakerBlocks, "speaker-blocks", 600),
    (Kind::SpeakerRtp, "speaker-rtp", 600),
    (Kind::SpeakerDtls, "speaker-dtls", 600),
    (Kind::SpeakerQuic, "speaker-quic", 600),
    (Kind::SpeakerDrawn, "speaker-drawn", 600),
    (Kind::CameraClips, "camera-clips", 600),
    (Kind::CameraStream, "camera-stream", 180),
    (Kind::Plug, "plug", 1_800),
    (Kind::Laptop, "laptop", 300),
    (Kind::Telemetry, "telemetry", 1_200),
    (Kind::Sensor, "sensor", 1_200),
    (Kind::Console, "console", 300),
    (Kind::Desktop, "desktop", 600),
    (Kind::Call, "call", 240),
];

impl Scenario {
    /// The kind of home, watched as long as is usual for it.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        let seconds = ALL.iter().find(|entry| entry.0 == kind).map_or(600, |entry| entry.2);
        Self { kind, seconds }
    }

    /// How often the radio stalls: once in so many nanoseconds.
    pub(crate) const fn stalls_every(self) -> i64 {
        match self.kind {
            Kind::SpeakerLossy => 4 * SECOND,
            _ => 40 * SECOND,
        }
    }

    /// How lossy the ways are.
    pub(crate) const fn loss(self) -> Loss {
        match self.kind {
            Kind::SpeakerLossy => Loss { air: 80, wire: 80 },
            Kind::Sample => Loss { air: 0, wire: 0 },
            _ => Loss { air: 2_000, wire: 2_000 },
        }
    }

    /// How long the devices have been running when the capture begins, nanoseconds.
    pub(crate) const fn settled(self) -> i64 {
        match self.kind {
            Kind::SpeakerSettled => 10 * SECOND,
            _ => 0,
        }
    }

    /// The devices, with their names.
    pub(crate) fn devices(self, chance: &mut Chance) -> Vec<(&'static str, Box<dyn Device>)> {
        let name = name_of(self.kind);
        match self.kind {
            Kind::Sample => sample(),
            Kind::Household => household(chance),
            Kind::Mixed => mixed(chance),
            kind => vec![(name, device(kind, chance))],
        }
    }
}

fn device(kind: Kind, chance: &mut Chance) -> Box<dyn Device> {
    let opus_like = Codec::constant(20, 80);
    match kind {
        Kind::Sample | Kind::Household | Kind::Mixed | Kind::SpeakerCbr | Kind::SpeakerLossy | Kind::SpeakerSettled => {
            Box::new(Speaker::new(opus_like))
        }
        Kind::SpeakerVbr => Box::new(Speaker { fresh_connection: true, ..Speaker::new(Codec::variable(60, 240, 60)) }),
        Kind::SpeakerPcm => Box::new(Speaker::new(Codec::pcm(40))),
        Kind::SpeakerHttp2 => {
            Box::new(Speaker { framing: Framing::Http2, frames_per_record: 2, ..Speaker::new(Codec::constant(20, 60)) })
        }
        Kind::SpeakerCoarse => Box::new(Speaker { records_per_turn: 5, ..Speaker::new(opus_like) }),
        Kind::SpeakerBlocks => Box::new(Speaker { block: 12_500_000, ..Speaker::new(opus_like) }),
        Kind::SpeakerRtp => Box::new(over(Carriage::Srtp, Codec::variable(20, 70, 12), [198, 51, 100, 21].into())),
        Kind::SpeakerDtls => Box::new(over(Carriage::Dtls, Codec::constant(30, 60), [198, 51, 100, 22].into())),
        Kind::SpeakerQuic => {
            let address = std::net::Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x23);
            Box::new(over(Carriage::Quic, opus_like, address.into()))
        }
        Kind::SpeakerDrawn => drawn(chance),
        Kind::CameraClips => Box::new(ClipCamera { clip: (5, 10), octets_per_second: 90_000, every: (40, 90) }),
        Kind::CameraStream => Box::new(StreamCamera { rate: 15, picture: 3_200, group: 30 }),
        Kind::Plug => Box::new(Plug { heartbeat: 30 * SECOND }),
        Kind::Laptop => Box::new(Laptop { pages: (4, 20), object: 180_000, video: 900_000, file: 3_000_000 }),
        Kind::Telemetry => Box::new(Telemetry { beat: SECOND, octets: 220, turns: None }),
        Kind::Sensor => Box::new(Telemetry { beat: 100 * MILLISECOND, octets: 24, turns: Some((10 * SECOND, 30 * SECOND)) }),
        Kind::Console => Box::new(Console { rate: 60, game: (60, 120) }),
        Kind::Desktop => Box::new(Desktop { rate: 60, movement: 44 }),
        Kind::Call => Box::new(Call { length: (40, 90), picture: 1_800 }),
    }
}

fn over(carriage: Carriage, codec: Codec, address: std::net::IpAddr) -> DatagramSpeaker {
    let service = ("media.assistant.example".into(), address);
    DatagramSpeaker { speaker: Speaker { service, ..Speaker::new(codec) }, carriage }
}

/// A speaker nobody has seen: beat, rate, framing, carriage and habit drawn by lot, all within what codecs do.
fn drawn(chance: &mut Chance) -> Box<dyn Device> {
    let beat_ms = chance.pick(&[10, 16, 20, 20, 20, 30, 32, 40, 60, 60, 64, 80, 100, 120]);
    // 8 to 64 kbit/s of compressed sound, or samples.
    let per_second = chance.length(1_000, 8_000);
    let octets = per_second * usize::try_from(beat_ms).unwrap_or(20) / 1_000;
    let codec = match chance.below(5) {
        0 => Codec::pcm(u8::try_from(beat_ms.max(20)).unwrap_or(20)),
        1 | 2 => Codec::variable(beat_ms, octets.max(20), octets / 5 + 3),
        _ => Codec::constant(beat_ms, octets.max(10)),
    };
    let pre_roll = chance.between(0, 2_500) * MILLISECOND;
    let habit = Habit { pre_roll, telemetry: chance.length(0, 40_000), ..Habit::usual() };
    let frames_per_record = if beat_ms <= 40 { chance.pick(&[1, 1, 1, 2, 3]) } else { 1 };
    let wide = std::net::Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0x24);
    let address = if chance.one_in(3) { wide.into() } else { [198, 51, 100, 24].into() };
    let speaker = Speaker {
        service: ("sound.assistant.example".into(), address),
        frames_per_record,
        records_per_turn: if beat_ms <= 20 { chance.pick(&[1, 1, 2, 5]) } else { 1 },
        block: chance.pick(&[0, 0, 8_000_000, 10_000_000, 12_500_000, 16_000_000, 32_000_000]),
        framing: if chance.one_in(3) { Framing::Http2 } else { Framing::Plain(chance.length(0, 60)) },
        habit,
        fresh_connection: chance.one_in(2),
        drift: chance.between(-80, 80),
        ..Speaker::new(codec)
    };
    // What does not fit into a datagram goes over TCP.
    let fits = octets * frames_per_record <= 700 && !matches!(codec.rate, Rate::Constant(octets) if octets > 700);
    match chance.below(8) {
        0 => Box::new(DatagramSpeaker { speaker, carriage: Carriage::Quic }),
        1 if fits => Box::new(DatagramSpeaker { speaker, carriage: Carriage::Dtls }),
        _ => Box::new(speaker),
    }
}

/// Less than half a megabyte: what a newcomer's first report is made from.
fn sample() -> Vec<(&'static str, Box<dyn Device>)> {
    let live = (2 * SECOND, 3_500 * MILLISECOND);
    let habit = Habit { pre_roll: 800 * MILLISECOND, live, every: (42, 50), telemetry: 3_000, answer: 1_400 };
    let speaker = Speaker { habit, ..Speaker::new(Codec::constant(30, 90)) };
    vec![
        ("speaker", Box::new(speaker)),
        ("camera", Box::new(ClipCamera { clip: (5, 6), octets_per_second: 25_000, every: (100, 120) })),
        ("plug", Box::new(Plug { heartbeat: 20 * SECOND })),
        ("laptop", Box::new(Laptop { pages: (45, 90), object: 4_000, video: 0, file: 0 })),
    ]
}

fn household(chance: &mut Chance) -> Vec<(&'static str, Box<dyn Device>)> {
    let kinds = [
        Kind::SpeakerCbr,
        Kind::SpeakerVbr,
        Kind::SpeakerPcm,
        Kind::SpeakerHttp2,
        Kind::SpeakerRtp,
        Kind::SpeakerQuic,
        Kind::SpeakerDrawn,
        Kind::CameraClips,
        Kind::Plug,
        Kind::Telemetry,
        Kind::Sensor,
        Kind::Console,
        Kind::Desktop,
        Kind::Call,
    ];
    let mut devices: Vec<_> = kinds.into_iter().map(|kind| (name_of(kind), device(kind, chance))).collect();
    devices.push(("laptop", Box::new(Laptop { pages: (10, 40), object: 60_000, video: 200_000, file: 500_000 })));
    devices
}

fn mixed(chance: &mut Chance) -> Vec<(&'static str, Box<dyn Device>)> {
    let kinds = [Kind::SpeakerCbr, Kind::SpeakerVbr, Kind::SpeakerHttp2, Kind::SpeakerQuic, Kind::Plug, Kind::Sensor];
    let mut devices: Vec<_> = kinds.into_iter().map(|kind| (name_of(kind), device(kind, chance))).collect();
    devices.push(("camera-clips", Box::new(ClipCamera { clip: (5, 8), octets_per_second: 30_000, every: (40, 70) })));
    devices.push(("laptop", Box::new(Laptop { pages: (10, 20), object: 20_000, video: 40_000, file: 100_000 })));
    devices
}

fn name_of(kind: Kind) -> &'static str {
    ALL.iter().find(|entry| entry.0 == kind).map_or("device", |entry| entry.1)
}

/// The name is none of a scenario's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no scenario; choose one of {names}", names = names())]
pub struct NotAScenario(pub String);

fn names() -> String {
    ALL.iter().map(|entry| entry.1).collect::<Vec<_>>().join(", ")
}

impl FromStr for Scenario {
    type Err = NotAScenario;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = ALL.iter().find(|entry| entry.1 == name);
        found.map(|entry| Self { kind: entry.0, seconds: entry.2 }).ok_or_else(|| NotAScenario(name.to_owned()))
    }
}
