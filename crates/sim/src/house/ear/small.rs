//! Devices that send little about what they hear: the words, a fingerprint, or only that there was something.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::chatter::Place;
use super::super::resident::{Body, Ear, Heard};
use super::super::room::nanos;
use super::super::truth::Sent;
use super::minds;
use super::wake::Wake;
use crate::chance::Chance;
use crate::host::{Datagrams, Server};
use crate::plan::{LampPlan, TextPlan, TvPlan};
use crate::session::Session;

/// No more text than fits into a record.
const LONGEST_TEXT: usize = 16_000;

/// Sends the words that it recognised.
pub(in crate::house) struct TextEar {
    wake: Wake,
    plan: TextPlan,
    place: Place,
}

impl TextEar {
    /// An assistant that sends to `place`.
    pub(in crate::house) fn new(plan: &TextPlan, place: Place) -> Self {
        let wake = Wake { words: plan.wake_words.clone(), probability: plan.wake_probability, near_miss: plan.near_miss.clone() };
        Self { wake, plan: plan.clone(), place }
    }
}

impl Ear for TextEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        if self.wake.listen(&sound, chance).is_none() {
            return;
        }
        let understood =
            sound.at + sound.length + i64::from(self.plan.think_ms) * MILLISECOND + chance.between(0, 200 * MILLISECOND);
        let octets = (usize::try_from(self.plan.octets).unwrap_or(0) + sound.name.len()).min(LONGEST_TEXT);
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 15 * MILLISECOND };
        let own = chance.fork("text");
        let found = body.host.apart(own, |host| {
            let opened = host.look_up(understood, &server);
            let mut session = Session::open(opened, server.name, &["h2"], chance);
            session.say_sound(opened + MILLISECOND, octets, 0);
            session.hear(opened + 300 * MILLISECOND, chance.length(300, 2_000));
            session.close(opened + 3 * SECOND);
            host.converse(&server, session).get(&0).copied()
        });
        if let Some(passed) = found {
            body.sent(Sent::Text, passed, 0, Some(sound.number));
        }
    }
}

/// Tells that it was switched.
pub(in crate::house) struct LampEar {
    pub(in crate::house) plan: LampPlan,
    pub(in crate::house) place: Place,
}

impl Ear for LampEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        if !minds(&self.plan.reacts_to, self.plan.probability, &sound, chance) {
            return;
        }
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 18 * MILLISECOND };
        let at = sound.at + chance.between(150, 500) * MILLISECOND;
        let up = chance.octets(usize::try_from(self.plan.octets).unwrap_or(0));
        let flow = Datagrams { up: vec![(at, up)], down: vec![(at + 2 * server.delay, chance.octets(28))] };
        let own = chance.fork("lamp");
        let seen = body.host.apart(own, |host| host.exchange(&server, flow));
        if let Some(&at) = seen.first() {
            body.sent(Sent::Alert, (at, at), 0, Some(sound.number));
        }
    }
}

/// Sends more fingerprints while a sound lasts.
pub(in crate::house) struct TvEar {
    pub(in crate::house) plan: TvPlan,
    pub(in crate::house) place: Place,
}

impl Ear for TvEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 16 * MILLISECOND };
        let own = chance.fork("tv");
        let every = nanos(self.plan.sound_every_seconds, SECOND);
        let [low, high] = self.plan.octets.map(|octets| usize::try_from(octets).unwrap_or(0));
        let found = body.host.apart(own, |host| {
            let noticed = host.look_up(sound.at + chance.between(500, 1_500) * MILLISECOND, &server);
            let mut session = Session::open(noticed, server.name, &["http/1.1"], chance);
            let mut at = noticed + SECOND;
            while at < sound.at + sound.length + every {
                session.say_sound(at, chance.length(low, high + 1), 0);
                at += every;
            }
            session.close(at + SECOND);
            host.converse(&server, session).get(&0).copied()
        });
        if let Some(passed) = found {
            body.sent(Sent::Fingerprint, passed, 0, Some(sound.number));
        }
    }
}
