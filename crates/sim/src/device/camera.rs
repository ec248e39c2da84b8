//! Cameras: one sends finished clips when something moves, one sends its picture all the time.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use crate::host::{Host, Server, later, uploads};
use crate::session::Session;
use crate::truth::{Kind, Upload};

/// A camera that records when something moves and then uploads the finished clip, with sound, in one go.
#[derive(Clone, Copy, Debug)]
pub struct ClipCamera {
    /// Shortest and longest clip, seconds.
    pub clip: (i64, i64),
    /// Octets for a second of picture and sound.
    pub octets_per_second: usize,
    /// Shortest and longest time between clips, seconds.
    pub every: (i64, i64),
}

impl Device for ClipCamera {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let control =
            Server { name: "device.camera.example", address: [203, 0, 113, 30].into(), port: 443, delay: 20 * MILLISECOND };
        let storage =
            Server { name: "clips.storage.example", address: [203, 0, 113, 31].into(), port: 443, delay: 9 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("camera");
        let opened = host.look_up(now, &control);
        let mut standing = Session::open(opened, control.name, &[], &mut chance);
        let mut beat = opened + 5 * SECOND;
        while beat < until {
            standing.ask(beat, 42, 4 * MILLISECOND, &[42]);
            beat += 60 * SECOND + chance.bell(0, 30 * MILLISECOND);
        }
        let mut found = Vec::new();
        let mut at = later(now, 8, self.every.0.max(9), &mut chance);
        while at + 20 * SECOND < until {
            let seconds = chance.between(self.clip.0, self.clip.1 + 1);
            // Motion, then the clip's own length, then its upload.
            standing.ask(at, 380, 10 * MILLISECOND, &[160, 900]);
            let recorded = at + seconds * SECOND + chance.between(200, 1_500) * MILLISECOND;
            let opened = host.look_up(recorded, &storage);
            let mut session = Session::open(opened, storage.name, &["http/1.1"], &mut chance);
            session.say(opened + MILLISECOND, chance.length(600, 1_100));
            let mut left = usize::try_from(seconds).unwrap_or(0) * self.octets_per_second;
            while left > 0 {
                let part = left.min(16_384);
                session.say_sound(opened + 2 * MILLISECOND, part, 0);
                left -= part;
            }
            session.ask(opened + 3 * MILLISECOND, 30, 60 * MILLISECOND, &[420]);
            session.close(opened + 5 * SECOND);
            let seen = host.converse(&storage, session);
            found.extend(uploads(Kind::Recording, &seen, &[seconds * SECOND]));
            at = later(recorded, self.every.0, self.every.1, &mut chance);
        }
        host.converse(&control, standing);
        found
    }
}

/// A camera that sends its picture, without sound, all the time.
#[derive(Clone, Copy, Debug)]
pub struct StreamCamera {
    /// Pictures per second.
    pub rate: i64,
    /// Octets of an ordinary picture.
    pub picture: usize,
    /// Every so many pictures one is complete, and ten times as large.
    pub group: u64,
}

impl Device for StreamCamera {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server =
            Server { name: "live.camera.example", address: [203, 0, 113, 32].into(), port: 443, delay: 16 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("stream");
        let opened = host.look_up(now, &server);
        let mut session = Session::open(opened, server.name, &[], &mut chance);
        let (mut at, mut number) = (opened + 500 * MILLISECOND, 0_u64);
        let mut motion = 100;
        while at < until {
            // What moves in front of it changes slowly.
            motion = (motion + chance.between(-6, 7)).clamp(60, 220);
            let mean = self.picture * if number.is_multiple_of(self.group) { 10 } else { 1 };
            let mut left = mean * usize::try_from(motion).unwrap_or(100) / 100 + chance.length(0, mean / 3 + 1);
            while left > 0 {
                let part = left.min(4_096);
                session.say(at, part);
                left -= part;
            }
            if number.is_multiple_of(self.group * 5) {
                session.hear(at, 60);
            }
            number += 1;
            at += SECOND / self.rate + chance.bell(0, MILLISECOND);
        }
        host.converse(&server, session);
        Vec::new()
    }
}
