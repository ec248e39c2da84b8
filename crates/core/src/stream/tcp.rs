//! One direction of a TCP flow, put in order as far as record headers need it (RFC 9293, section 3.4).
//!
//! Octets that come again count once. A segment from the future waits for the missing one, in bounded space and for a bounded time; then the hole is
//! noted and passed over.

use crate::time::{MILLISECOND, Timestamp};

/// Segments that wait for a missing one, per flow.
const WAITING: usize = 64;

/// How long they wait, nanoseconds of capture time: longer than a retransmission takes on any home link.
pub const REORDER_TIMEOUT: i64 = 1_500 * MILLISECOND;

/// Octets kept of a waiting segment: record headers lie anywhere in it.
const KEPT: usize = 65_536;

/// Farther from the next octet than any window reaches: another connection on the same ports, whose start was not seen.
const ELSEWHERE: u32 = 1 << 24;

/// A segment in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment<'a> {
    /// When it was first seen.
    pub at: Timestamp,
    /// What was captured of it.
    pub captured: &'a [u8],
    /// Octets that were sent, captured or not.
    pub length: u32,
}

/// What comes out, in the order of the stream.
pub trait Ordered {
    /// New octets.
    fn segment(&mut self, segment: Segment<'_>);
    /// So many octets were never seen.
    fn hole(&mut self, octets: u32);
}

#[derive(Clone, Debug)]
struct Early {
    sequence: u32,
    at: Timestamp,
    length: u32,
    captured: Vec<u8>,
}

/// A segment that came again.
#[derive(Clone, Copy, Debug)]
struct Again {
    at: Timestamp,
    sequence: u32,
    /// Since the segment before, nanoseconds.
    waited: i64,
}

/// What was sent again last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Resent(Option<(Timestamp, u32)>);

impl Resent {
    /// When the octet that so many others followed, or one before it, was last sent again. Until then the receiver's program had not been
    /// handed that octet, since TCP hands over in order (RFC 9293, section 3.4).
    #[must_use]
    pub fn before(self, followers: u64) -> Option<Timestamp> {
        self.0.filter(|(_, behind)| u64::from(*behind) > followers).map(|(at, _)| at)
    }
}

/// The state of one direction.
#[derive(Clone, Debug, Default)]
pub struct Order {
    next: Option<u32>,
    waiting: Vec<Early>,
    /// When the latest segment was seen.
    latest: Timestamp,
    again: Option<Again>,
    /// Octets that came again.
    pub repeated: u64,
    /// Octets that were never seen.
    pub missing: u64,
}

impl Order {
    /// Begins anew at a SYN: the first octet follows its sequence number.
    pub fn synchronise(&mut self, sequence: u32) {
        let Self { repeated, missing, .. } = *self;
        *self = Self { next: Some(sequence.wrapping_add(1)), repeated, missing, ..Self::default() };
    }

    /// Whether more is due, though nothing new came: an octet is missing, or one was sent again so lately that the next attempt may follow. A
    /// sender waits twice as long for that (RFC 6298, section 5.5); a quarter more is for the grain of its clock.
    #[must_use]
    pub fn recovers(&self, now: Timestamp) -> bool {
        let waiting = self.waiting.iter().map(|early| (early.at, REORDER_TIMEOUT));
        let again = self.again.map(|again| (again.at, again.waited.saturating_mul(5) / 2));
        waiting.chain(again).any(|(at, timeout)| now.since(at).saturating_abs() <= timeout.min(REORDER_TIMEOUT))
    }

    /// What was sent again last.
    #[must_use]
    pub fn resent(&self) -> Resent {
        Resent(self.again.zip(self.next).map(|(again, next)| (again.at, next.wrapping_sub(again.sequence))))
    }

    /// Octets of memory that waiting segments hold.
    #[must_use]
    pub fn memory(&self) -> usize {
        let waiting = self.waiting.iter().map(|early| early.captured.capacity());
        self.waiting.capacity() * size_of::<Early>() + waiting.sum::<usize>()
    }

    /// Takes a segment with at least one octet of payload.
    #[inline]
    pub fn segment(&mut self, sequence: u32, segment: Segment<'_>, out: &mut impl Ordered) {
        let next = *self.next.get_or_insert(sequence);
        if sequence == next && self.waiting.is_empty() {
            self.next = Some(next.wrapping_add(segment.length));
            self.latest = segment.at;
            out.segment(segment);
        } else {
            self.disordered(sequence, segment, out);
        }
    }

    #[cold]
    fn disordered(&mut self, sequence: u32, segment: Segment<'_>, out: &mut impl Ordered) {
        let next = self.next.unwrap_or(sequence);
        let ahead = sequence.wrapping_sub(next).cast_signed();
        let waited = segment.at.since(std::mem::replace(&mut self.latest, segment.at)).saturating_abs();
        if ahead < 0 {
            self.again = Some(Again { at: segment.at, sequence, waited });
        }
        // Another connection on the same ports: what waits of this one is delivered, and nobody knows how much is missing.
        if ahead.unsigned_abs() > ELSEWHERE {
            self.finish(out);
            self.again = None;
            out.hole(u32::MAX);
            self.next = Some(sequence);
        }
        if ahead <= 0 || ahead.unsigned_abs() > ELSEWHERE {
            self.deliver(sequence, segment, out);
        } else {
            let kept = segment.captured.get(..KEPT).unwrap_or(segment.captured);
            let early = Early { sequence, at: segment.at, length: segment.length, captured: kept.to_vec() };
            let place = self.waiting.partition_point(|other| sequence.wrapping_sub(other.sequence).cast_signed() > 0);
            // An early segment that comes again must not wait twice.
            if self.waiting.get(place).is_some_and(|other| other.sequence == sequence && other.length >= segment.length) {
                self.repeated += u64::from(segment.length);
            } else {
                self.waiting.insert(place, early);
            }
        }
        let given_up = |waiting: &[Early]| {
            waiting.len() > WAITING
                || waiting.first().is_some_and(|early| segment.at.since(early.at).saturating_abs() > REORDER_TIMEOUT)
        };
        while let Some(first) = self.waiting.first() {
            let ahead = first.sequence.wrapping_sub(self.next.unwrap_or(first.sequence)).cast_signed();
            if ahead > 0 {
                if !given_up(&self.waiting) {
                    break;
                }
                self.pass(ahead.cast_unsigned(), out);
            }
            let early = self.waiting.remove(0);
            self.deliver(early.sequence, Segment { at: early.at, captured: &early.captured, length: early.length }, out);
        }
    }

    /// Hands over what is new of a segment that begins at or before the next octet.
    fn deliver(&mut self, sequence: u32, segment: Segment<'_>, out: &mut impl Ordered) {
        let next = self.next.unwrap_or(sequence);
        let old = next.wrapping_sub(sequence);
        if old >= segment.length {
            self.repeated += u64::from(segment.length);
            return;
        }
        self.repeated += u64::from(old);
        self.next = Some(sequence.wrapping_add(segment.length));
        let captured = segment.captured.get(old as usize..).unwrap_or(&[]);
        out.segment(Segment { at: segment.at, captured, length: segment.length - old });
    }

    fn pass(&mut self, octets: u32, out: &mut impl Ordered) {
        self.missing += u64::from(octets);
        self.next = self.next.map(|next| next.wrapping_add(octets));
        out.hole(octets);
    }

    /// Hands over what still waits, passing over the holes: the flow has ended.
    pub fn finish(&mut self, out: &mut impl Ordered) {
        for early in std::mem::take(&mut self.waiting) {
            let ahead = early.sequence.wrapping_sub(self.next.unwrap_or(early.sequence)).cast_signed();
            if ahead > 0 {
                self.pass(ahead.cast_unsigned(), out);
            }
            self.deliver(early.sequence, Segment { at: early.at, captured: &early.captured, length: early.length }, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Collected {
        octets: Vec<u8>,
        holes: Vec<u32>,
    }

    impl Ordered for Collected {
        fn segment(&mut self, segment: Segment<'_>) {
            assert_eq!(segment.captured.len(), segment.length as usize);
            self.octets.extend(segment.captured);
        }

        fn hole(&mut self, octets: u32) {
            self.holes.push(octets);
        }
    }

    fn feed(order: &mut Order, out: &mut Collected, base: u32, whole: &[u8], range: (usize, usize), at: i64) {
        let captured = &whole[range.0..range.1];
        let segment = Segment { at: Timestamp::from_nanos(at), captured, length: u32::try_from(captured.len()).unwrap() };
        order.segment(base.wrapping_add(u32::try_from(range.0).unwrap()), segment, out);
    }

    proptest! {
        #[test]
        fn each_octet_comes_once_and_in_order(
            base in any::<u32>(),
            pieces in prop::collection::vec((1_usize..50, any::<bool>()), 1..60),
            shuffle in any::<prop::sample::Index>()
        ) {
            let total: usize = pieces.iter().map(|piece| piece.0).sum();
            let whole: Vec<u8> = (0..total).map(|k| u8::try_from(k % 251).unwrap()).collect();
            let mut ranges = Vec::new();
            let mut from = 0;
            for (length, again) in pieces {
                ranges.push((from, from + length));
                if again {
                    ranges.push((from / 2, from + length));
                }
                from += length;
            }
            // Any neighbours may overtake each other; the first stays first so that the start is known.
            let swap = shuffle.index(ranges.len());
            if swap > 0 && swap + 1 < ranges.len() {
                ranges.swap(swap, swap + 1);
            }
            let (mut order, mut out) = (Order::default(), Collected::default());
            order.synchronise(base.wrapping_sub(1));
            for range in ranges {
                feed(&mut order, &mut out, base, &whole, range, 0);
            }
            order.finish(&mut out);
            prop_assert_eq!(out.octets, whole);
            prop_assert!(out.holes.is_empty());
        }
    }

    #[test]
    fn a_hole_is_noted_once_the_time_limit_is_over() {
        let whole = [7_u8; 400];
        let (mut order, mut out) = (Order::default(), Collected::default());
        feed(&mut order, &mut out, 5, &whole, (0, 100), 0);
        feed(&mut order, &mut out, 5, &whole, (200, 300), 1);
        assert!(out.holes.is_empty());
        feed(&mut order, &mut out, 5, &whole, (300, 400), REORDER_TIMEOUT + 2);
        assert_eq!((out.holes.as_slice(), out.octets.len()), ([100].as_slice(), 300));
        assert_eq!(order.missing, 100);
    }

    #[test]
    fn it_recovers_as_long_as_something_is_missing_or_was_sent_again() {
        let whole = [7_u8; 400];
        let (mut order, mut out) = (Order::default(), Collected::default());
        let recovers = |order: &Order, nanos: i64| order.recovers(Timestamp::from_nanos(nanos));
        feed(&mut order, &mut out, 5, &whole, (0, 100), 0);
        assert!(!recovers(&order, 0) && order.resent().before(0).is_none(), "nothing is missing");
        feed(&mut order, &mut out, 5, &whole, (200, 300), 0);
        assert!(recovers(&order, REORDER_TIMEOUT) && !recovers(&order, REORDER_TIMEOUT + 1));
        feed(&mut order, &mut out, 5, &whole, (100, 200), 10);
        assert!(!recovers(&order, 11), "all is there");
        feed(&mut order, &mut out, 5, &whole, (250, 300), 30);
        assert!(recovers(&order, 30 + 50) && !recovers(&order, 30 + 51), "20 after the segment before");
        feed(&mut order, &mut out, 5, &whole, (250, 300), 30 + REORDER_TIMEOUT);
        assert!(recovers(&order, 30 + 2 * REORDER_TIMEOUT) && !recovers(&order, 31 + 2 * REORDER_TIMEOUT), "no longer than that");
        let at = Some(Timestamp::from_nanos(30 + REORDER_TIMEOUT));
        assert_eq!((order.resent().before(0), order.resent().before(49), order.resent().before(50)), (at, at, None));
    }

    #[test]
    fn another_connection_on_the_same_ports_is_followed_from_where_it_is() {
        let whole = [7_u8; 20];
        let (mut order, mut out) = (Order::default(), Collected::default());
        feed(&mut order, &mut out, 3_000_000_000, &whole, (0, 10), 0);
        feed(&mut order, &mut out, 5, &whole, (0, 10), 1);
        feed(&mut order, &mut out, 5, &whole, (10, 20), 2);
        assert_eq!((out.octets.len(), out.holes.as_slice()), (30, [u32::MAX].as_slice()));
    }

    #[test]
    fn what_waits_is_bounded() {
        let whole = vec![7_u8; 40_000];
        let (mut order, mut out) = (Order::default(), Collected::default());
        feed(&mut order, &mut out, 0, &whole, (0, 1), 0);
        for k in 1..2_000 {
            feed(&mut order, &mut out, 0, &whole, (k * 20, k * 20 + 10), 0);
            assert!(order.waiting.len() <= WAITING + 1);
        }
    }
}
