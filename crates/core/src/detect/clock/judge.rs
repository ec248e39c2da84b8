//! Whether a candidate keeps a codec's beat.

use super::candidates::Candidate;
use super::{Settings, Slice, Train};
use crate::detect::line::Line;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// Fewest moments at which slices came on time. Fewer cannot show a beat.
const MOMENTS: usize = 10;

/// More of the slices than this follow an answer of the other end: question and answer, paced by the network's delay.
const ANSWERED: f64 = 0.7;

/// A train of a TCP flow that received so many times the octets it sent is an acknowledgement of what it receives.
const RECEIVED: u64 = 4;

pub(super) fn judge(candidate: &Candidate, datagrams: bool, settings: &Settings) -> Option<Train> {
    let slices = &candidate.slices;
    let (first, last) = (slices.first()?, slices.last()?);
    let positions = positions(candidate);
    let times: Vec<f64> = slices.iter().map(|slice| to_f64(slice.at.saturating_sub(first.at))).collect();
    let octets: u64 = slices.iter().map(|slice| u64::from(slice.length)).sum();
    let (count, sum) = (to_f64(i64::try_from(slices.len()).ok()?), to_f64(i64::try_from(octets).ok()?));
    let (total, beats) = match candidate.shape {
        TrainShape::Constant | TrainShape::Variable => (count, settings.beat),
        TrainShape::Paced => (sum, (settings.beat.0 * count / sum, settings.beat.1 * count / sum)),
    };
    let line = Line::through_most(&positions, &times, settings.tolerance, beats)?;
    let seconds = total * line.beat / to_f64(SECOND);
    let live = slices.get(line.first)?;
    let train = Train {
        shape: candidate.shape,
        lengths: lengths(slices)?,
        first: first.at,
        last: last.at,
        live: live.at,
        records: u32::try_from(slices.len()).ok()?,
        octets,
        beat: seconds * to_f64(SECOND) / count,
        beat_error: line.beat_error / line.beat,
        seconds,
        // The line, drawn back, would have sent the first slice so long before it was sent.
        backlog: if line.first > 0 { (-line.at(0.0)).max(0.0) / to_f64(SECOND) } else { 0.0 },
        bit_rate: sum * 8.0 / seconds,
        regularity: share(line.on_time, slices.len() - line.first),
        unevenness: line.unevenness,
    };
    let limits = match candidate.shape {
        TrainShape::Constant => settings.constant,
        TrainShape::Variable => settings.variable,
        TrainShape::Paced => settings.paced,
    };
    let within = |value: f64, range: (f64, f64)| range.0 <= value && value <= range.1;
    let fits = line.moments >= MOMENTS
        && train.unevenness <= limits.unevenness
        && train.regularity >= limits.regularity
        && within(train.beat, settings.beat)
        && within(train.bit_rate, settings.bit_rate)
        && train.seconds >= limits.seconds
        && (datagrams || !is_an_answer(slices, octets));
    fits.then_some(train)
}

/// Where each slice lies along the line: its number, or the octets up to its end.
fn positions(candidate: &Candidate) -> Vec<f64> {
    match candidate.shape {
        TrainShape::Constant | TrainShape::Variable => (0_u32..).take(candidate.slices.len()).map(f64::from).collect(),
        TrainShape::Paced => {
            let sums = candidate.slices.iter().scan(0.0, |sum, slice| {
                *sum += f64::from(slice.length);
                Some(*sum)
            });
            sums.collect()
        }
    }
}

fn is_an_answer(slices: &[Slice], octets: u64) -> bool {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return false };
    if u64::from(last.answered.wrapping_sub(first.answered)) > RECEIVED * octets {
        return true;
    }
    let after_answer = slices.windows(2).filter(|pair| pair[0].answered != pair[1].answered).count();
    share(after_answer, slices.len() - 1) > ANSWERED
}

fn lengths(slices: &[Slice]) -> Option<(u32, u32)> {
    let shortest = slices.iter().map(|slice| slice.length).min()?;
    let longest = slices.iter().map(|slice| slice.length).max()?;
    Some((shortest, longest))
}

#[expect(clippy::cast_precision_loss, reason = "counts of an episode's slices")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "durations of an episode in nanoseconds and octets lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
    value as f64
}
