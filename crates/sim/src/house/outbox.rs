//! Frames of one device that have not passed the gateway yet.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::file::Captured;
use crate::host::pad;

/// Where a frame of the present stretch lies.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: i64,
    from: usize,
    until: usize,
}

/// Frames in order of time: those of standing connections side by side in one buffer, those of sessions each by itself.
#[derive(Default)]
pub(super) struct Outbox {
    octets: Vec<u8>,
    entries: Vec<Entry>,
    next: usize,
    apart: BinaryHeap<Reverse<(i64, u64, Vec<u8>)>>,
    order: u64,
}

impl Outbox {
    /// Adds a frame that `build` appends to the buffer it is given; it may begin anywhere from the present stretch on.
    pub(super) fn build(&mut self, at: i64, build: impl FnOnce(&mut Vec<u8>)) {
        let from = self.octets.len();
        build(&mut self.octets);
        self.entries.push(Entry { at, from, until: self.octets.len() });
    }

    /// Takes over frames that were built one by one.
    pub(super) fn take(&mut self, frames: &mut Vec<Captured>) {
        for Captured { at, mut octets } in frames.drain(..) {
            pad(&mut octets);
            self.order += 1;
            self.apart.push(Reverse((at, self.order, octets)));
        }
    }

    /// Forgets what has passed and makes room for another stretch.
    pub(super) fn turn_over(&mut self) {
        let Self { octets, entries, next, .. } = self;
        let mut kept = 0;
        let mut left: Vec<u8> = Vec::new();
        for index in *next..entries.len() {
            let Entry { at, from, until } = entries[index];
            let start = left.len();
            left.extend_from_slice(&octets[from..until]);
            entries[kept] = Entry { at, from: start, until: left.len() };
            kept += 1;
        }
        entries.truncate(kept);
        octets.clear();
        octets.extend_from_slice(&left);
        *next = 0;
    }

    /// Brings a stretch into order; to be called when it has been filled.
    pub(super) fn settle(&mut self) {
        // Mostly in order already, which a stable sort makes use of.
        self.entries.sort_by_key(|entry| entry.at);
    }

    /// When the next frame passes.
    pub(super) fn peek(&self) -> i64 {
        let near = self.entries.get(self.next).map_or(i64::MAX, |entry| entry.at);
        self.apart.peek().map_or(near, |Reverse((at, ..))| near.min(*at))
    }

    /// Hands the next frame out.
    pub(super) fn pop(&mut self, frame: &mut dyn FnMut(i64, &[u8])) {
        let apart = self.apart.peek().map_or(i64::MAX, |Reverse((at, ..))| *at);
        match self.entries.get(self.next) {
            Some(entry) if entry.at <= apart => {
                self.next += 1;
                frame(entry.at, &self.octets[entry.from..entry.until]);
            }
            _ => {
                if let Some(Reverse((at, _, octets))) = self.apart.pop() {
                    frame(at, &octets);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(outbox: &mut Outbox, until: i64) -> Vec<(i64, u8)> {
        let mut seen = Vec::new();
        while outbox.peek() < until {
            outbox.pop(&mut |at, octets| seen.push((at, octets[0])));
        }
        seen
    }

    #[test]
    fn frames_come_out_in_order_of_time_and_survive_a_turn() {
        let mut outbox = Outbox::default();
        for (at, octet) in [(5, 1), (3, 2), (20, 3)] {
            outbox.build(at, |octets| octets.push(octet));
        }
        outbox.take(&mut vec![Captured { at: 4, octets: vec![4] }, Captured { at: 20, octets: vec![5] }]);
        outbox.settle();
        assert_eq!(drain(&mut outbox, 10), [(3, 2), (4, 4), (5, 1)]);
        outbox.turn_over();
        outbox.build(12, |octets| octets.push(6));
        outbox.settle();
        assert_eq!(drain(&mut outbox, i64::MAX), [(12, 6), (20, 3), (20, 5)]);
    }
}
