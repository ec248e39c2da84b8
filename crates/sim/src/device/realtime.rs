//! Things that cannot wait: a game console, a remote desktop and a video call.

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Device;
use super::datagram::stun;
use crate::chance::Chance;
use crate::host::{Datagrams, Host, Server, later};
use crate::session::Session;
use crate::truth::{Kind, Upload};

/// A game console: small datagrams 60 times a second while somebody plays.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    /// Datagrams per second.
    pub rate: i64,
    /// Shortest and longest game, seconds.
    pub game: (i64, i64),
}

impl Device for Console {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server =
            Server { name: "match.games.example", address: [198, 51, 100, 70].into(), port: 30_070, delay: 17 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("console");
        let mut at = later(now, 3, 15, &mut chance);
        while at < until {
            at = host.look_up(at, &server);
            let end = (at + chance.between(self.game.0, self.game.1 + 1) * SECOND).min(until);
            let mut flow = Datagrams::default();
            let (mut tick, mut number) = (at, 0_u32);
            while tick < end {
                // Input and position: a fixed part, and events now and then.
                let length = 38 + chance.length(0, 3) * 4 + if chance.one_in(12) { chance.length(10, 60) } else { 0 };
                flow.up.push((tick, numbered(number, length, &mut chance)));
                if number.is_multiple_of(2) {
                    let length = chance.length(120, 420);
                    flow.down.push((tick + 5 * MILLISECOND, numbered(number, length, &mut chance)));
                }
                number += 1;
                tick += SECOND / self.rate + chance.bell(0, 300_000);
            }
            host.exchange(&server, flow);
            at = later(end, 10, 40, &mut chance);
        }
        Vec::new()
    }
}

/// A remote desktop over TLS: every movement of the mouse is a record of one length, at the beat of the mouse.
///
/// Nothing in the lengths and times of it tells it from sound of constant bit rate but the habit of the hand.
#[derive(Clone, Copy, Debug)]
pub struct Desktop {
    /// Reports of the mouse per second.
    pub rate: i64,
    /// Octets of a movement.
    pub movement: usize,
}

impl Device for Desktop {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server =
            Server { name: "desktop.office.example", address: [198, 51, 100, 80].into(), port: 443, delay: 12 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("desktop");
        let opened = host.look_up(now, &server);
        let mut session = Session::open(opened, server.name, &[], &mut chance);
        let mut at = opened + 2 * SECOND;
        while at < until {
            // The hand moves for a moment, clicks or types a little, and rests.
            let stop = at + chance.between(150, 2_500) * MILLISECOND;
            while at < stop {
                session.say(at, self.movement);
                if chance.one_in(4) {
                    session.hear(at + 20 * MILLISECOND, chance.length(300, 6_000));
                }
                at += SECOND / self.rate + chance.exponential(300_000);
            }
            for _ in 0..chance.below(8) {
                session.say(at, self.movement + chance.pick(&[4, 8]));
                at += chance.between(70, 300) * MILLISECOND;
                session.hear(at, chance.length(200, 2_000));
            }
            at += chance.exponential(3 * SECOND);
        }
        host.converse(&server, session);
        Vec::new()
    }
}

fn numbered(number: u32, length: usize, chance: &mut Chance) -> Vec<u8> {
    let mut payload = number.to_be_bytes().to_vec();
    payload.extend_from_slice(&chance.octets(length.saturating_sub(4)));
    payload
}

/// A video call: SRTP with sound every 20 ms and pictures, both ways.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Shortest and longest call, seconds.
    pub length: (i64, i64),
    /// Octets of a picture; 0 for a call with sound alone.
    pub picture: usize,
}

/// SSRC and payload type of one stream inside a call.
#[derive(Clone, Copy)]
struct Stream {
    source: u32,
    kind: u8,
}

impl Stream {
    fn packet(self, number: u16, ticks: u32, octets: usize, chance: &mut Chance) -> Vec<u8> {
        let mut packet = vec![0x80, self.kind];
        packet.extend_from_slice(&number.to_be_bytes());
        packet.extend_from_slice(&ticks.to_be_bytes());
        packet.extend_from_slice(&self.source.to_be_bytes());
        packet.extend_from_slice(&chance.octets(octets + 10));
        packet
    }
}

impl Call {
    /// One side of the call: what it sends, and which of it is sound.
    fn side(&self, at: i64, end: i64, chance: &mut Chance) -> Vec<(i64, Vec<u8>, bool)> {
        let (sound, picture) = (Stream { source: 0x1111_0001, kind: 111 }, Stream { source: 0x2222_0002, kind: 96 });
        let mut sent = Vec::new();
        let (mut number, mut ticks, mut talking) = (0_u16, 0_u32, true);
        let mut now = at;
        while now < end {
            if chance.one_in(150) {
                talking = !talking;
            }
            let octets = if talking { chance.length(58, 110) } else { chance.length(10, 40) };
            sent.push((now, sound.packet(number, ticks, octets, chance), true));
            number = number.wrapping_add(1);
            ticks = ticks.wrapping_add(960);
            now += 20 * MILLISECOND + chance.bell(0, 200_000);
        }
        let (mut number, mut ticks) = (0_u16, 0_u32);
        now = at + 7 * MILLISECOND;
        while now < end && self.picture > 0 {
            let mut left = self.picture / 2 + chance.length(0, self.picture);
            let mut part_at = now;
            while left > 0 {
                let part = left.min(1_120);
                sent.push((part_at, picture.packet(number, ticks, part, chance), false));
                number = number.wrapping_add(1);
                left -= part;
                part_at += MILLISECOND;
            }
            ticks = ticks.wrapping_add(3_000);
            now += 33 * MILLISECOND + chance.bell(0, MILLISECOND);
        }
        // Sender reports (RFC 3550, 6.4), encrypted.
        now = at + SECOND;
        while now < end {
            let mut report = vec![0x80, 200, 0, 6];
            report.extend_from_slice(&chance.octets(24 + 14));
            sent.push((now, report, false));
            now += 5 * SECOND;
        }
        sent.sort_by_key(|sent| sent.0);
        sent
    }
}

impl Device for Call {
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload> {
        let server =
            Server { name: "relay.calls.example", address: [198, 51, 100, 90].into(), port: 3_478, delay: 19 * MILLISECOND };
        let now = host.join(from, None);
        let mut chance = host.chance.fork("call");
        let mut found = Vec::new();
        let mut at = later(now, 5, 20, &mut chance);
        while at < until {
            at = host.look_up(at, &server);
            let end = (at + chance.between(self.length.0, self.length.1 + 1) * SECOND).min(until);
            let mut transaction = [0; 12];
            transaction.copy_from_slice(&chance.octets(12));
            let mut flow = Datagrams::default();
            flow.up.push((at, stun(false, &transaction)));
            flow.down.push((at + server.delay, stun(true, &transaction)));
            let begins = at + 3 * server.delay;
            let sent = self.side(begins, end, &mut chance);
            let mut sound = vec![false];
            for (at, payload, is_sound) in sent {
                flow.up.push((at, payload));
                sound.push(is_sound);
            }
            flow.down.extend(self.side(begins, end, &mut chance).into_iter().map(|(at, payload, _)| (at, payload)));
            let seen = host.exchange(&server, flow);
            let heard: Vec<i64> = seen.iter().zip(&sound).filter(|(_, sound)| **sound).map(|(&at, _)| at).collect();
            if let (Some(&start_ns), Some(&end_ns)) = (heard.first(), heard.last()) {
                let audio_ns = i64::try_from(heard.len()).unwrap_or(0) * 20 * MILLISECOND;
                found.push(Upload { kind: Kind::Call, start_ns, end_ns, audio_ns });
            }
            at = later(end, 20, 60, &mut chance);
        }
        found
    }
}
