//! Evidence that a word wakes a device, where something else may make the device send as well.
//!
//! The words of a round are laid into its slots by lot. A word is compared with a group of the others, which is chosen before the round: with those of which nobody expects that they wake
//! the device, and with slots in which nothing sounds. Wherever the rest lies, the word lies in any of the `m` slots that are left to the group with the same chance. A word that does not
//! wake the device falls into one of the `b` of them in which the device begins to send anyway with the chance `b / m`. A bet on the word that is paid `m / h` where it hits, `h` being those of the group's slots
//! that were not silent, is worth 1 at most in the mean, since `h` counts all of the `b`. Slots that could not be seen, and those into which an upload went on that began before, are counted
//! among the `h`: what would have begun in them is hidden, whichever word caused that. The product of such bets over rounds, whatever was chosen to be played after what was seen, is a test martingale:
//! by Ville's inequality (Ville 1939; Shafer et al., "Test martingales, Bayes factors and p-values", Statistical Science 26, 2011) it reaches `1 / a` with a chance of `a` at most, at any time.
//!
//! What is taken for granted: no other word of the group keeps the device from sending in its slot what it would have sent anyway (one that does makes background rarer in slots other than the word's own), and uploads that a word
//! causes begin in its slot.

/// Shares of what is there that are bet in each round; a fund begins with each of them. How often a word wakes, and how many others of its round do, is not known.
const BETS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// What the bets on a word are worth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Evidence {
    funds: [f64; BETS.len()],
    most: f64,
}

impl Default for Evidence {
    fn default() -> Self {
        Self { funds: [1.0; BETS.len()], most: 1.0 }
    }
}

impl Evidence {
    /// A round in which the word sounded: slots of its group, its own among them; how many of them were not silent; whether the device began to send in its own.
    pub(crate) fn take(&mut self, slots: usize, occupied: usize, began: bool) {
        if occupied == 0 {
            return;
        }
        let paid = if began { ratio(slots, occupied) } else { 0.0 };
        for (fund, bet) in self.funds.iter_mut().zip(BETS) {
            *fund *= 1.0 + bet * (paid - 1.0);
        }
        self.most = self.most.max(self.value());
    }

    /// What one unit has become.
    pub(crate) fn value(&self) -> f64 {
        self.funds.iter().sum::<f64>() / ratio(BETS.len(), 1)
    }

    /// The most that it was worth at any time: what was shown stays shown.
    pub(crate) fn most(&self) -> f64 {
        self.most
    }
}

fn ratio(one: usize, other: usize) -> f64 {
    let float = |it: usize| u32::try_from(it).map_or(f64::from(u32::MAX), f64::from);
    float(one) / float(other)
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::{Lot, Stream};

    use super::*;

    const SLOTS: usize = 12;
    const ROUNDS: usize = 30;
    const HOMES: u64 = 4_000;

    /// The slots of a round in which a device begins to send by itself.
    type Background = fn(usize, &mut Stream) -> Vec<usize>;

    /// Uploads caused by words of known places: each begins in its slot, and goes on so many slots more, in which nothing else begins.
    fn seen(background: &[usize], wakers: &[usize], long: usize) -> Vec<(bool, bool)> {
        let mut slots = vec![(false, false); SLOTS];
        let mut busy = 0;
        for (place, slot) in slots.iter_mut().enumerate() {
            if busy > 0 {
                busy -= 1;
                *slot = (false, true);
            } else if wakers.contains(&place) {
                *slot = (true, true);
                busy = long;
            } else if background.contains(&place) {
                *slot = (true, true);
            }
        }
        slots
    }

    /// The largest value that the evidence for a word has, which never wakes the device, among others that do, half of which are expected to; and the last.
    fn inert(home: u64, wakers: usize, long: usize, background: Background) -> (f64, f64) {
        let (mut evidence, mut most) = (Evidence::default(), 1.0_f64);
        for round in 0..ROUNDS {
            let mut chance = Lot::new(home).stream("inert", round as u64);
            let begins = background(round, &mut chance);
            let mut places: Vec<usize> = (0..SLOTS).collect();
            chance.shuffle(&mut places);
            let slots = seen(&begins, &places[1..=wakers], long);
            let (own, expected) = (slots[places[0]], &places[1..=wakers / 2]);
            let group = || slots.iter().enumerate().filter(|(place, _)| !expected.contains(place));
            evidence.take(group().count(), group().filter(|it| it.1.1).count(), own.0);
            most = most.max(evidence.value());
        }
        (most, evidence.value())
    }

    #[test]
    fn a_word_that_never_wakes_is_believed_no_more_often_than_the_level_whatever_else_makes_the_device_send() {
        let homes: [(&str, usize, usize, Background); 6] = [
            ("a beat of three slots", 0, 0, |round, _| (round % 3..SLOTS).step_by(3).collect()),
            ("one beginning a round", 0, 0, |round, _| vec![round % SLOTS]),
            ("beginnings at random", 1, 0, |_, chance| (0..SLOTS).filter(|_| chance.unit() < 0.2).collect()),
            ("a doorbell that rings thrice", 2, 0, |round, _| if round % 4 == 0 { vec![3, 4, 5] } else { vec![] }),
            ("words whose uploads hide others", 3, 2, |_, chance| (0..SLOTS).filter(|_| chance.unit() < 0.5).collect()),
            ("wakers alone", 3, 1, |_, _| vec![]),
        ];
        for (what, wakers, long, background) in homes {
            let all: Vec<(f64, f64)> = (0..HOMES).map(|home| inert(home, wakers, long, background)).collect();
            for level in [0.05, 0.01] {
                let wrong = all.iter().filter(|it| it.0 >= 1.0 / level).count();
                // Four standard deviations of a count at the level.
                let (mean, homes) = (level * ratio(all.len(), 1), ratio(wrong, 1));
                assert!(homes <= mean + 4.0 * mean.sqrt(), "{what}: {wrong} of {HOMES} at {level} (seeds 0 to {HOMES})");
            }
        }
    }

    #[test]
    fn a_word_that_wakes_is_believed_after_a_handful_of_plays() {
        let mut evidence = Evidence::default();
        let rounds = (1..=20).find(|_| {
            evidence.take(SLOTS, 1, true);
            evidence.value() >= 300.0 / 0.01
        });
        assert_eq!(rounds, Some(5));
    }

    #[test]
    fn silence_says_nothing_and_a_device_that_always_sends_says_nothing_for_a_word() {
        let mut evidence = Evidence::default();
        evidence.take(SLOTS, 0, false);
        assert!((evidence.value() - 1.0).abs() < 1e-12);
        evidence.take(SLOTS, SLOTS, true);
        assert!((evidence.value() - 1.0).abs() < 1e-12);
    }
}
