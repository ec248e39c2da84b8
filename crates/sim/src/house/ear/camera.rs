//! A camera that sends when it hears something: a finished clip, or picture and sound live.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::chatter::Place;
use super::super::chatter::life::{octets_of, upload_clip};
use super::super::resident::{Body, Ear, Heard};
use super::super::room::nanos;
use super::super::truth::Sent;
use super::minds;
use super::speaker::codec;
use crate::chance::Chance;
use crate::device::speaker::{Habit, Speaker};
use crate::host::{Host, Server};
use crate::plan::{CameraSends, SoundCameraPlan};
use crate::session::Session;

/// Time from one picture of a live stream to the next.
const PICTURE: i64 = SECOND / 15;
/// Every so many pictures one is complete, and larger.
const GROUP: u32 = 20;
/// Largest part of a picture in one record.
const PART: usize = 4_096;

/// A camera that sends picture and sound once it hears something.
pub(in crate::house) struct CameraEar {
    plan: SoundCameraPlan,
    place: Place,
    rests_until: i64,
}

impl CameraEar {
    /// A camera that sends to `place`.
    pub(in crate::house) fn new(plan: &SoundCameraPlan, place: Place) -> Self {
        Self { plan: plan.clone(), place, rests_until: i64::MIN }
    }

    /// Picture and sound on a connection each; says when sound began and ended to pass, and how much it was.
    fn live(&self, host: &mut Host, at: i64, length: i64, server: &Server<'_>, chance: &mut Chance) -> Option<(i64, i64, i64)> {
        let opened = host.look_up(at, server);
        let mut session = Session::open(opened, server.name, &[], chance);
        let picture = octets_of(PICTURE, usize::try_from(self.plan.octets_per_second).unwrap_or(0));
        let (mut next, mut count) = (opened + 100 * MILLISECOND, 0_u32);
        while next < opened + length {
            let usual = if count.is_multiple_of(GROUP) { 6 * picture } else { picture * 3 / 4 };
            let mut left = chance.length(usual / 2, usual * 3 / 2 + 2);
            while left > 0 {
                session.say(next, left.min(PART));
                left -= left.min(PART);
            }
            count += 1;
            next += PICTURE + chance.bell(0, MILLISECOND);
        }
        session.close(next + SECOND);
        host.converse(server, session);
        let habit = Habit { pre_roll: 0, live: (length, length), every: (0, 0), telemetry: 0, answer: 2 };
        let speaker = Speaker { habit, ..Speaker::new(codec(&self.plan.codec)) };
        let mut session = Session::open(opened + 20 * MILLISECOND, server.name, &[], chance);
        let mark = 0;
        let mut sound = 0;
        for slice in speaker.slices(opened + 120 * MILLISECOND, length, chance) {
            session.say_sound(slice.at, slice.octets + 16, mark);
            sound += slice.sound;
        }
        session.close(opened + length + SECOND);
        let (start, end) = host.converse(server, session).get(&mark).copied()?;
        Some((start, end, sound))
    }
}

impl Ear for CameraEar {
    fn hear(&mut self, sound: Heard<'_>, body: &mut Body, chance: &mut Chance) {
        let minds = minds(&self.plan.reacts_to, self.plan.probability, &sound, chance);
        if !minds || sound.at < self.rests_until {
            return;
        }
        let length = nanos(self.plan.seconds, SECOND);
        let noticed = sound.at + chance.between(200, 700) * MILLISECOND;
        self.rests_until = noticed + length + nanos(self.plan.rest_seconds, SECOND);
        let (name, address, port) = &self.place;
        let server = Server { name, address: (*address).into(), port: *port, delay: 12 * MILLISECOND };
        let own = chance.fork("camera");
        let found = body.host.apart(own, |host| match self.plan.sends {
            CameraSends::Live => self.live(host, noticed, length, &server, chance).map(|found| (Sent::Audio, found)),
            CameraSends::Clip => {
                let octets = octets_of(length, usize::try_from(self.plan.octets_per_second).unwrap_or(0));
                let recorded = noticed + length + chance.between(200, 900) * MILLISECOND;
                let passed = upload_clip(host, recorded, &server, octets, chance);
                passed.map(|(start, end)| (Sent::Recording, (start, end, length)))
            }
        });
        if let Some((sent, (start, end, audio))) = found {
            body.sent(sent, (start, end), audio, Some(sound.number));
        }
    }
}
