//! Devices that take their time: one sends what it heard later, one at a trickle.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::chatter::Place;
use super::super::chatter::life::{octets_of, upload_clip};
use super::super::resident::{Body, Ear, Heard};
use super::super::room::{HOUR, nanos, next_hour};
use super::super::truth::Sent;
use super::minds;
use crate::chance::Chance;
use crate::host::Server;
use crate::plan::{StorePlan, TricklePlan};
use crate::session::Session;

/// The usual delay, minutes.
const USUAL_MINUTES: f64 = 20.0;

/// Octets of one record, at most.
const LONGEST_RECORD: usize = 16_000;

/// Keeps what it hears and sends it later.
pub(in crate::house) struct StoreEar {
    pub(in crate::house) plan: StorePlan,
    pub(in crate::house) place: Place,
}

impl StoreEar {
    /// When what was heard until `heard` is sent.
    fn due(&self, heard: i64, offset_seconds: i64, chance: &mut Chance) -> i64 {
        let jitter = chance.between(0, nanos(self.plan.jitter_seconds, SECOND) + 1);
        let due = if let Some(hour) = self.plan.at_hour {
            next_hour(heard, offset_seconds, hour)
        } else if let Some([low, high]) = self.plan.random_hours {
            heard + chance.between(nanos(low, HOUR), nanos(high, HOUR) + 1)
        } else {
            heard + nanos(self.plan.after_minutes.unwrap_or(USUAL_MINUTES), 60 * SECOND)
        };
        due + jitter
    }
}

impl Ear for StoreEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        if !minds(&self.plan.records, 1.0, &sound, chance) {
            return;
        }
        let due = self.due(sound.at + sound.length, body.offset_seconds, chance);
        if due >= body.ends {
            return;
        }
        let octets = octets_of(sound.length, usize::try_from(self.plan.octets_per_second).unwrap_or(0));
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 16 * MILLISECOND };
        let own = chance.fork("store");
        if let Some(passed) = body.host.apart(own, |host| upload_clip(host, due, &server, octets, chance)) {
            body.sent(Sent::Recording, passed, sound.length, Some(sound.number));
        }
    }
}

/// Sends what it heard at a trickle.
pub(in crate::house) struct TrickleEar {
    plan: TricklePlan,
    place: Place,
    /// Until when it sends what it has.
    busy_until: i64,
}

impl TrickleEar {
    /// A trickler that sends to `place`.
    pub(in crate::house) fn new(plan: &TricklePlan, place: Place) -> Self {
        Self { plan: plan.clone(), place, busy_until: i64::MIN }
    }
}

impl Ear for TrickleEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        if !minds(&self.plan.records, 1.0, &sound, chance) {
            return;
        }
        let octets = octets_of(sound.length, usize::try_from(self.plan.octets_per_sound_second).unwrap_or(0));
        let every = nanos(self.plan.every_seconds, SECOND);
        let record = octets_of(every, usize::try_from(self.plan.octets_per_second).unwrap_or(0)).clamp(1, LONGEST_RECORD);
        // One after the other: what is heard meanwhile waits.
        let begins = (sound.at + sound.length + chance.between(SECOND, 4 * SECOND)).max(self.busy_until);
        if begins >= body.ends {
            return;
        }
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 16 * MILLISECOND };
        let own = chance.fork("trickle");
        let ends = body.ends;
        let found = body.host.apart(own, |host| {
            let opened = host.look_up(begins, &server);
            let mut session = Session::open(opened, server.name, &[], chance);
            let (mut left, mut at) = (octets, opened + 200 * MILLISECOND);
            while left > 0 && at < ends {
                session.say_sound(at, left.min(record), 0);
                left -= left.min(record);
                at += every + chance.bell(0, every / 50);
            }
            session.close(at + SECOND);
            self.busy_until = at + 2 * SECOND;
            host.converse(&server, session).get(&0).copied()
        });
        if let Some(passed) = found {
            body.sent(Sent::Audio, passed, sound.length, Some(sound.number));
        }
    }
}
