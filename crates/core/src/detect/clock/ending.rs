//! Where a train ends.
//!
//! What follows the end of a beat on the same connection, such as reports, leaves at other gaps: they are neither as long as the slices before let expect, nor does what follows a longer one catch
//! up with the line, as it does after a stall of the link. Speech after a pause has gaps as before. So each moment speaks for or against that the train went on, and the train ends where most
//! spoke for it, if enough speaks against it from there on: the likeliest place of a change (Page, Continuous inspection schemes, Biometrika 41, 1954).

use crate::detect::line::Line;

/// A moment by the clock, and one that no clock would have made, speak for and against that the train went on: about the logarithms of how much likelier either is in a train, of which
/// nine of ten moments are on time, than in something else, of which three of ten happen to be.
const GOES_ON: f64 = 1.0;
const BREAKS: f64 = -2.0;

/// How sure it is that a train has ended, and what is by the clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// What follows the best place speaks against it by so much.
    against: f64,
    /// A moment is by the clock within so many nanoseconds of what the one before lets expect, or within [`Ending::beats`], whichever is more; never farther than what is on time.
    near: f64,
    /// See there.
    beats: f64,
}

impl Ending {
    /// Of records on a TCP stream, all of which leave sooner or later; `link` is the scheduling of a radio link, nanoseconds.
    pub(super) const fn of_records(link: f64) -> Self {
        Self { against: 4.0, near: link, beats: 0.3 }
    }

    /// Where gaps that the clock would not make are no rarity: a codec fell silent, or frames were glued into datagrams.
    pub(super) const fn among_gaps(self) -> Self {
        Self { against: 6.0, ..self }
    }

    /// Of datagrams.
    pub(super) const fn of_datagrams() -> Self {
        Self { against: 6.0, near: f64::INFINITY, beats: 0.3 }
    }

    /// Which of the moments (position and time) is the last of the train; the last of all if nothing else follows. `tolerance` is how far from the line is on time, and `beat` is that of a slice, in nanoseconds.
    pub(super) fn of(self, moments: &[(f64, f64)], line: &Line, tolerance: f64, beat: f64) -> usize {
        let lateness = |moment: &(f64, f64)| moment.1 - line.at(moment.0);
        let tolerance = tolerance.min(self.near.max(self.beats * beat));
        let near = |late: f64| late.abs() <= tolerance;
        let (mut sum, mut most, mut end) = (0.0, 0.0, line.first);
        for (index, pair) in moments.windows(2).enumerate().skip(line.first) {
            let (before, now) = (lateness(&pair[0]), lateness(&pair[1]));
            let at_once = pair[1].1 - pair[0].1 < (pair[1].0 - pair[0].0) * line.beat / 2.0;
            sum += if near(now) || near(now - before) && !at_once {
                GOES_ON
            } else if now > before + tolerance || now < -tolerance {
                BREAKS
            } else {
                0.0
            };
            if sum >= most {
                (most, end) = (sum, index + 1);
            }
        }
        if most - sum >= self.against { end } else { moments.len().saturating_sub(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Chance, slice};
    use super::super::{ClockSettings, Slice, trains};

    const MILLI: i64 = 1_000_000;

    /// Frames of varying length, each up to 6 ms late, of which a stall holds some up at the end; milliseconds of sound.
    fn speech(frames: i64, beat: i64, stall: i64, chance: &mut Chance) -> Vec<Slice> {
        let last = (frames - 1) * beat * MILLI;
        let late = |at: i64| if at > last - stall * MILLI { last } else { at };
        let frame = |number: i64, chance: &mut Chance| late(number * beat * MILLI) + chance.below(6 * MILLI);
        let mut slices: Vec<Slice> =
            (0..frames).map(|number| slice(frame(number, chance), beat * (2 + chance.below(4)))).collect();
        slices.sort_by_key(|slice| slice.at);
        slices
    }

    /// Reports of one to four records at once, at any time, for some seconds.
    fn reports(slices: &mut Vec<Slice>, chance: &mut Chance) {
        let mut at = slices.last().unwrap().at + (50 + chance.below(800)) * MILLI;
        let until = at + (1_000 + chance.below(4_000)) * MILLI;
        while at < until {
            for record in 0..=chance.below(4) {
                slices.push(slice(at + record * 300_000, 60 + chance.below(1_300)));
            }
            at += (40 + chance.below(520)) * MILLI;
        }
    }

    #[test]
    fn what_follows_on_the_connection_within_a_second_is_no_sound() {
        let mut wrong = Vec::new();
        for (seed, beat) in (0..40).flat_map(|seed| [20, 32, 60].map(|beat| (seed, beat))) {
            let mut chance = Chance(seed);
            let frames = 3_000 / beat;
            let mut slices = speech(frames, beat, 0, &mut chance);
            reports(&mut slices, &mut chance);
            let found = trains(&slices, false, &ClockSettings::default());
            let counted: f64 = found.iter().map(|train| train.seconds).sum();
            if (counted - 3.0).abs() > 0.25 {
                wrong.push((seed, beat, counted));
            }
        }
        // One record or two, or blocks that happen to come as the beat would have.
        assert!(wrong.len() <= 6, "{} of 120: {wrong:?}", wrong.len());
    }

    #[test]
    fn what_a_stall_holds_up_to_the_end_is_sound() {
        for (seed, stall) in (0..20).flat_map(|seed| [0, 100, 200, 300].map(|stall| (seed, stall))) {
            let slices = speech(150, 20, stall, &mut Chance(seed));
            let found = trains(&slices, false, &ClockSettings::default());
            let [train] = &found[..] else { panic!("seed {seed}, {stall} ms: {found:#?}") };
            assert!((train.seconds - 3.0).abs() < 0.05, "seed {seed}, {stall} ms: {train:?}");
            assert_eq!(train.last, slices.last().unwrap().at, "seed {seed}, {stall} ms");
        }
    }
}
