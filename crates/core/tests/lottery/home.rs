//! What a device that hears nothing sends in a session, second by second, and the scores of its slots by the code that real captures
//! are scored by.

use std::net::{IpAddr, Ipv4Addr};

use earwitness_core::detect::lottery::Lag;
use earwitness_core::findings::{Bin, Estimate, FlowKey, Receiver, Series, Sighting, SightingKind};
use earwitness_core::measure::{LEVEL_BEFORE, Measure, Missed, Profile};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::random::Random;

/// Seconds of a slot, from one slot to the next, and between two rounds.
pub(crate) const SLOT: usize = 20;
pub(crate) const PITCH: usize = 30;
pub(crate) const BETWEEN: usize = 60;
/// Seconds before the first round: those that its running level is taken over.
pub(crate) const LEAD: usize = 300;

/// What a device sent.
#[derive(Clone, Default)]
pub(crate) struct Traffic {
    /// Octets of each second.
    pub(crate) octets: Vec<f64>,
    /// When uploads began that were seen to keep a codec's beat, in seconds, and their seconds of sound.
    pub(crate) uploads: Vec<(f64, f64)>,
}

/// Seconds from one round of so many slots to the next.
pub(crate) fn cycle(slots: usize) -> usize {
    slots * PITCH + BETWEEN
}

/// The slots of a round, in seconds.
pub(crate) fn slot(round: usize, number: usize, slots: usize) -> usize {
    LEAD + round * cycle(slots) + number * PITCH
}

fn moment(seconds: f64) -> Timestamp {
    Timestamp::from_nanos((seconds * 1e9) as i64)
}

impl Traffic {
    pub(crate) fn silent(seconds: usize) -> Self {
        Self { octets: vec![0.0; seconds], uploads: Vec::new() }
    }

    /// Adds octets to a second, if there is such a one.
    pub(crate) fn send(&mut self, second: usize, octets: f64) {
        if let Some(sent) = self.octets.get_mut(second) {
            *sent += octets;
        }
    }

    /// Adds an upload of so many octets over so many seconds.
    pub(crate) fn upload(&mut self, at: usize, seconds: usize, octets: f64, clocked: bool) {
        for second in at..at + seconds {
            self.send(second, octets / seconds as f64);
        }
        if clocked {
            self.uploads.push((at as f64 + 0.3, seconds as f64));
        }
    }

    pub(crate) fn profile(&self) -> Profile {
        let bin = |(index, &octets): (i64, &f64)| Bin { index, frames: 1, payload_octets: octets as u64 };
        let bins = (0..).zip(&self.octets).filter(|it| *it.1 >= 1.0).map(bin).collect();
        let sent = Series { origin: Timestamp::default(), width: SECOND, bins };
        let uploads: Vec<Sighting> = self.uploads.iter().map(|&(at, seconds)| sighting(at, seconds)).collect();
        Profile::new(sent.origin, sent.width, (sent.bins.iter(), Missed::default()), &uploads)
    }
}

/// The scores of the slots of a round, moved by a delay.
pub(crate) fn scores(profile: &Profile, round: usize, slots: usize, lag: Lag) -> Vec<Measure> {
    let window = |number| {
        let from = slot(round, number, slots) as f64;
        lag.window(Window { from: moment(from), until: moment(from + SLOT as f64) })
    };
    let first = window(0);
    let level = profile.level(Window { from: first.from.plus(-LEVEL_BEFORE), until: first.from });
    (0..slots).map(|number| profile.measure(window(number), level)).collect()
}

fn sighting(at: f64, seconds: f64) -> Sighting {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    Sighting {
        kind: SightingKind::Audio,
        window: Window { from: moment(at), until: moment(at + seconds) },
        flow: FlowKey { source: address, destination: address, protocol: 6, source_port: 40_000, destination_port: 443 },
        receiver: Receiver { address, port: 443, name: None, local: false, country: None, system: None },
        audio_seconds: Some(Estimate { value: seconds, low: seconds, high: seconds }),
        pre_roll_seconds: Estimate::default(),
        tail_seconds: Estimate::default(),
        bit_rate: None,
        octets_total: 0,
        octets_audio: 0,
        detectors: Vec::new(),
        marks: Vec::new(),
    }
}

/// A background: its name, and what is sent in so many seconds.
pub(crate) type Background = (&'static str, fn(&mut Random, usize) -> Traffic);

/// What machines in a home send that do not listen.
pub(crate) const BACKGROUNDS: &[Background] = &[
    ("silent", |_, seconds| Traffic::silent(seconds)),
    ("idle", idle),
    ("bursty", bursty),
    ("period of a slot", |random, seconds| periodic(random, seconds, PITCH)),
    ("period of a round", |random, seconds| periodic(random, seconds, cycle(8))),
    ("drifting", drifting),
    ("even video, 2 Mbit/s", even_video),
    ("video, 2 Mbit/s", video),
    ("heavy tails", heavy_tails),
    ("one slot of the timetable", timetable),
];

/// A background by its name.
pub(crate) fn background(name: &str) -> Background {
    *BACKGROUNDS.iter().find(|background| background.0 == name).unwrap()
}

/// Keep-alives of one length, a minute apart on average.
fn idle(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = Traffic::silent(seconds);
    let mut at = random.exponential(60.0);
    while at < seconds as f64 {
        traffic.send(at as usize, 90.0);
        at += random.exponential(60.0);
    }
    traffic
}

/// Synchronising, logging, updating: heavy bursts, and now and then one that looks like sound.
fn bursty(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = Traffic::silent(seconds);
    let mut at = random.exponential(45.0);
    while at < seconds as f64 {
        let (length, octets) = (random.octets(1, 8) as usize, random.octaves(1_000.0, 500_000.0));
        let clocked = random.happens(0.04);
        traffic.upload(at as usize, length, octets, clocked);
        at += random.exponential(45.0);
    }
    traffic
}

/// A report every so many seconds, of nearly the same length, half of them clocked in half of the devices; sometimes late.
fn periodic(random: &mut Random, seconds: usize, period: usize) -> Traffic {
    let mut traffic = idle(random, seconds);
    let clocked = random.happens(0.5);
    let mut at = random.between(0.0, period as f64) as usize;
    while at < seconds {
        let late = if random.happens(0.1) { random.octets(1, 9) as usize } else { 0 };
        let octets = 20_000.0 * (1.0 + 0.02 * random.normal());
        let clocked = clocked && random.happens(0.5);
        traffic.upload(at + late, 3, octets, clocked);
        at += period;
    }
    traffic
}

/// A rate that wanders over octaves and grows through the session.
fn drifting(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = bursty(random, seconds);
    let mut ln_rate = random.between(3.0, 8.0);
    let growth = random.between(-2.0, 4.0) / seconds as f64;
    for second in 0..seconds {
        ln_rate += growth + 0.02 * random.normal();
        traffic.send(second, ln_rate.min(13.0).exp());
    }
    traffic
}

/// Pictures without end from a camera that sees a wall: 250,000 octets every second, to 2 %.
fn even_video(random: &mut Random, seconds: usize) -> Traffic {
    let octets = (0..seconds).map(|_| 250_000.0 * (1.0 + 0.02 * random.normal())).collect();
    Traffic { octets, uploads: Vec::new() }
}

/// Pictures without end, 250,000 octets a second, more and less as they change.
fn video(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = Traffic::silent(seconds);
    let mut change = 0.0;
    for second in 0..seconds {
        change = 0.8 * change + 0.06 * random.normal();
        traffic.send(second, (250_000.0 * (1.0 + change)).max(0.0));
    }
    let mut at = random.exponential(4_000.0);
    while at < seconds as f64 {
        traffic.uploads.push((at, random.between(0.5, 4.0)));
        at += random.exponential(4_000.0);
    }
    traffic
}

/// No second has a mean.
fn heavy_tails(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = Traffic::silent(seconds);
    for second in 0..seconds {
        if random.happens(0.3) {
            traffic.send(second, random.pareto(40.0, 0.7).min(1e12));
        }
    }
    traffic
}

/// Knows the timetable, and sends in one slot of each round: always the same, the next one, or any.
fn timetable(random: &mut Random, seconds: usize) -> Traffic {
    let mut traffic = Traffic::silent(seconds);
    let (kind, mut number) = (random.octets(0, 2), random.octets(0, 7) as usize);
    let mut round = 0;
    while slot(round, 0, 8) < seconds {
        traffic.upload(slot(round, number, 8) + 3, 4, 30_000.0, kind == 2);
        match kind {
            0 => {}
            1 => number = (number + 1) % 8,
            _ => number = random.octets(0, 7) as usize,
        }
        round += 1;
    }
    traffic
}
