//! Which slices might belong together: classes of equal length, bands of similar length, and stretches of steady octets.

use super::lattice::Lattice;
use super::lengths::Lengths;
use super::rates::{FEW, FEW_BEAT, OVERHEAD, highest_rate};
use super::slices::between;
use super::slices::extremes;
use super::slices::octets;
use super::{ClockSettings, Measure, Slice, Train, trust, weight};
use crate::findings::TrainShape;

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

/// Slices may hold less than the lowest rate by this factor and still hold a train: pauses, and something else before or after.
const TRICKLE: f64 = 0.4;

/// Slices may come slower than the slowest beat by this factor and still hold a train.
const LOOSE: f64 = 1.5;

/// A run that is no train, or of which only a part keeps the beat, is cut at its longest gap, if that is longer than the usual one by this
/// factor: requests that follow each other closely have a clock each.
const BREAK: f64 = 2.0;

/// A train keeps the beat for at least this part of its time, or it is asked whether its parts do for more of it. What was recorded before
/// is sent in less.
const EXPLAINED: f64 = 0.75;

/// And longer than this, nanoseconds: what a radio link holds up for a moment goes on by the same clock.
const LEAST_BREAK: i64 = 150_000_000;

/// Least share of the slices that the parts that are trains hold together: one that is too short to be looked at may be left out.
const HELD: f64 = 0.9;

/// How often a part of a run is cut again at most.
const BREAKS: u32 = 2;

/// Asks of slices whether they are a train; of a part, together with the run that it is a part of.
pub(super) trait Judge: FnMut(Measure, &[Slice], &[Slice]) -> Option<Train> {}

impl<T: FnMut(Measure, &[Slice], &[Slice]) -> Option<Train>> Judge for T {}

/// Memory for candidates in the making.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    run: Vec<Slice>,
    /// Lengths that no band holds yet.
    left: Vec<(u32, usize)>,
    seen: Vec<Band>,
    seen_runs: Vec<(i64, i64, Band)>,
}

/// Shortest and longest length.
type Band = (u32, u32);

/// Records of one length.
pub(super) fn constant(
    slices: &[Slice],
    lengths: &Lengths,
    settings: &ClockSettings,
    scratch: &mut Scratch,
    judge: &mut impl Judge,
    found: &mut Vec<Train>,
) {
    for length in frequent(lengths, settings.records) {
        let highest = highest_rate(TrainShape::Constant, (length, length), settings);
        let Scratch { run, .. } = scratch;
        split(
            slices,
            |other| other == length,
            highest,
            run,
            settings,
            |run| {
                found.extend(whole_or_parts(TrainShape::Constant.into(), run, run, BREAKS, settings, judge));
            },
        );
    }
}

/// Records of one frame or several.
pub(super) fn lattice(
    slices: &[Slice],
    lengths: &Lengths,
    datagrams: bool,
    settings: &ClockSettings,
    scratch: &mut Scratch,
    judge: &mut impl Judge,
    found: &mut Vec<Train>,
) {
    let Scratch { run, .. } = scratch;
    for lattice in Lattice::all(lengths, settings.records, datagrams) {
        let measure = Measure { shape: TrainShape::Constant, lattice: Some(lattice) };
        split(
            slices,
            |length| lattice.frames(length).is_some(),
            settings.bit_rate.1,
            run,
            settings,
            |run| {
                found.extend(whole_or_parts(measure, run, run, BREAKS, settings, judge));
            },
        );
    }
}

/// Looks at a part of a run; if it is no train, or the beat is kept for a part of its time only, at what lies before and after its longest
/// gap. Only where all of that is trains are they one: an even stretch of something else is none.
fn whole_or_parts(
    measure: Measure,
    part: &[Slice],
    run: &[Slice],
    breaks: u32,
    settings: &ClockSettings,
    judge: &mut impl Judge,
) -> Option<Train> {
    let whole = judge(measure, part, run);
    if breaks == 0 || whole.as_ref().is_some_and(|train| explained(train) >= EXPLAINED * lasted(part)) {
        return whole;
    }
    let Some((one, other)) = broken(part) else { return whole };
    let mut both: Option<Train> = None;
    for part in [one, other].into_iter().filter(|part| may_be_train(part, f64::INFINITY, settings)) {
        let Some(train) = whole_or_parts(measure, part, run, breaks - 1, settings, judge) else { return whole };
        both = Some(match both {
            Some(before) => before.and(&train),
            None => train,
        });
    }
    let both = both.filter(|both| f64::from(both.records) >= HELD * to_f64(part.len() as u64));
    match (whole, both) {
        (Some(whole), Some(both)) => Some(if explained(&both) * EXPLAINED > explained(&whole) { both } else { whole }),
        (whole, both) => whole.or(both),
    }
}

/// What lies before the longest gap and after it, if that is a break.
fn broken(part: &[Slice]) -> Option<(&[Slice], &[Slice])> {
    let gap = |pair: &[Slice]| pair[1].since(pair[0].at);
    let (before, longest) = part.windows(2).map(gap).enumerate().max_by_key(|gap| gap.1)?;
    let usual = lasted(part) / to_f64(part.len() as u64);
    (longest >= LEAST_BREAK && to_f64(longest.unsigned_abs()) >= BREAK * usual).then(|| part.split_at(before + 1))
}

/// Nanoseconds from the first to the last.
fn lasted(part: &[Slice]) -> f64 {
    let (first, last) = (part.first().map_or(0, |slice| slice.at), part.last().map_or(0, |slice| slice.at));
    to_f64(last.saturating_sub(first).unsigned_abs())
}

/// For how many nanoseconds a train keeps its beat.
fn explained(train: &Train) -> f64 {
    to_f64(train.last.saturating_sub(train.live).unsigned_abs()) * train.regularity
}

/// Records of similar length.
pub(super) fn variable(
    slices: &[Slice],
    lengths: &Lengths,
    settings: &ClockSettings,
    scratch: &mut Scratch,
    judge: &mut impl Judge,
    found: &mut Vec<Train>,
) {
    let Scratch { run, left, seen, seen_runs } = scratch;
    seen.clear();
    seen_runs.clear();
    // The widest first: what it explains, narrower ones need not be asked for.
    for ratio in BANDS.into_iter().rev() {
        for band in bands(lengths, ratio, settings.records, left) {
            if seen.contains(&band) {
                continue;
            }
            seen.push(band);
            split_band(slices, band, run, settings, |run| {
                // Two bands that hold the same stretch of time and the same extremes hold the same slices.
                let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
                let band = extremes(run);
                let stretch = (first.at, last.at, band);
                // Records of one length were looked at as such.
                let new = band.0 < band.1 && !seen_runs.contains(&stretch);
                if new && !is_outdone(run, trust(TrainShape::Variable, band), slices, found) {
                    seen_runs.push(stretch);
                    found.extend(whole_or_parts(TrainShape::Variable.into(), run, run, BREAKS, settings, judge));
                }
            });
        }
    }
}

/// Records of all and of similar lengths whose moments keep a beat.
pub(super) fn combed(
    slices: &[Slice],
    lengths: &Lengths,
    datagrams: bool,
    settings: &ClockSettings,
    scratch: &mut Scratch,
    judge: &mut impl FnMut(&[Slice]) -> Option<Train>,
    found: &mut Vec<Train>,
) {
    let counts = lengths.counts();
    let fullest = |ratio: f64| fullest(counts, ratio, FEW).and_then(|(start, end)| band(counts, start, end));
    let widest = fullest(BANDS[3]);
    let narrowest = fullest(BANDS[0]).filter(|band| Some(*band) != widest);
    let run = &mut scratch.run;
    for band in widest.into_iter().chain(narrowest) {
        split_band(slices, band, run, settings, |run| {
            // What follows the end of frames that were counted is looked at by itself.
            let counted = |train: &&Train| train.is_over && train.shape != TrainShape::Paced && train.share >= EXPLAINED;
            let over = found.iter().filter(counted).map(|train| train.last).max().unwrap_or(i64::MIN);
            let run = run.get(run.partition_point(|slice| slice.at <= over)..).unwrap_or_default();
            let long = lasted(run) >= to_f64(STEADY.unsigned_abs());
            let outdone = || !datagrams && is_outdone(run, trust(TrainShape::Variable, extremes(run)), slices, found);
            if long && !outdone() && !is_explained(run, found, datagrams) {
                found.extend(judge(run));
            }
        });
    }
}

/// Whether a train that was found holds nearly all of the time of a run, and outweighs whatever the run could be.
fn is_outdone(run: &[Slice], trust: f64, episode: &[Slice], found: &[Train]) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
    let long = lasted(run);
    found.iter().any(|train| {
        let (from, until) = (train.first.max(first.at), train.last.min(last.at));
        to_f64(until.saturating_sub(from).max(0).unsigned_abs()) >= HELD * long && {
            let share = octets(between(run, from, until)) / octets(between(episode, from, until)).max(1.0);
            long * share * trust <= weight(train)
        }
    })
}

/// Whether a train of whole records holds most of the time of a run, or, if asked so, one of equal records: their number tells more than their octets.
fn is_explained(run: &[Slice], found: &[Train], constant: bool) -> bool {
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return true };
    let within = |train: &Train| train.last.min(last.at).saturating_sub(train.live.max(first.at)).max(0).unsigned_abs();
    let kind = |train: &Train| if constant { train.shape == TrainShape::Constant } else { train.shape != TrainShape::Paced };
    let whole = |train: &&Train| kind(train) && !train.is_cut() && train.share >= EXPLAINED;
    found.iter().filter(whole).any(|train| to_f64(within(train)) >= EXPLAINED * lasted(run))
}

/// Whether slices came over long enough, and neither as a trickle nor as a flood that no codec makes.
fn may_be_train(slices: &[Slice], highest: f64, settings: &ClockSettings) -> bool {
    let (Some(first), Some(last)) = (slices.first(), slices.last()) else { return false };
    let lasted = last.at.saturating_sub(first.at);
    let (count, nanos) = (to_f64(slices.len() as u64), to_f64(lasted.unsigned_abs()));
    let long_enough = slices.len() >= settings.records
        && lasted >= SHORTEST
        && nanos <= count * settings.beat.1 * LOOSE
        && (slices.len() >= FEW || nanos >= to_f64(FEW as u64 / 2) * FEW_BEAT);
    long_enough && {
        let sum = octets(slices);
        (sum - OVERHEAD * count) * 8.0 >= TRICKLE * settings.bit_rate.0 * (nanos / 1e9)
            && sum * 8.0 <= (nanos / 1e9 + BACKLOG) * highest
    }
}

#[expect(clippy::cast_precision_loss, reason = "octets and nanoseconds of an episode lie far below 2^53")]
fn to_f64(value: u64) -> f64 {
    value as f64
}

/// The lengths that occur most often, at least `least` times.
fn frequent(lengths: &Lengths, least: usize) -> impl Iterator<Item = u32> + use<> {
    let mut most = [(0, 0); CLASSES];
    for &(length, count) in lengths.counts().iter().filter(|&&(_, count)| count >= least) {
        let mut next = (count, length);
        for place in &mut most {
            if next > *place {
                std::mem::swap(place, &mut next);
            }
        }
    }
    most.into_iter().filter(|&(count, _)| count > 0).map(|(_, length)| length)
}

/// The bands `[low, ratio * low]` that hold the most records, without overlap. `left` is room for the lengths.
fn bands(lengths: &Lengths, ratio: f64, least: usize, left: &mut Vec<(u32, usize)>) -> impl Iterator<Item = Band> + use<> {
    left.clear();
    left.extend_from_slice(lengths.counts());
    let mut found = [None; CLASSES];
    for found in &mut found {
        let Some((start, end)) = fullest(left, ratio, least) else { break };
        *found = band(left, start, end);
        left.drain(start..end);
    }
    found.into_iter().flatten()
}

/// The part of the lengths, each with its number of records, that holds most of those of any band, and at least so many.
fn fullest(lengths: &[(u32, usize)], ratio: f64, least: usize) -> Option<(usize, usize)> {
    let (mut most, mut part) = (0, (0, 0));
    let (mut end, mut inside) = (0, 0);
    for (start, &(low, count)) in lengths.iter().enumerate() {
        let high = ratio * f64::from(low);
        while let Some(&(_, more)) = lengths.get(end).filter(|(length, _)| f64::from(*length) <= high) {
            inside += more;
            end += 1;
        }
        if inside > most {
            (most, part) = (inside, (start, end));
        }
        inside -= count;
    }
    (most >= least.max(1)).then_some(part)
}

fn band(lengths: &[(u32, usize)], start: usize, end: usize) -> Option<Band> {
    lengths.get(start).zip(lengths.get(end - 1)).map(|(low, high)| (low.0, high.0))
}

/// [`split`] by a band of lengths, at the bit rates of speech.
fn split_band(slices: &[Slice], band: Band, run: &mut Vec<Slice>, settings: &ClockSettings, judge: impl FnMut(&[Slice])) {
    split(slices, |length| (band.0..=band.1).contains(&length), settings.bit_rate.1, run, settings, judge);
}

/// Calls `judge` with each run of slices whose lengths belong together that pauses do not cut and that may be a train. `run` is a buffer for them.
/// `highest` is the bit rate that they may have.
fn split(
    slices: &[Slice],
    belongs: impl Fn(u32) -> bool,
    highest: f64,
    run: &mut Vec<Slice>,
    settings: &ClockSettings,
    mut judge: impl FnMut(&[Slice]),
) {
    let mut close = |run: &mut Vec<Slice>| {
        if may_be_train(run, highest, settings) {
            judge(run);
        }
        run.clear();
    };
    let mut latest = slices.first().map_or(0, |slice| slice.at);
    for slice in slices.iter().filter(|slice| belongs(slice.length)) {
        if slice.since(latest) > settings.pause {
            close(run);
        }
        latest = slice.at;
        run.push(*slice);
    }
    close(run);
}

/// Stretches in which the sum of octets keeps within [`STRAY`] of a straight line in time: each starts where
/// the one before broke off, and goes on as long as one slope can serve all its slices.
pub(super) fn steady(
    slices: &[Slice],
    settings: &ClockSettings,
    scratch: &mut Scratch,
    judge: &mut impl Judge,
    found: &mut Vec<Train>,
) {
    let mut start = 0;
    while start + settings.records <= slices.len() {
        let end = start + reach(&slices[start..], settings);
        let stretch = &slices[start..end];
        let long = stretch[stretch.len() - 1].at.saturating_sub(stretch[0].at) >= STEADY;
        // Records of one length were looked at as such.
        let alike = stretch.iter().all(|slice| slice.length == stretch[0].length);
        let worth = long && !alike && may_be_train(stretch, settings.bit_rate.1, settings);
        if worth && !is_explained(stretch, found, false) {
            found.extend(judge(TrainShape::Paced.into(), stretch, stretch));
        }
        start = end;
    }
    // Utterances in a row, each with what was recorded before it, lie on several lines; the last of them tells the pace of all.
    split(
        slices,
        |_| true,
        settings.bit_rate.1,
        &mut scratch.run,
        settings,
        |run| {
            let long = lasted(run) >= to_f64(STEADY.unsigned_abs());
            // Frames that keep a beat tell what is sound, and that the rest is something else.
            let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
            let framed = |train: &Train| !train.is_cut() && train.shape != TrainShape::Paced;
            let is_found = found.iter().any(|train| framed(train) && train.first <= last.at && first.at <= train.last);
            if long && !is_found && extremes(run).0 < extremes(run).1 {
                found.extend(whole_or_parts(TrainShape::Paced.into(), run, run, BREAKS, settings, judge));
            }
        },
    );
}

/// How many slices from the first on one line can serve.
#[expect(clippy::cast_precision_loss, reason = "octets of an episode and nanoseconds of a minute lie far below 2^53")]
fn reach(slices: &[Slice], settings: &ClockSettings) -> usize {
    let (mut slow, mut fast) = (0.0_f64, f64::INFINITY);
    let mut octets = 0_u64;
    let Some(first) = slices.first() else { return 0 };
    let mut before = first.at;
    for (index, slice) in slices.iter().enumerate().skip(1) {
        octets += u64::from(slice.length);
        let (sum, passed) = (octets as f64, slice.since(first.at));
        fast = fast.min(passed.saturating_add(STRAY) as f64 / sum);
        slow = slow.max(passed.saturating_sub(STRAY) as f64 / sum);
        if slow > fast || slice.since(before) > settings.pause {
            return index;
        }
        before = slice.at;
    }
    slices.len()
}
