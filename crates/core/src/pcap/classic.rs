//! Classic pcap: one header, then records of a 16-octet header and the octets of a frame (draft-ietf-opsawg-pcap).

use super::decoder::Step;
use super::stop::{Part, Reason, frame_limit};
use super::{index, octets, word};
use crate::frame::{Frame, Link};
use crate::time::{SECOND, Timestamp};

/// Octets of the file header.
pub(super) const HEADER: usize = 24;
/// Octets of a record header.
const RECORD: usize = 16;

/// Magic of a file in microseconds, read in its own byte order.
const MICROSECONDS: u32 = 0xa1b2_c3d4;
/// Magic of a file in nanoseconds.
const NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Magic of the "modified" format, whose record headers have 24 octets.
const MODIFIED: u32 = 0xa1b2_cd34;

/// What the file header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classic {
    big: bool,
    /// Nanoseconds in a unit of the sub-second field.
    unit: u32,
    lengths: Lengths,
    link: Link,
    /// Most octets that a record may hold.
    limit: u32,
    pub(super) link_type: u32,
    pub(super) snaplen: u32,
}

/// Which of the two lengths of a record comes first. Versions before 2.3 had the length on the wire first, 2.3 was
/// written both ways (libpcap, `savefile.c` tells them apart the same way).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    SmallerIsCaptured,
}

/// Whether the first four octets are those of a classic file, and which.
pub(super) fn magic(first: [u8; 4]) -> Option<Result<(bool, u32), Reason>> {
    for big in [false, true] {
        match if big { word::<true>(first) } else { word::<false>(first) } {
            MICROSECONDS => return Some(Ok((big, 1000))),
            NANOSECONDS => return Some(Ok((big, 1))),
            MODIFIED => return Some(Err(Reason::ModifiedPcap)),
            _ => {}
        }
    }
    None
}

impl Classic {
    /// Reads the header behind its magic.
    pub(super) fn new(header: &[u8; HEADER], big: bool, unit: u32) -> Result<Self, Reason> {
        let half = |at: usize| {
            let octets = header.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
            if big { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) }
        };
        let full = |at: usize| {
            let octets = header.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
            if big { word::<true>(octets) } else { word::<false>(octets) }
        };
        let (major, minor) = (half(4), half(6));
        let lengths = match (major, minor) {
            (0 | 1, _) => return Err(Reason::Version { major, minor }),
            // 543.0 is what DG/UX tcpdump wrote.
            (2, 0..=2) | (543, _) => Lengths::WireFirst,
            (2, 3) => Lengths::SmallerIsCaptured,
            _ => Lengths::CapturedFirst,
        };
        // The upper six bits tell the length of the frame check sequence, the rest is the link type.
        let link_type = full(20) & 0x03ff_ffff;
        let limit = frame_limit(link_type);
        let link = Link::from_number(link_type);
        Ok(Self { big, unit, lengths, link, limit, link_type, snaplen: full(16) })
    }

    /// Whether its records can be read by [`Classic::ordinary`], in which byte order.
    #[inline]
    pub(super) fn fast(&self) -> Option<bool> {
        (self.lengths == Lengths::CapturedFirst).then_some(self.big)
    }

    /// The record at the start of `bytes` and what follows it, when it is whole and ordinary.
    #[inline]
    pub(super) fn ordinary<'a, const BIG: bool>(&self, bytes: &'a [u8]) -> Option<(Frame<'a>, &'a [u8])> {
        let (header, rest) = bytes.split_first_chunk::<RECORD>()?;
        let record = Record::read::<BIG>(header);
        if record.captured > self.limit {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(index(record.captured))?;
        Some((self.frame(record, bytes), rest))
    }

    /// The record at the start of `bytes`, whatever its state.
    pub(super) fn any<'a>(&self, bytes: &'a [u8]) -> Result<Step<'a>, Reason> {
        let Some((header, rest)) = bytes.split_first_chunk::<RECORD>() else {
            return Ok(Step::More { need: RECORD });
        };
        let mut record = if self.big { Record::read::<true>(header) } else { Record::read::<false>(header) };
        let swap = match self.lengths {
            Lengths::CapturedFirst => false,
            Lengths::WireFirst => true,
            Lengths::SmallerIsCaptured => record.captured > record.wire,
        };
        if swap {
            (record.captured, record.wire) = (record.wire, record.captured);
        }
        if record.captured > self.limit {
            return Err(Reason::FrameTooLong { announced: record.captured, limit: self.limit });
        }
        let used = RECORD + index(record.captured);
        Ok(match rest.get(..index(record.captured)) {
            Some(bytes) => Step::Frame { frame: self.frame(record, bytes), used },
            None => Step::More { need: used },
        })
    }

    /// What the file ends in, when `rest` is not a whole record.
    pub(super) fn cut(&self, rest: &[u8]) -> Reason {
        let have = octets(rest.len());
        match self.any(rest) {
            Ok(Step::More { need: RECORD }) => Reason::Truncated { part: Part::RecordHeader, need: octets(RECORD), have },
            Ok(Step::More { need }) => Reason::Truncated { part: Part::Record, need: octets(need), have },
            Err(reason) => reason,
            Ok(_) => Reason::Truncated { part: Part::Record, need: have, have },
        }
    }

    #[inline]
    fn frame<'a>(&self, record: Record, bytes: &'a [u8]) -> Frame<'a> {
        // Cannot overflow: both factors of each product are under 2^32 and 2^30, and the sum stays under 2^62. A
        // sub-second field of a second or more is carried over.
        let nanos = i64::from(record.seconds).wrapping_mul(SECOND);
        let nanos = nanos.wrapping_add(i64::from(record.fraction).wrapping_mul(i64::from(self.unit)));
        Frame { at: Timestamp::from_nanos(nanos), link: self.link, wire_len: record.wire, bytes, interface: 0 }
    }
}

/// The fields of a record header.
#[derive(Clone, Copy)]
struct Record {
    seconds: u32,
    fraction: u32,
    captured: u32,
    wire: u32,
}

impl Record {
    #[inline]
    fn read<const BIG: bool>(header: &[u8; RECORD]) -> Self {
        let &[s0, s1, s2, s3, f0, f1, f2, f3, c0, c1, c2, c3, w0, w1, w2, w3] = header;
        Self {
            seconds: word::<BIG>([s0, s1, s2, s3]),
            fraction: word::<BIG>([f0, f1, f2, f3]),
            captured: word::<BIG>([c0, c1, c2, c3]),
            wire: word::<BIG>([w0, w1, w2, w3]),
        }
    }
}
