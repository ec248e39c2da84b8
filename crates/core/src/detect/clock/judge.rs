//! Whether a candidate keeps a codec's beat.

use super::candidates::Candidate;
use super::context::{is_an_answer, share_of_flow, stands_out};
use super::{Settings, Slice, Train};
use crate::detect::line::Line;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// Fewest moments at which slices came on time. Fewer cannot show a beat.
const MOMENTS: usize = 8;

/// Slices closer together than this left in one go, nanoseconds: what was ready, or had waited, was sent at once.
pub(super) const ONE_MOMENT: i64 = 5_000_000;

/// A moment is on time within this many beats of the line, where that is more than the link's scheduling.
const SHIFT: f64 = 0.6;

/// Least that any encryption or framing adds to a slice, octets: an AEAD tag (RFC 5116) or an RTP header (RFC 3550, section 5.1) and a little.
const OVERHEAD: f64 = 16.0;

/// What comes after a train by more than this, or before it, is no part of it unless its length says so, nanoseconds.
const APART: i64 = 300_000_000;

pub(super) fn judge(candidate: &Candidate, episode: &[Slice], datagrams: bool, settings: &Settings) -> Option<Train> {
    let fitted = Fitted::new(candidate.shape, &candidate.slices, settings)?;
    let kept = fitted.without_strays(candidate);
    if kept.len() == candidate.slices.len() {
        return fitted.judged(candidate.shape, kept, episode, datagrams, settings);
    }
    Fitted::new(candidate.shape, kept, settings)?.judged(candidate.shape, kept, episode, datagrams, settings)
}

/// A line through the moments of slices.
struct Fitted {
    times: Vec<f64>,
    line: Line,
    /// Slices or octets in all.
    total: f64,
}

impl Fitted {
    fn new(shape: TrainShape, slices: &[Slice], settings: &Settings) -> Option<Self> {
        let (count, sum) = (to_f64(i64::try_from(slices.len()).ok()?), octets(slices));
        let (total, beats) = match shape {
            TrainShape::Constant | TrainShape::Variable => (count, settings.beat),
            TrainShape::Paced => (sum, (settings.beat.0 * count / sum, settings.beat.1 * count / sum)),
        };
        let (positions, times) = moments(shape, slices);
        if positions.len() < MOMENTS {
            return None;
        }
        // A record of something else in between shifts the count by one beat.
        let tolerance = |beat: f64| settings.tolerance.max(SHIFT * beat * total / count);
        let line = Line::through_most(&positions, &times, tolerance, beats)?;
        Some(Self { times, line, total })
    }

    /// The slices without those that only happen to have a fitting length: apart from the rest, before the first or after the
    /// last that is on time. Records of exactly one length belong together however late they come.
    fn without_strays<'a>(&self, candidate: &'a Candidate) -> &'a [Slice] {
        let slices = candidate.slices.as_slice();
        let (Some(first), true) = (slices.first(), candidate.shape != TrainShape::Constant) else { return slices };
        let moment = |index: usize| first.at.saturating_add(from_f64(self.times.get(index).copied().unwrap_or(0.0)));
        let near = |pair: (&Slice, &Slice)| pair.1.at.saturating_sub(pair.0.at) <= APART;
        let mut begin = slices.partition_point(|slice| slice.at.saturating_add(ONE_MOMENT) < moment(self.line.first));
        while begin > 0 && near((&slices[begin - 1], &slices[begin])) {
            begin -= 1;
        }
        let mut end = slices.partition_point(|slice| slice.at <= moment(self.line.last));
        while end < slices.len() && end > 0 && near((&slices[end - 1], &slices[end])) {
            end += 1;
        }
        slices.get(begin..end).unwrap_or(slices)
    }

    fn judged(
        &self,
        shape: TrainShape,
        slices: &[Slice],
        episode: &[Slice],
        datagrams: bool,
        settings: &Settings,
    ) -> Option<Train> {
        let Self { times, line, total } = self;
        let (first, last) = (slices.first()?, slices.last()?);
        let (count, sum) = (to_f64(i64::try_from(slices.len()).ok()?), octets(slices));
        let seconds = total * line.beat / to_f64(SECOND);
        let live = first.at.saturating_add(from_f64(*times.get(line.first)?));
        let train = Train {
            shape,
            lengths: lengths(slices)?,
            first: first.at,
            last: last.at,
            live,
            records: u32::try_from(slices.len()).ok()?,
            octets: slices.iter().map(|slice| u64::from(slice.length)).sum(),
            beat: seconds * to_f64(SECOND) / count,
            beat_error: line.beat_error / line.beat,
            seconds,
            // The line, drawn back, would have sent the first slice so long before it was sent.
            backlog: if line.first > 0 { (-line.at(0.0)).max(0.0) / to_f64(SECOND) } else { 0.0 },
            bit_rate: sum * 8.0 / seconds,
            regularity: share(line.on_time, times.len() - line.first),
            unevenness: line.unevenness,
            share: share_of_flow(slices, live, episode),
        };
        let limits = match shape {
            TrainShape::Constant if train.is_framed() => settings.constant,
            TrainShape::Constant | TrainShape::Variable => settings.variable,
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
            && (datagrams || !is_an_answer(slices))
            && stands_out(&train, episode);
        fits.then_some(train)
    }
}

/// The moments at which slices left, as positions along the line (slices or octets sent by then) and nanoseconds since
/// the first.
fn moments(shape: TrainShape, slices: &[Slice]) -> (Vec<f64>, Vec<f64>) {
    let (mut positions, mut times) = (Vec::with_capacity(slices.len()), Vec::with_capacity(slices.len()));
    let first = slices.first().map_or(0, |slice| slice.at);
    let mut sent = 0.0;
    for (index, slice) in slices.iter().enumerate() {
        sent += match shape {
            TrainShape::Constant | TrainShape::Variable => 1.0,
            TrainShape::Paced => f64::from(slice.length),
        };
        if slices.get(index + 1).is_none_or(|next| next.at > slice.at.saturating_add(ONE_MOMENT)) {
            positions.push(sent);
            times.push(to_f64(slice.at.saturating_sub(first)));
        }
    }
    (positions, times)
}

/// Octets of all slices.
pub(super) fn octets(slices: &[Slice]) -> f64 {
    slices.iter().map(|slice| f64::from(slice.length)).sum()
}

fn lengths(slices: &[Slice]) -> Option<(u32, u32)> {
    let shortest = slices.iter().map(|slice| slice.length).min()?;
    let longest = slices.iter().map(|slice| slice.length).max()?;
    Some((shortest, longest))
}

#[expect(clippy::cast_precision_loss, reason = "counts of an episode's slices")]
pub(super) fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

#[expect(clippy::cast_possible_truncation, reason = "nanoseconds that were an integer before")]
fn from_f64(value: f64) -> i64 {
    value as i64
}

#[expect(clippy::cast_precision_loss, reason = "durations of an episode in nanoseconds and octets lie far below 2^53")]
pub(super) fn to_f64(value: i64) -> f64 {
    value as f64
}
