//! What one device sends to one receiver on one flow, cut into episodes and transfers for the detectors.

use crate::detect::bulk::Transfer;
use crate::detect::clock::Slice;
use crate::findings::{FlowKey, Mark, Sighting};
use crate::meter::Track;
use crate::roster::Index;
use crate::stream::records::{Held, Records};
use crate::stream::tcp::{Order, Ordered, Segment};
use crate::time::Timestamp;

use super::hello::Hello;

/// Slices of an episode that are kept before it is judged: a minute at the fastest beat, and a bound on what is no audio at
/// all.
pub(super) const EPISODE: usize = 12_000;

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
    /// Sightings that may yet go on, or turn out to be parts of a recording.
    pub(super) drafts: Vec<Sighting>,
    /// Octets of the drafts of the transfer in progress that were handed over already: of sound, and in all.
    pub(super) handed: (u64, u64),
    /// Whether the episode before ended only because it was full.
    pub(super) continued: bool,
    /// The datagram before (identification, checksum, length): a bridge shows some twice.
    pub(super) latest_datagram: (u32, u16, u32),
    /// Payload octets that the device sent, by second, since they were noted among its contacts.
    pub(super) sent: Track,
}

/// Where the octets of a flow go: records, segments or datagrams become slices, everything adds to the transfer.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pub(super) records: Records,
    /// The episode in progress.
    pub(super) slices: Vec<Slice>,
    /// The transfer in progress.
    pub(super) transfer: Option<Transfer>,
    /// Payload octets that the other end sent (wraps around).
    pub(super) answered: u32,
    /// When the latest of them came.
    answer_at: Timestamp,
    pub(super) hello: Hello,
}

impl Uplink {
    pub(super) fn new(key: FlowKey, device: Index, at: Timestamp) -> Self {
        Self {
            key,
            device,
            used: at,
            order: Order::default(),
            intake: Intake::default(),
            drafts: Vec::new(),
            handed: (0, 0),
            continued: false,
            latest_datagram: (0, 0, 0),
            sent: Track::default(),
        }
    }

    /// Begins anew at a SYN.
    pub(super) fn renew(&mut self, sequence: u32) {
        self.order.synchronise(sequence);
        self.intake = Intake::default();
        self.continued = false;
    }

    /// Whether hardly anything was seen of it.
    pub(super) fn is_slight(&self) -> bool {
        self.intake.slices.len() < SLIGHT && self.drafts.is_empty()
    }

    /// Octets of memory that it holds besides itself.
    pub(super) fn memory(&self) -> usize {
        let drafts = self.drafts.iter().map(|draft| size_of::<Sighting>() + draft.marks.capacity() * size_of::<Mark>());
        self.order.memory()
            + self.sent.memory()
            + self.intake.slices.capacity() * size_of::<Slice>()
            + self.intake.hello.memory()
            + drafts.sum::<usize>()
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
    }

    /// A datagram that the device sent; one that a bridge shows again is passed over.
    #[inline]
    pub(super) fn datagram(&mut self, at: Timestamp, payload: &[u8], length: u32, copy: (u32, u16)) {
        self.used = at;
        let this = (copy.0, copy.1, length);
        if this == self.latest_datagram && (copy.0 != 0 || copy.1 != 0) {
            return;
        }
        self.latest_datagram = this;
        self.intake.hello.datagram(payload);
        self.intake.add(at, length);
        let slice = self.intake.slice(at);
        self.intake.slices.push(slice(length));
    }
}

impl Intake {
    /// Makes slices that are sent at `at`.
    #[inline]
    fn slice(&self, at: Timestamp) -> impl Fn(u32) -> Slice + use<> {
        let since_answer = u32::try_from(at.since(self.answer_at) / 1_000).unwrap_or(u32::MAX);
        let (at, answered) = (at.nanos(), self.answered);
        move |length| Slice { at, length, answered, since_answer }
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
        self.add(segment.at, segment.length);
        self.hello.segment(segment.captured, segment.length);
        let slice = self.slice(segment.at);
        let slices = &mut self.slices;
        let record = |length| slices.push(slice(length));
        if self.records.segment(segment.captured, segment.length, record) == Held::Unframed {
            self.slices.push(slice(segment.length));
        }
    }

    fn hole(&mut self, octets: u32) {
        self.records.hole(octets);
        self.hello.hole();
    }
}
