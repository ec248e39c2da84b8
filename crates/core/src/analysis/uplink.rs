//! What one device sends to one receiver on one flow, cut into episodes and transfers for the detectors.

use crate::detect::bulk::{SMALLEST_RECORD, Transfer};
use crate::detect::clock::Slice;
use crate::findings::FlowKey;
use crate::meter::Track;
use crate::roster::Index;
use crate::stream::records::{Held, Piece, Records};
use crate::stream::tcp::{Order, Ordered, Segment};
use crate::time::{MILLISECOND, SECOND, Timestamp, Window};

use super::judging::{Place, RECOVERY};
use super::sender::Sender;
use super::server_name::ServerNameSearch;
use super::sightings::LEAD_PAUSE;
use super::unread::Unread;

/// Slices of an episode that are kept before it is judged: a minute at the fastest beat, and a bound on what is no audio at
/// all.
pub(super) const EPISODE: usize = 12_000;

/// An episode that goes on for longer is judged as far as it went, nanoseconds: longer than an utterance, and short enough that the slope between two
/// of its slices, late by a radio link's usual delay, tells the beat well enough to meet all others.
const LONGEST: i64 = 90 * SECOND;

/// An episode that goes on from one that was as long as one may be ends at a whole number of these, nanoseconds since the epoch, so that two captures of which one misses
/// a segment soon cut the flow at the same moments again.
const GRID: i64 = 60 * SECOND;

/// An episode that would end within a sound goes on for so long, nanoseconds.
const EXTENSION: i64 = 10 * SECOND;

/// The first such episode is not shorter than this, nanoseconds: less tells no beat.
const SHORTEST: i64 = 30 * SECOND;

/// An upload that goes on for longer than this before an episode begins lasts for longer than any utterance, whatever is missed later. Nanoseconds.
const BEFORE: i64 = 180 * SECOND;

/// A hole of more octets than this is another connection's beginning rather than what a capture lost.
const LARGEST_HOLE: u32 = 1 << 24;

/// A bridge shows a datagram again within this, nanoseconds.
const COPIED: i64 = 5 * MILLISECOND;

/// Slices from which on a flow is more than a few packets.
const SLIGHT: usize = 8;

/// An upstream flow.
#[derive(Debug)]
pub(super) struct Uplink {
    pub(super) key: FlowKey,
    /// The device that sends.
    pub(super) device: Index,
    /// When the flow was last used, by either end.
    pub(super) used: Timestamp,
    /// TCP order; unused by datagrams.
    pub(super) order: Order,
    pub(super) intake: Intake,
    /// Where what was found of sound on it is kept, once it was asked for.
    pub(super) sound: Option<Place>,
    /// What was heard of it before it ended.
    pub(super) early: Early,
    /// Where in a run of episodes that were as long as one may be it is.
    run: Option<Run>,
    /// Episodes that may be cut at other moments than if nothing had been missed end with so many moments of the grid; 0: nothing was missed of the one in progress.
    disturbed: u8,
    /// The datagram before (identification, checksum, length): a bridge shows some twice.
    latest_datagram: (u32, u16, u32),
    /// Datagrams without a checksum were seen to keep their identification (RFC 6864, section 4.1, allows it): then it tells no copy.
    unnumbered: bool,
    /// Payload octets that the device sent, by second, since they were noted among its contacts.
    pub(super) sent: Track,
    /// What it shows of who sends it.
    pub(super) sender: Sender,
}

/// What was heard early in the episode in progress.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Early {
    /// Slices that it had when it was looked at.
    pub(super) looked_at: u32,
    /// Since when it is sound, if it was.
    pub(super) since: Option<Timestamp>,
}

/// Episodes that go on from one that was as long as one may be.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// When the first of them began, nanoseconds since the epoch.
    from: i64,
    /// When the one in progress ends at the latest.
    until: i64,
}

/// Where the octets of a flow go: records, segments or datagrams become slices, everything adds to the transfer.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) records: Records,
    /// The episode in progress.
    pub(super) slices: Vec<Slice>,
    /// What of it could not be read.
    pub(super) unread: Vec<Unread>,
    /// Octets that were never seen; they count as unread when the next segment comes.
    unseen: u64,
    /// Segments since the latest hole (saturates).
    in_a_row: u8,
    /// Whether two segments were seen that follow each other. On a flow on which none ever do, holes tell nothing: a filter lets a part of it pass, or its numbers were
    /// made up.
    is_whole: bool,
    /// Octets that were passed over with the latest segment.
    passed: u32,
    /// Octets that the device sent and that were never seen, by the second in which that was noticed, until the device is asked for them.
    pub(super) missed: Vec<(Timestamp, u32)>,
    /// The transfer in progress.
    pub(super) transfer: Option<Transfer>,
    /// Payload octets that the other end sent (wraps around).
    pub(super) answered: u32,
    /// When the latest of them came.
    answer_at: Timestamp,
    pub(super) server_name: ServerNameSearch,
}

impl Uplink {
    pub(super) fn new(key: FlowKey, device: Index, at: Timestamp) -> Self {
        Self {
            key,
            device,
            used: at,
            order: Order::default(),
            intake: Intake::default(),
            sound: None,
            early: Early::default(),
            run: None,
            disturbed: 0,
            latest_datagram: (0, 0, 0),
            unnumbered: false,
            sent: Track::default(),
            sender: Sender::default(),
        }
    }

    /// Begins anew at a SYN.
    pub(super) fn renew(&mut self, sequence: u32) {
        self.order.synchronise(sequence);
        self.intake = Intake::default();
        self.sender = Sender::default();
        self.early = Early::default();
        self.run = None;
        self.disturbed = 0;
    }

    /// Whether hardly anything was seen of it.
    pub(super) fn is_slight(&self) -> bool {
        self.intake.slices.len() < SLIGHT && self.run.is_none()
    }

    /// Whether its episode has gone on for so long, until `now`, that it is judged as far as it went.
    #[inline]
    pub(super) fn is_full(&self, now: Timestamp) -> bool {
        let slices = &self.intake.slices;
        let is_late = |first: &Slice| {
            let until = self.run.map_or(i64::MAX, |run| run.until).min(first.at.saturating_add(LONGEST));
            now.nanos() >= until && self.may_be_cut(now, until)
        };
        slices.len() >= EPISODE || slices.first().is_some_and(is_late)
    }

    /// Whether an episode that ends after `until` may end now: nothing is cut that keeps a beat, if it does not keep it for much longer.
    #[cold]
    fn may_be_cut(&self, now: Timestamp, until: i64) -> bool {
        let last = self.intake.slices.last().map_or(0, |last| last.at);
        now.nanos().saturating_sub(last) > LEAD_PAUSE || now.nanos().saturating_sub(until) > EXTENSION
    }

    /// Whether the episode before ended only because it was full.
    pub(super) const fn is_continued(&self) -> bool {
        self.run.is_some()
    }

    /// Begins another episode. `now`: if the one before was as long as one may be, when that was noticed.
    pub(super) fn end_episode(&mut self, now: Option<Timestamp>) {
        self.early = Early::default();
        let Some(now) = now.map(Timestamp::nanos) else {
            (self.run, self.disturbed) = (None, 0);
            return;
        };
        let grid = |from: i64| from.div_euclid(GRID).saturating_add(1).saturating_mul(GRID);
        self.run = match self.run {
            // What is cut for another reason does not move the next moment of the grid.
            Some(run) if now < run.until => Some(run),
            Some(run) => {
                self.disturbed = self.disturbed.saturating_sub(1);
                Some(Run { until: grid(now), ..run })
            }
            None => {
                let from = self.intake.slices.first().map_or(now, |first| first.at);
                Some(Run { from, until: grid(now.saturating_add(SHORTEST - 1)) })
            }
        };
        if self.intake.records.is_lost() {
            self.disturbed = self.disturbed.max(1);
        }
    }

    /// The stretch in which an upload may be judged otherwise because something of the flow was missed, if it was.
    pub(super) fn affected(&self) -> Option<Window> {
        if self.disturbed == 0 {
            return None;
        }
        // Answers may go on long after the last octet was sent, and clocks may be set.
        let used = self.used.nanos();
        let last = self.intake.slices.last().map_or(used, |last| last.at);
        // What waited behind the hole was taken when the next segment came, however late: nothing that is judged spans such a pause.
        let joined =
            |first: i64, slice: &Slice| if first.saturating_sub(slice.at) <= RECOVERY { Ok(slice.at) } else { Err(first) };
        let first = self.intake.slices.iter().rev().try_fold(last, joined).unwrap_or_else(|first| first);
        let from = self.run.map_or(first, |run| run.from.max(first.saturating_sub(BEFORE)));
        let until = used.min(last.saturating_add(RECOVERY)).max(last);
        Some(Window { from: Timestamp::from_nanos(from), until: Timestamp::from_nanos(until) })
    }

    /// Whether an upload that began in the window may yet be found.
    pub(super) fn is_open_in(&self, window: Window) -> bool {
        self.intake.slices.first().is_some_and(|first| Timestamp::from_nanos(first.at) < window.until)
    }

    /// Octets of memory that it holds besides itself.
    pub(super) fn memory(&self) -> usize {
        self.order.memory()
            + self.sent.memory()
            + self.intake.slices.capacity() * size_of::<Slice>()
            + self.intake.unread.capacity() * size_of::<Unread>()
            + self.intake.server_name.memory()
    }

    /// Octets that the other end sent.
    #[inline]
    pub(super) fn answer(&mut self, at: Timestamp, octets: u32) {
        self.used = at;
        self.intake.answered = self.intake.answered.wrapping_add(octets);
        self.intake.answer_at = at;
        if let Some(transfer) = &mut self.intake.transfer {
            transfer.received += u64::from(octets);
        }
    }

    /// A TCP segment with payload that the device sent.
    #[inline]
    pub(super) fn segment(&mut self, sequence: u32, segment: Segment<'_>) {
        self.used = segment.at;
        self.order.segment(sequence, segment, &mut self.intake);
        if self.intake.passed > 0 {
            self.intake.notice(segment.at);
            // Where nothing had cut the flow yet, it may be cut at another moment of the grid for the first time, and at the same one after that.
            self.disturbed = self.disturbed.max(if self.is_continued() { 1 } else { 2 });
        }
    }

    /// A datagram that the device sent; one that a bridge shows again is passed over.
    #[inline]
    pub(super) fn datagram(&mut self, at: Timestamp, payload: &[u8], length: u32, copy: (u32, u16)) {
        let passed = at.since(self.used).saturating_abs();
        self.used = at;
        let this = (copy.0, copy.1, length);
        let before = std::mem::replace(&mut self.latest_datagram, this);
        if copy.1 == 0 && copy.0 == before.0 && before.1 == 0 && (passed > COPIED || length != before.2) {
            self.unnumbered = true;
        }
        let tells = copy.1 != 0 || (copy.0 != 0 && !self.unnumbered);
        if this == before && tells {
            return;
        }
        self.intake.server_name.datagram(payload);
        self.intake.add(at, length);
        let slice = self.intake.slice(at);
        self.intake.slices.push(slice(length));
    }
}

impl Intake {
    /// Makes slices that are sent at `at`.
    #[inline]
    fn slice(&self, at: Timestamp) -> impl Fn(u32) -> Slice + use<> {
        // An answer that is stamped later is as far away as can be.
        let passed = at.nanos().wrapping_sub(self.answer_at.nanos()).cast_unsigned();
        let since_answer = u32::try_from(passed / 1_000).unwrap_or(u32::MAX);
        let (at, answered) = (at.nanos(), self.answered);
        move |length| Slice { at, length, answered, since_answer }
    }

    /// Octets that were sent by `at` and could not be read.
    #[cold]
    fn miss(&mut self, at: Timestamp, octets: u64) {
        let (at, full) = (at.nanos(), self.unread.len() >= EPISODE);
        match self.unread.last_mut() {
            Some(latest) if latest.at == at || full => latest.octets = latest.octets.saturating_add(octets),
            _ => self.unread.push(Unread { at, octets }),
        }
    }

    /// Notes octets that were passed over, when that is noticed: what is known of a moment never depends on what is seen later.
    #[cold]
    fn notice(&mut self, at: Timestamp) {
        let (octets, full) = (std::mem::take(&mut self.passed), self.missed.len() >= EPISODE);
        match self.missed.last_mut() {
            Some(latest) if at.since(latest.0).saturating_abs() < SECOND || full => {
                latest.1 = latest.1.saturating_add(octets);
            }
            _ => self.missed.push((at, octets)),
        }
    }

    #[inline]
    fn add(&mut self, at: Timestamp, length: u32) {
        match &mut self.transfer {
            Some(transfer) => transfer.add(at, length),
            None => self.transfer = Some(Transfer::new(at, length)),
        }
    }
}

impl Ordered for Intake {
    #[inline]
    fn segment(&mut self, segment: Segment<'_>) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.add(segment.at, segment.length);
        self.server_name.segment(segment.captured, segment.length);
        let slice = self.slice(segment.at);
        let slices = &mut self.slices;
        let (mut tiny, mut missed) = (0, std::mem::take(&mut self.unseen));
        let piece = |piece| match piece {
            Piece::Record(length) => {
                tiny += if length < SMALLEST_RECORD { length } else { 0 };
                slices.push(slice(length));
            }
            Piece::Unread(octets) => missed += u64::from(octets),
        };
        if self.records.segment(segment.captured, segment.length, piece) == Held::Unframed {
            self.slices.push(slice(segment.length));
        }
        if let Some(transfer) = &mut self.transfer {
            transfer.tiny += u64::from(tiny);
        }
        if missed > 0 {
            self.miss(segment.at, missed);
        }
    }

    fn hole(&mut self, octets: u32) {
        self.is_whole |= self.in_a_row > 1;
        self.in_a_row = 0;
        if self.is_whole && octets < LARGEST_HOLE {
            self.passed = self.passed.saturating_add(octets);
        }
        let begun = self.records.hole(octets);
        if self.records.is_lost() && octets < LARGEST_HOLE {
            self.unseen = self.unseen.saturating_add(u64::from(begun) + u64::from(octets));
        }
        self.server_name.hole();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    fn key(protocol: u8) -> FlowKey {
        let (source, destination) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([198, 51, 100, 1]));
        FlowKey { source, destination, protocol, source_port: 1, destination_port: 2 }
    }

    /// How many slices datagrams make, each at so many milliseconds, with identification, checksum and length.
    fn counted(datagrams: impl IntoIterator<Item = (i64, (u32, u16), u32)>) -> usize {
        let mut uplink = Uplink::new(key(17), 0, Timestamp::from_nanos(0));
        for (millis, copy, length) in datagrams {
            uplink.datagram(Timestamp::from_nanos(millis * MILLISECOND), &[], length, copy);
        }
        uplink.intake.slices.len()
    }

    /// Octets that were missed of segments of 100 octets that begin at these places.
    fn missed(places: &[u32]) -> u32 {
        let mut uplink = Uplink::new(key(6), 0, Timestamp::from_nanos(0));
        for (second, place) in places.iter().enumerate() {
            let at = Timestamp::from_nanos(i64::try_from(second).unwrap() * 30 * SECOND);
            uplink.segment(*place, Segment { at, captured: &[0; 100], length: 100 });
        }
        uplink.order.finish(&mut uplink.intake);
        uplink.intake.missed.iter().map(|it| it.1).sum()
    }

    #[test]
    fn holes_count_on_a_flow_of_which_some_segments_follow_each_other() {
        assert_eq!(missed(&[0, 100, 200, 500, 600, 1_000, 1_100]), 500);
        // A heartbeat of which a piece is captured each time.
        assert_eq!(missed(&(0..50).map(|beat| beat * 300).collect::<Vec<_>>()), 0);
    }

    #[test]
    fn datagrams_without_checksum_and_of_constant_identification_are_no_copies() {
        for identification in [0, 1, 0xffff] {
            assert_eq!(counted((0..50).map(|frame| (1 + frame * 20, (identification, 0), 200))), 50);
        }
    }

    #[test]
    fn what_a_bridge_shows_twice_counts_once() {
        let twice = |frame: u32| [(i64::from(frame) * 20, (frame, 7), 200), (i64::from(frame) * 20 + 1, (frame, 7), 200)];
        assert_eq!(counted((1..=50).flat_map(twice)), 50);
        let without_checksum = |frame: u32| twice(frame).map(|(at, (number, _), length)| (at, (number, 0), length));
        assert_eq!(counted((1..=50).flat_map(without_checksum)), 50);
    }
}
