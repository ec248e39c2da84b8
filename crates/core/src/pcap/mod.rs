//! Capture files: classic pcap and pcapng, read from and written to byte buffers.
//!
//! Reading never copies a frame and never needs more than [`MAX_BLOCK`] octets at once. Formats: pcap
//! (draft-ietf-opsawg-pcap) in both byte orders, in micro- and nanoseconds, and in the "modified" format of routers; pcapng
//! (draft-ietf-opsawg-pcapng) with any number of sections of either byte order; several of these joined. What follows a damaged record cannot be found again with certainty,
//! so reading stops there and says so; a damaged block whose extent is plain is skipped and noted.

mod blocks;
mod classic;
mod clock;
mod decoder;
mod ng;
mod note;
mod options;
mod section;
mod step;
mod stop;
mod whole;
pub mod write;

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the builders' numbers are small, and the clocks are compared within a stated error"
)]
mod tests;

pub use decoder::{Decoder, Format};
pub use note::Note;
pub use section::Description;
pub use step::Step;
pub use stop::{Part, Reason, Stop};
pub use whole::each_frame;

/// Whether a capture file of a known format begins with these octets.
#[must_use]
pub fn begins_capture(first: [u8; 4]) -> bool {
    first == blocks::SECTION || classic::magic(first).is_some()
}

/// Most octets that a block or record may span (16 MiB, as libpcap 1.10 and Wireshark 4.0 have it): the most that a
/// caller has to hold for [`Step::More`].
pub const MAX_BLOCK: usize = 16 << 20;

/// Most octets a frame of a classic file may hold (256 KiB, `MAXIMUM_SNAPLEN` of libpcap), but for the few link types
/// whose frames are longer by nature.
pub const MAX_FRAME: u32 = 262_144;

/// A 32-bit field in the byte order of its section.
#[inline]
const fn word<const BIG: bool>(octets: [u8; 4]) -> u32 {
    if BIG { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) }
}

/// Octets as an index; lossless on the 32- and 64-bit machines that this crate is built for.
#[inline]
const fn index(octets: u32) -> usize {
    octets as usize
}

/// Octets as a file position.
#[inline]
const fn octets(count: usize) -> u64 {
    count as u64
}
