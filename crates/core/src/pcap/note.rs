//! What a capture file says besides its frames, and what was odd about it without ending the reading.

use std::fmt;

/// Something a reader of the report should know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// The capturing machine lost frames here.
    Drops {
        /// Interface, numbered over the whole file.
        interface: u32,
        /// Frames lost since the last such note on this interface.
        dropped: u64,
    },
    /// A packet names an interface that its section has not described; it was left out.
    MissingInterface {
        /// Where the block begins.
        offset: u64,
        /// The interface named.
        interface: u32,
        /// How many the section has.
        known: u32,
    },
    /// A block's length is given twice and differs; the leading one was believed.
    LengthsDiffer {
        /// Where the block begins.
        offset: u64,
        /// Length in front.
        leading: u32,
        /// Length behind.
        trailing: u32,
    },
    /// A block has no room for its fixed fields; it was left out.
    FieldsMissing {
        /// Where the block begins.
        offset: u64,
        /// Block type.
        kind: u32,
        /// Octets of its body.
        have: u32,
        /// Octets of its fixed fields.
        need: u32,
    },
    /// A packet announces more octets than its block holds; it was left out.
    PacketOutsideBlock {
        /// Where the block begins.
        offset: u64,
        /// Octets announced.
        announced: u32,
        /// Octets there.
        room: u32,
    },
    /// Packets without a time stamp (simple packet blocks) are here; each was given the time of the frame before it.
    NoTime {
        /// Where the first of them begins.
        offset: u64,
    },
    /// More interfaces in one section than are kept; packets on further ones are left out.
    TooManyInterfaces {
        /// Where the first one too many begins.
        offset: u64,
    },
    /// Another capture file begins inside a packet or block, which its writer did not finish; the packet was left out, and reading goes on with the file.
    Torn {
        /// Where the header of the other file begins.
        offset: u64,
        /// Octets of what was left out.
        lost: u64,
    },
    /// Another capture file begins where a packet should, as in files put together with `cat`; reading goes on with it.
    Joined {
        /// Where its header begins.
        offset: u64,
    },
}

impl Note {
    /// Whether it stands for a packet that was left out.
    #[must_use]
    pub const fn loses_a_packet(&self) -> bool {
        matches!(self, Self::MissingInterface { .. } | Self::PacketOutsideBlock { .. } | Self::Torn { .. })
            || matches!(self, Self::FieldsMissing { kind, .. } if super::blocks::is_packet(*kind))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Drops { interface, dropped } => {
                write!(
                    out,
                    "the capturing machine lost {dropped} frames on interface {interface}; what it lost cannot be counted"
                )
            }
            Self::MissingInterface { offset, interface, known } => write!(
                out,
                "octet {offset}: a packet names interface {interface}, but only {known} are described; the packet was left out"
            ),
            Self::LengthsDiffer { offset, leading, trailing } => write!(
                out,
                "octet {offset}: a block gives its length as {leading} in front and {trailing} behind; read on with {leading}"
            ),
            Self::FieldsMissing { offset, kind, have, need } => write!(
                out,
                "octet {offset}: a block of type {kind:#x} has {have} octets where its fields need {need}; it was left out"
            ),
            Self::PacketOutsideBlock { offset, announced, room } => write!(
                out,
                "octet {offset}: a packet announces {announced} octets, but its block holds {room}; the packet was left out"
            ),
            Self::NoTime { offset } => {
                write!(out, "octet {offset}: packets without a time stamp; each counts at the time of the frame before it")
            }
            Self::Torn { offset, lost } => write!(
                out,
                "octet {offset}: another capture file begins here, as if files had been joined with `cat`, and the one before it breaks off inside a \
                 packet; the {lost} octets of that packet were left out, and the other file was read"
            ),
            Self::Joined { offset } => write!(
                out,
                "octet {offset}: another capture file begins here, as if files had been joined with `cat`; it was read as well \
                 (`mergecap` joins captures by time)"
            ),
            Self::TooManyInterfaces { offset } => {
                write!(out, "octet {offset}: more interfaces than are kept; packets on further ones are left out")
            }
        }
    }
}
