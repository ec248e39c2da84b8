//! A TCP connection in virtual time: handshake, segments, acknowledgements, loss and repair, FIN.
//!
//! Nagle's algorithm is off, as in every client that sends sound: a record leaves as soon as it is written, unless the
//! radio stalls; then what is written meanwhile waits in the socket and leaves in full segments.

mod end;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use earwitness_core::time::{MILLISECOND, SECOND};

use crate::air::{Air, Queue};
use crate::chance::Chance;
use crate::file::Captured;
use crate::packet::{self, ACK, Ends, FIN, PSH, SYN, TcpHeader};
use end::{End, Flight};

/// Largest payload of a segment over IPv4: 1,460 of Ethernet less 12 of the time-stamp option (RFC 7323).
pub const SEGMENT: usize = 1_448;
/// The same over IPv6, whose header is 20 octets longer.
pub const SEGMENT_V6: usize = SEGMENT - 20;

/// Octets that an application writes into its socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Write {
    /// Not before this moment.
    pub at: i64,
    /// Not before this many octets of the other side have arrived.
    pub after: u64,
    /// How long the application then thinks.
    pub think: i64,
    /// What it writes.
    pub octets: Vec<u8>,
}

/// What both applications write, each in its order.
#[derive(Clone, Default, Debug)]
pub struct Conversation {
    /// When the device opens the connection.
    pub opens: i64,
    /// Writes of the device.
    pub device: Vec<Write>,
    /// Writes of the server.
    pub server: Vec<Write>,
    /// When the device closes it; a connection without this is still open at the end.
    pub closes: Option<i64>,
}

/// The way between device and server. The capture is taken where air and wire meet.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    /// The device's radio link.
    pub air: &'a Air,
    /// One-way delay between the place of capture and the server, nanoseconds.
    pub delay: i64,
    /// One data segment in so many is lost before the capture sees it; 0 for none.
    pub lost_on_air: u64,
    /// One data segment in so many is lost after the capture saw it; 0 for none.
    pub lost_on_wire: u64,
}

/// What the capture saw of a connection.
#[derive(Clone, Default, Debug)]
pub struct Trace {
    /// The frames, in order of time.
    pub frames: Vec<Captured>,
    /// How far the device's stream had been captured, and when.
    reached: Vec<(u64, i64)>,
    /// Where either side stands at the end: the device, then the server.
    pub left: [Standstill; 2],
}

/// Where one side of a connection stands when nothing is left to send.
#[derive(Clone, Copy, Default, Debug)]
pub struct Standstill {
    /// Sequence number of the next octet.
    pub sequence: u32,
    /// What its time-stamp clock shows at a moment of zero nanoseconds.
    pub clock: u32,
    /// Identification of its last IPv4 packet.
    pub id: u16,
}

impl Trace {
    /// When octet number `offset` of the device's stream was first captured; `None` if it never was.
    #[must_use]
    pub fn passed(&self, offset: u64) -> Option<i64> {
        let first = self.reached.partition_point(|&(end, _)| end <= offset);
        self.reached.get(first).map(|&(_, at)| at)
    }
}

/// Plays `conversation` between `ends` (seen from the device) until nothing is left to send.
#[must_use]
pub fn play(conversation: Conversation, ends: Ends, path: Path<'_>, chance: &mut Chance) -> Trace {
    let mut connection = Connection::new(conversation, ends, path, chance);
    connection.shake_hands();
    while let Some(Reverse((at, _, event))) = connection.events.pop() {
        match event {
            Event::Poll(side) => connection.poll(side, at),
            Event::Arrive(side, flight) => connection.arrive(side, at, flight),
        }
    }
    let left = [DEVICE, SERVER].map(|side| Standstill {
        sequence: wrap(connection.ends[side].first, connection.ends[side].next + 1),
        clock: connection.ends[side].clock(0),
        id: connection.ids[side],
    });
    let mut trace = Trace { left, ..connection.trace };
    trace.frames.sort_by_key(|frame| frame.at);
    trace
}

/// The sequence number `offset` octets after `start`.
fn wrap(start: u32, offset: u64) -> u32 {
    start.wrapping_add(u32::try_from(offset & 0xffff_ffff).unwrap_or(0))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    Poll(usize),
    Arrive(usize, Flight),
}

/// Index of the device in `Connection::ends`.
const DEVICE: usize = 0;
/// Index of the server.
const SERVER: usize = 1;

struct Connection<'a> {
    opens: i64,
    closes: Option<i64>,
    addresses: Ends,
    path: Path<'a>,
    chance: &'a mut Chance,
    ends: [End; 2],
    events: BinaryHeap<Reverse<(i64, u64, Event)>>,
    order: u64,
    air_up: Queue,
    air_down: Queue,
    /// When the last frame on the wire arrives, per sender: wires keep the order.
    wire: [i64; 2],
    ids: [u16; 2],
    trace: Trace,
}

impl<'a> Connection<'a> {
    fn new(conversation: Conversation, addresses: Ends, path: Path<'a>, chance: &'a mut Chance) -> Self {
        let mut number = || u32::try_from(chance.below(1 << 32)).unwrap_or(0);
        let segment = if addresses.source.is_ipv4() { SEGMENT } else { SEGMENT_V6 };
        let mut end = |script| End::new(script, segment, number(), number());
        let ends = [end(conversation.device), end(conversation.server)];
        let ids = [u16::try_from(chance.below(1 << 16)).unwrap_or(0), 0];
        Self {
            opens: conversation.opens,
            closes: conversation.closes,
            addresses,
            path,
            chance,
            ends,
            events: BinaryHeap::new(),
            order: 0,
            air_up: Queue::default(),
            air_down: Queue::default(),
            wire: [0; 2],
            ids,
            trace: Trace::default(),
        }
    }

    fn shake_hands(&mut self) {
        let largest = if self.addresses.source.is_ipv4() { 0xb4 } else { 0xa0 };
        let opening = |timestamp: u32, echo: u32| {
            // Maximum segment size 1,460 or 1,440, timestamps, window scale 7 (RFC 9293 3.2, RFC 7323).
            let mut options = vec![2, 4, 5, largest, 1, 1, 8, 10];
            options.extend_from_slice(&timestamp.to_be_bytes());
            options.extend_from_slice(&echo.to_be_bytes());
            options.extend_from_slice(&[1, 3, 3, 7]);
            options
        };
        let at = self.opens;
        let (device, server) = (self.ends[DEVICE].clock(at), self.ends[SERVER].clock(at));
        let seen = self.air_up.pass(self.path.air, at, 74, self.chance);
        self.capture(DEVICE, seen, SYN, 0, 0, &opening(device, 0), &[]);
        let seen = seen + 2 * self.path.delay + self.chance.exponential(MILLISECOND);
        self.capture(SERVER, seen, SYN | ACK, 0, 0, &opening(server, device), &[]);
        self.ends[DEVICE].echo = server;
        self.ends[SERVER].echo = device;
        let opened = self.air_down.pass(self.path.air, seen, 74, self.chance);
        let flight = Flight { offset: 0, length: 0, acknowledged: 0, timestamp: device, last: false };
        self.send(DEVICE, opened, flight, false);
        self.schedule(DEVICE, opened);
    }

    fn schedule(&mut self, side: usize, at: i64) {
        if at < self.ends[side].next_poll {
            self.ends[side].next_poll = at;
            self.push(at, Event::Poll(side));
        }
    }

    fn push(&mut self, at: i64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((at, self.order, event)));
    }

    /// Writes what is due, sends what may be sent, and says when to look again.
    fn poll(&mut self, side: usize, now: i64) {
        let end = &mut self.ends[side];
        if end.next_poll <= now {
            end.next_poll = i64::MAX;
        }
        if end.repair_due.is_some_and(|due| due <= now) {
            end.start_again(now);
        }
        loop {
            while let Some((offset, length)) = self.ends[side].next_segment(now) {
                self.send_data(side, now, offset, length);
            }
            if !self.ends[side].write_one(now) {
                break;
            }
        }
        let end = &mut self.ends[side];
        if end.owed >= 2 || end.ack_due.is_some_and(|due| due <= now) {
            self.acknowledge(side, now, false);
        }
        let done = self.ends[side].is_done();
        let peer_closed = self.ends[side].peer_closed;
        let close_at = if side == DEVICE { self.closes } else { peer_closed.then_some(now) };
        if let (true, Some(close_at), false) = (done, close_at, self.ends[side].closed) {
            if close_at <= now {
                self.ends[side].closed = true;
                self.acknowledge(side, now, true);
            } else {
                self.schedule(side, close_at);
            }
        }
        if let Some(due) = self.ends[side].due(now) {
            self.schedule(side, due.max(now + 1));
        }
    }

    fn arrive(&mut self, side: usize, now: i64, flight: Flight) {
        let repair = self.ends[side].accept(flight, now);
        if let Some((offset, length)) = repair {
            self.send_data(side, now, offset, length);
        }
        if flight.last {
            self.ends[side].peer_closed = true;
            if self.ends[side].closed {
                self.acknowledge(side, now, false);
            }
        }
        self.poll(side, now);
    }

    fn send_data(&mut self, side: usize, now: i64, offset: u64, length: usize) {
        let end = &mut self.ends[side];
        end.sent(now, offset, length, 2 * self.path.delay);
        let flight = Flight { offset, length, acknowledged: end.received, timestamp: end.clock(now), last: false };
        self.send(side, now, flight, true);
    }

    fn acknowledge(&mut self, side: usize, now: i64, last: bool) {
        let end = &mut self.ends[side];
        end.owed = 0;
        end.ack_due = None;
        let acknowledged = end.received + u64::from(end.peer_closed);
        let offset = end.next + u64::from(end.closed && !last);
        let flight = Flight { offset, length: 0, acknowledged, timestamp: end.clock(now), last };
        self.send(side, now, flight, false);
    }

    /// Takes one frame over air and wire, past the place of capture.
    fn send(&mut self, side: usize, now: i64, flight: Flight, may_be_lost: bool) {
        let mut lost = |one_in: u64| may_be_lost && one_in > 0 && self.chance.one_in(one_in);
        let (lost_on_air, lost_on_wire) = (lost(self.path.lost_on_air), lost(self.path.lost_on_wire));
        let octets = 66 + flight.length;
        let jitter = self.chance.exponential(MILLISECOND / 4);
        if side == DEVICE {
            let seen = self.air_up.pass(self.path.air, now, octets, self.chance);
            self.ends[side].in_queue.push_back(seen);
            if lost_on_air {
                return;
            }
            self.capture_flight(side, seen, flight);
            let arrived = (seen + self.path.delay + jitter).max(self.wire[side] + 1);
            self.wire[side] = arrived;
            if !lost_on_wire {
                self.push(arrived, Event::Arrive(SERVER, flight));
            }
        } else if !lost_on_wire {
            // The home's own line: 100 Mbit/s, so a burst of the server's arrives spread out.
            let on_line = i64::try_from(octets).unwrap_or(0) * 8 * SECOND / 100_000_000;
            let seen = (now + self.path.delay + jitter).max(self.wire[side] + on_line);
            self.wire[side] = seen;
            self.capture_flight(side, seen, flight);
            let arrived = self.air_down.pass(self.path.air, seen, octets, self.chance);
            if !lost_on_air {
                self.push(arrived, Event::Arrive(DEVICE, flight));
            }
        }
    }

    fn capture_flight(&mut self, side: usize, at: i64, flight: Flight) {
        let Flight { offset, length, acknowledged, timestamp, last } = flight;
        let mut options = vec![1, 1, 8, 10];
        options.extend_from_slice(&timestamp.to_be_bytes());
        options.extend_from_slice(&self.ends[side].echo.to_be_bytes());
        let payload = self.ends[side].stream_part(offset, length).to_vec();
        let end = offset + length as u64;
        let push = if length > 0 && end >= self.ends[side].written() { PSH } else { 0 };
        let flags = ACK | push | if last { FIN } else { 0 };
        // Sequence numbers begin one after the SYN.
        self.capture(side, at, flags, offset + 1, acknowledged + 1, &options, &payload);
        if side == DEVICE && self.trace.reached.last().is_none_or(|&(reached, _)| reached < end) && length > 0 {
            self.trace.reached.push((end, at));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one header, passed once")]
    fn capture(&mut self, side: usize, at: i64, flags: u8, sequence: u64, acknowledged: u64, options: &[u8], payload: &[u8]) {
        let other = if side == DEVICE { SERVER } else { DEVICE };
        let header = TcpHeader {
            sequence: wrap(self.ends[side].first, sequence),
            acknowledged: if flags & ACK == 0 { 0 } else { wrap(self.ends[other].first, acknowledged.max(1)) },
            flags,
            window: if flags & SYN == 0 { 2_048 } else { 64_240 },
            options,
        };
        let ends = if side == DEVICE { self.addresses } else { self.addresses.back(53) };
        self.ids[side] = self.ids[side].wrapping_add(1);
        let octets = packet::tcp(&ends, self.ids[side], &header, payload);
        self.trace.frames.push(Captured { at, octets });
    }
}

#[cfg(test)]
mod tests;
