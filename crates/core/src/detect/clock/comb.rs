//! A beat that shows in the moments alone.
//!
//! Where a stack glues frames into datagrams, or a codec leaves out those of silence, neither the number of slices nor their octets grow along a line. But what
//! leaves still leaves at the beat: on a circle as long as the beat, the moments lie together, behind one place. Which beat it may be is asked by the length of their mean vector
//! (Rayleigh's test of uniformity on a circle: Mardia and Jupp, Directional Statistics, 2000, section 6.3), and whether it is one by how much likelier the moments
//! are behind the ticks of a clock (see [`super::late`]). It counts nothing, so that gaps and glue do it no harm; seconds
//! are then told by time, and what was recorded before by octets.

use super::context::{SHARE, is_an_answer, share_of_flow, stands_out};
use super::late::{Late, Places};
use super::missing::SILENT;
use super::pauses::{BETWEEN_WORDS, SUPPRESSED};
use super::rates::{OVERHEAD, WAITED, lowest_rate};
use super::slices::{ONE_MOMENT, between, extremes, number, octets, share, to_f64};
use super::{ClockSettings, LONGEST_FRAME, Slice, Train};
use crate::findings::TrainShape;
use crate::time::{MILLISECOND, SECOND};
use std::f64::consts::TAU;

/// Beats that are looked for, nanoseconds. Shorter ones are as long as a radio link's delays.
const BEATS: (f64, f64) = (8e6, 270e6);

/// Fewest moments.
const MOMENTS: usize = 12;

/// Moments are compared within so many nanoseconds: a clock may begin anew after a pause, and a beat that is not quite met drifts.
const WINDOW: i64 = 2 * SECOND;

/// Fewest moments of a phrase whose clock may have begun anew after a pause, and on average of phrases of slices that are all alike: reports are as often a few such slices in a row.
const PHRASE: usize = 8;

/// Least seconds of sound.
const SECONDS: f64 = 1.5;

/// Beats are looked for within this part of the commonest gap.
const AROUND: f64 = 0.2;

/// At least this part of the gaps lies there.
const COMMON: f64 = 0.22;

/// Steps to a beat by which the moments of a window would turn once.
const STEPS: f64 = 4.0;

/// How unlikely chance makes the mean vectors, for a beat that is worth another look; natural logarithm.
const WORTH: f64 = 5.0;

/// Beats on either side of it that are looked at then, up to the next.
const FINER: i32 = 5;

/// How much likelier moments are behind the ticks of a clock than anywhere; natural logarithm. Of some 800 beats that may be tried for each run chance lets one pass in
/// 550 runs at most; far fewer do, since neighbouring beats are alike.
const EVIDENCE: f64 = 13.0;

/// And for each of them, about half of what one is worth with delays of 0.4 beats: thousands of moments that keep no beat need be a little uneven only, to be
/// far from chance all together.
const EACH: f64 = 0.08;

/// Least mean square length of the mean vectors, weighed by octets: what keeps the beat is what carries something.
const LENGTH: f64 = 0.05;

/// However closely moments lie together, no less than this is left of the square.
const CLOSEST: f64 = 0.02;

/// A moment weighs no more than so many usual ones.
const HEAVIEST: f64 = 2.0;

/// Slices of less than this part of the usual moment acknowledge, or report.
const LIGHT: f64 = 0.4;

/// A pause is longer than the beat by this factor: room for one frame that was not sent, or was lost.
const LONGER: f64 = 1.7;

/// Frames of speech fill at least this part of a run, which holds no pause of a second: a talker fills 0.385 of all the time, long pauses included (ITU-T P.59). A report
/// each half second, whose records are written one after another, fills less.
const FILLED: f64 = 0.3;

/// Of slices that are all alike, which nothing but their moments tells from other things, at least this part is less than a quarter of a beat from the mean of its window: of those that lie
/// anywhere half are.
const KEPT: f64 = 0.75;

/// After a pause less than this part of what would have been due leaves; after a stall of the link, nearly all of it.
const DUE: f64 = 0.6;

/// What was recorded before leaves faster than it is heard by this factor.
const FASTER: f64 = 2.5;

/// It is larger than the usual moment by this factor.
const LARGE: f64 = 1.8;

/// It leaves within so many nanoseconds.
const LEAD: i64 = 1_500 * MILLISECOND;

/// Cosine and sine of each part of a circle, of which there are as many as an octet has values.
type Circle = [(f64, f64); 256];

/// Memory.
#[derive(Debug, Default)]
pub(super) struct Comb {
    circle: Option<Box<Circle>>,
    moments: Vec<Moment>,
    sorted: Vec<f64>,
    late: Late,
    stretches: Vec<Places>,
    weighed: Weighed,
}

/// Moments as they are asked for hundreds of beats, with what is the same for all.
#[derive(Debug, Default)]
struct Weighed {
    /// Nanoseconds since the first, and weight, which follows from the octets.
    moments: Vec<(u64, f64)>,
    windows: Vec<WeighedWindow>,
}

/// What is known of a window before any beat is.
#[derive(Debug)]
struct WeighedWindow {
    moments: usize,
    weights: f64,
    /// How many moments of one weight would vary as much.
    effective: f64,
}

impl Weighed {
    fn weigh(&mut self, moments: &[Moment]) {
        self.moments.clear();
        self.windows.clear();
        let first = moments.first().map_or(0, |first| first.at);
        let usual = moments.iter().map(|moment| moment.octets).sum::<f64>() / number(moments.len());
        for window in windows(moments) {
            let (mut weights, mut squares) = (0.0, 0.0);
            for moment in window {
                let weight = moment.octets.min(HEAVIEST * usual);
                weights += weight;
                squares += weight * weight;
                self.moments.push((moment.at.saturating_sub(first).unsigned_abs(), weight));
            }
            self.windows.push(WeighedWindow { moments: window.len(), weights, effective: weights * weights / squares });
        }
    }

    /// How unlikely chance makes the mean vectors of the windows (natural logarithm, less the mean of it under chance), and the mean square of their lengths, each
    /// moment weighed by its octets.
    fn coherence(&self, circle: &Circle, beat: f64) -> (f64, f64) {
        let turn = turn(beat);
        let (mut excess, mut squares, mut all) = (0.0, 0.0, 0.0);
        let mut rest = self.moments.as_slice();
        for &WeighedWindow { moments, weights, effective } in &self.windows {
            let (window, after) = rest.split_at(moments.min(rest.len()));
            rest = after;
            let (x, y) = window.iter().fold((0.0, 0.0), |(x, y), (since, weight)| {
                let (cosine, sine) = place(circle, *since, turn);
                (x + weight * cosine, y + weight * sine)
            });
            let square = (x * x + y * y) / (weights * weights);
            // The chance of a longer vector is about (1 - square)^(moments - 1).
            excess -= (effective - 1.0) * (1.0 - square).max(CLOSEST).ln() + 1.0;
            squares += effective * square - 1.0;
            all += effective;
        }
        (excess, if all > 0.0 { (squares / all).max(0.0) } else { 0.0 })
    }
}

/// Slices that left in one go.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: i64,
    /// When the last of them left.
    until: i64,
    octets: f64,
    slices: u32,
    /// Shortest and longest of them.
    lengths: (u32, u32),
}

/// Bits a second of a stream of samples while it is live: of all that the flow sent from one moment to the next, but where more left at once than was due.
/// That had waited, as the beginning of each of several utterances in a row has; what a stall held up was due, and after a pause without it nothing was.
fn live_rate(heard: &[Moment], episode: &[Slice], beat: f64) -> Option<f64> {
    let sent = |pair: &[Moment]| {
        let [before, after] = [&pair[0], &pair[1]];
        let octets = octets(between(episode, before.until.saturating_add(1), after.until));
        (octets, to_f64(after.at.saturating_sub(before.at)))
    };
    let mut pairs: Vec<(f64, f64)> = heard.windows(2).map(sent).collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (usual, _) = *pairs.get(pairs.len() / 2)?;
    let is_live = |&&(octets, passed): &&(f64, f64)| {
        let due = usual / beat * passed;
        octets <= WAITED * usual.max(due) && (passed <= LONGER * beat || octets >= DUE * due)
    };
    let kept = pairs.iter().filter(is_live);
    let (octets, passed) = kept.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (passed > 0.0).then(|| octets * 8.0 * to_f64(SECOND) / passed)
}

impl Comb {
    /// The train that the slices of a run are, if their moments keep a beat.
    pub(super) fn train(&mut self, run: &[Slice], episode: &[Slice], datagrams: bool, settings: &ClockSettings) -> Option<Train> {
        let live = self.collect(run)?;
        let (shortest, longest) = extremes(run);
        let slowest = if shortest < longest { f64::INFINITY } else { self.slowest(live, longest, settings) };
        let (beat, coherence) = self.beat(live, slowest)?;
        // Of slices that are all alike none is a report.
        let regularity = self.keep_on_time(live, beat, datagrams && shortest < longest);
        let Self { moments, .. } = self;
        let heard = moments.get(live..)?;
        let (first, last) = (heard.first()?, heard.last()?);
        let sent: f64 = heard.iter().map(|moment| moment.octets).sum();
        let passed = to_f64(last.at.saturating_sub(first.at));
        let (mut sound, mut silence, mut pauses, mut left_out) = (beat, 0.0, 0.0, 0);
        for (index, pair) in heard.windows(2).enumerate() {
            let gap = to_f64(pair[1].at.saturating_sub(pair[0].at));
            let due = gap / passed * sent;
            let stalled = pair[1].octets + heard.get(index + 2).map_or(0.0, |next| next.octets) >= DUE * due + pair[0].octets;
            left_out += usize::from(gap >= (SILENT + 1.0) * beat && !stalled);
            // The frame before a pause may be comfort noise.
            silence += if gap > LONGER * beat && !stalled { beat } else { 0.0 };
            if gap <= BETWEEN_WORDS || stalled {
                sound += gap;
                silence += if stalled { 0.0 } else { (gap - LONGER * beat).max(0.0) };
            } else {
                sound += beat;
                pauses += if gap <= SUPPRESSED { gap - beat } else { 0.0 };
            }
        }
        let slices = |part: &[Moment]| part.iter().map(|moment| f64::from(moment.slices)).sum::<f64>();
        let part = if datagrams { run.get(run.partition_point(|slice| slice.at < first.at)..)? } else { run };
        let (count, sum) = (number(part.len()), octets(part));
        // Of a stream of samples pieces of all lengths count: what waited is written in longer ones.
        let are_samples = sum > count * f64::from(LONGEST_FRAME);
        let waited = moments.get(..live)?;
        let early = match (datagrams, are_samples) {
            (true, _) => 0.0,
            (false, true) => waited.iter().map(|moment| moment.octets).sum::<f64>() / sent,
            (false, false) => slices(waited) / slices(heard),
        };
        let mut seconds = sound * (1.0 + early) / to_f64(SECOND);
        let mut bit_rate = sum * 8.0 / seconds;
        if are_samples {
            bit_rate = live_rate(heard, episode, beat)?;
            seconds = sum * 8.0 / bit_rate;
        }
        let train = Train {
            shape: TrainShape::Variable,
            datagrams,
            // Acknowledgements and reports are none of its slices.
            lengths: heard.iter().fold((u32::MAX, 0), |sum, it| (it.lengths.0.min(sum.0), it.lengths.1.max(sum.1))),
            single: None,
            first: part.first()?.at,
            last: part.last()?.at,
            live: first.at,
            records: u32::try_from(part.len()).ok()?,
            octets: part.iter().map(|slice| u64::from(slice.length)).sum(),
            beat,
            beat_error: beat / (TAU * passed.min(to_f64(WINDOW)))
                * (6.0 * (1.0 - coherence) / (coherence * number(heard.len()))).sqrt(),
            seconds,
            lost: 0.0,
            lost_spread: 0.0,
            is_over: false,
            are_blocks: false,
            trailing: 0.0,
            silence: silence / to_f64(SECOND),
            pauses: pauses / to_f64(SECOND),
            left_out: u32::try_from(left_out).ok()?,
            backlog: sound * early / to_f64(SECOND),
            bit_rate,
            regularity,
            // Moments whose mean vector has this length are so far from their places (Mardia and Jupp, section 2.3).
            unevenness: number(heard.len()) * (beat / TAU).powi(2) * -coherence.ln() / (passed * passed),
            share: share_of_flow(part, first.at, episode),
        };
        let within = |value: f64, range: (f64, f64)| range.0 <= value && value <= range.1;
        let fits = seconds >= SECONDS
            && number(heard.len()) * beat >= FILLED * passed
            && (shortest < longest || regularity >= KEPT && heard.len() >= (left_out + 1) * PHRASE)
            && train.share >= SHARE
            && within(train.bit_rate, (0.0, settings.bit_rate.1))
            && (sum - OVERHEAD * count) * 8.0 / seconds >= lowest_rate(beat, settings)
            && stands_out(&train, run, episode, settings.pause)
            && (datagrams || !is_an_answer(part));
        fits.then_some(train)
    }

    /// Collects the moments of a run, and says with which of them it begins to be live.
    fn collect(&mut self, run: &[Slice]) -> Option<usize> {
        let Self { moments, sorted, .. } = self;
        moments.clear();
        for slice in run {
            let length = f64::from(slice.length);
            match moments.last_mut() {
                Some(before) if slice.at.saturating_sub(before.until) <= ONE_MOMENT => {
                    before.until = slice.at;
                    before.octets += length;
                    before.slices += 1;
                    before.lengths = (before.lengths.0.min(slice.length), before.lengths.1.max(slice.length));
                }
                _ => moments.push(Moment {
                    at: slice.at,
                    until: slice.at,
                    octets: length,
                    slices: 1,
                    lengths: (slice.length, slice.length),
                }),
            }
        }
        if moments.len() < MOMENTS {
            return None;
        }
        sorted.clear();
        sorted.extend(moments.iter().map(|moment| moment.octets));
        sorted.sort_unstable_by(f64::total_cmp);
        let usual = *sorted.get(sorted.len() / 2)?;
        moments.retain(|moment| moment.octets >= LIGHT * usual);
        let (first, last) = (*moments.first()?, *moments.last()?);
        let begin = moments.get(moments.len() / 3)?.at;
        let later: f64 = moments.iter().skip(moments.len() / 3 + 1).map(|moment| moment.octets).sum();
        let rate = later / to_f64(last.at.saturating_sub(begin).max(1));
        // What had waited is what was sent beyond so many times the usual rate.
        let (mut sent, mut most, mut live) = (0.0, LARGE * usual, 0);
        for (index, moment) in moments.iter().enumerate().take_while(|it| it.1.at.saturating_sub(first.at) <= LEAD) {
            sent += moment.octets;
            let beyond = sent - FASTER * rate * to_f64(moment.until.saturating_sub(first.at));
            if beyond > most {
                (most, live) = (beyond, index + 1);
            }
        }
        (moments.len() >= live + MOMENTS && last.at.saturating_sub(moments.get(live)?.at) >= SECOND).then_some(live)
    }

    /// Says what share of the moments from `live` on is less than a quarter of a beat away from the mean of their window, and leaves out the others if they may be `reports`, which
    /// would seem to fill a pause. No window goes on into the next phrase, whose clock may have begun anew.
    fn keep_on_time(&mut self, live: usize, beat: f64, reports: bool) -> f64 {
        let Self { circle, moments, .. } = self;
        let circle = circle.get_or_insert_with(circle_of);
        let heard = moments.get(live..).unwrap_or_default();
        let (first, turn) = (heard.first().map_or(0, |first| first.at), turn(beat));
        let mut near = Vec::with_capacity(heard.len());
        for window in phrases(heard).flat_map(windows) {
            let places =
                || window.iter().map(|moment| (moment, place(circle, moment.at.saturating_sub(first).unsigned_abs(), turn)));
            let (x, y) = places().fold((0.0, 0.0), |sum, (_, it)| (sum.0 + it.0, sum.1 + it.1));
            // The first and the last are sound if they are near to what follows and comes before, however late a link made them.
            let (begin, end) = (heard.first().map_or(0, |it| it.at), heard.last().map_or(0, |it| it.at));
            let is_end = |moment: &Moment| {
                let next = if moment.at == begin { heard.get(1) } else { heard.iter().rev().nth(1) };
                (moment.at == begin || moment.at == end)
                    && next.is_some_and(|next| to_f64(next.at.saturating_sub(moment.at).abs()) <= LONGER * beat)
            };
            near.extend(places().filter(|(moment, it)| x * it.0 + y * it.1 >= 0.0 || is_end(moment)).map(|(moment, _)| *moment));
        }
        let on_time = share(near.len(), heard.len());
        if reports {
            moments.truncate(live);
            moments.append(&mut near);
        }
        on_time
    }

    /// The longest gap from one moment to the next at which slices of this length are no slower than sound. Readings of a sensor, which are all alike and keep a beat, often are.
    fn slowest(&self, live: usize, length: u32, settings: &ClockSettings) -> f64 {
        let heard = self.moments.get(live..).unwrap_or_default();
        let slices: f64 = heard.iter().map(|moment| f64::from(moment.slices)).sum();
        let bits = (f64::from(length) - OVERHEAD) * 8.0 * slices / number(heard.len().max(1));
        bits * to_f64(SECOND) / (settings.bit_rate.0 * (1.0 - AROUND))
    }

    /// The beat that the moments from `live` on keep, if enough gaps between them are no longer than the `slowest`, and the mean square length of their mean vectors.
    fn beat(&mut self, live: usize, slowest: f64) -> Option<(f64, f64)> {
        let Self { circle, moments, sorted, late, stretches, weighed } = self;
        let moments = moments.get(live..)?;
        sorted.clear();
        let mut fast = 0;
        sorted.extend(moments.windows(2).map(|pair| {
            let gap = to_f64(pair[1].at.saturating_sub(pair[0].at));
            fast += usize::from(gap <= slowest);
            gap
        }));
        if number(fast) < COMMON * number(sorted.len()) {
            return None;
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let (mut most, mut common, mut end) = (0, 0.0, 0);
        for (begin, gap) in sorted.iter().enumerate() {
            while sorted.get(end).is_some_and(|other| *other <= gap * (1.0 + AROUND) / (1.0 - AROUND)) {
                end += 1;
            }
            if end - begin > most && gap / (1.0 - AROUND) >= BEATS.0 {
                (most, common) = (end - begin, gap / (1.0 - AROUND));
            }
        }
        let is_common = most >= MOMENTS / 2 && number(most) >= COMMON * number(sorted.len());
        if !is_common || common > BEATS.1 {
            return None;
        }
        let circle = circle.get_or_insert_with(circle_of);
        weighed.weigh(moments);
        let window = to_f64(WINDOW);
        let (mut best, mut tried) = ((0.0, (0.0, 0.0)), common * (1.0 - AROUND));
        while tried <= common * (1.0 + AROUND) {
            let one = weighed.coherence(circle, tried);
            if one.0 > best.1.0 {
                best = (tried, one);
            }
            tried *= 1.0 + tried / (STEPS * window);
        }
        let (spacing, (unlikely, _)) = best;
        if unlikely < WORTH {
            return None;
        }
        let finer = |step: i32| spacing * (1.0 + f64::from(step) / f64::from(FINER) * spacing / (STEPS * window));
        // From the middle on, where most is to be found: what cannot exceed it takes no exponential.
        let (mut least, mut keeps) = (EVIDENCE.max(EACH * number(moments.len())), None);
        for beat in (0..=FINER).flat_map(|step| [finer(-step), finer(step)]).skip(1) {
            if let Some(evidence) = evidence(late, stretches, moments, beat, least) {
                (least, keeps) = (evidence, Some(beat));
            }
        }
        let keeps = keeps?;
        let (_, length) = weighed.coherence(circle, keeps);
        (length >= LENGTH).then_some((keeps, length))
    }
}

/// Moments of one phrase after the other: what follows a pause, if it is long enough to tell a place on the circle of its own.
fn phrases(moments: &[Moment]) -> impl Iterator<Item = &[Moment]> {
    let paused = |pair: &[Moment]| to_f64(pair[1].at.saturating_sub(pair[0].at)) > BETWEEN_WORDS;
    let begins = move |rest: &[Moment], place: usize| {
        rest.get(place - 1..place + 1).is_some_and(paused)
            && rest.get(place..place + PHRASE).is_some_and(|next| !next.windows(2).any(paused))
    };
    let mut rest = moments;
    std::iter::from_fn(move || {
        let end = (1..rest.len()).find(|place| begins(rest, *place)).unwrap_or(rest.len());
        let (phrase, after) = rest.split_at(end);
        rest = after;
        (!phrase.is_empty()).then_some(phrase)
    })
}

/// Moments of one window after the other.
fn windows(moments: &[Moment]) -> impl Iterator<Item = &[Moment]> {
    let mut rest = moments;
    let mut until = moments.first().map_or(0, |first| first.at);
    std::iter::from_fn(move || {
        let next = rest.first()?;
        while until <= next.at {
            until = until.saturating_add(WINDOW);
        }
        let (window, after) = rest.split_at(rest.partition_point(|moment| moment.at < until));
        rest = after;
        Some(window)
    })
}

fn circle_of() -> Box<Circle> {
    let angle = |part| number(part) / 256.0 * TAU;
    Box::new(std::array::from_fn(|part| (angle(part).cos(), angle(part).sin())))
}

/// Cosine and sine of the place of a moment, so many nanoseconds after the first, on a circle as long as a beat.
fn place(circle: &Circle, since: u64, turn: u64) -> (f64, f64) {
    let [part, ..] = since.wrapping_mul(turn).to_be_bytes();
    circle[usize::from(part)]
}

/// How much likelier moments are behind the ticks of this beat than anywhere (natural logarithm), if that is `least` or more.
fn evidence(late: &Late, stretches: &mut Vec<Places>, moments: &[Moment], beat: f64, least: f64) -> Option<f64> {
    let (first, turn) = (moments.first().map_or(0, |first| first.at), turn(beat));
    stretches.clear();
    for window in windows(moments) {
        let mut places = Places::default();
        for moment in window {
            places.add(moment.at.saturating_sub(first).unsigned_abs().wrapping_mul(turn));
        }
        stretches.push(places);
    }
    late.evidence(stretches, least)
}

/// What part of a turn a nanosecond is, in parts of 2^64.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a beat is longer than a nanosecond")]
fn turn(beat: f64) -> u64 {
    (18_446_744_073_709_551_616.0 / beat) as u64
}

#[cfg(test)]
mod tests {
    use super::super::tests::slice;
    use super::*;

    #[test]
    fn samples_that_had_waited_are_counted_by_their_octets() {
        // 2 s from before in records of 8 KiB, then pieces of 64 ms that leave up to 14 ms late.
        let mut slices: Vec<Slice> = (0..8).map(|record| slice(record * 40_000, 8_214)).collect();
        slices.extend((1_i64..=72).map(|piece| slice(piece * 64_000_000 + piece * 5 % 14 * 1_000_000, 2_226)));
        let train = Comb::default().train(&slices, &slices, false, &ClockSettings::default()).unwrap();
        let sent = 2.0 + 72.0 * 0.064;
        assert!((train.seconds - sent).abs() < 0.05 * sent, "{train:?}: {sent} s");
    }
}
