//! Whether rounds that were written down are those that their seed draws.

use std::collections::BTreeSet;

use crate::lot::Lot;
use crate::probe::Round;

/// What the draw of a round is called in its ticket (see [`Lot::ticket`]).
pub(super) const SLOT: &str = "slot";

/// The slot of round `number` that a seed draws among `slots`.
#[must_use]
pub fn drawn(seed: u64, number: u32, slots: usize) -> usize {
    usize::try_from(Lot::new(seed).draw(SLOT, number.into(), slots as u64)).unwrap_or(0)
}

/// A round that is not what the seed draws.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotDrawn {
    /// Its number.
    pub round: u32,
    /// Its slots, as it was written down.
    pub slots: usize,
    /// Index of the slot in which the probe is said to have sounded.
    pub written: usize,
    /// Index of the slot that the seed draws, among the slots that the session has.
    pub drawn: usize,
}

/// How rounds stand to their seed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Lots {
    /// Rounds that were compared.
    pub rounds: usize,
    /// Those that the seed did not draw, in the order in which they were written down.
    pub not_drawn: Vec<NotDrawn>,
    /// Numbers between the first and the last that no round has: whoever leaves rounds out may choose which.
    pub missing: u32,
    /// What added to every number makes all rounds what the seed draws, where some are not: they were numbered anew.
    pub shift: Option<i64>,
}

/// Fewest rounds whose numbers are looked for elsewhere: with fewer, chance would find a place for them.
const LEAST_SHIFTED: usize = 12;

/// As far as that, numbers are looked for.
const FARTHEST: i64 = 1_000;

impl Lots {
    /// Draws the lot of every round again. `slots` is how many each round of the session has, where that is known; without it, as many as it was written down with.
    ///
    /// The draw depends on seed, number and number of slots alone, so rounds may be in any order, and some may be missing. All are compared, also those that do not
    /// count: nothing that happens to a round changes what was drawn.
    #[must_use]
    pub fn check(seed: u64, slots: Option<usize>, rounds: &[Round]) -> Self {
        let compare = |round: &Round, number: u32| {
            let of = slots.unwrap_or(round.slots.len());
            let drawn = drawn(seed, number, of);
            let is_drawn = drawn == round.drawn && of == round.slots.len();
            (!is_drawn).then_some(NotDrawn { round: round.number, slots: round.slots.len(), written: round.drawn, drawn })
        };
        let not_drawn: Vec<NotDrawn> = rounds.iter().filter_map(|round| compare(round, round.number)).collect();
        let fits = |shift: &i64| {
            let number = |round: &Round| u32::try_from(i64::from(round.number) + shift).ok();
            rounds.iter().all(|round| number(round).is_some_and(|number| compare(round, number).is_none()))
        };
        let looked_for = !not_drawn.is_empty() && rounds.len() >= LEAST_SHIFTED;
        let shift = looked_for.then(|| (1..=FARTHEST).flat_map(|far| [-far, far]).find(fits)).flatten();
        let numbers: BTreeSet<u32> = rounds.iter().map(|round| round.number).collect();
        let span = numbers.first().zip(numbers.last()).map_or(0, |(first, last)| u64::from(last - first) + 1);
        let missing = u32::try_from(span.saturating_sub(numbers.len() as u64)).unwrap_or(u32::MAX);
        Self { rounds: rounds.len(), not_drawn, missing, shift }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Design;
    use super::*;
    use crate::probe::{Heard, Played, SoundKind, Stimulus};
    use crate::time::{SECOND, Timestamp};

    fn rounds(seed: u64, slots: usize, numbers: impl IntoIterator<Item = u32>) -> Vec<Round> {
        let design = Design { seed, slots, ..Design::default() };
        let round = |number: u32| {
            let ordered = design.round(number, Timestamp::from_nanos(i64::from(number) * 400 * SECOND));
            let stimulus = Stimulus { name: "glass".to_owned(), kind: SoundKind::Noise };
            let played = Played::new(stimulus, ordered.slots[ordered.drawn].from, SECOND, Heard::Yes);
            Round { number, slots: ordered.slots, drawn: ordered.drawn, played, void: None }
        };
        numbers.into_iter().map(round).collect()
    }

    #[test]
    fn what_was_drawn_is_found_drawn_whatever_is_missing_and_in_any_order() {
        for slots in [1, 2, 3, 8, 64] {
            for seed in [0, 8, u64::MAX] {
                let all = rounds(seed, slots, 0..40);
                assert_eq!(Lots::check(seed, Some(slots), &all), Lots { rounds: 40, ..Lots::default() });
                let mut some = rounds(seed, slots, (3..40).filter(|it| it % 5 != 0));
                some.reverse();
                let lots = Lots::check(seed, None, &some);
                assert!(lots.not_drawn.is_empty() && lots.missing == 7, "{slots} {seed} {lots:?}");
            }
        }
        assert_eq!(Lots::check(1, None, &[]), Lots::default());
    }

    #[test]
    fn another_slot_or_another_number_of_slots_is_named_with_what_the_seed_draws() {
        let mut all = rounds(8, 8, 0..20);
        let right = all[7].drawn;
        all[7].drawn = (right + 1) % 8;
        let lots = Lots::check(8, Some(8), &all);
        assert_eq!(lots.not_drawn, [NotDrawn { round: 7, slots: 8, written: (right + 1) % 8, drawn: right }]);
        assert_eq!(lots.shift, None);
        // A sham that is left out, from behind the probe, makes other odds.
        let mut all = rounds(8, 8, 0..20);
        let place = all.iter().position(|it| it.drawn < 7).unwrap();
        all[place].slots.pop();
        assert_eq!(Lots::check(8, Some(8), &all).not_drawn.len(), 1);
    }

    #[test]
    fn another_seed_fits_about_as_often_as_chance() {
        let lots = Lots::check(9, Some(8), &rounds(8, 8, 0..800));
        assert!((640..760).contains(&lots.not_drawn.len()), "{}", lots.not_drawn.len());
        assert_eq!(lots.shift, None);
    }

    #[test]
    fn numbers_that_all_moved_by_as_much_are_recognised() {
        for by in [1, -3, 40] {
            let mut all = rounds(8, 8, 3..30);
            for round in &mut all {
                round.number = u32::try_from(i64::from(round.number) + by).unwrap();
            }
            let lots = Lots::check(8, Some(8), &all);
            assert!(!lots.not_drawn.is_empty());
            assert_eq!(lots.shift, Some(-by));
        }
    }
}
