//! Entries that follow from a number, so that what comes back can be compared with what was acknowledged.

use earwitness_core::detect::lottery::Score;
use earwitness_core::findings::{
    Bin, CaptureFacts, Contact, DeviceFindings, DeviceId, Estimate, Findings, FlowKey, Mark, Passage, Receiver, Role, Seen,
    Series, Sighting, SightingKind, Totals, TrainShape,
};
use earwitness_core::mac::Mac;
use earwitness_core::measure::Measure;
use earwitness_core::private::Private;
use earwitness_core::probe::{Heard, Played, Round, SoundKind, Stimulus};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_core::trial::Trial;

pub(crate) const START: i64 = 1_780_000_000 * SECOND;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_nanos(START + seconds * SECOND)
}

/// Chance from a seed (splitmix64; Steele, Lea, Flood 2014).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn octet(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

pub(crate) fn id(device: u8) -> DeviceId {
    DeviceId::Mac(Mac([0x00, 0x16, 0x3e, 0, 0, device]))
}

pub(crate) fn begun() -> Entry {
    let stimuli = vec![Stimulus { name: "computer".into(), kind: SoundKind::Speech }];
    Entry::Begun { at: at(0), design: Design { seed: 11, stimuli, ..Design::default() }, alpha: 0.01 }
}

/// One minute of a home in which each device sends something every `pause` seconds.
pub(crate) fn minute(number: u32, devices: u8, pause: impl Fn(u8) -> i64) -> Findings {
    let from = START / SECOND + i64::from(number) * 60;
    let mut chance = Chance(u64::from(number));
    let devices = (0..devices).map(|device| {
        let pause = pause(device);
        let mut series = |octets: u64| {
            let mut index = from + (i64::from(device) * 7).rem_euclid(pause);
            let mut bins = Vec::new();
            while index < from + 60 {
                bins.push(Bin { index, frames: 1 + u32::from(pause == 1) * 20, payload_octets: octets + chance.below(octets) });
                index += pause;
            }
            Series { origin: Timestamp::default(), width: SECOND, bins: bins.into_iter().collect() }
        };
        let octets = if pause == 1 { 40_000 } else { 90 };
        let (sent, received) = (series(octets), series(octets));
        let sum = |series: &Series| Totals {
            frames: series.bins.iter().map(|bin| u64::from(bin.frames)).sum(),
            wire_octets: series.bins.iter().map(|bin| bin.payload_octets + 54).sum(),
            payload_octets: series.bins.iter().map(|bin| bin.payload_octets).sum(),
        };
        let contact = Contact { receiver: Receiver { system: None, ..sighting(at(0)).receiver }, sent: sent.clone() };
        // A capture that loses frames misses a few octets of a few devices in a minute.
        let missed = |bins: &Series| Series { bins: bins.bins.iter().take(1).collect(), ..bins.clone() };
        let missed = if device % 10 == 4 { missed(&sent) } else { Series::default() };
        let affected = if device % 10 == 4 { missed.clone() } else { Series::default() };
        let downstream = Series { width: SECOND, ..Series::default() };
        let passage = Passage { upstream: sent.clone(), downstream, missed, affected };
        DeviceFindings {
            addresses: vec![[192, 168, 1, device].into()],
            host_name: Some(Private::new(format!("thing-{device}"))),
            names: vec![Private::new("Küche".into())],
            upstream: sum(&sent),
            downstream: sum(&received),
            chatter: Totals { frames: 2, wire_octets: 180, payload_octets: 60 },
            sent,
            received,
            passage: Some(passage),
            contacts: vec![contact],
            ..DeviceFindings::new(
                id(device),
                Role::Device,
                Window { from: at(0), until: Timestamp::from_nanos((from + 60) * SECOND) },
            )
        }
    });
    let devices: Vec<DeviceFindings> = devices.collect();
    let facts = CaptureFacts {
        frames: u64::from(number) + 1,
        first: Some(Timestamp::from_nanos(from * SECOND)),
        last: Some(Timestamp::from_nanos((from + 60) * SECOND)),
        ..CaptureFacts::default()
    };
    Findings { capture: facts, devices }
}

pub(crate) fn sighting(from: Timestamp) -> Sighting {
    let mark = |place: u32| Mark {
        at: from.plus(i64::from(place * 20_000_000 + place % 3)),
        length: 160 + place % 40,
        audio: place > 2,
    };
    let flow = FlowKey {
        source: [192, 168, 1, 7].into(),
        destination: [203, 0, 113, 9].into(),
        protocol: 6,
        source_port: 40_000,
        destination_port: 443,
    };
    let name = Some((Private::new("voice.example".into()), earwitness_core::findings::NameSource::Tls));
    Sighting {
        kind: SightingKind::Audio,
        window: Window { from, until: from.plus(4 * SECOND) },
        flow,
        receiver: Receiver {
            address: flow.destination,
            port: 443,
            name,
            local: false,
            country: None,
            system: Some((64_500, "Example".into())),
        },
        audio_seconds: Some(Estimate { value: 4.1, low: 3.9, high: 4.300_000_000_000_001 }),
        pre_roll_seconds: Estimate { value: 0.5, low: 0.4, high: 0.600_000_000_000_001 },
        tail_seconds: Estimate::default(),
        bit_rate: Some(63_999.999_999_999_99),
        octets_total: 40_000,
        octets_audio: 32_000,
        detectors: vec![
            Seen::Clock { shape: TrainShape::Constant, beat: 20_000_000, records: 200, regularity: 0.99, unevenness: 1.0 / 3.0 },
            Seen::Burst { windows: 4, mean_rate: 8_000.1, peak_rate: 9_000.0 },
        ],
        marks: (0..200).map(mark).collect(),
    }
}

/// A round with the scores of so many devices.
pub(crate) fn trial(number: u32, devices: u8) -> Trial {
    let design =
        Design { seed: 11, stimuli: vec![Stimulus { name: "computer".into(), kind: SoundKind::Speech }], ..Design::default() };
    let ordered = design.round(number, at(i64::from(number) * 200));
    let onset = ordered.slots[ordered.drawn].from.plus(123_456_789);
    let stimulus = design.stimuli[0].clone();
    let mut chance = Chance(u64::from(number) + 77);
    let scores = (0..devices).map(|device| {
        let mut measure = |slot: usize| Measure {
            clocked: if device == 7 && slot == ordered.drawn { 3.3 } else { 0.0 },
            octets: if chance.below(3) == 0 { f64::from(chance.octet()) * 8.5 } else { 0.0 },
        };
        (id(device), (0..8).map(|slot| Score::Known(measure(slot))).collect())
    });
    let played = Played::new(stimulus, onset, ordered.length, Heard::Yes);
    let scores = scores.collect();
    Trial { round: Round { number, slots: ordered.slots, drawn: ordered.drawn, played, void: None }, scores }
}
