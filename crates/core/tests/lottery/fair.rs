//! Every bet is fair: under a uniform draw a stake keeps its value on average, whatever the slots scored and whatever came before.

use earwitness_core::detect::lottery::{Lottery, Place, Rank, Score, threshold};
use proptest::prelude::*;

/// Mean of what a stake becomes in a round with these scores, over all slots that may be drawn.
fn mean_pay(before: &Lottery, stimulus: usize, scores: &[u8]) -> f64 {
    let pay = |drawn| {
        let mut after = before.clone();
        after.round(stimulus, Place::of(scores, drawn).unwrap());
        (after.log_e() - before.log_e()).exp()
    };
    (0..scores.len()).map(pay).sum::<f64>() / scores.len() as f64
}

/// All patterns of ties of eight scores: each either equals the one before or is lower.
fn patterns() -> impl Iterator<Item = [u8; 8]> {
    (0_u32..128).map(|lower| {
        let mut scores = [9; 8];
        for slot in 1..8 {
            scores[slot] = scores[slot - 1] - u8::from(lower >> (slot - 1) & 1 == 1);
        }
        scores
    })
}

#[test]
fn a_uniform_draw_is_paid_one_on_average_with_every_pattern_of_ties() {
    let first = Place { above: 0, level: 0, slots: 8 };
    let histories: [&[(usize, Place)]; 5] = [
        &[],
        &[(0, first); 6],
        &[(0, first), (1, Place { above: 7, ..first }), (2, Place { above: 3, level: 2, slots: 8 }), (1, first)],
        &[(0, Place { above: 7, ..first }); 40],
        &[(3, Place { level: 6, ..first }), (70, Place { above: 1, level: 0, slots: 3 }), (0, first)],
    ];
    for history in histories {
        let mut lottery = Lottery::new();
        for &(stimulus, place) in history {
            lottery.round(stimulus, place);
        }
        for (stimulus, scores) in (0..).zip(patterns()) {
            let mean = mean_pay(&lottery, stimulus % 5, &scores);
            assert!((mean - 1.0).abs() < 1e-12, "{scores:?} is paid {mean} after {history:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What hides scores may know the draw and the scores, and choose for each draw what to hide: no bet is paid more than the true rank is paid, so that
    /// the mean over the draws stays at most 1.
    #[test]
    fn hiding_scores_never_pays(
        history in prop::collection::vec((0_usize..5, 0_u32..8, 0_u32..8), 0..30),
        scores in prop::collection::vec(0_u8..6, 2..12),
        hidden in prop::collection::vec(prop::collection::vec(prop::option::of(0_u8..6), 12), 12),
    ) {
        let mut before = Lottery::new();
        for (stimulus, above, level) in history {
            before.round(stimulus, Place { above, level, slots: 8 });
        }
        let mut mean = 0.0;
        for (drawn, hidden) in (0..scores.len()).zip(&hidden) {
            // What was seen of a hidden score is at most what it is.
            let seen = scores.iter().zip(hidden).map(|(&score, hidden)| hidden.map_or(Score::Known(score), |least| Score::AtLeast(least.min(score))));
            let seen: Vec<Score<u8>> = seen.collect();
            let (truth, rank) = (Place::of(&scores, drawn).unwrap(), Rank::of(&seen, drawn).unwrap());
            let paid = |rank: Rank| {
                let mut after = before.clone();
                after.round(0, rank);
                (after.log_e() - before.log_e()).exp()
            };
            prop_assert!(paid(rank) <= paid(truth.into()) + 1e-12, "{seen:?} of {scores:?}, {drawn} drawn");
            prop_assert!(rank.may_be_first() || !truth.is_first(), "a hit is never hidden");
            prop_assert!(!rank.is_first() || truth.is_first());
            mean += paid(rank) / scores.len() as f64;
        }
        prop_assert!(mean <= 1.0 + 1e-11, "{scores:?} is paid {mean}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_uniform_draw_is_paid_one_on_average_whatever_came_before(
        history in prop::collection::vec((0_usize..80, 0_u32..64, 0_u32..64, 0_u32..70), 0..40),
        scores in prop::collection::vec(0_u8..6, 2..65),
        stimulus in 0_usize..80,
    ) {
        let mut lottery = Lottery::new();
        for (stimulus, above, level, slots) in history {
            lottery.round(stimulus, Place { above, level, slots });
        }
        let mean = mean_pay(&lottery, stimulus, &scores);
        prop_assert!((mean - 1.0).abs() < 1e-11, "{scores:?} is paid {mean}");
    }

    #[test]
    fn no_sequence_of_rounds_breaks_the_arithmetic(
        history in prop::collection::vec((any::<usize>(), any::<u32>(), any::<u32>(), any::<u32>()), 0..50),
        last in 1_u32..64,
        rounds in 1_usize..3_000,
    ) {
        let mut lottery = Lottery::new();
        for (stimulus, above, level, slots) in history {
            lottery.round(stimulus, Place { above, level, slots });
        }
        for _ in 0..rounds {
            lottery.round(0, Place { above: last, level: 0, slots: 64 });
        }
        prop_assert!(lottery.log_e().is_finite() && lottery.highest() >= lottery.log_e().max(0.0));
    }
}

#[test]
fn rounds_in_which_all_slots_are_alike_say_nothing() {
    let mut lottery = Lottery::new();
    for _ in 0..1_000 {
        lottery.round(0, Place { above: 0, level: 7, slots: 8 });
    }
    assert!(lottery.log_e().abs() < 1e-12 && lottery.rounds() == 1_000);
    assert_eq!(lottery.rounds_to_go(1.0), None);
}

#[test]
fn what_cannot_be_a_round_does_not_count() {
    let mut lottery = Lottery::new();
    for (above, level, slots) in [(8, 0, 8), (0, 8, 8), (0, 0, 0), (0, 0, 1), (0, 0, 65), (u32::MAX, u32::MAX, u32::MAX)] {
        lottery.round(0, Place { above, level, slots });
    }
    assert!(lottery.rounds() == 0 && lottery.log_e().abs() < 1e-12);
}

#[test]
fn a_device_that_always_answers_is_proven_in_four_rounds_and_the_rounds_to_go_say_so() {
    let mut lottery = Lottery::new();
    let needed = threshold(8, 0.01);
    let mut to_go = Vec::new();
    for _ in 0..4 {
        assert!(lottery.highest() < needed);
        lottery.round(0, Place { above: 0, level: 0, slots: 8 });
        to_go.push(lottery.rounds_to_go(needed));
    }
    assert_eq!(to_go, [Some(3), Some(2), Some(1), Some(0)]);
}

#[test]
fn a_device_that_answers_one_sound_of_six_is_proven_by_its_fourth_answer() {
    let mut lottery = Lottery::new();
    let rounds = (0..60).take_while(|round| {
        let level = if round % 6 == 2 { 0 } else { 7 };
        lottery.round(round % 6, Place { above: 0, level, slots: 8 });
        lottery.highest() < threshold(8, 0.01)
    });
    assert_eq!(rounds.count() + 1, 21);
}

#[test]
fn a_device_that_always_sends_less_when_it_hears_is_found_too() {
    let mut lottery = Lottery::new();
    for _ in 0..12 {
        lottery.round(0, Place { above: 7, level: 0, slots: 8 });
    }
    assert!(lottery.log_e() > threshold(8, 0.01), "{}", lottery.log_e());
}

#[test]
fn a_microphone_switched_on_half_way_is_found_soon_after() {
    let mut lottery = Lottery::new();
    for round in 0..100 {
        lottery.round(0, Place { above: round * 5 % 8, level: 0, slots: 8 });
    }
    let answers = (1..60).take_while(|_| {
        lottery.round(0, Place { above: 0, level: 0, slots: 8 });
        lottery.highest() < threshold(8, 0.01)
    });
    assert!(answers.count() < 10);
}
