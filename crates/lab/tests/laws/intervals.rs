//! Intervals of means and differences hold the truth in 93 to 97 % of campaigns.

use earwitness_lab::results::Question;

use super::campaign::{Campaign, Noise, campaigns, compared, inside, seed, share};

const SEED: u64 = 5_101;

/// Prints the share and says whether it is between 93 and 97 %.
fn fits(what: &str, held: f64) -> bool {
    println!("seed {}, {} campaigns, {what}: {held:.4}", seed(SEED), campaigns());
    (0.93..=0.97).contains(&held)
}

fn mean_is_held(campaign: &Campaign) -> f64 {
    share(SEED, campaign, &[], |results, _| {
        let seconds = results.conditions[0].devices[0].seconds;
        inside(seconds.low, seconds.high, campaign.truth(0))
    })
}

fn difference_is_held(campaign: &Campaign) -> f64 {
    let truth = campaign.truth(0) - campaign.truth(1);
    share(SEED, campaign, &[Question::Contrast(compared(0, 1))], |results, _| {
        let it = &results.contrasts[0];
        inside(it.low, it.high, truth)
    })
}

#[test]
fn the_mean_of_one_night_is_held() {
    let mut wrong = Vec::new();
    for (blocks, noise) in [
        (10, Noise::Normal(1.0)),
        (10, Noise::Gamma(2, 1.0)),
        (20, Noise::Normal(1.0)),
        (20, Noise::Gamma(2, 1.0)),
        (20, Noise::Gamma(1, 1.0)),
        (20, Noise::Lognormal(0.5)),
        (20, Noise::Sparse(0.7)),
        (40, Noise::Gamma(1, 1.0)),
        (40, Noise::Lognormal(0.8)),
        (100, Noise::Sparse(0.2)),
    ] {
        let campaign = Campaign { means: vec![0.0], ..Campaign::pairs(1, blocks, 0.0, noise) };
        let campaign = if matches!(noise, Noise::Normal(_)) { Campaign { means: vec![100.0], ..campaign } } else { campaign };
        if !fits(&format!("mean of one night of {blocks} trials, {noise:?}"), mean_is_held(&campaign)) {
            wrong.push((blocks, noise));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// What no interval of a mean can do with so few numbers: rare uploads of which a campaign has one or none, and values far above all others. These are held less
/// often than 93 %; the document says so, and this says that it is not worse.
#[test]
fn few_trials_of_rare_or_far_values_are_held_less_often() {
    for (blocks, noise, least) in [
        (10, Noise::Sparse(0.2), 0.85),
        (10, Noise::Gamma(1, 1.0), 0.90),
        (20, Noise::Lognormal(0.8), 0.90),
        (20, Noise::Sparse(0.2), 0.93),
    ] {
        let held = mean_is_held(&Campaign { means: vec![0.0], ..Campaign::pairs(1, blocks, 0.0, noise) });
        println!("seed {}, {} campaigns, mean of one night of {blocks} trials, {noise:?}: {held:.4}", seed(SEED), campaigns());
        assert!(held >= least, "{blocks} trials of {noise:?}: {held}");
    }
}

#[test]
fn the_mean_over_nights_that_differ_is_held() {
    let mut wrong = Vec::new();
    for (nights, blocks, noise) in [
        (2, 10, Noise::Normal(1.0)),
        (3, 10, Noise::Normal(1.0)),
        (5, 10, Noise::Gamma(2, 1.0)),
        (5, 4, Noise::Gamma(2, 1.0)),
        (10, 10, Noise::Gamma(1, 1.0)),
        (20, 2, Noise::Gamma(1, 1.0)),
        (60, 1, Noise::Gamma(1, 1.0)),
    ] {
        let campaign = Campaign::pairs(nights, blocks, 0.0, noise).differing(0.5, 0.2);
        if !fits(&format!("mean of {nights} nights of {blocks} trials, {noise:?}"), mean_is_held(&campaign)) {
            wrong.push((nights, blocks, noise));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_difference_within_one_night_is_held() {
    let mut wrong = Vec::new();
    for (blocks, times, noise) in [
        (8, 1, Noise::Normal(1.0)),
        (12, 1, Noise::Gamma(2, 1.0)),
        (20, 1, Noise::Normal(1.0)),
        (20, 1, Noise::Gamma(1, 1.0)),
        (20, 1, Noise::Lognormal(0.5)),
        (6, 2, Noise::Gamma(2, 1.0)),
        (10, 3, Noise::Gamma(2, 1.0)),
    ] {
        let campaign = Campaign { times, ..Campaign::pairs(1, blocks, 0.5, noise) };
        if !fits(&format!("difference in {blocks} blocks of {times} + {times}, {noise:?}"), difference_is_held(&campaign)) {
            wrong.push((blocks, times, noise));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_difference_over_nights_that_differ_is_held() {
    let mut wrong = Vec::new();
    for (nights, blocks, noise) in [
        (2, 10, Noise::Normal(0.3)),
        (3, 10, Noise::Normal(0.3)),
        (5, 8, Noise::Gamma(2, 0.3)),
        (10, 4, Noise::Gamma(1, 0.3)),
        (30, 1, Noise::Gamma(1, 0.3)),
    ] {
        let campaign = Campaign::pairs(nights, blocks, 0.5, noise).differing(0.5, 0.2);
        if !fits(&format!("difference over {nights} nights of {blocks} blocks, {noise:?}"), difference_is_held(&campaign)) {
            wrong.push((nights, blocks, noise));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
