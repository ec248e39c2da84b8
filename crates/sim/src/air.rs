//! The way through the air: waiting for a turn, and the stalls after which everything comes at once.

use earwitness_core::time::{MILLISECOND, SECOND};

use crate::chance::Chance;

/// Octets a frame takes on the air besides its own: preamble, header, acknowledgement, as octets of airtime.
const AIR_OVERHEAD: i64 = 60;
/// No frame waits longer than this for its turn, stalls aside.
const LONGEST_WAIT: i64 = 15 * MILLISECOND;

/// The radio link of one device.
#[derive(Clone, Debug)]
pub struct Air {
    /// Mean wait for a turn, nanoseconds.
    pub wait: i64,
    /// Rate of the link, bits per second.
    pub rate: i64,
    /// Stretches in which nothing passes (interference, power saving, scans), ascending.
    stalls: Vec<(i64, i64)>,
}

impl Air {
    /// A link over the stretch `from..until` that stalls for 100 to 300 ms, once in `stall_every` nanoseconds on average.
    #[must_use]
    pub fn new(from: i64, until: i64, stall_every: i64, chance: &mut Chance) -> Self {
        let mut stalls = Vec::new();
        let mut at = from;
        loop {
            at += chance.exponential(stall_every).max(SECOND / 2);
            if at >= until {
                break;
            }
            let end = at + chance.between(100 * MILLISECOND, 300 * MILLISECOND);
            stalls.push((at, end));
            at = end;
        }
        Self { wait: 1_500_000, rate: 30_000_000, stalls }
    }

    /// The end of the stall that `at` falls into, or `at` itself.
    fn after_stall(&self, at: i64) -> i64 {
        let next = self.stalls.partition_point(|&(_, end)| end <= at);
        match self.stalls.get(next) {
            Some(&(start, end)) if start <= at => end,
            _ => at,
        }
    }
}

/// A queue in front of the air: first in, first out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Queue {
    free_at: i64,
}

impl Queue {
    /// When a frame of `octets` that joins the queue at `at` has passed.
    pub fn pass(&mut self, air: &Air, at: i64, octets: usize, chance: &mut Chance) -> i64 {
        // A frame that finds others before it shares their turn, up to a limit: aggregation (IEEE 802.11n, A-MPDU).
        let waits = self.free_at <= at || chance.one_in(16);
        let wait = if waits { chance.exponential(air.wait).min(LONGEST_WAIT) } else { 0 };
        let octets = i64::try_from(octets).unwrap_or(0) + AIR_OVERHEAD;
        let start = air.after_stall(at.max(self.free_at) + wait);
        self.free_at = start + octets * 8 * SECOND / air.rate.max(1);
        self.free_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_leave_in_the_order_they_came_and_none_leaves_in_a_stall() {
        let mut chance = Chance::new(3);
        let air = Air::new(0, 100 * SECOND, 2 * SECOND, &mut chance);
        assert!(air.stalls.len() > 10);
        let (mut queue, mut last) = (Queue::default(), 0);
        for slice in 0..5_000 {
            let passed = queue.pass(&air, slice * 20 * MILLISECOND, 200, &mut chance);
            assert!(passed > last && passed > slice * 20 * MILLISECOND);
            assert_eq!(air.after_stall(passed - 69_000), passed - 69_000, "left inside a stall");
            last = passed;
        }
    }
}
