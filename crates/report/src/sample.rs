//! A home for the tests: what the analysis of three hours of it could have found.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the numbers of the sample are small"
)]

use std::collections::BTreeMap;
use std::net::IpAddr;

use earwitness_core::findings::{
    Bin, BurstRun, CaptureFacts, DeviceFindings, DeviceId, Estimate, Findings, FlowKey, Mark, NameSource, PackedBins, Receiver,
    Role, Seen, SenderSign, Series, Sighting, SightingKind, Totals, TrainShape,
};
use earwitness_core::mac::Mac;
use earwitness_core::private::Private;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use jiff::tz::TimeZone;

use super::Context;

/// Start of the capture: 2026-11-21 18:02:11 in Berlin.
pub(crate) const START: Timestamp = Timestamp::from_nanos(1_795_280_531_250_000_000);
/// Seconds of the capture.
const LENGTH: i64 = 11_520;

/// A name as bad as a stranger can make it.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\"&\x1b[31m\u{202e}gnp.exe";

pub(crate) fn context(troubles: &[String]) -> Context<'_> {
    let vendor = |mac: Mac| match mac.0 {
        [0x44, ..] => Some("Amazon Technologies Inc.".to_owned()),
        [0x58, ..] => Some("Apple, Inc.".to_owned()),
        [0x2c, ..] => Some("Wyze Labs Inc".to_owned()),
        [0xa8, ..] => Some("Samsung Electronics Co.,Ltd".to_owned()),
        _ => None,
    };
    Context {
        published: None,
        inputs: &[],
        options: &[],
        troubles,
        probing: None,
        vendor: Box::leak(Box::new(vendor)),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

/// A device that sends 100 octets in each of 600 seconds, and nothing else.
pub(crate) fn device(number: u8) -> DeviceFindings {
    let bins = (0..600).map(|index| Bin { index, frames: 1, payload_octets: 100 }).collect();
    let series = |bins: Vec<Bin>| Series { origin: START, width: SECOND, bins: bins.into_iter().collect() };
    let id = DeviceId::Mac(Mac([0, 0x11, 0x22, 0, 0, number]));
    DeviceFindings {
        addresses: vec![ip(number)],
        upstream: Totals { frames: 600, wire_octets: 92_400, payload_octets: 60_000 },
        chatter: Totals { frames: 3, wire_octets: 180, payload_octets: 0 },
        sent: series(bins),
        received: series(vec![]),
        ..DeviceFindings::new(id, Role::Device, Window { from: START, until: START.plus(600 * SECOND) })
    }
}

/// Lets the clock jump ahead before the last frame of a device.
pub(crate) fn jump(device: &mut DeviceFindings, seconds: i64) {
    let index = device.sent.bins.last_index().unwrap() + seconds;
    device.sent.bins.push(Bin { index, frames: 1, payload_octets: 100 });
    device.seen.until = START.plus((index + 1) * SECOND);
}

/// Everything that a report must be able to show.
pub(crate) fn sample() -> Findings {
    let mut devices = vec![echo(), homepod(), camera(), tv(), phone(), hub(), gateway()];
    devices.sort_by_key(|it| it.id);
    let capture = CaptureFacts {
        frames: 1_284_512,
        wire_octets: 1_043_288_190,
        first: Some(START),
        last: Some(START.plus(LENGTH * SECOND)),
        cut: 12,
        dropped: 40,
        clock_back: 1,
        stopped: [("GRE tunnel, not opened".to_owned(), 310)].into(),
        ..CaptureFacts::default()
    };
    Findings { capture, devices }
}

fn echo() -> DeviceFindings {
    let mut it = home_device([0x44, 0x65, 0x0d, 0x1b, 0x2f, 0x07], 21, (40, 6), 400);
    it.names = vec![Private::new("Kitchen Echo._amzn-alexa._tcp.local".to_owned())];
    it.host_name = Some(Private::new("amazon-8f1c22".to_owned()));
    for (number, (at, seconds)) in
        [(1_204, 4.1), (2_710, 3.2), (4_466, 6.4), (4_480, 2.6), (7_914, 5.0), (10_310, 7.8)].iter().enumerate()
    {
        let sighting = live(*at, *seconds, 20 * MILLISECOND, number);
        spread(&mut it.sent, &sighting, *at);
        keep(&mut it.received, |bin| (bin.index - at).abs() > 30 || bin.index < *at);
        it.sightings.push(sighting);
    }
    it.bursts = it
        .sightings
        .iter()
        .map(|seen| BurstRun { window: seen.window, windows: 5, octets: 41_000, mean_rate: 8_200.0, peak_rate: 31_000.0 })
        .collect();
    it
}

fn homepod() -> DeviceFindings {
    let mut it = home_device([0x58, 0xd3, 0x49, 0x30, 0x11, 0xa2], 22, (90, 10), 150);
    it.host_name = Some(Private::new("Bedroom-HomePod".to_owned()));
    for (number, (at, seconds)) in [(3_020, 3.4), (9_105, 5.2)].iter().enumerate() {
        let mut sighting = live(*at, *seconds, 65 * MILLISECOND, number + 10);
        sighting.receiver = receiver("17.253.144.10", Some(("guzzoni.apple.com", NameSource::Quic)));
        spread(&mut it.sent, &sighting, *at);
        it.sightings.push(sighting);
    }
    it
}

fn camera() -> DeviceFindings {
    let mut it = home_device([0x2c, 0xaa, 0x8e, 0x77, 0x01, 0x5c], 30, (30, 4), 200);
    it.names = vec![Private::new("Front door".to_owned())];
    for at in [812, 3_555, 5_120, 9_700] {
        let window = Window { from: moment(at, 0), until: moment(at + 3, 400) };
        let bulk = Seen::Bulk { octets: 1_940_200, mean_rate: 570_000.0 };
        let sighting = Sighting {
            kind: SightingKind::LargeUpload,
            window,
            flow: flow(30, 443),
            receiver: receiver("52.94.228.167", None),
            audio_seconds: None,
            pre_roll_seconds: Estimate::default(),
            tail_seconds: Estimate::default(),
            bit_rate: None,
            octets_total: 1_940_200,
            octets_audio: 0,
            detectors: vec![bulk],
            marks: (0..120).map(|n| Mark { at: moment(at, n * 28), length: 16_401, audio: true }).collect(),
        };
        spread(&mut it.sent, &sighting, at);
        it.sightings.push(sighting);
    }
    it
}

fn tv() -> DeviceFindings {
    let mut it = home_device([0xa8, 0x23, 0xfe, 0x42, 0x90, 0x11], 40, (1, 1), 900_000);
    it.names = vec![Private::new("[TV] Samsung Q60 Series (55)".to_owned())];
    keep(&mut it.received, |bin| bin.index > 5_400);
    it
}

fn phone() -> DeviceFindings {
    let mut it = home_device([0xda, 0xa1, 0x19, 0x01, 0x02, 0x03], 41, (3, 2), 9_000);
    it.randomised = true;
    it.names = vec![Private::new(HOSTILE.to_owned())];
    it.continuous = [2_000, 6_000].map(|at| aside_of(at, 720, "203.0.113.7")).into();
    it
}

fn hub() -> DeviceFindings {
    let mut it = home_device([0x00, 0x17, 0x88, 0x61, 0x7b, 0x2c], 42, (60, 1), 120);
    let mut upload = aside_of(4_000, 4, "192.168.1.9");
    upload.receiver.local = true;
    it.local_sightings = vec![upload];
    it.sender_signs = vec![SenderSign::Addresses, SenderSign::TcpOptions];
    it
}

/// An upload that is not counted as a sighting.
pub(crate) fn aside_of(at: i64, seconds: i64, to: &str) -> Sighting {
    let mut it = live(at, 4.0, 20 * MILLISECOND, 0);
    it.window.until = moment(at + seconds, 0);
    it.receiver = receiver(to, None);
    it
}

fn gateway() -> DeviceFindings {
    let mut it = home_device([0x3c, 0x84, 0x6a, 0x00, 0x00, 0x01], 1, (15, 3), 300);
    it.role = Role::Gateway;
    it
}

/// A device that sends for some seconds out of every so many, somewhat at random.
fn home_device(mac: [u8; 6], host: u8, (every, bursts): (i64, i64), octets: u64) -> DeviceFindings {
    let mut it = device(host);
    it.id = DeviceId::Mac(Mac(mac));
    it.seen = Window { from: START, until: START.plus(LENGTH * SECOND) };
    let mut chance = u64::from(mac[5]) + 7;
    let mut draw = move |below: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    let mut bins = |scale: u64| {
        (0..LENGTH)
            .filter_map(|index| {
                let awake = index % every < bursts || draw(40) == 0;
                let payload_octets = scale / 4 + draw(scale + 1) * (1 + 6 * u64::from(draw(23) == 0));
                awake.then_some(Bin { index, frames: 2, payload_octets })
            })
            .collect::<PackedBins>()
    };
    it.sent.bins = bins(octets.min(600));
    it.received.bins = bins(octets);
    let total = |bins: &PackedBins| bins.iter().map(|bin| bin.payload_octets).sum();
    it.upstream = Totals { frames: 9_120, wire_octets: total(&it.sent.bins) * 11 / 10, payload_octets: total(&it.sent.bins) };
    it.downstream =
        Totals { frames: 9_000, wire_octets: total(&it.received.bins) * 11 / 10, payload_octets: total(&it.received.bins) };
    it
}

fn around(value: f64) -> Estimate {
    Estimate { value, low: (value - 0.05).max(0.0), high: value + 0.05 }
}

/// A live upload: a backlog at line speed, the beat, some telemetry after it.
pub(crate) fn live(at: i64, seconds: f64, beat: i64, number: usize) -> Sighting {
    let variable = beat > 50 * MILLISECOND;
    let records = (seconds * 1e9 / beat as f64) as i64;
    let pre_roll = records / 6;
    let length = |n: i64| if variable { 250 + (n * 37 % 71) as u32 } else { 118 };
    let mut marks =
        vec![Mark { at: moment(at, -180), length: 517, audio: false }, Mark { at: moment(at, -90), length: 1_311, audio: false }];
    for n in 0..records {
        let live = (n - pre_roll).max(0) * beat / MILLISECOND;
        let jitter = if n > pre_roll { (n * 7_919 + number as i64 * 31) % 7 - 3 } else { n };
        marks.push(Mark { at: moment(at, live + jitter), length: length(n), audio: true });
    }
    let end = (records - pre_roll) * beat / MILLISECOND;
    marks.extend((0..6).map(|n| Mark { at: moment(at, end + 120 + n * 140), length: 700 + 130 * (n as u32 % 4), audio: false }));
    let octets = marks.iter().filter(|it| it.audio).map(|it| u64::from(it.length)).sum();
    let shape = if variable { TrainShape::Variable } else { TrainShape::Constant };
    Sighting {
        kind: SightingKind::Audio,
        window: Window { from: moment(at, 0), until: moment(at, end) },
        flow: flow(21, 443),
        receiver: receiver("52.119.196.66", Some(("bob-dispatch-prod-eu.amazon.com", NameSource::Tls))),
        audio_seconds: Some(Estimate { value: seconds, low: seconds - 0.1, high: seconds + 0.2 }),
        pre_roll_seconds: around(pre_roll as f64 * beat as f64 / 1e9),
        tail_seconds: around(0.3),
        bit_rate: Some(octets as f64 * 8.0 / seconds),
        octets_total: octets + 30_112,
        octets_audio: octets,
        detectors: vec![
            Seen::Clock { shape, beat, records: records as u32, regularity: 0.987, unevenness: 0.000_4 },
            Seen::Burst { windows: 5, mean_rate: 8_200.0, peak_rate: 31_000.0 },
        ],
        marks,
    }
}

fn moment(second: i64, milliseconds: i64) -> Timestamp {
    START.plus(second * SECOND + milliseconds * MILLISECOND)
}

fn ip(host: u8) -> IpAddr {
    IpAddr::from([192, 168, 1, host])
}

fn flow(host: u8, port: u16) -> FlowKey {
    let destination = "52.119.196.66".parse().unwrap();
    FlowKey { source: ip(host), destination, protocol: 6, source_port: 49_152, destination_port: port }
}

pub(crate) fn receiver(address: &str, name: Option<(&str, NameSource)>) -> Receiver {
    Receiver {
        address: address.parse().unwrap(),
        port: 443,
        name: name.map(|(name, source)| (Private::new(name.to_owned()), source)),
        local: false,
        country: Some("IE".to_owned()),
        system: Some((16_509, "AMAZON-02".to_owned())),
    }
}

/// Leaves out the bins that are not wanted.
fn keep(series: &mut Series, wanted: impl Fn(&Bin) -> bool) {
    series.bins = series.bins.iter().filter(wanted).collect();
}

/// Adds the octets of a sighting to the seconds that it lasts.
pub(crate) fn spread(series: &mut Series, sighting: &Sighting, at: i64) {
    let seconds = sighting.window.length() / SECOND + 1;
    let mut bins: BTreeMap<i64, Bin> = series.bins.iter().map(|bin| (bin.index, bin)).collect();
    for index in at..at + seconds {
        bins.insert(index, Bin { index, frames: 60, payload_octets: sighting.octets_total / seconds as u64 });
    }
    series.bins = bins.into_values().collect();
}
