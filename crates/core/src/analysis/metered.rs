//! What was counted of one device.

use crate::findings::{Bin, FlowKey, PASSAGE_APART, PackedBins, Passage, Series, Totals};
use crate::measure::{Joined, REACH, end_of};
use crate::meter::{Track, in_order};
use crate::scope::Scope;
use crate::time::{SECOND, Timestamp, Window};

/// The counts of one device.
#[derive(Clone, Debug)]
pub(super) struct Metered {
    pub(super) sent: Track,
    pub(super) received: Track,
    pub(super) upstream: Noted,
    pub(super) downstream: Noted,
    /// Octets that were sent and never seen.
    pub(super) missed: Track,
    /// Seconds in which uploads may be judged otherwise because of that.
    affected: Track,
    /// What the burst detector counts, where that differs from all that was sent.
    pub(super) burst: Option<Track>,
    pub(super) seen: Window,
    /// The flows that it opened first, so that they can end with it.
    flows: Vec<FlowKey>,
    /// Whether it opened others besides.
    opened_more: bool,
    /// By the scope of the receiver's address.
    sent_to: [Totals; SCOPES],
    /// By the scope of the sender's address.
    received_from: [Totals; SCOPES],
    /// What had been drained of them.
    drained: ([Totals; SCOPES], [Totals; SCOPES]),
    /// Bins of `sent` that were drained and are still asked for.
    recent: PackedBins,
    /// The same of `missed`.
    missed_recent: PackedBins,
    /// The same of `affected`.
    affected_recent: PackedBins,
    /// From when on it counts as a device, by what was drained.
    joined: Joined,
}

/// The seconds in which a kind of frame passed, thinned out.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    seconds: Track,
    /// The second that was noted last; before the first, one that all are far from.
    last: i64,
}

impl Default for Noted {
    fn default() -> Self {
        Self { seconds: Track::default(), last: i64::MIN }
    }
}

impl Noted {
    /// A frame passed in second number `second`.
    #[inline]
    pub(super) fn note(&mut self, second: i64) {
        // A clock that is set back is far ahead in numbers without a sign.
        let passed = second.wrapping_sub(self.last).cast_unsigned();
        if passed >= PASSAGE_APART.cast_unsigned() {
            self.add(second);
        }
    }

    #[cold]
    fn add(&mut self, second: i64) {
        self.seconds.add(second, 0);
        self.last = second;
    }

    fn take_before(&mut self, first: i64) -> PackedBins {
        let mut taken = self.seconds.take_before(first);
        taken.shrink();
        taken
    }
}

/// Flows that are remembered to end with a device that is evicted; if it opened more, all flows are asked whose they are.
const FLOWS: usize = 4;

/// Who came back after so long is no visitor, nanoseconds.
const A_WHILE: i64 = 60 * SECOND;

/// A device that was there before is waited for at least and at most so long, nanoseconds: a sensor that sends once an hour, a home that goes on holiday.
const IDLE_LIMITS: (i64, i64) = (2 * 3_600 * SECOND, 30 * 86_400 * SECOND);

/// Kinds of [`Scope`].
const SCOPES: usize = 3;

impl Metered {
    pub(super) fn new(at: Timestamp, own_burst: bool) -> Self {
        Self {
            sent: Track::default(),
            received: Track::default(),
            upstream: Noted::default(),
            downstream: Noted::default(),
            missed: Track::default(),
            affected: Track::default(),
            missed_recent: PackedBins::default(),
            affected_recent: PackedBins::default(),
            burst: own_burst.then(Track::default),
            seen: Window { from: at, until: at },
            flows: Vec::new(),
            opened_more: false,
            sent_to: [Totals::default(); SCOPES],
            received_from: [Totals::default(); SCOPES],
            drained: Default::default(),
            recent: PackedBins::default(),
            joined: Joined::default(),
        }
    }

    /// Known from before, seen in this time.
    pub(super) fn introduce(&mut self, seen: Window) {
        self.seen = seen;
        self.joined = Joined::before();
    }

    /// From when on it counts as a device; bins of `width` begin at `origin`.
    pub(super) fn joined(&self, origin: Timestamp, width: i64) -> Option<Timestamp> {
        let mut joined = self.joined;
        let ends =
            |track: &Track| track.since(i64::MIN).into_iter().map(|bin| end_of(origin, width, bin.index)).collect::<Vec<_>>();
        joined.sent(ends(&self.sent));
        joined.received(ends(&self.received));
        joined.at()
    }

    /// Whether it came back: it sent more than once, and was seen over a while, twice as long if nobody answered.
    pub(super) fn is_settled(&self) -> bool {
        let (sent, received) = (total(&self.sent_to).frames, total(&self.received_from).frames);
        let (least, while_seen) = if received > 0 { (2, A_WHILE) } else { (3, 2 * A_WHILE) };
        self.joined.at().is_some() || (sent >= least && self.seen.length() >= while_seen)
    }

    /// How much there is to be said for evicting this device at a moment, the most first: whoever only visited by how long it has been silent for
    /// each frame that it sent; then whoever came back by how long it has been away, against how long it was there. `None` while it stays.
    pub(super) fn eviction_rank(&self, at: Timestamp) -> Option<(bool, i64)> {
        let silent = at.since(self.seen.until).max(0);
        if !self.is_settled() {
            let frames = i64::try_from(total(&self.sent_to).frames).unwrap_or(i64::MAX);
            return Some((true, silent / frames.saturating_add(1)));
        }
        let idle_limit = self.seen.length().clamp(IDLE_LIMITS.0, IDLE_LIMITS.1);
        (silent > idle_limit).then_some((false, silent / (idle_limit / SECOND)))
    }

    /// A frame that the device sent to an address in `to`.
    #[inline]
    pub(super) fn sent(&mut self, at: Timestamp, bin: i64, wire: u32, payload: u32, to: Scope) {
        self.note(at);
        self.sent.add(bin, payload);
        self.sent_to[to as usize].add(wire, payload);
    }

    /// A frame that was sent to the device from an address in `from`.
    #[inline]
    pub(super) fn received(&mut self, at: Timestamp, bin: i64, wire: u32, payload: u32, from: Scope) {
        self.note(at);
        self.received.add(bin, payload);
        self.received_from[from as usize].add(wire, payload);
        if from == Scope::Internet {
            self.downstream.note(bin);
        }
    }

    /// A frame around one of others that the device sent to an address in `to`: only the totals hold its octets (on the wire, of payload).
    pub(super) fn relayed(&mut self, (wire, payload): (u32, u32), at: Timestamp, to: Scope) {
        self.note(at);
        self.sent_to[to as usize].add(wire, payload);
    }

    /// A frame around one of others that was sent to the device from an address in `from`.
    pub(super) fn collected(&mut self, (wire, payload): (u32, u32), at: Timestamp, from: Scope) {
        self.note(at);
        self.received_from[from as usize].add(wire, payload);
    }

    /// Notes that the device opened a flow.
    pub(super) fn opened(&mut self, flow: FlowKey) {
        if self.flows.len() < FLOWS {
            self.flows.push(flow);
        } else {
            self.opened_more = true;
        }
    }

    /// How many frames it sent.
    pub(super) fn frames(&self) -> u64 {
        total(&self.sent_to).frames
    }

    /// The flows that it opened, unless they were too many to remember.
    pub(super) fn flows(&self) -> Option<&[FlowKey]> {
        (!self.opened_more).then_some(&self.flows)
    }

    /// What was counted since this was asked before.
    pub(super) fn since_drain(&mut self) -> Directions {
        let (sent, received) = (self.sent_to, self.received_from);
        let before = std::mem::replace(&mut self.drained, (sent, received));
        let since = |now: [Totals; SCOPES], before: [Totals; SCOPES]| -> [Totals; SCOPES] {
            std::array::from_fn(|scope| now[scope].without(before[scope]))
        };
        directions(since(sent, before.0), since(received, before.1))
    }

    /// Takes out the bins of what was sent and received before number `first`, but remembers those of `sent` from `keep` on; bins of `width` begin
    /// at `origin`.
    pub(super) fn take_before(&mut self, first: i64, keep: i64, origin: Timestamp, width: i64) -> (PackedBins, PackedBins) {
        let (taken, received) = (self.sent.take_before(first), self.received.take_before(first));
        self.joined.sent(taken.iter().map(|bin| end_of(origin, width, bin.index)));
        self.joined.received(received.iter().map(|bin| end_of(origin, width, bin.index)));
        let recent: Vec<Bin> = self.recent.since(keep).chain(taken.since(keep)).collect();
        self.recent = in_order(recent).into_iter().collect();
        (taken, received)
    }

    /// Takes out when frames passed, or were missing, before bin number `first`, but remembers those that were missing from `keep` on.
    pub(super) fn take_passage(&mut self, origin: Timestamp, first: i64, keep: i64) -> Passage {
        let seldom = |track: &mut Track, recent: &mut PackedBins| {
            let taken = track.take_before(first);
            if !(taken.is_empty() && recent.is_empty()) {
                let kept: Vec<Bin> = recent.since(keep).chain(taken.since(keep)).collect();
                *recent = in_order(kept).into_iter().collect();
            }
            if taken.is_empty() {
                return Series::default();
            }
            Series { origin, width: SECOND, bins: in_order(taken.iter().collect()).into_iter().collect() }
        };
        let missed = seldom(&mut self.missed, &mut self.missed_recent);
        let affected = once(&seldom(&mut self.affected, &mut self.affected_recent));
        let [upstream, downstream] = [&mut self.upstream, &mut self.downstream].map(|noted| Series {
            origin,
            width: SECOND,
            bins: noted.take_before(first),
        });
        Passage { upstream, downstream, missed, affected }
    }

    /// What was sent in the bins from `first` on, as far as it is remembered.
    pub(super) fn sent_since(&self, first: i64) -> Vec<Bin> {
        let latest = self.sent.since(first);
        if self.recent.is_empty() {
            return latest;
        }
        in_order(self.recent.since(first).chain(latest).collect())
    }

    /// What was sent and not seen, as far as that was noticed in the bins from `first` on and is remembered.
    pub(super) fn missed_since(&self, first: i64) -> Vec<Bin> {
        in_order(self.missed_recent.since(first).chain(self.missed.since(first)).collect())
    }

    /// The same of the seconds in which uploads may be judged otherwise because of that.
    pub(super) fn affected_since(&self, first: i64) -> Vec<Bin> {
        in_order(self.affected_recent.since(first).chain(self.affected.since(first)).collect())
    }

    /// Notes a stretch of seconds in which uploads may be judged otherwise because something was not seen.
    pub(super) fn affect(&mut self, seconds: std::ops::RangeInclusive<i64>) {
        let [first, last] = [seconds.start(), seconds.end()].map(|second| second.div_euclid(PASSAGE_APART));
        // A clock that is set makes no stretch longer than what is judged together.
        for number in first.max(last.saturating_sub(REACH / SECOND / PASSAGE_APART))..=last {
            self.affected.add(number * PASSAGE_APART, 0);
        }
    }

    /// Everything that was counted.
    pub(super) fn totals(&self) -> Directions {
        directions(self.sent_to, self.received_from)
    }

    #[inline]
    fn note(&mut self, at: Timestamp) {
        if at >= self.seen.until {
            self.seen.until = at;
        } else {
            self.backwards(at);
        }
    }

    #[cold]
    fn backwards(&mut self, at: Timestamp) {
        self.seen.from = self.seen.from.min(at);
    }
}

/// Bins that were noted, however often each was.
pub(super) fn once(noted: &Series) -> Series {
    Series { bins: noted.bins.iter().map(|bin| Bin { frames: 1, ..bin }).collect(), ..*noted }
}

/// Totals as they are reported.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Directions {
    /// Sent to the internet.
    pub(super) upstream: Totals,
    /// Received from the internet.
    pub(super) downstream: Totals,
    /// Exchanged with the home; a group is nobody's address on the internet.
    pub(super) local: Totals,
    /// Sent to groups, or without IP.
    pub(super) chatter: Totals,
}

fn total(totals: &[Totals; SCOPES]) -> Totals {
    totals.iter().fold(Totals::default(), |sum, more| sum.and(*more))
}

fn directions(sent_to: [Totals; SCOPES], received_from: [Totals; SCOPES]) -> Directions {
    let [home, group] = [Scope::Home, Scope::Group].map(|from| received_from[from as usize]);
    Directions {
        upstream: sent_to[Scope::Internet as usize],
        downstream: received_from[Scope::Internet as usize],
        local: sent_to[Scope::Home as usize].and(home).and(group),
        chatter: sent_to[Scope::Group as usize],
    }
}

impl Totals {
    #[inline]
    fn add(&mut self, wire: u32, payload: u32) {
        // Wraps around after 2^32 frames that each claim 4 GiB.
        self.frames = self.frames.wrapping_add(1);
        self.wire_octets = self.wire_octets.wrapping_add(u64::from(wire));
        self.payload_octets = self.payload_octets.wrapping_add(u64::from(payload));
    }

    fn without(self, other: Self) -> Self {
        Self {
            frames: self.frames.wrapping_sub(other.frames),
            wire_octets: self.wire_octets.wrapping_sub(other.wire_octets),
            payload_octets: self.payload_octets.wrapping_sub(other.payload_octets),
        }
    }

    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            frames: self.frames.wrapping_add(other.frames),
            wire_octets: self.wire_octets.wrapping_add(other.wire_octets),
            payload_octets: self.payload_octets.wrapping_add(other.payload_octets),
        }
    }
}
