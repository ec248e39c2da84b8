//! Why reading a capture file ended before its last octet.

use std::fmt;

use super::{MAX_BLOCK, MAX_FRAME};

/// The end of what can be read. Everything handed out before it stays valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("octet {offset}, after {frames} frames: {reason}")]
pub struct Stop {
    /// Octet of the (uncompressed) capture at which the unreadable part begins.
    pub offset: u64,
    /// Frames read before it.
    pub frames: u64,
    /// What was found there.
    pub reason: Reason,
}

/// A part of a capture file, for saying what was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Part {
    /// The header of the whole file.
    #[error("file header")]
    FileHeader,
    /// The header of one packet record (classic).
    #[error("packet header")]
    RecordHeader,
    /// A packet record (classic).
    #[error("packet")]
    Record,
    /// The first octets of a block (pcapng).
    #[error("block header")]
    BlockHeader,
    /// A block (pcapng).
    #[error("block")]
    Block,
}

/// What stopped the reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Reason {
    /// No octet at all.
    #[error("the file is empty; capture again, or check that the recording had started")]
    Empty,
    /// The first octets belong to no capture format that is read here.
    #[error("{}", unknown(*magic, *name))]
    UnknownFormat {
        /// The first four octets.
        magic: [u8; 4],
        /// What they are known to begin, if anything, and what to do with that.
        name: Option<(&'static str, &'static str)>,
    },
    /// Packed data where a packet or a block should begin: files were joined, some of them packed.
    #[error(
        "{by} data begins here, as if a packed file had been joined to another; everything before it was read, nothing after it. Unpack both and name both"
    )]
    Packed {
        /// What packed it.
        by: &'static str,
    },
    /// Zeros where a packet should begin.
    #[error(
        "the file holds zeros here instead of a packet, as a power cut leaves them; everything before it was read, nothing after it"
    )]
    Zeros,
    /// A format version that is not defined.
    #[error("format version {major}.{minor} is unknown; convert the file with `editcap -F pcapng IN OUT`")]
    Version {
        /// Major version of the file or section.
        major: u16,
        /// Minor version.
        minor: u16,
    },
    /// The file ends inside a part.
    #[error("the file ends inside a {part} ({have} of {need} octets); everything before it was read")]
    Truncated {
        /// The part.
        part: Part,
        /// Octets it needs, as far as is known.
        need: u64,
        /// Octets that are there.
        have: u64,
    },
    /// A record of a classic file announces more octets than any frame has.
    #[error(
        "a packet announces {announced} octets, more than {limit}: the file is damaged here; everything before it was read, nothing after it"
    )]
    FrameTooLong {
        /// Octets announced.
        announced: u32,
        /// The most that is read ([`MAX_FRAME`] for nearly all link types).
        limit: u32,
    },
    /// A block is shorter than its own fixed fields, so that its end is unknown.
    #[error(
        "a block announces {announced} octets, fewer than the {least} it must have: the file is damaged here; everything before it was read, nothing after it"
    )]
    BlockTooShort {
        /// Octets announced.
        announced: u32,
        /// Octets of the shortest such block.
        least: u32,
    },
    /// A block announces more than [`MAX_BLOCK`] octets.
    #[error(
        "a block announces {announced} octets, more than {MAX_BLOCK}: the file is damaged here; everything before it was read, nothing after it"
    )]
    BlockTooLong {
        /// Octets announced.
        announced: u32,
    },
    /// A section header whose byte order is neither of the two.
    #[error("a section header has no byte order ({}): the file is damaged here; everything before it was read, nothing after it", Hex(*magic))]
    ByteOrder {
        /// The four octets of its byte-order magic.
        magic: [u8; 4],
    },
}

fn unknown(magic: [u8; 4], name: Option<(&str, &str)>) -> String {
    let magic = Hex(magic);
    match name {
        Some((what, remedy)) => format!("this is {what} (first octets {magic}), not pcap or pcapng; {remedy}"),
        None => format!("not a capture file: pcap and pcapng do not begin with {magic}; check that the name is right"),
    }
}

/// Octets as a person would look them up.
struct Hex([u8; 4]);

impl fmt::Display for Hex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0;
        write!(out, "{a:02x} {b:02x} {c:02x} {d:02x}")
    }
}

/// What packed the data that begins so.
pub(super) const fn packed(magic: [u8; 4]) -> Option<&'static str> {
    Some(match &magic {
        [0x1f, 0x8b, 8, _] => "gzip",
        b"\x28\xb5\x2f\xfd" => "zstd",
        b"\x04\x22\x4d\x18" => "lz4",
        b"\xfd7zX" => "xz",
        [b'B', b'Z', b'h', b'1'..=b'9'] => "bzip2",
        b"PK\x03\x04" => "zip",
        _ => return None,
    })
}

/// Files that people hand over instead of a capture, by their first octets, and what to do with them.
pub(super) fn name_of(magic: [u8; 4]) -> Option<(&'static str, &'static str)> {
    const CONVERT: &str = "convert it first, with `editcap -F pcapng IN OUT`";
    Some(match &magic {
        b"snoo" => ("a snoop capture", CONVERT),
        b"\x1c\x00\x01\xac" | b"\xac\x01\x00\x1c" | b"\x1c\x00\x01\xab" | b"\xab\x01\x00\x1c" => ("an IXIA capture", CONVERT),
        b"RTSS" | b"GMBU" | b"XCP\0" => ("a capture of another program", CONVERT),
        _ if packed(magic).is_some() => {
            ("packed data inside compressed data", "it is packed twice: unpack it once, and the rest is done here")
        }
        [0x1f, 0x9d, ..] => ("data of `compress`", "unpack it first, with `uncompress` or `gunzip`"),
        b"7z\xbc\xaf" => ("a 7z archive", "unpack it first, with `7z x FILE`"),
        b"Rar!" => ("a rar archive", "unpack it first, with `unrar x FILE`"),
        [0x5d, 0, 0, _] => ("lzma data", "unpack it first, with `xz -d FILE`"),
        b"\x7fELF" => ("a program", "name a capture file"),
        _ => return None,
    })
}

/// The most octets that a frame of a classic file may hold on a link (Wireshark's limits, cut to [`MAX_BLOCK`]).
pub(super) const fn frame_limit(link_type: u32) -> u32 {
    match link_type {
        // D-Bus, USBPcap and EBHSCR messages.
        231 | 249 | 279 => 16 * 1024 * 1024 - 16,
        _ => MAX_FRAME,
    }
}
