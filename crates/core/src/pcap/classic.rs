//! Classic pcap: one header, then records of a 16-octet header and the octets of a frame (draft-ietf-opsawg-pcap).
//!
//! In the "modified" format, which routers such as the Fritz!Box write, a record header has 8 octets more: index of the interface,
//! `EtherType`, type of the packet as Linux has it (`linux/if_packet.h`), padding.

use super::step::Step;
use super::stop::{Part, Reason, frame_limit};
use super::{index, octets, word};
use crate::frame::{Frame, Link};
use crate::time::{SECOND, Timestamp};

/// Octets of the file header.
pub(super) const HEADER: usize = 24;
/// Octets of a record header.
const RECORD: usize = 16;
/// Octets of a record header of the "modified" format.
const MODIFIED_RECORD: usize = 24;
/// Place of the packet type in it.
const PACKET_TYPE: usize = 22;
/// Packet type of what the capturing host sent (`PACKET_OUTGOING`).
const SENT: u8 = 4;

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
    /// Whether its record headers are those of the "modified" format.
    modified: bool,
    /// Number of its interface over the whole file.
    pub(super) interface: u32,
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

/// What the magic of a classic file says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Magic {
    big: bool,
    /// Nanoseconds in a unit of the sub-second field.
    unit: u32,
    modified: bool,
}

/// Whether the first four octets are those of a classic file, and which.
pub(super) fn magic(first: [u8; 4]) -> Option<Magic> {
    [false, true].into_iter().find_map(|big| match if big { word::<true>(first) } else { word::<false>(first) } {
        MICROSECONDS => Some(Magic { big, unit: 1000, modified: false }),
        NANOSECONDS => Some(Magic { big, unit: 1, modified: false }),
        MODIFIED => Some(Magic { big, unit: 1000, modified: true }),
        _ => None,
    })
}

/// Octets that [`is_header`] looks at.
pub(super) const SURE: usize = 16;

/// Whether a file header begins where a record should: a magic, a version of this century, and the two fields that all
/// writers leave at 0. As a record it would be an empty frame of a later century, or a block of a type that nobody uses.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    let Some(&[m0, m1, m2, m3, a0, a1, b0, b1, rest @ ..]) = bytes.first_chunk::<SURE>() else { return false };
    let Some(magic) = magic([m0, m1, m2, m3]) else { return false };
    let half = |octets| if magic.big { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) };
    half([a0, a1]) == 2 && half([b0, b1]) <= 4 && rest == [0; 8]
}

impl Classic {
    /// Reads the header behind its magic; `interface` is the number that its frames are given.
    pub(super) fn new(header: &[u8; HEADER], magic: Magic, interface: u32) -> Result<Self, Reason> {
        let Magic { big, unit, modified } = magic;
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
        Ok(Self { big, unit, lengths, link, limit, modified, interface, link_type, snaplen: full(16) })
    }

    /// Whether its records can be read by [`Classic::ordinary`], in which byte order.
    #[inline]
    pub(super) fn fast(&self) -> Option<bool> {
        (self.lengths == Lengths::CapturedFirst && !self.modified).then_some(self.big)
    }

    /// The record at the start of `bytes` and what follows it, when it is whole and ordinary.
    #[inline]
    pub(super) fn ordinary<'a, const BIG: bool>(&self, bytes: &'a [u8]) -> Option<(Frame<'a>, &'a [u8])> {
        let (header, rest) = bytes.split_first_chunk::<RECORD>()?;
        let record = Record::read::<BIG>(header);
        // An empty record may be the header of a file that was joined, or a tail of zeros.
        if record.captured.wrapping_sub(1) >= self.limit {
            return None;
        }
        let (bytes, rest) = rest.split_at_checked(index(record.captured))?;
        // What does not lead to a record of about its time may have swallowed the beginning of another file.
        if let Some(&next) = rest.first_chunk()
            && !is_near(record.seconds, word::<BIG>(next))
        {
            return None;
        }
        Some((self.frame(record, bytes), rest))
    }

    /// How many octets the record at the start of `bytes` takes, where it makes no sense or what follows it does not.
    pub(super) fn doubtful(&self, bytes: &[u8]) -> Option<usize> {
        let size = self.header();
        let (header, rest) = bytes.first_chunk::<RECORD>().zip(bytes.get(size..))?;
        let record = self.record(header);
        if record.captured > self.limit {
            return Some(size);
        }
        let next = rest.get(index(record.captured)..)?.first_chunk().copied()?;
        let next = if self.big { word::<true>(next) } else { word::<false>(next) };
        (!is_near(record.seconds, next)).then(|| size + index(record.captured))
    }

    /// The fields of a record header, whichever of its lengths comes first.
    fn record(&self, header: &[u8; RECORD]) -> Record {
        let mut record = if self.big { Record::read::<true>(header) } else { Record::read::<false>(header) };
        let swap = match self.lengths {
            Lengths::CapturedFirst => false,
            Lengths::WireFirst => true,
            Lengths::SmallerIsCaptured => record.captured > record.wire,
        };
        if swap {
            (record.captured, record.wire) = (record.wire, record.captured);
        }
        record
    }

    /// Octets of a record header.
    const fn header(&self) -> usize {
        if self.modified { MODIFIED_RECORD } else { RECORD }
    }

    /// The record at the start of `bytes`, whatever its state.
    pub(super) fn any<'a>(&self, bytes: &'a [u8]) -> Result<Step<'a>, Reason> {
        let size = self.header();
        let (Some(header), Some((head, rest))) = (bytes.first_chunk::<RECORD>(), bytes.split_at_checked(size)) else {
            return Ok(Step::More { need: size });
        };
        let record = self.record(header);
        if (record.fraction, record.captured, record.wire) == (0, 0, 0) {
            return Err(Reason::Zeros);
        }
        if record.captured > self.limit {
            return Err(Reason::FrameTooLong { announced: record.captured, limit: self.limit });
        }
        let used = size + index(record.captured);
        Ok(match rest.get(..index(record.captured)) {
            Some(bytes) => {
                let mut frame = self.frame(record, bytes);
                if self.link == Link::Ethernet && head.get(PACKET_TYPE) == Some(&SENT) {
                    frame.link = Link::EthernetSent;
                }
                Step::Frame { frame, used }
            }
            None => Step::More { need: used },
        })
    }

    /// What the file ends in, when `rest` is not a whole record.
    pub(super) fn cut(&self, rest: &[u8]) -> Reason {
        let have = octets(rest.len());
        match self.any(rest) {
            Ok(Step::More { need }) if rest.len() < self.header() => {
                Reason::Truncated { part: Part::RecordHeader, need: octets(need), have }
            }
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
        Frame { at: Timestamp::from_nanos(nanos), link: self.link, wire_len: record.wire, bytes, interface: self.interface }
    }
}

/// Whether two times, seconds since 1970, lie less than a day apart, as those of neighbouring records do.
#[inline]
const fn is_near(one: u32, other: u32) -> bool {
    const DAY: u32 = 86_400;
    other.wrapping_sub(one).wrapping_add(DAY) < 2 * DAY
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
