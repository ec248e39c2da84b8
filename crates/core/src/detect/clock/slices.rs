//! What is asked of slices everywhere: those between two times, their lengths, their octets.

use super::Slice;

/// Slices closer together than this left in one go, nanoseconds: what was ready, or had waited, was sent at once.
pub(super) const ONE_MOMENT: i64 = 5_000_000;

/// The slices of an episode that were sent from one time to another, both included.
pub(super) fn between(episode: &[Slice], from: i64, until: i64) -> &[Slice] {
    let begin = episode.partition_point(|slice| slice.at < from);
    let end = episode.partition_point(|slice| slice.at <= until);
    episode.get(begin..end).unwrap_or(&[])
}

/// Shortest and longest of slices.
pub(super) fn extremes(slices: &[Slice]) -> (u32, u32) {
    slices.iter().fold((u32::MAX, 0), |(least, most), slice| (least.min(slice.length), most.max(slice.length)))
}

/// Octets of all slices.
pub(super) fn octets(slices: &[Slice]) -> f64 {
    to_f64(slices.iter().map(|slice| i64::from(slice.length)).sum())
}

#[expect(clippy::cast_precision_loss, reason = "counts of an episode's slices")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "durations of an episode in nanoseconds and octets lie far below 2^53")]
pub(super) fn to_f64(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "slices of an episode")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}
