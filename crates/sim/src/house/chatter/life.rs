//! What people cause: pages, clips of movement, games.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::pipe::Pipe;
use super::super::resident::{Body, Chatter};
use super::super::room::in_hours;
use super::super::standing::Wire;
use super::super::truth::Sent;
use super::Place;
use crate::chance::Chance;
use crate::device::laptop::Laptop;
use crate::host::{Host, Server};
use crate::session::Session;

/// Somebody reads pages on a laptop.
pub(in crate::house) struct Browsing {
    pub(in crate::house) laptop: Laptop,
    /// Shortest and longest time between two pages.
    pub(in crate::house) pages: (i64, i64),
    /// Hours of the home's clock in which it is used.
    pub(in crate::house) hours: (f64, f64),
    pub(in crate::house) next: i64,
    pub(in crate::house) chance: Chance,
}

impl Chatter for Browsing {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        while self.next < until {
            if in_hours(self.next, body.offset_seconds, self.hours.0, self.hours.1) {
                if self.laptop.file > 0 && self.chance.one_in(10) {
                    self.laptop.send_file(&mut body.host, self.next, &mut self.chance);
                } else {
                    self.laptop.browse(&mut body.host, self.next, &mut self.chance);
                }
            }
            self.next += self.chance.between(self.pages.0, self.pages.1 + 1);
        }
    }
}

/// Uploads a finished recording to `storage` at `at`; says when its first and last octet passed.
pub(in crate::house) fn upload_clip(
    host: &mut Host,
    at: i64,
    storage: &Server<'_>,
    octets: usize,
    chance: &mut Chance,
) -> Option<(i64, i64)> {
    let opened = host.look_up(at, storage);
    let mut session = Session::open(opened, storage.name, &["http/1.1"], chance);
    session.say(opened + MILLISECOND, chance.length(600, 1_100));
    let mut left = octets.max(1);
    while left > 0 {
        let part = left.min(16_384);
        session.say_sound(opened + 2 * MILLISECOND, part, 0);
        left -= part;
    }
    session.ask(opened + 3 * MILLISECOND, 30, 60 * MILLISECOND, &[420]);
    session.close(opened + 5 * SECOND);
    host.converse(storage, session).get(&0).copied()
}

/// Something moves in front of a camera, which sends a clip.
pub(in crate::house) struct Movement {
    pub(in crate::house) place: Place,
    /// Mean time from one to the next.
    pub(in crate::house) every: i64,
    /// Shortest and longest clip, nanoseconds.
    pub(in crate::house) clip: (i64, i64),
    /// Octets of a second of it.
    pub(in crate::house) octets_per_second: usize,
    pub(in crate::house) next: i64,
    pub(in crate::house) chance: Chance,
}

impl Chatter for Movement {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        while self.next < until {
            let length = self.chance.between(self.clip.0, self.clip.1 + 1);
            let octets = octets_of(length, self.octets_per_second);
            let (name, address, port) = &self.place;
            let storage = Server { name, address: (*address).into(), port: *port, delay: 9 * MILLISECOND };
            let recorded = self.next + length + self.chance.between(200, 1_500) * MILLISECOND;
            if let Some(passed) = upload_clip(&mut body.host, recorded, &storage, octets, &mut self.chance) {
                body.sent(Sent::Recording, passed, length, None);
            }
            self.next = recorded + self.chance.exponential(self.every);
        }
    }
}

/// Octets of `length` nanoseconds at so many a second.
pub(in crate::house) fn octets_of(length: i64, octets_per_second: usize) -> usize {
    let octets = i128::from(length) * i128::try_from(octets_per_second).unwrap_or(0) / i128::from(SECOND);
    usize::try_from(octets).unwrap_or(0)
}

/// Somebody plays games on a console.
pub(in crate::house) struct Gaming {
    pub(in crate::house) place: Place,
    /// Mean time from one game to the next.
    pub(in crate::house) every: i64,
    /// Shortest and longest game, nanoseconds.
    pub(in crate::house) game: (i64, i64),
    /// Datagrams a second.
    pub(in crate::house) rate: i64,
    pub(in crate::house) next: i64,
    pub(in crate::house) over: i64,
    pub(in crate::house) pipe: Option<Pipe>,
    pub(in crate::house) chance: Chance,
}

impl Chatter for Gaming {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        while self.next < until {
            let Some(pipe) = self.pipe.as_mut().filter(|_| self.next < self.over) else {
                let (name, address, port) = &self.place;
                let server = Server { name, address: (*address).into(), port: *port, delay: 20 * MILLISECOND };
                let ready = body.host.look_up(self.next, &server);
                self.pipe = Some(Pipe::open(&mut body.host, &server, self.chance.fork(&format!("game/{ready}"))));
                self.over = ready + self.chance.between(self.game.0, self.game.1 + 1);
                self.next = ready;
                continue;
            };
            let mut wire = Wire { air: &body.host.air, noise: &body.noise, out: &mut body.out };
            pipe.up(self.next, self.chance.length(30, 90), &mut wire);
            pipe.down(self.next, self.chance.length(60, 300), &mut wire);
            self.next += SECOND / self.rate + self.chance.bell(0, 2 * MILLISECOND);
            if self.next >= self.over {
                self.next += self.chance.exponential(self.every);
            }
        }
    }
}
