//! Whether a candidate keeps a codec's beat.

use super::candidates::Candidate;
use super::{Settings, Slice, Train};
use crate::detect::line::Line;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// Fewest moments at which slices came on time. Fewer cannot show a beat.
const MOMENTS: usize = 8;

/// Slices closer together than this left in one go, nanoseconds: what was ready, or had waited, was sent at once.
const ONE_MOMENT: i64 = 5_000_000;

/// A moment is on time within this many beats of the line, where that is more than the link's scheduling.
const SHIFT: f64 = 0.6;

/// Least that any encryption or framing adds to a slice, octets: an AEAD tag (RFC 5116) or an RTP header (RFC 3550, section 5.1) and a little.
const OVERHEAD: f64 = 16.0;

/// If more than this share of the slices that follow an answer come within the first quarter of the gap, sending waits for
/// answers: question and answer, paced by the network's delay and not by a clock. Answers to a clock come at any time: a quarter.
const PROMPT: f64 = 0.6;

/// Least share of the moments that must follow an answer before that is asked.
const ANSWERED: f64 = 0.25;

/// A train of a TCP flow that received so many times the octets it sent is an acknowledgement of what it receives.
const RECEIVED: u64 = 4;

pub(super) fn judge(candidate: &Candidate, episode: &[Slice], datagrams: bool, settings: &Settings) -> Option<Train> {
    let slices = &candidate.slices;
    let (first, last) = (slices.first()?, slices.last()?);
    let octets: u64 = slices.iter().map(|slice| u64::from(slice.length)).sum();
    let (count, sum) = (to_f64(i64::try_from(slices.len()).ok()?), to_f64(i64::try_from(octets).ok()?));
    let (total, beats) = match candidate.shape {
        TrainShape::Constant | TrainShape::Variable => (count, settings.beat),
        TrainShape::Paced => (sum, (settings.beat.0 * count / sum, settings.beat.1 * count / sum)),
    };
    let (positions, times) = moments(candidate);
    // A record of something else in between shifts the count by one beat.
    let tolerance = |beat: f64| settings.tolerance.max(SHIFT * beat * total / count);
    let line = Line::through_most(&positions, &times, tolerance, beats)?;
    let seconds = total * line.beat / to_f64(SECOND);
    let live = first.at.saturating_add(from_f64(*times.get(line.first)?));
    let train = Train {
        shape: candidate.shape,
        lengths: lengths(slices)?,
        first: first.at,
        last: last.at,
        live,
        records: u32::try_from(slices.len()).ok()?,
        octets,
        beat: seconds * to_f64(SECOND) / count,
        beat_error: line.beat_error / line.beat,
        seconds,
        // The line, drawn back, would have sent the first slice so long before it was sent.
        backlog: if line.first > 0 { (-line.at(0.0)).max(0.0) / to_f64(SECOND) } else { 0.0 },
        bit_rate: sum * 8.0 / seconds,
        regularity: share(line.on_time, times.len() - line.first),
        unevenness: line.unevenness,
    };
    let limits = match candidate.shape {
        TrainShape::Constant => settings.constant,
        TrainShape::Variable => settings.variable,
        TrainShape::Paced => settings.paced,
    };
    let within = |value: f64, range: (f64, f64)| range.0 <= value && value <= range.1;
    let fits = line.on_time >= MOMENTS
        && train.unevenness <= limits.unevenness
        && train.regularity >= limits.regularity
        && within(train.beat, settings.beat)
        && train.bit_rate <= settings.bit_rate.1
        && (sum - OVERHEAD * count) * 8.0 / seconds >= settings.bit_rate.0
        && train.seconds >= limits.seconds
        && (datagrams || !is_an_answer(slices, octets))
        && stands_out(&train, episode);
    fits.then_some(train)
}

/// The moments at which slices left, as positions along the line (slices or octets sent by then) and nanoseconds since
/// the first.
fn moments(candidate: &Candidate) -> (Vec<f64>, Vec<f64>) {
    let (mut positions, mut times) = (Vec::new(), Vec::new());
    let first = candidate.slices.first().map_or(0, |slice| slice.at);
    let mut sent = 0.0;
    for moment in candidate.slices.chunk_by(|a, b| b.at.saturating_sub(a.at) <= ONE_MOMENT) {
        for slice in moment {
            sent += match candidate.shape {
                TrainShape::Constant | TrainShape::Variable => 1.0,
                TrainShape::Paced => f64::from(slice.length),
            };
        }
        positions.push(sent);
        times.push(moment.last().map_or(0.0, |slice| to_f64(slice.at.saturating_sub(first))));
    }
    (positions, times)
}

/// Whether the train is most of what the flow carried meanwhile, and begins and ends within it rather than being an even stretch of
/// a stream that goes on before and after.
fn stands_out(train: &Train, episode: &[Slice]) -> bool {
    let octets = |from: i64, until: i64, lengths: (u32, u32)| -> u64 {
        let begin = episode.partition_point(|slice| slice.at < from);
        let end = episode.partition_point(|slice| slice.at <= until);
        let alike = |length: &u32| (lengths.0..=lengths.1).contains(length);
        episode.get(begin..end).unwrap_or(&[]).iter().map(|slice| slice.length).filter(alike).map(u64::from).sum()
    };
    let least = if train.shape == TrainShape::Constant { SHARE_CONSTANT } else { SHARE };
    let all = octets(train.first, train.last, (0, u32::MAX));
    let outside = octets(train.first.saturating_sub(FAR), train.first.saturating_sub(NEAR), train.lengths).max(octets(
        train.last.saturating_add(NEAR),
        train.last.saturating_add(FAR),
        train.lengths,
    ));
    let even = to_f64(FAR - NEAR) / to_f64(SECOND) * train.bit_rate / 8.0;
    let to_f64 = |octets: u64| to_f64(i64::try_from(octets).unwrap_or(i64::MAX));
    to_f64(train.octets) >= least * to_f64(all) && to_f64(outside) < even / 2.0
}

/// Least share of the flow's octets that records of one length make up while they are sent; requests and reports may go between.
const SHARE_CONSTANT: f64 = 0.2;

/// The same for records that are told apart by less.
const SHARE: f64 = 0.5;

/// What is sent nearer to a train than this belongs to it: context before, reports after, nanoseconds.
const NEAR: i64 = SECOND;

/// How far from a train a stream that it is cut from would show, nanoseconds.
const FAR: i64 = 4 * SECOND;

fn is_an_answer(slices: &[Slice], octets: u64) -> bool {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return false };
    if u64::from(last.answered.wrapping_sub(first.answered)) > RECEIVED * octets {
        return true;
    }
    let moments = slices.chunk_by(|a, b| b.at.saturating_sub(a.at) <= ONE_MOMENT).filter_map(<[Slice]>::first);
    let (mut all, mut answered, mut prompt) = (0, 0, 0);
    let mut before = first;
    for slice in moments.skip(1) {
        all += 1;
        if slice.answered != before.answered {
            answered += 1;
            let gap = slice.at.saturating_sub(before.at) / 1_000;
            prompt += usize::from(i64::from(slice.since_answer) < gap / 4);
        }
        before = slice;
    }
    share(answered, all) > ANSWERED && share(prompt, answered) > PROMPT
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

#[expect(clippy::cast_possible_truncation, reason = "nanoseconds that were an integer before")]
fn from_f64(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "durations of an episode in nanoseconds and octets lie far below 2^53")]
fn to_f64(value: i64) -> f64 {
    value as f64
}
