//! Datagrams that were lost before they passed, or were glued into the next.
//!
//! A stall of the link holds slices up, and what follows catches up with the line. What follows a slice that is missing never does: from there on all slices are late by one beat
//! of the clock. So of each gap is asked how much later the earliest of the next slices is than the earliest of those before; where that is a whole number of beats, so many slices are missing, and the
//! place of all that follow is higher by as many. Fitted without them, the beat would be as much too long as slices are missing, and the line would bend where they are.

use super::pauses::BETWEEN_WORDS;
use super::slices::number;

/// Part of a beat from which on slices are late by one: half of it, and a little, since delays are never negative.
const LEAST: f64 = 0.6;

/// Slices after a gap of which the earliest tells whether it stays: about what a stall of the link holds up for a tenth of a second at the fastest usual beats.
const FOLLOWING: usize = 8;

/// And fewest, at the end: one alone may be late for another reason.
const LAST: usize = 3;

/// How much more of a beat each slice may seem late because the beat is not known exactly.
const DRIFT: f64 = 0.02;

/// Moments to a gap in which something is missing: with one at every second moment anything keeps a beat.
const MOMENTS: usize = 20;

/// Fewest gaps of one slice that tell the beat.
const GAPS: usize = 8;

/// So many slices in a row are as likely silence that a codec left out as lost.
pub(super) const SILENT: f64 = 3.0;

/// Slices that are missing.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub(super) struct Missing {
    /// How many.
    pub(super) slices: f64,
    /// Sum over the gaps of the square of how many.
    squares: f64,
    /// How many of them are [`SILENT`] or more in a row.
    pub(super) silent: f64,
}

impl Missing {
    fn add(&mut self, slices: f64) {
        self.slices += slices;
        self.squares += slices * slices;
        self.silent += if slices >= SILENT { slices } else { 0.0 };
    }

    /// How many of `early` slices are missing, where no gap tells it, and the standard error of that: as many as of the others, of `count` in all, give or take what chance and the few that are known
    /// leave open (the numbers of gaps are Poisson's, each of which holds as many slices as those that are known).
    pub(super) fn untold(&self, early: f64, count: f64) -> (f64, f64) {
        let missing = self.slices;
        if missing <= 0.0 {
            return (0.0, 0.0);
        }
        let lost = early * missing / (count - early + missing).max(missing);
        (lost, ((lost + lost * lost / missing) * self.squares / missing).sqrt())
    }
}

/// The beat, nanoseconds, that most gaps tell between moments at which single slices left; each adds `unit` to the position.
pub(super) fn usual_beat(moments: &[(f64, f64)], unit: f64, gaps: &mut Vec<f64>) -> Option<f64> {
    gaps.clear();
    let single = |pair: &&[(f64, f64)]| (pair[1].0 - pair[0].0 - unit).abs() < 0.5;
    gaps.extend(moments.windows(2).filter(single).map(|pair| pair[1].1 - pair[0].1));
    let middle = gaps.len() / 2;
    if gaps.len() < GAPS {
        return None;
    }
    let (_, median, _) = gaps.select_nth_unstable_by(middle, f64::total_cmp);
    (*median > 0.0).then_some(*median)
}

/// Moves moments up by the slices that are missing before them, each of which would have added `unit` to the position and `beat` nanoseconds. Says which are missing in all; `None` if
/// there are none, or too many.
pub(super) fn fill(moments: &mut [(f64, f64)], unit: f64, beat: f64) -> Option<Missing> {
    let late = |moment: &(f64, f64), missing: f64| moment.1 - beat * (moment.0 / unit + missing);
    let (mut missing, mut places) = (Missing::default(), 0);
    let mut before = late(moments.first()?, 0.0);
    for index in 1..moments.len() {
        let now = late(&moments[index], missing.slices);
        if now - before >= LEAST * beat
            && let Some(following) = moments.get(index..moments.len().min(index + FOLLOWING))
            && following.len() >= LAST
        {
            let earliest = following.iter().map(|moment| late(moment, missing.slices)).fold(f64::INFINITY, f64::min);
            let beats = ((earliest - before) / beat + 0.5 - (LEAST - 0.5)).floor();
            if beats >= 1.0 {
                // More than that is no loss but a pause, after which the clock may begin anew.
                if beats * beat > BETWEEN_WORDS {
                    return None;
                }
                places += 1;
                missing.add(beats);
                before = f64::INFINITY;
            }
        }
        before = late(&moments[index], missing.slices).min(before + DRIFT * beat);
        moments[index].0 += missing.slices * unit;
    }
    (places > 0 && number(places * MOMENTS) <= number(moments.len())).then_some(missing)
}

#[cfg(test)]
mod tests {
    use super::super::{ClockSettings, Slice, trains};
    use super::*;

    /// Frames of so many octets (or of varying length) each so many milliseconds, of which some waited before the first was sent; `loss` of a thousand are lost.
    fn stream(beat: i64, octets: Option<u32>, loss: u64, seed: u64) -> (Vec<Slice>, f64) {
        let (mut slices, mut chance) = (Vec::new(), seed);
        let (early, frames) = (500 / beat, 5_000 / beat);
        for frame in 0..early + frames {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let late = i64::try_from(chance >> 40).unwrap() % 4_000_000;
            let at = if frame < early { frame * 200_000 } else { (frame - early + 1) * beat * 1_000_000 + late };
            let length = octets.unwrap_or(60 + u32::try_from(chance >> 33).unwrap() % 60);
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if (chance >> 33) % 1_000 >= loss {
                slices.push(Slice { at, length, answered: 0, since_answer: 0 });
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a few seconds")]
        let seconds = (early + frames) as f64 * beat as f64 / 1e3;
        (slices, seconds)
    }

    #[test]
    fn losses_make_the_beat_no_longer() {
        let (mut off, mut all) = (0, 0);
        for (seed, beat) in (1..=30).flat_map(|seed| [20, 30, 60].map(|beat| (seed, beat))) {
            for (octets, loss) in [Some(172), None].into_iter().flat_map(|octets| [0, 10, 30].map(|loss| (octets, loss))) {
                let (slices, seconds) = stream(beat, octets, loss, seed);
                let found = trains(&slices, true, &ClockSettings::default());
                all += 1;
                let [train] = &found[..] else {
                    off += 1;
                    continue;
                };
                #[expect(clippy::cast_precision_loss, reason = "milliseconds")]
                let beats = train.beat / (beat * 1_000_000) as f64;
                off += usize::from((train.seconds / seconds - 1.0).abs() > 0.05);
                off += usize::from((beats - 1.0).abs() > 0.003);
            }
        }
        assert!(
            off * 12 <= all,
            "{off} of {all} are not found, or their beats are off by more than 0.3 %, or their seconds by more than 5 %"
        );
    }

    #[test]
    fn no_datagram_of_a_clock_that_is_only_held_up_is_missing() {
        let mut moments: Vec<(f64, f64)> = (1..=200).map(|number| (f64::from(number), f64::from(number) * 20e6)).collect();
        for (index, moment) in moments.iter_mut().enumerate() {
            // Each fortieth holds up what follows for 90 ms.
            moment.1 += (90e6 - number(index % 40) * 20e6).max(0.0);
        }
        assert_eq!(fill(&mut moments, 1.0, 20e6), None);
    }

    #[test]
    fn a_pause_is_no_loss() {
        let at = |number: i32| f64::from(number) * 20e6 + if number > 100 { 500e6 } else { 0.0 };
        let mut moments: Vec<(f64, f64)> = (1..=200).map(|number| (f64::from(number), at(number))).collect();
        assert_eq!(fill(&mut moments, 1.0, 20e6), None);
    }
}
