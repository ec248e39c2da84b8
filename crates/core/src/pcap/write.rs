//! Writes capture files: pcapng for people, classic pcap in nanoseconds for tests and the simulator.
//!
//! Each function appends one block or record to `out`; little-endian, time in nanoseconds. Times before 1970, which
//! neither format can hold, become 1970.

use super::blocks::{self, code};
use super::options::COMMENT;
use super::{Description, MAX_BLOCK};
use crate::frame::Frame;
use crate::time::{SECOND, Timestamp};

/// `if_tsresol`: 10^-9 s.
const NANOSECONDS: u8 = 9;

/// Most octets of a frame that are written, so that block and comment stay below [`MAX_BLOCK`].
const MAX_WRITTEN: usize = MAX_BLOCK - 0x2_0000;

/// A section header block, naming the program that writes it.
pub fn section(out: &mut Vec<u8>, program: &str) {
    block(out, u32::from_be_bytes(blocks::SECTION), |out| {
        put(out, u32::from_be_bytes(blocks::BYTE_ORDER));
        out.extend_from_slice(&[1, 0, 0, 0]);
        // Length of the section: not known.
        out.extend_from_slice(&[0xff; 8]);
        option(out, code::SHB_USERAPPL, program.as_bytes());
        end_of_options(out);
    });
}

/// An interface description block; interfaces are numbered in the order in which they are written. Link types above
/// 65,535, which the format cannot hold, are written as 65,535.
pub fn interface(out: &mut Vec<u8>, description: &Description) {
    block(out, blocks::IDB, |out| {
        let link_type = u16::try_from(description.link_type).unwrap_or(u16::MAX);
        put(out, u32::from(link_type));
        put(out, description.snaplen);
        option(out, code::IF_NAME, description.name.as_bytes());
        option(out, code::IF_DESCRIPTION, description.description.as_bytes());
        option(out, code::IF_TSRESOL, &[NANOSECONDS]);
        end_of_options(out);
    });
}

/// What can be said about a packet besides its octets.
#[derive(Clone, Copy, Default, Debug)]
pub struct Remarks<'a> {
    /// A comment, shown by Wireshark next to the packet; cut at 65,535 octets.
    pub comment: Option<&'a str>,
    /// `epb_flags`: bits 0 and 1 are the direction (1 inbound, 2 outbound).
    pub flags: Option<u32>,
}

/// An enhanced packet block; `frame.interface` is the number of the interface in the file being written.
pub fn packet(out: &mut Vec<u8>, frame: &Frame<'_>, remarks: &Remarks<'_>) {
    let bytes = frame.bytes.get(..MAX_WRITTEN).unwrap_or(frame.bytes);
    block(out, blocks::EPB, |out| {
        put(out, frame.interface);
        time(out, frame.at);
        put(out, length(bytes.len()));
        put(out, frame.wire_len);
        padded(out, bytes);
        if let Some(comment) = remarks.comment {
            option(out, COMMENT, comment.as_bytes());
        }
        if let Some(flags) = remarks.flags {
            option(out, code::EPB_FLAGS, &flags.to_le_bytes());
        }
        if remarks.comment.is_some_and(|text| !text.is_empty()) || remarks.flags.is_some() {
            end_of_options(out);
        }
    });
}

/// An interface statistics block: frames received and lost since the start, as of a moment.
pub fn statistics(out: &mut Vec<u8>, interface: u32, at: Timestamp, received: u64, dropped: u64) {
    remarked_statistics(out, interface, at, (received, dropped), "");
}

/// The same with a comment, for what frames cannot tell: an interface that went down, or came back. An empty comment is left out.
pub fn remarked_statistics(out: &mut Vec<u8>, interface: u32, at: Timestamp, (received, dropped): (u64, u64), comment: &str) {
    block(out, blocks::ISB, |out| {
        put(out, interface);
        time(out, at);
        option(out, COMMENT, comment.as_bytes());
        option(out, code::ISB_IFRECV, &received.to_le_bytes());
        option(out, code::ISB_IFDROP, &dropped.to_le_bytes());
        end_of_options(out);
    });
}

/// The file header of a classic pcap in nanoseconds.
pub fn classic_header(out: &mut Vec<u8>, link_type: u32, snaplen: u32) {
    put(out, 0xa1b2_3c4d);
    out.extend_from_slice(&[2, 0, 4, 0]);
    put(out, 0);
    put(out, 0);
    put(out, snaplen);
    put(out, link_type);
}

/// A record of a classic pcap in nanoseconds; its time reaches until 2106.
pub fn classic_record(out: &mut Vec<u8>, frame: &Frame<'_>) {
    let nanos = frame.at.nanos().max(0);
    let seconds = u32::try_from(nanos / SECOND).unwrap_or(u32::MAX);
    put(out, seconds);
    put(out, u32::try_from(nanos % SECOND).unwrap_or(0));
    let bytes = frame.bytes.get(..MAX_WRITTEN).unwrap_or(frame.bytes);
    put(out, length(bytes.len()));
    put(out, frame.wire_len);
    out.extend_from_slice(bytes);
}

fn put(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn time(out: &mut Vec<u8>, at: Timestamp) {
    // The upper half comes first in either byte order.
    let halves = at.nanos().max(0).cast_unsigned().rotate_left(32);
    out.extend_from_slice(&halves.to_le_bytes());
}

fn padded(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
    let padding = bytes.len().next_multiple_of(4) - bytes.len();
    out.extend(std::iter::repeat_n(0, padding));
}

/// One option; an empty value is left out, a long one cut (at a character, should it be text).
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let mut end = value.len().min(usize::from(u16::MAX));
    while end < value.len() && value.get(end).is_some_and(|octet| octet & 0xc0 == 0x80) {
        end -= 1;
    }
    let value = value.get(..end).unwrap_or_default();
    if value.is_empty() {
        return;
    }
    out.extend_from_slice(&code.to_le_bytes());
    out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
    padded(out, value);
}

fn end_of_options(out: &mut Vec<u8>) {
    put(out, 0);
}

/// Frames a body with its type and, twice, its length.
fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    put(out, kind);
    let mark = out.len();
    put(out, 0);
    body(out);
    let total = length(out.len().saturating_sub(mark).saturating_add(8));
    if let Some(place) = out.get_mut(mark..).and_then(<[u8]>::first_chunk_mut) {
        *place = total.to_le_bytes();
    }
    put(out, total);
}
