//! Large uploads: one large transfer at the speed of the network.
//!
//! A camera that sends a clip after the event hands the whole file to its TCP or QUIC stack, which cuts it into segments as large as the path allows and sends
//! them as fast as it may. So does whatever else sends a file. So a large upload is many octets in one direction, almost all of them in full segments and, where records
//! can be seen, in records that a program writes who has much to send. Its duration says nothing about the length of a clip, and nothing in it tells a clip from a picture that
//! is sent live, a backup or a log: it is called what it is.

use crate::time::{SECOND, Timestamp, Window};

/// What makes a transfer a large upload.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BulkSettings {
    /// Fewest octets. A few seconds of picture and sound at the lowest rates that cameras use; logs and
    /// telemetry of small devices stay below.
    pub octets: u64,
    /// A transfer ends where nothing was sent for so long, nanoseconds.
    pub pause: i64,
    /// Longest transfer, nanoseconds: what goes on for longer is a stream or a backup, not a clip.
    pub longest: i64,
    /// Least share of the octets that lie in full segments.
    pub full: f64,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self { octets: 100_000, pause: 5 * SECOND, longest: 120 * SECOND, full: 0.7 }
    }
}

/// A transfer in progress on one flow, upstream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Transfer {
    /// First segment.
    pub first: Timestamp,
    /// Latest segment.
    pub last: Timestamp,
    /// Payload octets.
    pub octets: u64,
    /// Of these, in segments of the largest size seen.
    pub full_octets: u64,
    /// The largest segment, octets.
    pub largest: u32,
    /// Payload octets that the other end sent meanwhile.
    pub received: u64,
    /// Octets in tiny records, see [`SMALLEST_RECORD`].
    pub tiny: u64,
}

/// A program that has a file to send writes records at least so long, octets: the least maximum that a device with little memory may ask for (RFC 6066, section
/// 4). One that writes less at a time sends hardly more than headers.
pub const SMALLEST_RECORD: u32 = 512;

/// Segments shorter than this are never full: no path of today has a smaller maximum (RFC 8200, section 5: 1,280 octets less headers).
const SMALLEST_FULL: u32 = 1_000;

impl Transfer {
    /// Begins with its first segment.
    #[must_use]
    pub fn new(at: Timestamp, octets: u32) -> Self {
        let mut transfer = Self { first: at, last: at, ..Self::default() };
        transfer.add(at, octets);
        transfer
    }

    /// Adds a segment.
    #[inline]
    pub fn add(&mut self, at: Timestamp, octets: u32) {
        self.last = self.last.max(at);
        self.octets += u64::from(octets);
        self.largest = self.largest.max(octets);
        // Path maximum and options vary by some octets within a transfer.
        if octets >= SMALLEST_FULL && octets.saturating_add(64) >= self.largest {
            self.full_octets += u64::from(octets);
        }
    }

    /// From the first to the latest segment.
    #[must_use]
    pub fn window(&self) -> Window {
        Window { from: self.first, until: self.last }
    }

    /// Whether it is large, one-sided, made of full segments and not of tiny records, however long it goes on.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "octets of a transfer lie far below 2^53")]
    pub fn is_file(&self, settings: &BulkSettings) -> bool {
        self.octets >= settings.octets
            && self.received < self.octets
            && self.tiny < self.octets / 2
            && self.full_octets as f64 >= settings.full * self.octets as f64
    }

    /// Whether it is all of that, and finite.
    #[must_use]
    pub fn is_large_upload(&self, settings: &BulkSettings) -> bool {
        self.is_file(settings) && self.window().length() <= settings.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer(segments: &[(i64, u32)]) -> Transfer {
        let mut all = Transfer::new(Timestamp::from_nanos(segments[0].0), segments[0].1);
        for &(at, octets) in &segments[1..] {
            all.add(Timestamp::from_nanos(at), octets);
        }
        all
    }

    #[test]
    fn a_large_file_in_full_segments_is_a_large_upload() {
        let clip: Vec<(i64, u32)> = (0..300).map(|k| (k * 8_000_000, 1_413)).collect();
        assert!(transfer(&clip).is_large_upload(&BulkSettings::default()));
    }

    #[test]
    fn the_same_octets_in_slices_are_not() {
        let stream: Vec<(i64, u32)> = (0..1_000).map(|k| (k * 20_000_000, 420)).collect();
        assert!(!transfer(&stream).is_large_upload(&BulkSettings::default()));
    }

    #[test]
    fn a_log_written_a_few_octets_at_a_time_is_not() {
        let log: Vec<(i64, u32)> = (0..300).map(|k| (k * 8_000_000, 1_413)).collect();
        assert!(!Transfer { tiny: 300_000, ..transfer(&log) }.is_large_upload(&BulkSettings::default()));
    }

    #[test]
    fn what_mostly_receives_is_not() {
        let clip: Vec<(i64, u32)> = (0..300).map(|k| (k * 8_000_000, 1_413)).collect();
        assert!(!Transfer { received: 10_000_000, ..transfer(&clip) }.is_large_upload(&BulkSettings::default()));
    }
}
