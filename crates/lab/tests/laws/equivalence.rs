//! Two one-sided tests: at the margin they err as often as their level says.

use earwitness_lab::results::{Claim, Equivalence, Question};

use super::campaign::{Campaign, Noise, campaigns, chance, compared, seed, share};

const SEED: u64 = 5_303;
const MARGIN: f64 = 0.25;

fn shown(campaign: &Campaign, claim: Claim, most: Option<f64>) -> f64 {
    let question = Question::Equivalence(Equivalence { compared: compared(0, 1), claim, margin: MARGIN, most });
    let found = share(SEED, campaign, &[question], |results, _| results.equivalences[0].shown);
    println!("seed {}, {} campaigns, {claim:?}, {campaign:?}: shown in {found:.4}", seed(SEED), campaigns());
    found
}

#[test]
fn what_sends_more_by_the_margin_is_shown_to_be_no_more_at_the_level_only() {
    for campaign in [
        Campaign::pairs(1, 40, MARGIN, Noise::Normal(0.3)),
        Campaign::pairs(1, 40, MARGIN, Noise::Gamma(2, 0.3)),
        Campaign::pairs(5, 12, MARGIN, Noise::Normal(0.3)).differing(0.5, 0.1),
        Campaign::pairs(3, 12, MARGIN, Noise::Gamma(1, 0.3)).differing(0.5, 0.1),
    ] {
        assert!(shown(&campaign, Claim::NoMore, None) <= 0.05 + chance(0.05));
        assert!(shown(&campaign, Claim::Within, None) <= 0.05 + chance(0.05));
    }
}

#[test]
fn what_sends_as_much_is_shown_to_with_enough_pairs() {
    // 36 pairs at a deviation of 0.3 have a power of 0.9 (`power::pairs_for_equivalence`).
    let found = shown(&Campaign::pairs(1, 36, 0.0, Noise::Normal(0.3)), Claim::Within, None);
    assert!(found > 0.9 - chance(0.9), "{found}");
    let less = shown(&Campaign::pairs(1, 36, -1.0, Noise::Normal(0.3)), Claim::NoMore, None);
    assert!(less > 0.99, "what sends less sends no more: {less}");
    assert!(shown(&Campaign::pairs(1, 36, -1.0, Noise::Normal(0.3)), Claim::Within, None) < 0.01);
}

/// Where nothing is ever sent, no deviation is seen: only a bound on what a trial can read says anything.
#[test]
fn silence_is_no_more_than_silence_only_where_a_trial_is_bounded() {
    let silent = |pairs| Campaign { means: vec![0.0, 0.0], ..Campaign::pairs(1, pairs, 0.0, Noise::Normal(0.0)) };
    assert!(shown(&silent(300), Claim::NoMore, None) <= 0.0);
    // (1 - 0.25 / 10)^n is at most 0.05 from n = 119 on.
    assert!(shown(&silent(118), Claim::NoMore, Some(10.0)) <= 0.0);
    assert!(shown(&silent(119), Claim::NoMore, Some(10.0)) >= 1.0);
}
