//! Which slices might belong together: classes of equal length, bands of similar length, and stretches of steady octets.

use super::{Settings, Slice};
use crate::findings::TrainShape;

/// Slices that might be one train.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) shape: TrainShape,
    pub(super) slices: Vec<Slice>,
}

/// Classes of each kind that are looked at: more would only be smaller ones.
const CLASSES: usize = 3;

/// Longest to shortest record of a band, from loud speech alone to whatever the flow carries: a codec of variable rate spans a
/// few octets of comfort noise to several hundred of a loud vowel, and how much of that is worth counting differs.
const BANDS: [f64; 4] = [2.5, 4.0, 8.0, 64.0];

/// How far octets may stray from a straight line and still count as steady, nanoseconds: a radio link's usual stall.
const STRAY: i64 = 200_000_000;

/// Shortest stretch of steady octets that is looked at, nanoseconds.
const STEADY: i64 = 1_500_000_000;

/// Shortest time in which slices at a beat can be told from others, nanoseconds.
pub(super) const SHORTEST: i64 = 250_000_000;

/// Longest backlog that is thought of, seconds.
const BACKLOG: f64 = 8.0;

/// Slices may come slower than the slowest beat by this factor and still hold a train.
const LOOSE: f64 = 1.5;

/// Records of one length; `lengths` are all of them, sorted.
pub(super) fn constant(slices: &[Slice], lengths: &[u32], settings: &Settings) -> Vec<Candidate> {
    let mut found = Vec::new();
    for length in frequent(lengths, settings.records) {
        split(slices, |slice| slice.length == length, TrainShape::Constant, settings, &mut found);
    }
    found
}

/// Records of similar length, and stretches of steady octets; `lengths` as above.
pub(super) fn variable(slices: &[Slice], lengths: &[u32], settings: &Settings) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for ratio in BANDS {
        for band in bands(lengths, ratio, settings.records) {
            if !seen.contains(&band) {
                seen.push(band);
                let inside = |slice: &Slice| (band.0..=band.1).contains(&slice.length);
                split(slices, inside, TrainShape::Variable, settings, &mut found);
            }
        }
    }
    steady(slices, settings, &mut found);
    found
}

/// Whether slices came over long enough, and neither as a trickle nor as a flood that no codec makes.
fn is_worth_a_look(slices: &[Slice], settings: &Settings) -> bool {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return false };
    let lasted = last.at.saturating_sub(first.at);
    let octets: u64 = slices.iter().map(|slice| u64::from(slice.length)).sum();
    let (count, nanos) = (to_f64(slices.len() as u64), to_f64(lasted.unsigned_abs()));
    slices.len() >= settings.records
        && lasted >= SHORTEST
        && nanos <= count * settings.beat.1 * LOOSE
        && to_f64(octets) * 8.0 <= (nanos / 1e9 + BACKLOG) * settings.bit_rate.1
}

#[expect(clippy::cast_precision_loss, reason = "octets and nanoseconds of an episode lie far below 2^53")]
fn to_f64(value: u64) -> f64 {
    value as f64
}

/// The lengths of slices, sorted.
pub(super) fn lengths(slices: &[Slice]) -> Vec<u32> {
    let mut lengths: Vec<u32> = slices.iter().map(|slice| slice.length).collect();
    lengths.sort_unstable();
    lengths
}

/// The lengths that occur most often, at least `least` times.
fn frequent(sorted: &[u32], least: usize) -> Vec<u32> {
    let mut counts: Vec<(usize, u32)> = sorted.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).collect();
    counts.retain(|&(count, _)| count >= least);
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts.into_iter().take(CLASSES).map(|(_, length)| length).collect()
}

/// The bands `[low, ratio * low]` that hold the most records, without overlap.
fn bands(sorted: &[u32], ratio: f64, least: usize) -> Vec<(u32, u32)> {
    let mut left = sorted.to_vec();
    let mut found = Vec::new();
    while found.len() < CLASSES && left.len() >= least {
        let mut best: Option<(usize, usize)> = None;
        let mut end = 0;
        for start in 0..left.len() {
            // A band that begins with another record of the same length only lacks the one before.
            if start > 0 && left[start] == left[start - 1] {
                continue;
            }
            while end < left.len() && f64::from(left[end]) <= ratio * f64::from(left[start]) {
                end += 1;
            }
            if best.is_none_or(|(from, to)| end - start > to - from) {
                best = Some((start, end));
            }
        }
        let Some((start, end)) = best.filter(|(start, end)| end - start >= least) else { break };
        found.push((left[start], left[end - 1]));
        left.drain(start..end);
    }
    found
}

fn split(slices: &[Slice], belongs: impl Fn(&Slice) -> bool, shape: TrainShape, settings: &Settings, found: &mut Vec<Candidate>) {
    let mut run: Vec<Slice> = Vec::with_capacity(slices.len());
    let mut close = |run: &mut Vec<Slice>| {
        if is_worth_a_look(run, settings) {
            found.push(Candidate { shape, slices: std::mem::take(run) });
        } else {
            run.clear();
        }
    };
    for slice in slices.iter().filter(|slice| belongs(slice)) {
        if run.last().is_some_and(|last| slice.at.saturating_sub(last.at) > settings.pause) {
            close(&mut run);
        }
        run.push(*slice);
    }
    close(&mut run);
}

/// Stretches in which the sum of octets keeps within [`STRAY`] of a straight line in time: each starts where
/// the one before broke off, and goes on as long as one slope can serve all its slices.
fn steady(slices: &[Slice], settings: &Settings, found: &mut Vec<Candidate>) {
    let mut start = 0;
    while start + settings.records <= slices.len() {
        let end = start + reach(&slices[start..], settings);
        let stretch = &slices[start..end];
        let long = stretch[stretch.len() - 1].at.saturating_sub(stretch[0].at) >= STEADY;
        if long && is_worth_a_look(stretch, settings) {
            found.push(Candidate { shape: TrainShape::Paced, slices: stretch.to_vec() });
        }
        start = end;
    }
}

/// How many slices from the first on one line can serve.
#[expect(clippy::cast_precision_loss, reason = "octets of an episode and nanoseconds of a minute lie far below 2^53")]
fn reach(slices: &[Slice], settings: &Settings) -> usize {
    let (mut slow, mut fast) = (0.0_f64, f64::INFINITY);
    let mut octets = 0_u64;
    let Some(first) = slices.first() else { return 0 };
    let mut before = first.at;
    for (index, slice) in slices.iter().enumerate().skip(1) {
        octets += u64::from(slice.length);
        let (sum, passed) = (octets as f64, slice.at.saturating_sub(first.at));
        fast = fast.min(passed.saturating_add(STRAY) as f64 / sum);
        slow = slow.max(passed.saturating_sub(STRAY) as f64 / sum);
        if slow > fast || slice.at.saturating_sub(before) > settings.pause {
            return index;
        }
        before = slice.at;
    }
    slices.len()
}
