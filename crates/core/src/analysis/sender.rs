//! What a flow shows of who sends it.

use super::ports::Seen;
use crate::time::{SECOND, Timestamp};

/// What was not seen for so long begins anew, nanoseconds: addresses and systems that come back after a while are no two at once.
pub(super) const APART: i64 = 1_800 * SECOND;

/// Packets from which it can be told how those of a flow are numbered.
pub(super) const NUMBERED: u8 = 3;

/// From when until when something went on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

impl Span {
    pub(super) fn add(&mut self, more: Self) {
        if more.first.since(self.last) > APART {
            *self = more;
        } else if self.first.since(more.last) <= APART {
            self.first = self.first.min(more.first);
            self.last = self.last.max(more.last);
        }
    }

    /// Whether one began while the other went on.
    pub(super) fn crosses(self, other: Self) -> bool {
        self.first < other.last && other.first < self.last
    }
}

/// Times that a hop limit comes back to the one before within a flow: a way that changes does so once, or for good.
const BACK_AND_FORTH: u8 = 3;

/// TTL or hop limit of a flow.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Hops {
    /// The latest, and the one before it that was another.
    latest: Option<u8>,
    other: Option<u8>,
    /// How often it came back to the other.
    returns: u8,
}

impl Hops {
    fn add(&mut self, hops: u8) {
        if self.latest == Some(hops) {
            return;
        }
        // Who traces a route counts up, and does not come back.
        self.returns = if self.other == Some(hops) { self.returns.saturating_add(1) } else { 0 };
        (self.latest, self.other) = (Some(hops), self.latest);
    }

    /// The one of all packets.
    pub(super) fn steady(self) -> Option<u8> {
        self.latest.filter(|_| self.other.is_none())
    }

    /// The two that take turns, if there are.
    pub(super) fn in_turn(self) -> Option<(u8, u8)> {
        self.latest.zip(self.other).filter(|_| self.returns >= BACK_AND_FORTH)
    }
}

/// What a flow shows of who sends it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Sender {
    pub(super) span: Option<Span>,
    pub(super) hops: Hops,
    /// IPv4 identification of the first packet, and how often another one was seen.
    pub(super) number: u32,
    pub(super) changed: u8,
    /// Packets that were looked at.
    pub(super) observations: u8,
    /// Order of options in its first segment.
    pub(super) options: Option<u32>,
    /// When its sender said that it knew nothing of it ...
    pub(super) refused: Option<Timestamp>,
    /// ... and how often it went on nevertheless.
    pub(super) goes_on: u8,
    /// Where it was seen latest.
    pub(super) seen: Option<Seen>,
    /// Packets with payload.
    pub(super) packets: u32,
}

impl Sender {
    pub(super) fn observe(&mut self, at: Timestamp, hops: u8, number: u32, is_tcp: bool) {
        if let Some(span) = &mut self.span {
            span.last = span.last.max(at);
            self.changed = self.changed.saturating_add(u8::from(number != self.number));
        } else {
            (self.span, self.number) = (Some(Span { first: at, last: at }), number);
        }
        self.hops.add(hops);
        self.observations = self.observations.saturating_add(1);
        if self.refused.is_some_and(|refused| at.since(refused) > SECOND / 2) {
            self.goes_on = self.goes_on.saturating_add(1);
            self.refused = self.refused.filter(|_| is_tcp);
        }
    }

    /// Whether its packets are numbered alike and not 0, or not; `None` if too few were seen.
    pub(super) fn is_constant(&self) -> Option<bool> {
        match self.changed {
            0 => (self.observations >= NUMBERED && self.number != 0).then_some(true),
            changed => (changed >= NUMBERED - 1).then_some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hop_limits_that_take_turns_are_told_from_a_way_that_changes_and_from_a_trace() {
        let of = |all: &[u8]| {
            let mut hops = Hops::default();
            for it in all {
                hops.add(*it);
            }
            (hops.steady(), hops.in_turn())
        };
        assert_eq!(of(&[64, 64, 64]), (Some(64), None));
        assert_eq!(of(&[64, 64, 63, 63]), (None, None));
        assert_eq!(of(&[64, 63, 64, 63]), (None, None));
        assert_eq!(of(&[64, 128, 64, 64, 128, 128, 64]), (None, Some((64, 128))));
        assert_eq!(of(&[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]), (None, None));
    }
}
