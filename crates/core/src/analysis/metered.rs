//! What was counted of one device.

use crate::findings::{Bin, FlowKey, PASSAGE_APART, PackedBins, Passage, Series, Totals};
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
    /// What the burst detector counts, where that differs from all that was sent.
    pub(super) burst: Option<Track>,
    pub(super) seen: Window,
    /// The flows that it opened first, so that they can end with it.
    flows: Vec<FlowKey>,
    /// By the scope of the receiver's address.
    sent_to: [Totals; SCOPES],
    /// By the scope of the sender's address.
    received_from: [Totals; SCOPES],
    /// What had been handed over of them.
    handed: ([Totals; SCOPES], [Totals; SCOPES]),
    /// Bins of `sent` that were handed over and are still asked for.
    recent: PackedBins,
}

/// The seconds in which a kind of frame passed, thinned out.
#[derive(Clone, Default, Debug)]
pub(super) struct Noted {
    seconds: Track,
    /// The second that was noted last.
    last: Option<i64>,
}

impl Noted {
    /// A frame passed in second number `second`.
    #[inline]
    pub(super) fn note(&mut self, second: i64) {
        // A clock that is set back is far ahead in numbers without a sign.
        let passed = second.wrapping_sub(self.last.unwrap_or(i64::MIN)).cast_unsigned();
        if passed >= PASSAGE_APART.cast_unsigned() {
            self.add(second);
        }
    }

    #[cold]
    fn add(&mut self, second: i64) {
        self.seconds.add(second, 0);
        self.last = Some(second);
    }

    fn take_before(&mut self, first: i64) -> PackedBins {
        let mut taken = self.seconds.take_before(first);
        taken.shrink();
        taken
    }
}

/// Frames of a device that was hardly heard.
const HARDLY: usize = 3;

/// Kinds of [`Scope`].
const SCOPES: usize = 3;

impl Metered {
    pub(super) fn new(at: Timestamp, own_burst: bool) -> Self {
        Self {
            sent: Track::default(),
            received: Track::default(),
            upstream: Noted::default(),
            downstream: Noted::default(),
            burst: own_burst.then(Track::default),
            seen: Window { from: at, until: at },
            flows: Vec::new(),
            sent_to: [Totals::default(); SCOPES],
            received_from: [Totals::default(); SCOPES],
            handed: Default::default(),
            recent: PackedBins::default(),
        }
    }

    /// A frame that the device sent to an address in `to`.
    #[inline]
    pub(super) fn sent(&mut self, at: Timestamp, bin: i64, wire: u32, payload: u32, to: Scope) {
        self.note(at);
        self.sent.add(bin, payload);
        self.sent_to[to as usize].add(wire, payload);
        if to == Scope::Internet {
            self.upstream.note(bin);
        }
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

    /// Notes that the device opened a flow.
    pub(super) fn opened(&mut self, flow: FlowKey) {
        if self.flows.len() < HARDLY {
            self.flows.push(flow);
        }
    }

    /// If the device took part in very few frames, with fewer octets of payload than `payload`: how many of them it sent,
    /// and the flows that it opened.
    pub(super) fn if_hardly_heard(&self, payload: u64) -> Option<(u64, &[FlowKey])> {
        let sum = |totals: &[Totals; SCOPES]| totals.iter().fold(Totals::default(), |sum, more| sum.and(*more));
        let (sent, all) = (sum(&self.sent_to), sum(&self.sent_to).and(sum(&self.received_from)));
        (all.frames <= HARDLY as u64 && all.payload_octets < payload).then_some((sent.frames, &self.flows))
    }

    /// What was counted since this was asked before.
    pub(super) fn unhanded(&mut self) -> Directions {
        let (sent, received) = (self.sent_to, self.received_from);
        let before = std::mem::replace(&mut self.handed, (sent, received));
        let since = |now: [Totals; SCOPES], before: [Totals; SCOPES]| -> [Totals; SCOPES] {
            std::array::from_fn(|scope| now[scope].without(before[scope]))
        };
        directions(since(sent, before.0), since(received, before.1))
    }

    /// Takes out the bins of `sent` before number `first`, but remembers those from `keep` on.
    pub(super) fn take_sent(&mut self, first: i64, keep: i64) -> PackedBins {
        let taken = self.sent.take_before(first);
        let recent: Vec<Bin> = self.recent.since(keep).chain(taken.since(keep)).collect();
        self.recent = in_order(recent).into_iter().collect();
        taken
    }

    /// Takes out when frames passed before bin number `first`.
    pub(super) fn take_passage(&mut self, origin: Timestamp, first: i64) -> Passage {
        let [upstream, downstream] = [&mut self.upstream, &mut self.downstream].map(|noted| Series {
            origin,
            width: SECOND,
            bins: noted.take_before(first),
        });
        Passage { upstream, downstream }
    }

    /// What was sent in the bins from `first` on, as far as it is remembered.
    pub(super) fn sent_since(&self, first: i64) -> Vec<Bin> {
        let latest = self.sent.since(first);
        if self.recent.is_empty() {
            return latest;
        }
        in_order(self.recent.since(first).chain(latest).collect())
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
