//! A home that an experiment lives in: it plays sounds, devices hear them, and their frames pass the gateway.
//!
//! Every octet follows from scenario, seed and what is played when; in which steps the time advances does not matter.
//! Each device draws from a chance of its own, and what it hears moves nothing but its reaction: a device that is deaf
//! sends the same octets whatever is played.

mod build;
mod chatter;
mod ear;
mod outbox;
mod pipe;
mod resident;
mod room;
mod standing;
mod truth;
mod words;

use std::collections::BTreeMap;

use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{MILLISECOND, SECOND};

use crate::chance::Chance;
use crate::plan::Plan;
use resident::Resident;
use room::{HOUR, nanos};
pub use truth::{HouseDevice, HouseSound, HouseTruth, HouseUpload, Origin, Sent};

/// The pause after each sound of a row, nanoseconds.
const PAUSE: i64 = 900 * MILLISECOND;

/// What devices say by themselves is made in stretches of this length, whatever steps the caller takes.
const STRETCH: i64 = 10 * SECOND;

/// A sound that somebody plays at the loudspeaker.
#[derive(Clone, PartialEq, Debug)]
pub struct Sound {
    /// What it is.
    pub stimulus: Stimulus,
    /// How long it lasts, nanoseconds.
    pub length: i64,
    /// How loud it is at the loudspeaker, dB.
    pub level_db: f64,
}

/// A simulated home with its devices, in virtual time.
pub struct House {
    begins: i64,
    ends: i64,
    residents: Vec<Resident>,
    labels: Vec<(String, &'static str, Option<String>)>,
    /// What kind of sound each of the scenario's is.
    kinds: BTreeMap<String, SoundKind>,
    /// Sounds to come, by when they begin, where they come from, and their number among those.
    coming: BTreeMap<(i64, Origin, usize), HouseSound>,
    /// Sounds that began, in order of time.
    began: Vec<HouseSound>,
    /// Stretches with a sound that a microphone hears and that nobody played, in order of time.
    others: Vec<(i64, i64)>,
    played: usize,
    /// Everything before this moment was handed out.
    handed: i64,
    /// What devices say by themselves is there until this moment.
    filled: i64,
}

impl House {
    /// A home from a scenario; every octet follows from scenario and seed.
    #[must_use]
    pub fn new(scenario: &Plan, seed: u64) -> Self {
        let chance = Chance::new(seed);
        let begins = scenario.start;
        let ends = begins + nanos(scenario.hours, HOUR);
        let noise = standing::noise(&mut chance.fork("noise"));
        let residents = scenario
            .devices
            .iter()
            .zip(1_u8..)
            .map(|(device, number)| {
                // By name: what stands beside a device in the file does not matter to it.
                let own = chance.fork(&format!("device/{}", device.name));
                build::resident(scenario, device, number, (begins, ends), &noise, own)
            })
            .collect();
        let sounds = room::sounds(scenario, begins, ends, &chance.fork("sounds"));
        let others =
            sounds.iter().filter(|sound| sound.audible).map(|sound| (sound.at_ns, sound.at_ns + sound.length_ns)).collect();
        let labels = scenario
            .devices
            .iter()
            .map(|device| (device.name.clone(), device.kind.name(), scenario.expected.get(&device.name).cloned()));
        Self {
            begins,
            ends,
            residents,
            labels: labels.collect(),
            kinds: scenario.sounds.iter().map(|it| (it.name.clone(), it.kind)).collect(),
            coming: sounds.into_iter().enumerate().map(|(number, sound)| ((sound.at_ns, sound.origin, number), sound)).collect(),
            began: Vec::new(),
            others,
            played: 0,
            handed: begins,
            filled: begins,
        }
    }

    /// When the simulated time begins, nanoseconds since 1970.
    #[must_use]
    pub const fn begins(&self) -> i64 {
        self.begins
    }

    /// When the home ends: no frame passes from then on.
    #[must_use]
    pub const fn ends(&self) -> i64 {
        self.ends
    }

    /// Hands out all frames that pass the gateway before `until` and were not handed out yet, in order of time.
    pub fn advance(&mut self, until: i64, frame: &mut dyn FnMut(i64, &[u8])) {
        let until = until.min(self.ends);
        while self.handed < until {
            if self.filled <= self.handed {
                let next = self.filled + STRETCH;
                for resident in &mut self.residents {
                    resident.stretch(self.filled, next);
                }
                self.filled = next;
            }
            if let Some(entry) = self.coming.first_entry()
                && entry.key().0 <= self.handed
            {
                let sound = entry.remove();
                for resident in &mut self.residents {
                    resident.hear(self.began.len(), &sound);
                }
                self.began.push(sound);
                continue;
            }
            let sounds = self.coming.first_key_value().map_or(i64::MAX, |(key, _)| key.0);
            let next = until.min(self.filled).min(sounds);
            self.hand_out(next, frame);
            self.handed = next;
        }
    }

    /// Frames before `until`, the devices merged by time; of frames at one moment, the first device's first.
    fn hand_out(&mut self, until: i64, frame: &mut dyn FnMut(i64, &[u8])) {
        loop {
            let (mut best, mut first, mut second) = (None, i64::MAX, i64::MAX);
            for (index, resident) in self.residents.iter().enumerate() {
                let at = resident.body.out.peek();
                if at < first {
                    (best, second, first) = (Some(index), first, at);
                } else if at < second {
                    second = at;
                }
            }
            let Some(resident) = best.and_then(|index| self.residents.get_mut(index)) else { return };
            if first >= until {
                return;
            }
            // As long as this device is ahead of all others, nobody else need be asked.
            while first < until && first < second {
                resident.body.out.pop(frame);
                first = resident.body.out.peek();
            }
            if first == second && first < until {
                resident.body.out.pop(frame);
            }
        }
    }

    /// Somebody plays a sound at the loudspeaker's place from `at` on, which is not before the last `until`: devices that
    /// hear it will react.
    pub fn play(&mut self, at: i64, sound: &Sound) {
        let Sound { stimulus, length, level_db } = sound;
        let (mut at, origin) = (at.max(self.handed), Origin::Loudspeaker);
        let mut parts: Vec<&str> = stimulus.parts().collect();
        let (count, first) = (parts.len().max(1), self.played);
        // Each sound of a row is the first, and the last, as often as the others.
        parts.rotate_left(first / count % count);
        let kind_of = |name: &str| self.kinds.get(name).copied().unwrap_or(SoundKind::Speech);
        parts.sort_by_key(|name| kind_of(name) == SoundKind::Speech);
        let share = (*length).max(0) / i64::try_from(count).unwrap_or(1);
        let length_ns = if stimulus.is_row() { share - PAUSE.min(share / 2) } else { share };
        for name in parts {
            // What is not in the scenario is said.
            let kind = if stimulus.is_row() { self.kinds.get(name).copied().unwrap_or(SoundKind::Speech) } else { stimulus.kind };
            let sound =
                HouseSound { origin, at_ns: at, length_ns, kind, name: name.to_owned(), level_db: *level_db, audible: true };
            self.coming.insert((at, origin, self.played), sound);
            self.played += 1;
            at += share;
        }
    }

    /// The last moment in `from..=until` at which another sound than those played was audible: what a microphone would tell.
    #[must_use]
    pub fn other_sound(&self, from: i64, until: i64) -> Option<i64> {
        let heard = self.others.iter().take_while(|(start, _)| *start < until).filter(|(_, end)| *end > from);
        heard.map(|(_, end)| (*end).min(until)).max()
    }

    /// What has happened so far.
    #[must_use]
    pub fn truth(&self) -> HouseTruth {
        let devices = self.residents.iter().zip(&self.labels).map(|(resident, (name, kind, expected))| HouseDevice {
            mac: resident.body.host.mac,
            name: name.clone(),
            kind,
            expected: expected.clone(),
            uploads: resident.body.uploads.clone(),
        });
        HouseTruth { devices: devices.collect(), sounds: self.began.clone() }
    }
}

#[cfg(test)]
mod tests;
