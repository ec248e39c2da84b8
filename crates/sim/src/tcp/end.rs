//! One end of a TCP connection: its stream, its window, what it has received, and what it owes.

use std::collections::{BTreeMap, VecDeque};

use earwitness_core::time::{MILLISECOND, SECOND};

use super::Write;

/// Segments that may wait in the radio's queue before the socket holds back the rest (as Linux's small queues do).
const QUEUED: usize = 3;
/// Octets in flight at most: the window that both ends announce (2,048 scaled by 7).
const WINDOW: u64 = 262_144;
/// Initial window of ten segments (RFC 6928).
const INITIAL: u64 = 10;
/// An acknowledgement waits so long for data to ride on.
const DELAYED: i64 = 40 * MILLISECOND;
/// Shortest time after which a segment is sent again.
const SHORTEST_REPAIR: i64 = 200 * MILLISECOND;

/// One segment under way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Flight {
    /// Place of its first octet in the stream.
    pub(super) offset: u64,
    /// Octets of payload.
    pub(super) length: usize,
    /// Octets that its sender has received in order.
    pub(super) acknowledged: u64,
    /// Its time stamp.
    pub(super) timestamp: u32,
    /// Whether it carries FIN.
    pub(super) last: bool,
}

pub(super) struct End {
    script: VecDeque<Write>,
    /// Largest payload of a segment.
    segment: u64,
    stream: Vec<u8>,
    /// Initial sequence number.
    pub(super) first: u32,
    clock_offset: u32,
    /// First octet not acknowledged.
    unacknowledged: u64,
    /// First octet not sent, or to be sent again.
    pub(super) next: u64,
    highest: u64,
    window: u64,
    threshold: u64,
    duplicates: u32,
    recover: u64,
    pub(super) repair_due: Option<i64>,
    repair_after: i64,
    /// Octets received in order.
    pub(super) received: u64,
    islands: BTreeMap<u64, u64>,
    /// Segments received and not acknowledged.
    pub(super) owed: u32,
    pub(super) ack_due: Option<i64>,
    /// The peer's latest time stamp.
    pub(super) echo: u32,
    /// When the frames in the radio's queue leave it.
    pub(super) in_queue: VecDeque<i64>,
    pub(super) next_poll: i64,
    pub(super) closed: bool,
    pub(super) peer_closed: bool,
}

impl End {
    pub(super) fn new(script: Vec<Write>, segment: usize, first: u32, clock_offset: u32) -> Self {
        Self {
            script: script.into(),
            segment: segment as u64,
            stream: Vec::new(),
            first,
            clock_offset,
            unacknowledged: 0,
            next: 0,
            highest: 0,
            window: INITIAL * segment as u64,
            threshold: WINDOW,
            duplicates: 0,
            recover: 0,
            repair_due: None,
            repair_after: 0,
            received: 0,
            islands: BTreeMap::new(),
            owed: 0,
            ack_due: None,
            echo: 0,
            in_queue: VecDeque::new(),
            next_poll: i64::MAX,
            closed: false,
            peer_closed: false,
        }
    }

    /// The time-stamp clock: milliseconds from an offset of its own.
    pub(super) fn clock(&self, now: i64) -> u32 {
        let millis = u32::try_from((now / MILLISECOND).rem_euclid(1 << 32)).unwrap_or(0);
        millis.wrapping_add(self.clock_offset)
    }

    pub(super) fn written(&self) -> u64 {
        self.stream.len() as u64
    }

    pub(super) fn stream_part(&self, offset: u64, length: usize) -> &[u8] {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        self.stream.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    pub(super) fn is_done(&self) -> bool {
        self.script.is_empty() && self.unacknowledged == self.written()
    }

    /// Moves one due write into the stream; false when none is due.
    pub(super) fn write_one(&mut self, now: i64) -> bool {
        let Some(write) = self.script.front_mut() else { return false };
        if self.received < write.after {
            return false;
        }
        if write.think > 0 {
            write.at = write.at.max(now + write.think);
            write.think = 0;
        }
        if write.at > now {
            return false;
        }
        let write = self.script.pop_front();
        self.stream.extend_from_slice(&write.map(|write| write.octets).unwrap_or_default());
        true
    }

    /// The next segment that window and queue let through.
    pub(super) fn next_segment(&mut self, now: i64) -> Option<(u64, usize)> {
        while self.in_queue.front().is_some_and(|&leaves| leaves <= now) {
            self.in_queue.pop_front();
        }
        let waiting = self.written() - self.next;
        let in_flight = self.next - self.unacknowledged;
        let room = self.window.min(WINDOW).saturating_sub(in_flight);
        let length = waiting.min(self.segment);
        // No small segment just because the window is nearly full (RFC 9293, 3.8.6.2.1).
        let fits = room >= length || (in_flight == 0 && room > 0);
        (length > 0 && fits && self.in_queue.len() < QUEUED).then(|| (self.next, usize::try_from(length).unwrap_or(0)))
    }

    pub(super) fn sent(&mut self, now: i64, offset: u64, length: usize, round_trip: i64) {
        let end = offset + length as u64;
        if offset == self.next {
            self.next = end;
        }
        self.highest = self.highest.max(end);
        self.owed = 0;
        self.ack_due = None;
        self.repair_after = self.repair_after.max(SHORTEST_REPAIR + round_trip);
        self.repair_due.get_or_insert(now + self.repair_after);
    }

    /// Nothing came back in time: everything from the first octet not acknowledged is sent again, slowly.
    pub(super) fn start_again(&mut self, now: i64) {
        // What still waits for the radio is not lost.
        if let Some(&leaves) = self.in_queue.back()
            && leaves > now
        {
            self.repair_due = Some(leaves + self.repair_after);
            return;
        }
        self.threshold = ((self.next - self.unacknowledged) / 2).max(2 * self.segment);
        self.window = self.segment;
        self.next = self.unacknowledged;
        self.recover = self.highest;
        self.duplicates = 0;
        self.repair_after = (self.repair_after * 2).min(10 * SECOND);
        self.repair_due = (self.unacknowledged < self.written()).then(|| now + self.repair_after);
    }

    /// Takes in what arrived; the answer is a segment to send again at once, if any (RFC 6582).
    pub(super) fn accept(&mut self, flight: Flight, now: i64) -> Option<(u64, usize)> {
        self.echo = flight.timestamp;
        self.take_data(flight, now);
        let acknowledged = flight.acknowledged.min(self.highest);
        let mut again = false;
        if acknowledged > self.unacknowledged {
            let newly = acknowledged - self.unacknowledged;
            self.unacknowledged = acknowledged;
            self.next = self.next.max(acknowledged);
            if self.duplicates >= 3 && acknowledged < self.recover {
                again = true;
            } else {
                self.duplicates = 0;
                let grown = if self.window < self.threshold { newly } else { self.segment * newly / self.window.max(1) };
                self.window = (self.window + grown).min(WINDOW);
            }
            self.repair_after = 0;
            self.repair_due = (acknowledged < self.next).then(|| now + SHORTEST_REPAIR + 50 * MILLISECOND);
        } else if flight.length == 0 && !flight.last && self.unacknowledged < self.next {
            self.duplicates += 1;
            if self.duplicates == 3 && self.unacknowledged >= self.recover {
                self.threshold = ((self.next - self.unacknowledged) / 2).max(2 * self.segment);
                self.window = self.threshold;
                self.recover = self.highest;
                again = true;
            }
        }
        let length = (self.highest - self.unacknowledged).min(self.segment);
        (again && length > 0).then(|| (self.unacknowledged, usize::try_from(length).unwrap_or(0)))
    }

    fn take_data(&mut self, flight: Flight, now: i64) {
        if flight.length == 0 {
            return;
        }
        let end = flight.offset + flight.length as u64;
        if flight.offset > self.received {
            let island = self.islands.entry(flight.offset).or_insert(end);
            *island = end.max(*island);
            self.owed = 2;
            return;
        }
        // Old data is acknowledged at once; so is what fills a hole.
        let plain = end > self.received && self.islands.is_empty();
        self.received = self.received.max(end);
        while let Some((&start, &end)) = self.islands.first_key_value() {
            if start > self.received {
                break;
            }
            self.received = self.received.max(end);
            self.islands.remove(&start);
        }
        self.owed = if plain { self.owed + 1 } else { 2 };
        self.ack_due.get_or_insert(now + DELAYED);
    }

    /// When something is due without anything arriving.
    pub(super) fn due(&self, now: i64) -> Option<i64> {
        let write = self.script.front().filter(|write| self.received >= write.after && write.at > now).map(|write| write.at);
        let queue = if self.written() > self.next { self.in_queue.front().copied() } else { None };
        [write, queue, self.ack_due, self.repair_due].into_iter().flatten().min()
    }
}
