//! How slow and how fast sound may be sent.

use super::ClockSettings;
use crate::findings::TrainShape;

/// Where more than so many times the usual octets leave at once, some of them had waited.
pub(super) const WAITED: f64 = 3.0;

/// Fewer slices than this are a train only if they are slow and keep the beat as closely as [`super::judge::FEW_UNEVENNESS`] says.
pub(super) const FEW: usize = 16;

/// Shortest beat of few slices, nanoseconds: blocks that a recorder hands over.
pub(super) const FEW_BEAT: f64 = 95e6;

/// Least that any encryption or framing adds to a slice, octets: an AEAD tag (RFC 5116) or an RTP header (RFC 3550, section 5.1) and a little.
pub(super) const OVERHEAD: f64 = 16.0;

/// Lowest bit rate of slices at this beat. What comes at most ten times a second in a hundred octets or so is as likely a sensor's reading as sound.
pub(super) fn lowest_rate(beat: f64, settings: &ClockSettings) -> f64 {
    let (lowest, _) = settings.bit_rate;
    if beat >= FEW_BEAT { lowest.max(settings.blocks_rate) } else { lowest }
}

/// Octets that no segment or datagram on a usual link holds: an Ethernet frame takes 1,500.
const LONGEST_SEGMENT: u32 = 1_500;

/// Octets of a full TLS record (RFC 8446, section 5.1), less what some libraries leave free.
const FULL_RECORD: u32 = 16_000;

/// Whether records show what was written at once: they are longer than a segment, and not as long as records may be. What the network carries as fast as it can is cut to
/// segments or to full records.
pub(super) fn is_written(lengths: (u32, u32)) -> bool {
    (LONGEST_SEGMENT..FULL_RECORD).contains(&lengths.0)
}

/// Highest bit rate of slices of these lengths.
pub(super) fn highest_rate(shape: TrainShape, lengths: (u32, u32), settings: &ClockSettings) -> f64 {
    if shape == TrainShape::Constant && is_written(lengths) { settings.samples_rate } else { settings.bit_rate.1 }
}
