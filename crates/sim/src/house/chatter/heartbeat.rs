//! Heartbeats and other small exchanges on a standing connection.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::super::resident::{Body, Chatter};
use super::super::standing::{Standing, Wire};
use super::Place;
use crate::chance::Chance;
use crate::host::Server;

/// Where a standing connection leads, and what is said on it.
pub(in crate::house) struct Heartbeat {
    /// Where it leads; taken when the connection is opened.
    pub(in crate::house) server: Place,
    /// Time between two, nanoseconds; 0 for never.
    pub(in crate::house) every: i64,
    /// Octets of one and of its answer.
    pub(in crate::house) octets: (usize, usize),
    /// Mean time between two longer messages from the server, each answered; 0 for never.
    pub(in crate::house) orders_every: i64,
    pub(in crate::house) opens: i64,
    pub(in crate::house) standing: Option<Standing>,
    pub(in crate::house) next: i64,
    pub(in crate::house) next_order: i64,
    pub(in crate::house) chance: Chance,
}

impl Heartbeat {
    /// A connection to `server` that is opened at `opens`.
    pub(in crate::house) fn new(
        server: Place,
        opens: i64,
        every: i64,
        octets: (usize, usize),
        orders_every: i64,
        chance: Chance,
    ) -> Self {
        let standing = None;
        Self { server, every, octets, orders_every, opens, standing, next: i64::MAX, next_order: i64::MAX, chance }
    }

    fn open(&mut self, body: &mut Body) {
        let (name, address, port) = &self.server;
        let delay = self.chance.between(6, 45) * MILLISECOND;
        let server = Server { name, address: (*address).into(), port: *port, delay };
        let (standing, ready) = Standing::open(&mut body.host, self.opens, &server, body.one_lost_in);
        self.standing = Some(standing);
        if self.every > 0 {
            self.next = ready + self.chance.between(0, self.every);
        }
        if self.orders_every > 0 {
            self.next_order = ready + self.chance.exponential(self.orders_every);
        }
    }
}

impl Chatter for Heartbeat {
    fn stretch(&mut self, _: i64, until: i64, body: &mut Body) {
        if self.standing.is_none() && self.opens < until {
            self.open(body);
        }
        let Some(standing) = self.standing.as_mut() else { return };
        let mut wire = Wire { air: &body.host.air, noise: &body.noise, out: &mut body.out };
        while self.next.min(self.next_order) < until {
            if self.next <= self.next_order {
                standing.exchange(self.next, self.octets.0, self.octets.1, &mut wire);
                self.next += self.every + self.chance.bell(0, (self.every / 500).min(20 * MILLISECOND));
            } else {
                standing.hear(self.next_order, 88, &mut wire);
                standing.exchange(self.next_order + 90 * MILLISECOND, 96 + self.chance.length(0, 300), 24, &mut wire);
                self.next_order += self.chance.exponential(self.orders_every).max(SECOND);
            }
        }
    }
}
