//! What happens in the home in a month, and why.
//!
//! How often devices wake by mistake is of the order that Dubois et al. (PETS 2020) measured with television beside smart speakers, less than once an hour;
//! how often a television uploads much in one go is that of one household.

use std::collections::BTreeMap;

use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::chance::Chance;

impl Chance {
    /// A length of time in `from..until` milliseconds, nanoseconds.
    pub(crate) fn millis(&mut self, from: i64, until: i64) -> i64 {
        self.between(from, until) * (SECOND / 1_000)
    }
}

pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// Days that are simulated.
pub(crate) const DAYS: i64 = 28;
/// What local time is ahead of UTC.
pub(crate) const AHEAD: i64 = HOUR;

pub(crate) const KITCHEN: &str = "kitchen speaker";
pub(crate) const BEDROOM: &str = "bedroom speaker";
pub(crate) const DOORBELL: &str = "doorbell";
pub(crate) const TELEVISION: &str = "television";
pub(crate) const PHONE: &str = "phone";
/// The one that comes in the second week.
pub(crate) const TABLET: &str = "tablet";
pub(crate) const GUEST: &str = "guest's phone";
pub(crate) const NAMES: [&str; 7] = [KITCHEN, BEDROOM, DOORBELL, TELEVISION, PHONE, TABLET, GUEST];

pub(crate) fn id(name: &str) -> DeviceId {
    let number = u8::try_from(NAMES.iter().position(|it| *it == name).unwrap()).unwrap();
    DeviceId::Mac(Mac([2, 0, 0x5e, 0, 0x53, number]))
}

/// Why sound was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cause {
    /// Somebody spoke, the television did, or a bell rang.
    Sound,
    /// A probe.
    Probe,
    /// Nothing that can be heard in the room.
    Nothing,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Happens {
    Joins(&'static str),
    /// An upload ends.
    Sends {
        device: &'static str,
        window: Window,
        cause: Cause,
        to: &'static str,
    },
    Large(&'static str),
    /// The microphone reports a sound.
    Heard(Window),
    Probe(Window),
    /// Who is at home, as the telephones tell.
    Presence(bool),
    Proven(&'static str),
    Verdict(&'static str),
    /// Whether frames come.
    Source(bool),
    /// Whether the microphone gives a signal.
    Microphone(bool),
    /// The process ends, and begins again.
    Restart,
}

/// A month, in order of time.
pub(crate) struct Month {
    pub(crate) happens: BTreeMap<(Timestamp, u64), Happens>,
    pub(crate) begins: Timestamp,
    /// When nobody was at home, in truth.
    pub(crate) away: Vec<Window>,
    /// When the microphone gave nothing.
    pub(crate) deaf: Vec<Window>,
    number: u64,
    chance: Chance,
}

/// A window that begins so long after `at`.
fn from(at: Timestamp, after: i64, length: i64) -> Window {
    Window { from: at.plus(after), until: at.plus(after + length) }
}

impl Month {
    /// It begins on a Monday at ten, local time.
    pub(crate) fn new(seed: u64) -> Self {
        let begins = Timestamp::from_nanos((20_000 / 7 * 7 + 4) * DAY + 10 * HOUR - AHEAD);
        let mut month =
            Self { happens: BTreeMap::new(), begins, away: Vec::new(), deaf: Vec::new(), number: 0, chance: Chance(seed) };
        for name in [KITCHEN, BEDROOM, DOORBELL, TELEVISION, PHONE] {
            let at = begins.plus(month.chance.millis(0, 900_000));
            month.put(at, Happens::Joins(name));
        }
        month.proofs(begins.plus(6 * HOUR));
        (0..DAYS).for_each(|day| month.day(day));
        month.once();
        month
    }

    fn put(&mut self, at: Timestamp, happens: Happens) {
        self.number += 1;
        self.happens.insert((at, self.number), happens);
    }

    /// A moment of a day, by the clock on the wall.
    fn at(&self, day: i64, hour: i64, minutes: i64) -> Timestamp {
        self.begins.plus(day * DAY + (hour - 10) * HOUR + minutes * MINUTE)
    }

    /// Something sounds that the microphone hears, unless it misses it, and a device sends it.
    fn spoken(&mut self, device: &'static str, at: Timestamp, missed: bool) {
        let length = self.chance.millis(1_500, 6_000);
        if !missed {
            self.heard(from(at, 0, length));
        }
        let (late, more) = (self.chance.millis(300, 2_500), self.chance.millis(500, 4_000));
        self.sends(device, from(at, late, length + more), Cause::Sound, "voice.example.com");
    }

    /// The microphone reports a sound when it begins, and every forty seconds if it goes on.
    fn heard(&mut self, window: Window) {
        let mut begins = window.from;
        while begins < window.until {
            let known = Window { from: begins, until: window.until.min(begins.plus(SECOND)) };
            self.put(known.until.plus(SECOND), Happens::Heard(known));
            begins = begins.plus(40 * SECOND);
        }
    }

    fn sends(&mut self, device: &'static str, window: Window, cause: Cause, to: &'static str) {
        let seen = window.until.plus(self.chance.millis(1_500, 8_000));
        self.put(seen, Happens::Sends { device, window, cause, to });
    }

    fn wakes(&mut self, device: &'static str, at: Timestamp) {
        let length = self.chance.millis(3_000, 9_000);
        self.sends(device, from(at, 0, length), Cause::Nothing, "voice.example.com");
    }

    fn proofs(&mut self, at: Timestamp) {
        for device in [KITCHEN, BEDROOM] {
            self.put(at, Happens::Proven(device));
            self.put(at.plus(20 * SECOND), Happens::Verdict(device));
        }
    }

    fn day(&mut self, day: i64) {
        let works = day % 7 < 5;
        let (leaves, returns) = (self.at(day, 8, 10), self.at(day, 16, 0).plus(self.chance.millis(0, 3_600_000)));
        if works {
            self.away.push(Window { from: leaves, until: returns });
            self.put(leaves.plus(20 * MINUTE), Happens::Presence(false));
            let noticed = returns.plus(self.chance.millis(10_000, 200_000));
            self.put(noticed, Happens::Presence(true));
            // Who comes home says so at once.
            let at = returns.plus(self.chance.millis(5_000, 60_000));
            self.spoken(KITCHEN, at, false);
            // Probes, of which the speakers answer most.
            for hour in 10..15 {
                (0..12).for_each(|turn| self.probed(day, hour, turn * 5));
            }
        }
        let home = if works { [(7, 8), (17, 22)] } else { [(8, 12), (14, 22)] };
        for (first, last) in home {
            for hour in first..last {
                for _ in 0..self.chance.between(1, 5) {
                    let at = self.at(day, hour, 0).plus(self.chance.millis(0, 3_500_000));
                    let (bedroom, missed) = (self.chance.one_in(3), self.chance.one_in(60));
                    self.spoken(if bedroom { BEDROOM } else { KITCHEN }, at, bedroom && missed);
                }
                // Children talk, mostly to nobody.
                for _ in 0..20 {
                    let at = self.at(day, hour, 0).plus(self.chance.millis(0, 3_500_000));
                    let length = self.chance.millis(1_000, 9_000);
                    self.heard(from(at, 0, length));
                    if self.chance.one_in(100) {
                        self.spoken(KITCHEN, at, false);
                    }
                }
            }
        }
        // The television is on in the evening, and wakes a speaker now and then.
        let on = from(self.at(day, 19, 0), 0, 2 * HOUR);
        self.heard(on);
        for _ in 0..self.chance.between(0, 3) {
            let at = on.from.plus(self.chance.millis(0, 7_000_000));
            self.sends(KITCHEN, from(at, 0, 5 * SECOND), Cause::Sound, "voice.example.com");
        }
        for _ in 0..780 {
            let at = self.at(day, 10, 0).plus(self.chance.millis(0, 86_000_000));
            self.put(at, Happens::Large(TELEVISION));
        }
        // The bell rings, also while nobody is there; the doorbell sends picture and sound.
        for hour in [11, 18] {
            let at = self.at(day, hour, 0).plus(self.chance.millis(0, 3_000_000));
            self.spoken(DOORBELL, at, false);
            self.put(at.plus(20 * SECOND), Happens::Large(DOORBELL));
        }
        // Somebody telephones, where no microphone of ours hears it.
        let at = self.at(day, 20, 0).plus(self.chance.millis(0, 3_000_000));
        self.sends(PHONE, from(at, 0, 4 * MINUTE), Cause::Sound, "calls.example.net");
    }

    fn probed(&mut self, day: i64, hour: i64, minute: i64) {
        let at = self.at(day, hour, minute);
        let length = self.chance.millis(2_000, 8_000);
        self.put(at.plus(length + SECOND), Happens::Probe(from(at, 0, length)));
        for device in [KITCHEN, BEDROOM] {
            if !self.chance.one_in(4) {
                let late = self.chance.millis(200, 3_000);
                self.sends(device, from(at, late, length), Cause::Probe, "voice.example.com");
            }
        }
    }

    /// What happens a few times in a month.
    fn once(&mut self) {
        // Speakers wake although nothing sounds: by day, at night, and with nobody at home.
        for (device, days) in [(KITCHEN, 2..9), (BEDROOM, 9..20), (KITCHEN, 15..27)] {
            let day = self.chance.between(days.start, days.end) / 7 * 7 + 5;
            let at = self.at(day, 13, 0).plus(self.chance.millis(0, 3_000_000));
            self.wakes(device, at);
        }
        for device in [KITCHEN, BEDROOM, KITCHEN] {
            let day = self.chance.between(3, DAYS - 1);
            let at = self.at(day, 26, 0).plus(self.chance.millis(0, 9_000_000));
            self.wakes(device, at);
        }
        for _ in 0..2 {
            let day = self.chance.between(0, 4) * 7 + self.chance.between(0, 5);
            let at = self.at(day, 9, 0).plus(self.chance.millis(0, 3_000_000));
            self.wakes(BEDROOM, at);
        }
        // In the second week a device is new, and speaks with whom it speaks; in the third a speaker sends to somebody else as well.
        let day = self.chance.between(7, 14);
        let (joins, first) = (self.at(day, 18, 0), self.at(day, 18, 20));
        self.put(joins, Happens::Joins(TABLET));
        self.spoken(TABLET, first, false);
        let day = self.chance.between(14, 21);
        let at = self.at(day, 17, 30);
        self.heard(from(at, 0, 3 * SECOND));
        for turn in 0..3 {
            self.heard(from(at, turn * DAY, 3 * SECOND));
            self.sends(KITCHEN, from(at, turn * DAY + SECOND, 6 * SECOND), Cause::Sound, "listens.example.org");
        }
        let day = self.chance.between(3, 6);
        let at = self.at(day, 19, 0);
        self.put(at, Happens::Joins(GUEST));
        // One evening the telephones sleep, and people talk on.
        let day = self.chance.between(1, DAYS - 1);
        let (asleep, awake) = (self.at(day, 19, 5), self.at(day, 19, 45));
        self.put(asleep, Happens::Presence(false));
        self.put(awake, Happens::Presence(true));
        self.spoken(KITCHEN, asleep.plus(15 * MINUTE), false);
        // The proof comes again in another session.
        let again = self.at(DAYS - 2, 11, 0);
        self.proofs(again);
        // A source starts again by itself; once it stays away.
        for (lasts, times) in [(20 * SECOND, 6), (50 * MINUTE, 1)] {
            for _ in 0..times {
                let day = self.chance.between(1, DAYS - 1);
                let at = self.at(day, 14, 0).plus(self.chance.millis(0, 3_000_000));
                self.put(at, Happens::Source(false));
                self.put(at.plus(lasts), Happens::Source(true));
            }
        }
        // The microphone is muted for two hours in which people speak.
        let day = self.chance.between(0, 4) * 7 + 6;
        let at = self.at(day, 15, 0);
        self.deaf.push(from(at, 0, 2 * HOUR));
        self.put(at, Happens::Microphone(false));
        self.put(at.plus(2 * HOUR), Happens::Microphone(true));
        for _ in 0..10 {
            let at = self.begins.plus(self.chance.millis(3_600_000, DAYS * 86_000_000));
            self.put(at, Happens::Restart);
        }
    }
}
