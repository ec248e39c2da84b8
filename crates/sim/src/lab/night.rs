//! One night in a lab's home.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use earwitness_core::mac::Mac;
use earwitness_core::time::SECOND;

use super::settings::{LabHome, LabSpeaker};
use super::speaker::Resident;
use super::stimulus::Played;
use super::truth::LabUpload;
use crate::air::Air;
use crate::chance::Chance;
use crate::host::{Host, pad};
use crate::house::House;
use crate::plan::{Common, DeviceKind, DevicePlan, Plan, SpeakerPlan};

/// Mean time between two stalls of the radio is at least this; a plan may say 0.
const SHORTEST: i64 = SECOND;

/// A night in virtual time.
pub struct LabNight {
    ends: i64,
    house: House,
    speakers: Vec<Resident>,
    /// Sounds to come, by when they begin and their number.
    coming: BTreeMap<(i64, usize), Played>,
    played: usize,
    /// Frames of speakers that have not passed yet: those of the uploads in progress.
    waiting: BinaryHeap<Reverse<(i64, u64, Vec<u8>)>>,
    order: u64,
    /// Everything before this moment was handed out.
    handed: i64,
    truth: Vec<LabUpload>,
    /// What the capture misses: one frame in so many.
    missed: (Chance, u64),
}

impl LabNight {
    /// The night number `number` of a lab, from `begins` to `ends`, nanoseconds since 1970. Devices join the network within its first 20 s; that a device
    /// could be seen is known until the last frame that it sent, so that a night should go on for two minutes after the last sound.
    #[must_use]
    pub fn new(home: &LabHome, seed: u64, number: u32, (begins, ends): (i64, i64)) -> Self {
        let mut chance = Chance::new(seed).fork(&format!("lab/{number}"));
        let house = House::new(&deaf(home, (begins, ends)), chance.below(u64::MAX));
        let speakers = home.speakers.iter().zip(1_u8..).enumerate();
        let speakers = speakers.map(|(index, (settings, place))| {
            let own = chance.fork(&format!("speaker/{index}/{}", settings.name));
            let host = host(home, settings, place, (begins, ends), &own);
            Resident::new((index, seed), settings.clone(), host, (begins, ends), own)
        });
        let missed = (chance.fork("missed"), u64::from(home.missed_one_in));
        Self {
            missed,
            ends,
            house,
            speakers: speakers.collect(),
            coming: BTreeMap::new(),
            played: 0,
            waiting: BinaryHeap::new(),
            order: 0,
            handed: begins,
            truth: Vec::new(),
        }
    }

    /// The names and MAC addresses of all devices: the speakers in their order, then the others.
    #[must_use]
    pub fn devices(&self) -> Vec<(String, Mac)> {
        self.house.truth().devices.into_iter().map(|it| (it.name, it.mac)).collect()
    }

    /// Plays a sound, which begins no earlier than the last `until`. Says its number: 0 for the first one of the night.
    pub fn play(&mut self, mut played: Played) -> usize {
        let number = self.played;
        played.at = played.at.max(self.handed);
        self.coming.insert((played.at, number), played);
        self.played += 1;
        number
    }

    /// Hands out all frames that pass the gateway before `until` and were not handed out yet, in order of time.
    pub fn advance(&mut self, until: i64, frame: &mut dyn FnMut(i64, &[u8])) {
        let until = until.min(self.ends);
        while self.handed < until {
            let sounds = self.coming.first_key_value().map_or(i64::MAX, |it| it.0.0);
            let own = self.speakers.iter().map(Resident::next).min().unwrap_or(i64::MAX);
            if sounds.min(own) <= self.handed {
                self.happen();
                continue;
            }
            let next = until.min(sounds).min(own);
            self.hand_out(next, frame);
            self.handed = next;
        }
    }

    /// Frames that were made and have not passed yet.
    #[cfg(test)]
    pub(super) fn waiting_frames(&self) -> usize {
        self.waiting.len()
    }

    /// What the devices do at this moment.
    fn happen(&mut self) {
        if let Some(entry) = self.coming.first_entry()
            && entry.key().0 <= self.handed
        {
            let ((_, number), played) = entry.remove_entry();
            for speaker in &mut self.speakers {
                speaker.hear(number, &played, &mut self.truth);
            }
        }
        for speaker in &mut self.speakers {
            speaker.act(self.handed, &mut self.truth);
            for mut it in speaker.frames() {
                pad(&mut it.octets);
                self.order += 1;
                self.waiting.push(Reverse((it.at, self.order, it.octets)));
            }
        }
    }

    /// Frames of the house and of uploads before `until`, merged by time.
    fn hand_out(&mut self, until: i64, frame: &mut dyn FnMut(i64, &[u8])) {
        let (waiting, (chance, one_in)) = (&mut self.waiting, &mut self.missed);
        let frame = &mut |at: i64, octets: &[u8]| {
            if *one_in == 0 || !chance.one_in(*one_in) {
                frame(at, octets);
            }
        };
        self.house.advance(until, &mut |at, octets| {
            pass(waiting, at, frame);
            frame(at, octets);
        });
        pass(waiting, until, frame);
    }

    /// The uploads so far that are over by the end of the night, in the order of their causes; a false wake has no cause.
    #[must_use]
    pub fn truth(&self) -> Vec<LabUpload> {
        self.truth.iter().filter(|it| it.end_ns < self.ends).copied().collect()
    }
}

/// Hands out what passes before `until`.
fn pass(waiting: &mut BinaryHeap<Reverse<(i64, u64, Vec<u8>)>>, until: i64, frame: &mut dyn FnMut(i64, &[u8])) {
    while waiting.peek().is_some_and(|Reverse((at, ..))| *at < until) {
        if let Some(Reverse((at, _, octets))) = waiting.pop() {
            frame(at, &octets);
        }
    }
}

/// The home with all its devices, none of which hears anything.
fn deaf(home: &LabHome, (begins, ends): (i64, i64)) -> Plan {
    let silent = |it: &LabSpeaker| DevicePlan {
        name: it.name.clone(),
        common: Common { microphone: Some(false), heartbeat_seconds: Some(it.heartbeat_seconds), ..Common::default() },
        kind: DeviceKind::Speaker(SpeakerPlan::default()),
    };
    let mut devices: Vec<DevicePlan> = home.speakers.iter().map(silent).collect();
    devices.extend(home.others.iter().cloned().map(|mut it| {
        it.common.microphone = Some(false);
        it
    }));
    Plan {
        name: "lab".into(),
        title: String::new(),
        description: String::new(),
        start: begins,
        offset_seconds: 0,
        hours: hours(ends - begins),
        sounds: Vec::new(),
        probing: None,
        probing_at: (String::new(), 0, 0),
        network: home.network.clone(),
        devices,
        talk: Vec::new(),
        injected: Vec::new(),
        expected: BTreeMap::new(),
    }
}

/// The place on the network from which a speaker uploads: the same addresses as those of its silent part.
fn host(home: &LabHome, settings: &LabSpeaker, place: u8, (begins, ends): (i64, i64), chance: &Chance) -> Host {
    let mut own = chance.fork("host");
    let stall = nanos(home.network.stall_every_seconds).max(SHORTEST);
    let air = Air::new(begins, ends, stall, &mut own);
    let mut host = Host::new(place, &settings.name, air, own);
    let one_lost_in = u64::from(home.network.one_lost_in);
    (host.loss.air, host.loss.wire) = (one_lost_in, one_lost_in);
    host
}

#[expect(clippy::cast_precision_loss, reason = "a night is far below 2^53 ns")]
fn hours(nanos: i64) -> f64 {
    nanos.max(0) as f64 / 3_600e9
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is too large becomes the largest integer")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}
