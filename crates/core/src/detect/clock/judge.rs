//! Whether a candidate keeps a codec's beat.

use super::blocks::{are_blocks, partial};
use super::context::{SHARE, is_an_answer, share_of_flow, stands_out};
use super::ending::Ending;
use super::missing::{Missing, fill, usual_beat};
use super::pauses::Pauses;
use super::rates::{FEW, FEW_BEAT, OVERHEAD, WAITED, highest_rate, is_written, lowest_rate};
use super::slices::between;
use super::slices::extremes;
use super::slices::{ONE_MOMENT, number, octets, share, to_f64};
use super::{ClockSettings, LONGEST_FRAME, Limits, Measure, Slice, Train};
use crate::detect::line::Line;
use crate::findings::TrainShape;
use crate::time::SECOND;

/// Fewest moments at which slices came on time. Fewer cannot show a beat.
const MOMENTS: usize = 8;

/// Where most moments lie on a line that ends before the last of them, at least this share of those that follow must be on time for a line of their own.
const LIVE: f64 = 0.9;

/// And at least so many moments: those before, which kept a pace of their own, are no part of its evidence but show that there was something to follow.
const LATER: usize = 6;

/// A moment is on time within this many beats of the line, where that is more than the link's scheduling.
const SHIFT: f64 = 0.6;

/// But not where it is farther from the line than this, nanoseconds: what comes four times a second would otherwise always be on time.
const FARTHEST: f64 = 80e6;

/// Fewest moments of speech with pauses.
const FLUENT: usize = 30;

/// Parts of a run in one of which a codec does not pause.
const PARTS: usize = 8;

/// Largest unevenness where pauses were taken out: each makes the rest more even.
const PAUSED_UNEVENNESS: f64 = 0.0015;

/// Largest unevenness of few slices: of others, and of what a program wrote at once, in records of one length that nothing on the way cut.
const FEW_UNEVENNESS: [f64; 2] = [0.0005, 0.002];

/// A slice that is sent as soon as its sound was heard, and a little late, seems to have waited for at most so many beats.
const OWN: f64 = 2.0;

/// What follows a train and is less than this part of what the beat would have sent is something else.
const SPARSE: f64 = 0.4;

/// Slices at the ends of which none that are missing could be told.
const UNTOLD: usize = 3;

/// What comes after a train by more than this, or before it, is no part of it unless its length says so, nanoseconds.
const APART: i64 = 300_000_000;

/// The train that slices of a candidate are, if they keep a beat. `around` is the run that they are a part of, and the whole episode.
pub(super) fn judge(
    measure: Measure,
    slices: &[Slice],
    around: (&[Slice], &[Slice]),
    datagrams: bool,
    settings: &ClockSettings,
    moments: &mut Vec<(f64, f64)>,
) -> Option<Train> {
    let fitted = Fitted::new(measure, slices, settings, moments)?;
    let ending = if datagrams { Ending::of_datagrams() } else { Ending::of_records(settings.tolerance) };
    let until_end = fitted.until_end(measure.shape, ending, slices);
    let until_silence = fitted.until_end(measure.shape, ending.among_gaps(), slices);
    let kept = fitted.without_strays(measure.shape, until_end);
    let judged = |fitted: Fitted<'_>, part: &[Slice]| {
        let train = fitted.judged(measure, part, around, datagrams, settings)?;
        let after = slices.get(slices.partition_point(|slice| slice.at <= train.last)..).unwrap_or_default();
        let passed = to_f64(slices.last()?.at.saturating_sub(train.last));
        let is_over =
            until_end.len().max(part.len()) < slices.len() || !datagrams && number(after.len()) * train.beat < SPARSE * passed;
        Some(Train { is_over, ..train })
    };
    let whole = if kept.len() == slices.len() {
        judged(fitted, kept)
    } else {
        judged(Fitted::new(measure, kept, settings, moments)?, kept)
    };
    // A program that sends samples leaves none out.
    let are_frames = || octets(slices) <= f64::from(LONGEST_FRAME) * number(slices.len());
    if measure.shape == TrainShape::Paced || !are_frames() {
        return whole;
    }
    if datagrams {
        let filled = Fitted::filled(measure, kept, settings, moments).and_then(|fitted| judged(fitted, kept));
        return match (whole, filled) {
            (Some(whole), Some(filled)) => Some(if filled.beat_error < whole.beat_error { filled } else { whole }),
            (whole, filled) => whole.or(filled.filter(|_| measure.shape == TrainShape::Constant)),
        };
    }
    if whole.is_some() || measure.shape != TrainShape::Variable {
        return whole;
    }
    judged(Fitted::without_pauses(measure, until_silence, settings, moments)?, until_silence)
}

/// A line through the moments of slices.
struct Fitted<'m> {
    /// Position along the line, and nanoseconds since the first.
    moments: &'m [(f64, f64)],
    line: Line,
    /// How far from the line is on time, nanoseconds.
    tolerance: f64,
    /// Slices or octets in all.
    total: f64,
    /// Pauses that were taken out of the times of the moments.
    pauses: Pauses,
    /// Slices that are missing among them.
    missing: Missing,
}

impl<'m> Fitted<'m> {
    /// `moments` is room for them.
    fn new(measure: Measure, slices: &[Slice], settings: &ClockSettings, moments: &'m mut Vec<(f64, f64)>) -> Option<Self> {
        find_moments(measure, slices, moments);
        let (line, tolerance) = line(slices.len(), settings, moments)?;
        Some(Self { moments, line, tolerance, total: moments.last()?.0, pauses: Pauses::default(), missing: Missing::default() })
    }

    /// The same without the pauses in which nothing was there to be sent, if there are any.
    fn without_pauses(
        measure: Measure,
        slices: &[Slice],
        settings: &ClockSettings,
        moments: &'m mut Vec<(f64, f64)>,
    ) -> Option<Self> {
        find_moments(measure, slices, moments);
        if moments.len() < FLUENT {
            return None;
        }
        // Pauses bend the line through all moments; of its parts the fastest has none in it.
        let parts = moments.chunks(moments.len().div_ceil(PARTS).max(MOMENTS));
        let lines =
            parts.filter_map(|part| line(slices.len(), settings, part).filter(|it| share(it.0.on_time, part.len()) >= LIVE));
        let pauses = Pauses::find(moments, lines.map(|(line, _)| line.beat).min_by(f64::total_cmp)?)?;
        pauses.close(moments);
        let (line, tolerance) = line(slices.len(), settings, moments)?;
        Some(Self { moments, line, tolerance, total: moments.last()?.0, pauses, missing: Missing::default() })
    }

    /// The same with the slices that are missing, if there are any.
    fn filled(measure: Measure, slices: &[Slice], settings: &ClockSettings, moments: &'m mut Vec<(f64, f64)>) -> Option<Self> {
        find_moments(measure, slices, moments);
        let unit = measure.lattice.map_or(1.0, |lattice| f64::from(lattice.usual()));
        let usual = usual_beat(moments, unit, &mut Vec::new())?;
        let missing = fill(moments, unit, usual)?;
        let (first, _) = line(slices.len(), settings, moments)?;
        // With the beat that this tells once more.
        find_moments(measure, slices, moments);
        let missing = fill(moments, unit, first.beat * unit).filter(|again| again.slices >= missing.slices)?;
        let (line, tolerance) = line(slices.len(), settings, moments)?;
        Some(Self { moments, line, tolerance, total: moments.last()?.0, pauses: Pauses::default(), missing })
    }

    /// The slices up to the end of the train. Records of exactly one length belong together however late they come.
    fn until_end<'a>(&self, shape: TrainShape, ending: Ending, slices: &'a [Slice]) -> &'a [Slice] {
        let (Some(first), true) = (slices.first(), shape != TrainShape::Constant) else { return slices };
        let beat = self.line.beat * self.total / number(slices.len());
        let last = ending.of(self.moments, &self.line, self.tolerance, beat);
        let until = self.moments.get(last).map_or(i64::MAX, |last| first.at.saturating_add(from_f64(last.1)));
        slices.get(..slices.partition_point(|slice| slice.at <= until)).unwrap_or(slices)
    }

    /// The slices without those that only happen to have a fitting length: apart from the rest, before the first or after the
    /// last that is on time. Records of exactly one length belong together however late they come.
    fn without_strays<'a>(&self, shape: TrainShape, slices: &'a [Slice]) -> &'a [Slice] {
        let (Some(first), true) = (slices.first(), shape != TrainShape::Constant) else { return slices };
        let moment = |index: usize| first.at.saturating_add(from_f64(self.moments.get(index).map_or(0.0, |moment| moment.1)));
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

    /// Moments before the first that is on time at which slices left that had waited: after their time. None leaves before it; where datagrams
    /// were lost, those before only seem to.
    fn waited(&self, datagrams: bool) -> usize {
        let before = self.moments.iter().take(self.line.first);
        before.filter(|(position, time)| datagrams || *time > self.line.at(*position)).count()
    }

    /// Bits a second of all that the flow sent between neighbouring moments that are both on time, without what had waited since before: it is more than usual, and more than was due. What a stall held up
    /// was due.
    fn live_rate(&self, first: i64, episode: &[Slice], datagrams: bool) -> Option<f64> {
        let is_on_time = |moment: &(f64, f64)| (moment.1 - self.line.at(moment.0)).abs() <= self.tolerance;
        // Datagrams that are late hold what was due; among records they may be another utterance, which has a line of its own.
        let moments: Vec<(f64, f64)> = self.moments.iter().copied().filter(|moment| !datagrams || is_on_time(moment)).collect();
        let on_time = moments.windows(2).filter(|pair| pair.iter().all(is_on_time));
        let sent = |pair: &[(f64, f64)]| {
            let [from, until] = [pair[0].1, pair[1].1].map(|since| first.saturating_add(from_f64(since)));
            (octets(between(episode, from.saturating_add(1), until)), pair[1].1 - pair[0].1)
        };
        let mut intervals: Vec<(f64, f64)> = on_time.map(sent).collect();
        intervals.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (usual, _) = *intervals.get(intervals.len() / 2)?;
        let due = usual / (self.line.beat * self.total / number(self.moments.len()));
        let kept = intervals.iter().filter(|(octets, passed)| *octets <= WAITED * usual.max(due * passed));
        let (octets, passed) = kept.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (passed > 0.0).then(|| octets * 8.0 * to_f64(SECOND) / passed)
    }

    fn judged(
        &self,
        measure: Measure,
        slices: &[Slice],
        (run, episode): (&[Slice], &[Slice]),
        datagrams: bool,
        settings: &ClockSettings,
    ) -> Option<Train> {
        let Self { moments, line, total, pauses, missing, .. } = self;
        let shape = measure.shape;
        let (first, last) = (slices.first()?, slices.last()?);
        let (count, sum) = (number(slices.len()), octets(slices));
        let live = first.at.saturating_add(from_f64(moments.get(line.first)?.1 + pauses.before(line.first)));
        let mut seconds = total * line.beat / to_f64(SECOND);
        // The line, drawn back, would have begun to record so long before the first slice was sent.
        let mut backlog = -line.at(0.0) / to_f64(SECOND);
        let mut bit_rate = sum * 8.0 / seconds * (count + missing.slices) / count;
        let is_long = sum > count * f64::from(LONGEST_FRAME);
        let are_blocks = is_long
            && shape == TrainShape::Variable
            && !datagrams
            && line.beat >= FEW_BEAT
            && are_blocks(slices, live, moments.len().saturating_sub(line.first));
        if shape != TrainShape::Paced && measure.lattice.is_none() && is_long && !are_blocks {
            // Pieces of a stream of samples are as long as the buffers that they were cut by: their octets count, not their number.
            bit_rate = self.live_rate(first.at, episode, datagrams)?;
            seconds = sum * 8.0 / bit_rate;
            let passed = to_f64(live.saturating_sub(first.at)) / to_f64(SECOND);
            backlog = octets(between(slices, first.at, live)) * 8.0 / bit_rate - passed;
        }
        let beat = measure.lattice.map_or(total / (count + missing.slices), |lattice| f64::from(lattice.usual())) * line.beat;
        if shape == TrainShape::Variable && beat >= FEW_BEAT && (are_blocks || !is_long) {
            seconds -= partial(slices, episode, datagrams) * beat / to_f64(SECOND);
        }
        let early = between(slices, first.at, live).len().saturating_sub(1) + UNTOLD;
        let (unseen, unseen_spread) = missing.untold(number(early), count);
        let train = Train {
            shape,
            are_blocks,
            is_over: false,
            trailing: if shape == TrainShape::Constant {
                0.0
            } else {
                (total - moments.get(line.last)?.0) * line.beat / to_f64(SECOND)
            },
            lost: unseen * beat / to_f64(SECOND),
            lost_spread: unseen_spread * beat / to_f64(SECOND),
            datagrams,
            lengths: extremes(slices),
            single: measure.lattice.map(|lattice| lattice.single()),
            first: first.at,
            last: last.at,
            live,
            records: u32::try_from(slices.len()).ok()?,
            octets: slices.iter().map(|slice| u64::from(slice.length)).sum(),
            beat,
            beat_error: line.beat_error / line.beat,
            seconds: seconds + (unseen * beat + pauses.silence) / to_f64(SECOND),
            silence: (pauses.silence + missing.silent * beat) / to_f64(SECOND),
            pauses: pauses.longer / to_f64(SECOND),
            left_out: u32::from(missing.silent > 0.0 || !pauses.are_none()),
            backlog: if backlog > OWN * seconds / count { backlog + unseen * beat / to_f64(SECOND) } else { 0.0 },
            bit_rate,
            regularity: share(line.on_time, moments.len() - self.waited(datagrams)),
            unevenness: line.unevenness,
            share: share_of_flow(slices, live, episode),
        };
        // Records of one length count alike whether as such, as similar ones or by their octets; the line is the same.
        let ClockSettings { constant, variable, paced, .. } = settings;
        let limits: &[&Limits] = match shape {
            TrainShape::Constant if train.is_framed() => &[constant, variable, paced],
            TrainShape::Constant => &[variable, paced],
            TrainShape::Variable => &[variable],
            TrainShape::Paced if train.is_cut() => &[paced, variable],
            TrainShape::Paced => &[paced],
        };
        let few = slices.len() < FEW;
        let limit = match (few, pauses.are_none()) {
            (true, _) => FEW_UNEVENNESS[usize::from(shape == TrainShape::Constant && is_written(train.lengths))],
            (false, false) => PAUSED_UNEVENNESS,
            (false, true) => f64::INFINITY,
        };
        let keeps = |limits: &Limits| {
            train.unevenness <= limits.unevenness.min(limit)
                && train.regularity >= limits.regularity
                && train.seconds >= limits.seconds
        };
        let within = |value: f64, range: (f64, f64)| range.0 <= value && value <= range.1;
        let enough = if line.first > MOMENTS && !datagrams { LATER } else { MOMENTS };
        let fits = line.on_time >= enough
            && limits.iter().any(|limits| keeps(limits))
            && (train.share >= SHARE || keeps(limits.first()?))
            && (!few || train.beat >= FEW_BEAT)
            && within(train.beat, settings.beat)
            && train.bit_rate <= highest_rate(shape, train.lengths, settings)
            && (sum - OVERHEAD * count) * 8.0 / seconds >= lowest_rate(train.beat, settings)
            && stands_out(&train, run, episode, settings.pause)
            && (datagrams || !is_an_answer(slices));
        fits.then_some(train)
    }
}

/// The line that most moments lie on, and how far from it is on time. `count` is the number of slices.
fn line(count: usize, settings: &ClockSettings, moments: &[(f64, f64)]) -> Option<(Line, f64)> {
    let count = number(count);
    let total = moments.last()?.0;
    let beats = (settings.beat.0 * count / total, settings.beat.1 * count / total);
    if moments.len() < MOMENTS {
        return None;
    }
    // A record of something else in between shifts the count by one beat.
    let tolerance = |beat: f64| settings.tolerance.max((SHIFT * beat * total / count).min(FARTHEST));
    let mut line = Line::through(moments, tolerance, beats)?;
    // What had waited may leave at a pace of its own, for longer than what follows is sent as it is ready.
    if let Some(after) = moments.get(line.last + 1..).filter(|after| after.len() >= LATER)
        && let Some(live) = Line::through(after, tolerance, beats)
        && share(live.on_time, after.len()) >= LIVE
        && moments.iter().take(line.last + 1).all(|moment| moment.1 > live.at(moment.0) - tolerance(live.beat))
    {
        line = Line { first: live.first + line.last + 1, last: live.last + line.last + 1, ..live };
    }
    Some((line, tolerance(line.beat)))
}

/// The moments at which slices left: positions along the line (slices, frames or octets sent by then) and nanoseconds since the first.
fn find_moments(measure: Measure, slices: &[Slice], moments: &mut Vec<(f64, f64)>) {
    moments.clear();
    moments.reserve(slices.len());
    let Some(first) = slices.first() else { return };
    let (mut sent, mut latest) = (0.0, first);
    for slice in slices {
        if slice.since(latest.at) > ONE_MOMENT {
            moments.push((sent, to_f64(latest.since(first.at))));
        }
        latest = slice;
        sent += measure.of(slice);
    }
    moments.push((sent, to_f64(latest.since(first.at))));
}

#[expect(clippy::cast_possible_truncation, reason = "nanoseconds that were an integer before")]
fn from_f64(value: f64) -> i64 {
    value as i64
}
