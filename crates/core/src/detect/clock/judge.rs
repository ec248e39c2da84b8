//! Whether a candidate keeps a codec's beat.

use super::candidates::Candidate;
use super::{Settings, Slice, Train};
use crate::detect::line::Line;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// How far behind the beat a record may be sent and still count as live, in nanoseconds on top of two beats: the usual
/// scheduling of a radio link.
const LATE: f64 = 60_000_000.0;

/// Slices closer together than this came at one moment: they left in one go.
const ONE_MOMENT: i64 = 2_000_000;

/// Fewest moments at which the live part was sent. Fewer cannot show a beat.
const MOMENTS: usize = 10;

/// More of the slices than this follow an answer of the other end: question and answer, paced by the network's delay.
const ANSWERED: f64 = 0.7;

/// A train of a TCP flow that received so many times the octets it sent is an acknowledgement of what it receives.
const RECEIVED: u64 = 4;

pub(super) fn judge(candidate: &Candidate, datagrams: bool, settings: &Settings) -> Option<Train> {
    let slices = &candidate.slices;
    let positions = positions(candidate);
    let times: Vec<f64> = slices.iter().map(|slice| to_f64(slice.at.saturating_sub(slices[0].at))).collect();
    let (live, line) = live_part(&positions, &times)?;
    let moments = 1 + slices[live..].windows(2).filter(|pair| pair[1].at.saturating_sub(pair[0].at) > ONE_MOMENT).count();
    let octets: u64 = slices.iter().map(|slice| u64::from(slice.length)).sum();
    let count = to_f64(i64::try_from(slices.len()).ok()?);
    let total = positions[positions.len() - 1] + unit(candidate, count, octets);
    let seconds = total * line.beat / to_f64(SECOND);
    if !(line.beat > 0.0 && moments >= MOMENTS) {
        return None;
    }
    let train = Train {
        shape: candidate.shape,
        lengths: lengths(slices)?,
        first: slices[0].at,
        last: slices[slices.len() - 1].at,
        live: slices[live].at,
        records: u32::try_from(slices.len()).ok()?,
        octets,
        beat: seconds * to_f64(SECOND) / count,
        beat_error: line.beat_error / line.beat,
        seconds,
        // The line, drawn back, would have sent the first slice so long before it was sent.
        backlog: (-line.at(0.0)).max(0.0) / to_f64(SECOND),
        bit_rate: to_f64(i64::try_from(octets).ok()?) * 8.0 / seconds,
        regularity: regularity(&positions[live..], &times[live..], &line),
        unevenness: line.unevenness,
    };
    let limit = match candidate.shape {
        TrainShape::Constant => settings.unevenness_constant,
        TrainShape::Variable => settings.unevenness_variable,
        TrainShape::Paced => settings.unevenness_paced,
    };
    let within = |value: f64, range: (f64, f64)| range.0 <= value && value <= range.1;
    let fits = train.unevenness <= limit
        && within(train.beat, settings.beat)
        && within(train.bit_rate, settings.bit_rate)
        && within(train.seconds, settings.seconds)
        && (datagrams || !is_an_answer(slices, octets));
    fits.then_some(train)
}

/// Where each slice lies along the line: its number, or the octets sent before it.
fn positions(candidate: &Candidate) -> Vec<f64> {
    match candidate.shape {
        TrainShape::Constant | TrainShape::Variable => (0_u32..).take(candidate.slices.len()).map(f64::from).collect(),
        TrainShape::Paced => {
            let before = candidate.slices.iter().scan(0.0, |sum, slice| {
                let position = *sum;
                *sum += f64::from(slice.length);
                Some(position)
            });
            before.collect()
        }
    }
}

/// Length of a slice in units of the line.
fn unit(candidate: &Candidate, count: f64, octets: u64) -> f64 {
    match candidate.shape {
        TrainShape::Constant | TrainShape::Variable => 1.0,
        TrainShape::Paced => to_f64(i64::try_from(octets).unwrap_or(i64::MAX)) / count,
    }
}

/// Index of the first slice that was sent at the beat, and the line through the live part.
///
/// What was recorded before sending began goes out at the speed of the network: such slices come later than the beat, drawn back
/// from the live part, would have them, and closer together.
fn live_part(positions: &[f64], times: &[f64]) -> Option<(usize, Line)> {
    let mut live = 0;
    let mut line = Line::through(positions, times)?;
    for _ in 0..3 {
        // The later two thirds are live whatever the start was like.
        let tail = live + (positions.len() - live) / 3;
        let late_line = Line::through(&positions[tail..], &times[tail..])?;
        let per_slice = (positions[positions.len() - 1] - positions[live]) / to_f64(i64::try_from(positions.len() - live).ok()?);
        let late = LATE + 2.0 * late_line.beat * per_slice;
        let behind = |index: usize| times[index] - late_line.at(positions[index]);
        let begin = (live..positions.len()).find(|&index| behind(index) <= late)?;
        line = Line::through(&positions[begin..], &times[begin..])?;
        if begin == live {
            break;
        }
        live = begin;
    }
    Some((live, line))
}

#[expect(clippy::cast_precision_loss, reason = "counts of an episode's slices")]
fn regularity(positions: &[f64], times: &[f64], line: &Line) -> f64 {
    let per_slice = (positions[positions.len() - 1] - positions[0]) / (positions.len() - 1) as f64;
    let near = (line.beat * per_slice).max(LATE / 2.0);
    let on_beat = positions.iter().zip(times).filter(|(x, y)| (*y - line.at(**x)).abs() <= near).count();
    on_beat as f64 / positions.len() as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of an episode's slices")]
fn is_an_answer(slices: &[Slice], octets: u64) -> bool {
    let received = slices[slices.len() - 1].answered.wrapping_sub(slices[0].answered);
    if u64::from(received) > RECEIVED * octets {
        return true;
    }
    let after_answer = slices.windows(2).filter(|pair| pair[0].answered != pair[1].answered).count();
    after_answer as f64 > ANSWERED * (slices.len() - 1) as f64
}

fn lengths(slices: &[Slice]) -> Option<(u32, u32)> {
    let shortest = slices.iter().map(|slice| slice.length).min()?;
    let longest = slices.iter().map(|slice| slice.length).max()?;
    Some((shortest, longest))
}

#[expect(clippy::cast_precision_loss, reason = "durations of an episode in nanoseconds and octets lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
    value as f64
}
