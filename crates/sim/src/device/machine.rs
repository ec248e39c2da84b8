//! Machines that report: a plug with heartbeats, a sensor hub with readings at a steady beat. No sound in any of it.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use crate::host::{Datagrams, Host, Server, later};
use crate::session::Session;
use crate::truth::Upload;

/// A smart plug: a standing connection with heartbeats, now and then switched.
#[derive(Clone, Copy, Debug)]
pub struct Plug {
    /// Time between heartbeats, nanoseconds.
    pub heartbeat: i64,
}

impl Device for Plug {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server = Server { name: "mqtt.plug.example", address: [192, 0, 2, 40].into(), port: 8_883, delay: 25 * MILLISECOND };
        let now = host.join(from, Some("_http._tcp"));
        let mut chance = host.chance.fork("plug");
        let clock = Server { name: "time.example", address: [192, 0, 2, 123].into(), port: 123, delay: 12 * MILLISECOND };
        let now = host.look_up(now, &clock);
        let mut asked = chance.octets(48);
        asked[0] = 0x23;
        let mut answer = chance.octets(48);
        answer[..2].copy_from_slice(&[0x24, 2]);
        host.exchange(&clock, Datagrams { up: vec![(now, asked)], down: vec![(now + clock.delay, answer)] });
        let opened = host.look_up(now, &server);
        let mut session = Session::open(opened, server.name, &[], &mut chance);
        session.ask(opened, 120, MILLISECOND, &[4]);
        let mut at = opened + SECOND;
        while at < until {
            session.ask(at, 2, MILLISECOND, &[2]);
            at += self.heartbeat + chance.bell(0, 20 * MILLISECOND);
        }
        let mut at = later(opened, 20, 60, &mut chance);
        while at < until {
            session.hear(at, 88);
            session.say(at + 90 * MILLISECOND, 96);
            session.say(at + 140 * MILLISECOND, 310);
            at = later(at, 40, 200, &mut chance);
        }
        host.converse(&server, session);
        Vec::new()
    }
}

/// A device that sends one record of a fixed length on a steady beat.
#[derive(Clone, Copy, Debug)]
pub struct Telemetry {
    /// Time between two records, nanoseconds.
    pub beat: i64,
    /// Octets in a record.
    pub octets: usize,
    /// How long it reports and how long it then rests, nanoseconds; without it, it never rests.
    pub turns: Option<(i64, i64)>,
}

impl Device for Telemetry {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server =
            Server { name: "ingest.sensors.example", address: [192, 0, 2, 60].into(), port: 443, delay: 22 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("telemetry");
        let opened = host.look_up(now, &server);
        let mut session = Session::open(opened, server.name, &[], &mut chance);
        let mut at = opened + 2 * SECOND;
        let (busy, rest) = self.turns.unwrap_or((until - from, 0));
        while at < until {
            let stop = (at + busy).min(until);
            let mut count = 0;
            while at < stop {
                session.say(at + chance.exponential(400_000).min(self.beat / 4), self.octets);
                count += 1;
                if count % 20 == 0 {
                    session.hear(at + 3 * MILLISECOND, 24);
                }
                at += self.beat;
            }
            at += rest + if rest > 0 { chance.between(0, 5 * SECOND) } else { 0 };
        }
        host.converse(&server, session);
        Vec::new()
    }
}
