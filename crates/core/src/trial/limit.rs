//! How often a device may react at most: the limit that a silent one is given.

use crate::detect::lottery::{CONFIDENCE, Score, Top, bound, detection_limit};
use crate::measure::Measure;

/// Least octets that a limit is about, however little a device sends by itself: two seconds of sound at 300 octets a second, the lowest rate of the speech
/// coders in general use ([`crate::verdict::LEAST_SPEECH`]). Whoever answers with less may be found, but is not excluded.
pub const LEAST_ANSWER: f64 = 600.0;

/// A device counts as silent only when a reaction to more than this share of the probes is excluded.
pub const SILENT: f64 = 0.35;

/// The share of cases in which an answer of the size that a limit is about would have stood out.
const NEARLY: f64 = 0.99;

/// The scores of a round, and which slot was drawn.
pub type Scored<'a> = (&'a [Score<Measure>], usize);

/// Octets of an answer that would have stood out nearly always, as the shams of these rounds show, but [`LEAST_ANSWER`] at least. Nothing without a round of two
/// shams.
///
/// In 99 of 100 cases a sham lacks less than the octets of [`detection_limit`] to the highest of the others. An answer of twice as much then comes
/// first, and lies above the lowest slot by that limit: see [`top`].
#[must_use]
pub fn least_answer<'a>(rounds: impl IntoIterator<Item = Scored<'a>>) -> Option<f64> {
    let shams = |(scores, drawn): Scored<'_>| {
        scores.iter().enumerate().filter(|slot| slot.0 != drawn).filter_map(|slot| Some(slot.1.known()?.octets)).collect()
    };
    let shams: Vec<Vec<f64>> = rounds.into_iter().map(shams).collect();
    detection_limit(&shams, NEARLY).map(|octets| (2.0 * octets).max(LEAST_ANSWER))
}

/// Which slot came first, of how many, where what lies above the lowest slot of the round by less than half of an answer of so many octets counts as nothing: in
/// the drawn slot it is no such answer, and in a sham it would not have hidden one. Alike for all slots, so that a device that reacts to nothing comes first by
/// chance in the drawn slot as often as in any sham.
#[must_use]
pub fn top((scores, drawn): Scored<'_>, least: f64) -> Option<(Top, u32)> {
    let lowest = scores.iter().map(|score| score.seen().octets).fold(f64::INFINITY, f64::min);
    let clip = |sent: Measure| {
        let stands_out = sent.clocked > 0.0 || sent.octets - lowest >= least / 2.0;
        if stands_out { sent } else { Measure { octets: lowest, ..sent } }
    };
    let clipped = |score: &Score<Measure>| match *score {
        Score::Known(sent) => Score::Known(clip(sent)),
        Score::AtLeast(sent) => Score::AtLeast(clip(sent)),
    };
    let scores: Vec<Score<Measure>> = scores.iter().map(clipped).collect();
    Some((Top::of(&scores, drawn)?, u32::try_from(scores.len()).ok()?))
}

/// The share of probes that a device reacts to at most, with answers of so many octets or more.
#[must_use]
pub fn most_reactions<'a>(rounds: impl IntoIterator<Item = Scored<'a>>, least: f64) -> f64 {
    bound(rounds.into_iter().filter_map(|round| top(round, least)), CONFIDENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(octets: &[f64]) -> Vec<Score<Measure>> {
        octets.iter().map(|&octets| Score::Known(Measure { clocked: 0.0, octets })).collect()
    }

    #[test]
    fn small_talk_of_a_device_is_no_answer() {
        let rounds: Vec<_> = (0..12).map(|it| sent(&[f64::from(it % 4) * 80.0, 120.0, 60.0, 200.0])).collect();
        let scored = || rounds.iter().map(|scores| (scores.as_slice(), 0));
        assert_eq!(least_answer(scored()), Some(LEAST_ANSWER));
        assert!(most_reactions(scored(), LEAST_ANSWER) <= SILENT);
        assert!(most_reactions(scored(), 0.0) > SILENT, "first places by chance are taken for answers");
    }

    #[test]
    fn who_sends_much_is_only_cleared_of_answers_that_are_larger() {
        let rounds: Vec<_> = (0..14).map(|it| sent(&[3e4, f64::from(it) * 5e3, 1e4, 6e4])).collect();
        let scored = || rounds.iter().map(|scores| (scores.as_slice(), 0));
        let least = least_answer(scored()).unwrap();
        assert!(least > 3e4 && most_reactions(scored(), least) <= SILENT, "{least}");
    }

    #[test]
    fn clocked_sound_counts_however_little_it_is() {
        let mut scores = sent(&[10.0, 0.0, 0.0]);
        scores[0] = Score::Known(Measure { clocked: 1.0, octets: 10.0 });
        assert_eq!(top((&scores, 0), 1e6), Some((Top::Drawn, 3)));
    }
}
