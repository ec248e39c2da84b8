//! What a proven reaction is: in which direction it goes, whether it is sound that follows, whether it grows with the sound.

use super::Evidence;
use super::answer::Answer;
use crate::detect::dose::Bet;
use crate::detect::lottery::{Lottery, Rank};

/// Whether a device sends more or less while there is a sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// It sends more than in silent slots.
    More,
    /// It sends less.
    Less,
}

/// What shows that it is sound that a device sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sound {
    /// Uploads at the beat of a codec follow the sounds.
    Clocked,
    /// Finished recordings follow the sounds.
    Recorded,
}

/// Parts of a device's error rate that lie on saying falsely of one that reacts: that clocked audio follows the sounds, that recordings do, and that it
/// sends more the longer it hears. Together they are 1, so that with the proof of the reaction, which cannot be wrong of such a device, no more than its
/// error rate is spent. Most lies on clocked audio, which is what is asked about most.
const CLOCKED: f64 = 0.8;
const RECORDED: f64 = 0.1;
const DOSE: f64 = 0.1;

/// Standard deviations of the ranks that a direction takes. That there is a reaction was proven before; this asks only which.
const CLEAR: f64 = 2.0;

/// Weighs what the answers show; the part of the stake on their delay is given as a logarithm.
pub(super) fn weigh(evidence: &mut Evidence, answers: &[Answer<'_>], ln_part: f64) {
    let ranks = |of: fn(&Answer<'_>) -> Option<Rank>| {
        answers.iter().filter_map(move |answer| Some((answer.number, of(answer)?))).collect::<Vec<_>>()
    };
    let (all, recorded) = (ranks(|it| it.rank), ranks(|it| it.recorded));
    evidence.direction = direction(&all);
    evidence.ln_clocked += CLOCKED.ln();
    evidence.ln_recorded = lottery(&recorded) + ln_part + RECORDED.ln();
    let mut bet = Bet::default();
    for answer in answers.iter().filter(|it| it.first && it.known) {
        bet.probe(answer.number, answer.heard, answer.sent.octets);
    }
    evidence.ln_dose = bet.highest() + ln_part + DOSE.ln();
    let follows = |ln_e: f64, ranks: &[(usize, Rank)]| ln_e >= evidence.threshold && direction(ranks) == Some(Direction::More);
    evidence.sound = if follows(evidence.ln_clocked, &ranks(|it| it.clocked)) {
        Some(Sound::Clocked)
    } else if follows(evidence.ln_recorded, &recorded) {
        Some(Sound::Recorded)
    } else {
        None
    };
}

/// The highest that the stake on these ranks has been.
pub(super) fn lottery(ranks: &[(usize, Rank)]) -> f64 {
    let mut lottery = Lottery::new();
    for (sound, rank) in ranks {
        lottery.round(*sound, *rank);
    }
    lottery.highest()
}

/// Which way drawn slots differ from shams, by the sound that moves the device most, or by all together; nothing where some sounds make it send more and
/// others less, or neither is clear.
///
/// The drawn slot of a device that is not moved is as often above as below a sham, with the variance `(m^2 - 1) / 3` of "shams above less shams below"
/// (the uniform distribution over `m` ranks).
fn direction(ranks: &[(usize, Rank)]) -> Option<Direction> {
    let mut sums: std::collections::BTreeMap<Option<usize>, (f64, f64)> = std::collections::BTreeMap::new();
    let known = ranks.iter().filter_map(|(sound, rank)| if let Rank::Known(place) = rank { Some((sound, place)) } else { None });
    for (sound, place) in known.filter(|it| it.1.level + 1 < it.1.slots) {
        let below = place.slots - 1 - place.above - place.level;
        let slots = f64::from(place.slots);
        for of in [None, Some(*sound)] {
            let (sum, variance) = sums.entry(of).or_default();
            *sum += f64::from(below) - f64::from(place.above);
            *variance += (slots * slots - 1.0) / 3.0;
        }
    }
    let clear: Vec<f64> =
        sums.into_values().map(|(sum, variance)| sum / variance.sqrt()).filter(|it| it.abs() >= CLEAR).collect();
    match (clear.iter().any(|it| *it > 0.0), clear.iter().any(|it| *it < 0.0)) {
        (true, false) => Some(Direction::More),
        (false, true) => Some(Direction::Less),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::lottery::Place;

    fn rounds(sound: usize, above: u32, count: usize) -> Vec<(usize, Rank)> {
        vec![(sound, Place { above, level: 0, slots: 8 }.into()); count]
    }

    #[test]
    fn first_is_more_last_is_less_and_both_is_neither() {
        assert_eq!(direction(&rounds(0, 0, 4)), Some(Direction::More));
        assert_eq!(direction(&rounds(0, 7, 4)), Some(Direction::Less));
        assert_eq!(direction(&[rounds(0, 0, 8), rounds(1, 7, 8)].concat()), None);
        assert_eq!(direction(&rounds(0, 3, 30)), None);
        assert_eq!(direction(&[]), None);
    }

    #[test]
    fn one_sound_of_six_that_moves_it_is_enough() {
        let others = (1..6).flat_map(|sound| [rounds(sound, 1, 2), rounds(sound, 6, 2)].concat());
        assert_eq!(direction(&rounds(0, 0, 4).into_iter().chain(others).collect::<Vec<_>>()), Some(Direction::More));
    }

    #[test]
    fn rounds_in_which_nothing_was_sent_say_nothing_of_the_direction() {
        let silent = vec![(0, Place { above: 0, level: 7, slots: 8 }.into()); 60];
        assert_eq!(direction(&[rounds(0, 0, 4), silent].concat()), Some(Direction::More));
    }
}
