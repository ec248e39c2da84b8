//! A connection that stands for hours: the frames of heartbeats and steady streams, one at a time and cheaply.
//!
//! [`crate::tcp::play`] plays a connection with every state of TCP; for a day of heartbeats that is too dear. Here the
//! handshake is played, and what follows continues its numbers: data, acknowledgements, now and then a loss and its
//! repair. The ciphertext is cut from a page of noise, because nobody can tell.

use std::net::IpAddr;
use std::sync::Arc;

use earwitness_core::time::{MILLISECOND, SECOND};

use super::outbox::Outbox;
use crate::air::{Air, Queue};
use crate::chance::Chance;
use crate::host::{Host, Server};
use crate::packet::{ACK, Ends, PSH, folded, words};
use crate::session::Session;
use crate::tcp::{SEGMENT, Standstill};
use crate::tls::RECORD_OVERHEAD;

/// Index of the device, and of the server.
const DEVICE: usize = 0;
const SERVER: usize = 1;
/// Ethernet, IPv4 and TCP with the time-stamp option.
const HEADERS: usize = 14 + 20 + 32;
/// An acknowledgement waits so long for data to ride on.
const DELAYED: i64 = 40 * MILLISECOND;
/// A lost segment is sent again so much later than its round trip.
const REPAIR: i64 = 210 * MILLISECOND;

/// Octets that look like ciphertext, shared by all connections of a home.
pub(super) type Noise = Arc<[u8]>;

/// Where a connection lies: the air it shares, what it looks like inside, and where its frames go.
pub(super) struct Wire<'a> {
    pub(super) air: &'a Air,
    pub(super) noise: &'a Noise,
    pub(super) out: &'a mut Outbox,
}

/// One standing TLS connection, seen from the gateway.
pub(super) struct Standing {
    /// Headers of either side's frames; what changes is written over.
    templates: [[u8; HEADERS]; 2],
    /// Sum of the words of IPv4 header and pseudo header that never change.
    constant: [(u64, u64); 2],
    left: [Standstill; 2],
    delay: i64,
    queue: Queue,
    /// No frame of a side passes before its last one.
    last: [i64; 2],
    unacknowledged: u32,
    one_lost_in: u64,
    chance: Chance,
}

impl Standing {
    /// Looks the server up and shakes hands at `at`; says when it can be used.
    pub(super) fn open(host: &mut Host, at: i64, server: &Server<'_>, one_lost_in: u64) -> (Self, i64) {
        let mut chance = host.chance.fork(&format!("standing/{}/{at}", server.name));
        let opened = host.look_up(at, server);
        let session = Session::open(opened, server.name, &[], &mut chance);
        let (ends, left) = host.stand(server, session);
        let ready = opened + 6 * server.delay + SECOND;
        (Self::between(ends, left, server.delay, one_lost_in, ready, chance), ready)
    }

    fn between(ends: Ends, left: [Standstill; 2], delay: i64, one_lost_in: u64, ready: i64, chance: Chance) -> Self {
        let templates = [template(&ends), template(&ends.back(53))];
        let constant = templates.map(|template| (words(&template[14..34]), words(&template[26..34])));
        let (queue, last) = (Queue::default(), [ready; 2]);
        Self { templates, constant, left, delay, queue, last, unacknowledged: 0, one_lost_in, chance }
    }

    /// The device writes a record of `up` octets at `at`, and is answered with one of `down` (none when 0).
    pub(super) fn exchange(&mut self, at: i64, up: usize, down: usize, wire: &mut Wire<'_>) {
        let at = at.max(self.last[DEVICE]).max(self.last[SERVER]);
        let seen = self.say(at, up, wire);
        let answered = seen + 2 * self.delay + self.chance.exponential(MILLISECOND);
        if down > 0 {
            self.hear(answered, down, wire);
        } else {
            self.acknowledge(SERVER, answered.max(self.last[SERVER] + 1) + DELAYED, wire);
        }
    }

    /// The server writes a record of `octets` that passes at `at`; the device acknowledges it.
    pub(super) fn hear(&mut self, at: i64, octets: usize, wire: &mut Wire<'_>) {
        let mut at = at.max(self.last[SERVER] + 1);
        let mut left = octets + RECORD_OVERHEAD;
        let mut count = 0;
        while left > 0 {
            let part = left.min(SEGMENT);
            let header = (count == 0).then_some(octets);
            left -= part;
            self.segment(SERVER, at, self.left[SERVER].sequence, header, part, left == 0, wire);
            self.advance(SERVER, at, part);
            count += 1;
            if count % 2 == 0 {
                let back = self.queue.pass(wire.air, at, 66, &mut self.chance);
                self.acknowledge(DEVICE, back, wire);
            }
            // A line of 100 Mbit/s.
            at += 125_000;
        }
        if count % 2 == 1 {
            let back = self.queue.pass(wire.air, at + DELAYED, 66, &mut self.chance);
            self.acknowledge(DEVICE, back, wire);
        }
    }

    /// The device writes a record of `octets` at `at` into a stream that goes on; every second segment is acknowledged.
    pub(super) fn say_on(&mut self, at: i64, octets: usize, wire: &mut Wire<'_>) {
        let seen = self.say(at, octets, wire);
        if self.unacknowledged >= 2 {
            self.unacknowledged = 0;
            let jitter = self.chance.between(0, MILLISECOND / 2);
            self.acknowledge(SERVER, seen + 2 * self.delay + jitter, wire);
        }
    }

    /// Writes one record; says when its last octet passed for the first time.
    fn say(&mut self, at: i64, octets: usize, wire: &mut Wire<'_>) -> i64 {
        let mut left = octets + RECORD_OVERHEAD;
        let mut header = Some(octets);
        let mut seen = at;
        while left > 0 {
            let part = left.min(SEGMENT);
            left -= part;
            let passes = self.queue.pass(wire.air, at, part + HEADERS, &mut self.chance).max(self.last[DEVICE] + 1);
            let sequence = self.left[DEVICE].sequence;
            let lost = self.one_lost_in > 0 && self.chance.one_in(self.one_lost_in);
            // Lost before the capture saw it, or after: then it is seen twice.
            if !lost || self.chance.one_in(2) {
                self.segment(DEVICE, passes, sequence, header, part, left == 0, wire);
            }
            if lost {
                self.segment(DEVICE, passes + 2 * self.delay + REPAIR, sequence, header, part, left == 0, wire);
            }
            self.advance(DEVICE, passes, part);
            self.unacknowledged += 1;
            header = None;
            seen = if lost { passes + 2 * self.delay + REPAIR } else { passes };
        }
        seen
    }

    fn advance(&mut self, side: usize, at: i64, octets: usize) {
        let octets = u32::try_from(octets).unwrap_or(0);
        self.left[side].sequence = self.left[side].sequence.wrapping_add(octets);
        self.last[side] = at;
    }

    fn acknowledge(&mut self, side: usize, at: i64, wire: &mut Wire<'_>) {
        let at = at.max(self.last[side] + 1);
        self.last[side] = at;
        self.segment(side, at, self.left[side].sequence, None, 0, false, wire);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one segment, passed once")]
    fn segment(
        &mut self,
        side: usize,
        at: i64,
        sequence: u32,
        header: Option<usize>,
        length: usize,
        push: bool,
        wire: &mut Wire<'_>,
    ) {
        let other = 1 - side;
        self.left[side].id = self.left[side].id.wrapping_add(1);
        let clock = |standstill: Standstill, at: i64| {
            u32::try_from((at / MILLISECOND).rem_euclid(1 << 32)).unwrap_or(0).wrapping_add(standstill.clock)
        };
        let mut head = self.templates[side];
        let total = u16::try_from(HEADERS - 14 + length).unwrap_or(u16::MAX);
        head[16..18].copy_from_slice(&total.to_be_bytes());
        head[18..20].copy_from_slice(&self.left[side].id.to_be_bytes());
        let sum = !folded(self.constant[side].0 + words(&head[16..20]));
        head[24..26].copy_from_slice(&sum.to_be_bytes());
        head[38..42].copy_from_slice(&sequence.to_be_bytes());
        head[42..46].copy_from_slice(&self.left[other].sequence.to_be_bytes());
        head[47] = ACK | if push { PSH } else { 0 };
        head[58..62].copy_from_slice(&clock(self.left[side], at).to_be_bytes());
        head[62..66].copy_from_slice(&clock(self.left[other], at - 2 * self.delay).to_be_bytes());
        let page = usize::from(self.left[side].id);
        let (constant, noise) = (self.constant[side].1, wire.noise);
        wire.out.build(at, |octets| {
            let from = octets.len();
            octets.extend_from_slice(&head);
            fill(octets, header, length, page, noise);
            // Protocol number and length of the pseudo header (RFC 9293, 3.1).
            let upper = (total - 20).to_be_bytes();
            let sum = !folded(constant + words(&[0, 6, upper[0], upper[1]]) + words(&octets[from + 34..]));
            octets[from + 50..from + 52].copy_from_slice(&sum.to_be_bytes());
        });
    }
}

/// Appends `length` octets of ciphertext; a record of `header` octets of plain text begins with them.
fn fill(octets: &mut Vec<u8>, header: Option<usize>, length: usize, page: usize, noise: &Noise) {
    let mut left = length;
    if let Some(plain) = header {
        let record = u16::try_from(plain + RECORD_OVERHEAD - 5).unwrap_or(u16::MAX).to_be_bytes();
        octets.extend_from_slice(&[23, 3, 3, record[0], record[1]]);
        left -= 5;
    }
    octets.extend_from_slice(&noise[page % 4_096..][..left]);
}

/// A page of noise long enough for every frame.
pub(super) fn noise(chance: &mut Chance) -> Noise {
    chance.octets(8_192).into()
}

/// The octets of a segment's headers that do not change.
fn template(ends: &Ends) -> [u8; HEADERS] {
    let mut head = addressed(ends, 6);
    // Eight words of header; a window of 2,048 scaled by 7; two no-operations, then the time stamps.
    head[46] = 0x80;
    head[48..50].copy_from_slice(&2_048_u16.to_be_bytes());
    head[54..58].copy_from_slice(&[1, 1, 8, 10]);
    head
}

/// Ethernet, IPv4 and the ports of a packet of the protocol; the `N` octets have room for them, and the rest is zero.
pub(super) fn addressed<const N: usize>(ends: &Ends, protocol: u8) -> [u8; N] {
    let mut head = [0; N];
    head[..6].copy_from_slice(&ends.target_mac.0);
    head[6..12].copy_from_slice(&ends.source_mac.0);
    head[12..16].copy_from_slice(&[8, 0, 0x45, 0]);
    head[20..24].copy_from_slice(&[0x40, 0, ends.hops, protocol]);
    if let (IpAddr::V4(source), IpAddr::V4(target)) = (ends.source, ends.target) {
        head[26..30].copy_from_slice(&source.octets());
        head[30..34].copy_from_slice(&target.octets());
    }
    head[34..36].copy_from_slice(&ends.source_port.to_be_bytes());
    head[36..38].copy_from_slice(&ends.target_port.to_be_bytes());
    head
}
