//! Tests reject what holds as often as their level says, also where nights differ.

use earwitness_core::detect::ttest::two_sided;
use earwitness_lab::results::{Question, Reading, SoundId, Trial, Trials};

use super::campaign::{Campaign, Noise, campaigns, chance, compared, name, seed, share};

const SEED: u64 = 5_202;

/// Prints the share of campaigns in which something was found that was not there, and says whether it is more than the level allows.
fn fits(what: &str, found: f64) -> bool {
    println!("seed {}, {} campaigns, {what}: {found:.4} rejected", seed(SEED), campaigns());
    found <= 0.05 + chance(0.05)
}

fn rejects(campaign: &Campaign) -> f64 {
    share(SEED, campaign, &[Question::Contrast(compared(0, 1))], |results, _| results.contrasts[0].p.is_some_and(|p| p <= 0.05))
}

#[test]
fn permutations_within_blocks_reject_no_effect_at_their_level() {
    let mut wrong = Vec::new();
    for (blocks, times, noise) in [
        (6, 1, Noise::Normal(1.0)),
        (12, 1, Noise::Gamma(1, 1.0)),
        (20, 1, Noise::Lognormal(0.8)),
        (30, 1, Noise::Sparse(0.2)),
        (5, 2, Noise::Gamma(1, 1.0)),
        (3, 8, Noise::Gamma(1, 1.0)),
    ] {
        let campaign = Campaign { times, ..Campaign::pairs(1, blocks, 0.0, noise).differing(1.0, 0.0) };
        let found = rejects(&campaign);
        if !fits(&format!("{blocks} blocks of {times} + {times}, {noise:?}"), found) {
            wrong.push((blocks, times, noise));
        }
        // And not for want of trying: only the least number of assignments keeps far below.
        if blocks == 20 && found < 0.03 {
            wrong.push((blocks, times, noise));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Where nights differ in level and in effect, a t-test over all pairs finds what is not there several times too often.
#[test]
fn nights_that_differ_do_not_pass_for_an_effect() {
    let mut wrong = Vec::new();
    for (nights, blocks, deviation) in
        [(2, 12, 0.15), (3, 12, 0.15), (5, 12, 0.15), (5, 12, 0.3), (5, 12, 0.6), (5, 12, 1.0), (10, 4, 0.3)]
    {
        // The difference of a night varies by 0.2: each condition adds its part.
        let campaign = Campaign::pairs(nights, blocks, 0.0, Noise::Normal(deviation)).differing(0.5, 0.2 / 2.0_f64.sqrt());
        if !fits(&format!("{nights} nights of {blocks} blocks, deviation {deviation}"), rejects(&campaign)) {
            wrong.push((nights, blocks, deviation));
        }
        let naive = share(SEED, &campaign, &[], |_, trials| pairs_reject(trials));
        println!("    a t-test over all pairs: {naive:.4}");
        if deviation < 0.5 && naive < 0.1 {
            wrong.push((nights, blocks, deviation));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// The t-test that takes pairs of all nights for independent.
fn pairs_reject(trials: &Trials) -> bool {
    let differences: Vec<f64> = trials
        .trials()
        .chunk_by(|a, b| (a.night, a.block) == (b.night, b.block))
        .map(|block| {
            let of = |condition| block.iter().find(|it| it.condition == condition).unwrap().readings[0].seconds.unwrap();
            of(0) - of(1)
        })
        .collect();
    let n = f64::from(u32::try_from(differences.len()).unwrap());
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1.0);
    two_sided(mean / (variance / n).sqrt(), n - 1.0) <= 0.05
}

/// Conditions that have nights of their own are compared by nights: five against five.
#[test]
fn conditions_of_different_nights_are_compared_by_nights() {
    let whole = Campaign::pairs(10, 8, 0.0, Noise::Normal(0.3)).differing(0.5, 0.1);
    let lot = earwitness_core::lot::Lot::new(seed(SEED));
    let rejected = (0..campaigns()).filter(|number| {
        let trials = whole.trials(&mut lot.stream("apart", u64::from(*number)));
        let kept: Vec<Trial> =
            trials.trials().iter().filter(|it| usize::try_from(it.night % 2).unwrap() == it.condition).cloned().collect();
        let trials = Trials::new(vec![name(0), name(1)], vec!["device".to_owned()], kept).unwrap();
        let plan = earwitness_lab::results::Plan::new(vec![Question::Contrast(compared(0, 1))], 1);
        let it = earwitness_lab::results::analyse(&trials, &plan).unwrap().contrasts.remove(0);
        assert!(it.test.starts_with("Welch's t over the means of 5 and 5 nights"), "{}", it.test);
        it.p.unwrap() <= 0.05
    });
    let found = f64::from(u32::try_from(rejected.count()).unwrap()) / f64::from(campaigns());
    assert!(fits("five nights of each condition", found));
}

#[test]
fn of_many_contrasts_without_effect_one_is_found_as_rarely_as_of_one() {
    let campaign = Campaign { means: vec![100.0; 5], ..Campaign::pairs(1, 12, 0.0, Noise::Gamma(2, 1.0)) };
    let questions: Vec<Question> = (1..5).map(|other| Question::Contrast(compared(0, other))).collect();
    let alone = share(SEED, &campaign, &questions, |results, _| results.contrasts.iter().any(|it| it.p.unwrap() <= 0.05));
    let adjusted =
        share(SEED, &campaign, &questions, |results, _| results.contrasts.iter().any(|it| it.adjusted_p.unwrap() <= 0.05));
    println!("without adjusting: {alone:.4}");
    assert!(fits("any of four contrasts, adjusted", adjusted) && alone > 0.08);
}

/// One night without a block that has both conditions cannot be tested: which trial had which condition was not drawn by lot.
#[test]
fn without_blocks_in_common_nothing_is_tested() {
    let trial = |block: u32| {
        let seconds = Some(f64::from(block));
        let condition = usize::from(block > 4);
        Trial {
            night: 0,
            block,
            position: 0,
            condition,
            sound: SoundId(0),
            readings: vec![Reading { seconds, ..Reading::default() }],
            answer: None,
        }
    };
    let trials = Trials::new(vec![name(0), name(1)], vec!["device".to_owned()], (0..10).map(trial).collect()).unwrap();
    let plan = earwitness_lab::results::Plan::new(vec![Question::Contrast(compared(0, 1))], 1);
    let results = earwitness_lab::results::analyse(&trials, &plan).unwrap();
    let it = &results.contrasts[0];
    assert!(it.p.is_none() && it.low.is_none() && it.estimate.is_some() && it.test.starts_with("none"), "{it:?}");
    assert!(results.answer.starts_with("It is not shown"), "{}", results.answer);
}
