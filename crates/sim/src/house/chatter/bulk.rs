//! Much at once: updates, backups, and bursts at random moments.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::resident::{Body, Chatter};
use super::super::room::{HOUR, next_hour};
use super::super::standing::{Standing, Wire};
use super::Place;
use crate::chance::Chance;
use crate::host::Server;

/// Octets of one record.
const RECORD: usize = 8_192;

/// When it begins.
#[derive(Clone, Copy, Debug)]
pub(in crate::house) enum When {
    /// So long after the last time, on average.
    Every(i64),
    /// At an hour of the home's clock.
    AtHour(f64),
}

/// Much at once, now and then, on a connection of its own.
pub(in crate::house) struct Bulk {
    place: Place,
    upwards: bool,
    when: When,
    octets: (usize, usize),
    /// Time for one record.
    each: i64,
    standing: Option<Standing>,
    next: i64,
    left: usize,
    chance: Chance,
}

impl Bulk {
    /// `octets` at least and at most, at `bits` a second, to or from `place`; for the first time after `from`, by a
    /// clock so many seconds ahead of UTC.
    pub(in crate::house) fn new(
        place: Place,
        upwards: bool,
        when: When,
        octets: (usize, usize),
        bits: i64,
        (from, offset_seconds): (i64, i64),
        chance: Chance,
    ) -> Self {
        let each = i64::try_from(RECORD * 8).unwrap_or(0) * SECOND / bits.max(1);
        let mut bulk = Self { place, upwards, when, octets, each, standing: None, next: i64::MAX, left: 0, chance };
        bulk.next = bulk.begins(from, offset_seconds);
        bulk
    }

    fn begins(&mut self, after: i64, offset_seconds: i64) -> i64 {
        match self.when {
            When::Every(mean) => after + SECOND + self.chance.exponential(mean),
            When::AtHour(hour) => next_hour(after, offset_seconds, hour) + self.chance.between(0, 60 * SECOND),
        }
    }
}

impl Chatter for Bulk {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        while self.next < until {
            if self.standing.is_none() {
                let (name, address, port) = &self.place;
                let delay = self.chance.between(6, 30) * MILLISECOND;
                let server = Server { name, address: (*address).into(), port: *port, delay };
                let (standing, ready) = Standing::open(&mut body.host, self.next, &server, body.one_lost_in);
                self.standing = Some(standing);
                self.next = ready;
                continue;
            }
            let Some(standing) = self.standing.as_mut() else { return };
            let mut wire = Wire { air: &body.host.air, noise: &body.noise, out: &mut body.out };
            if self.left == 0 {
                self.left = self.chance.length(self.octets.0, self.octets.1 + 1);
                standing.exchange(self.next, 400, 200, &mut wire);
                self.next += 200 * MILLISECOND;
                continue;
            }
            let part = self.left.min(RECORD);
            if self.upwards {
                standing.say_on(self.next, part, &mut wire);
            } else {
                standing.hear(self.next, part, &mut wire);
            }
            self.left -= part;
            self.next += self.each;
            if self.left == 0 {
                let rest = if matches!(self.when, When::AtHour(_)) { HOUR } else { 0 };
                self.next = self.begins(self.next + rest, body.offset_seconds);
            }
        }
    }
}
