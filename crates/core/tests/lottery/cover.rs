//! The upper limit to the probability of a reaction holds, at all times at once.

use earwitness_core::detect::lottery::{FIRST, bound};

use super::episodes;
use super::exact::at_most;
use super::random::Random;

#[test]
fn the_limit_covers_at_all_rounds_jointly() {
    let sessions = episodes(2_000);
    for (seed, probability) in (700..).zip([0.03, 0.1, 0.25, 0.5, 0.8, 0.95]) {
        let mut random = Random::new(seed);
        let mut failed = 0;
        for _ in 0..sessions {
            // The limit never rises again, so the last one is the smallest of all hundred.
            let hits: Vec<bool> = (0..100).map(|_| random.happens(probability * FIRST)).collect();
            failed += u32::from(bound(hits, 0.95) < probability);
        }
        let share = at_most(failed, sessions);
        println!(
            "probability {probability}, seed {seed}: limit below it in {failed} of {sessions}, at most {:.2} %",
            100.0 * share
        );
        assert!(share <= 0.06 && f64::from(failed) <= 0.05 * f64::from(sessions));
    }
}

#[test]
fn the_limit_never_rises_with_more_rounds() {
    let mut random = Random::new(710);
    let hits: Vec<bool> = (0..100).map(|_| random.happens(0.3)).collect();
    let limits: Vec<f64> = (0..=100).map(|rounds| bound(hits.iter().copied().take(rounds), 0.95)).collect();
    assert!(limits.windows(2).all(|two| two[1] <= two[0]), "{limits:?}");
    assert!(limits[0] >= 1.0 && limits[100] < 0.6);
}

#[test]
fn a_probability_that_changes_is_covered_where_it_is_never_lower() {
    // It answers half of the probes, and those after a miss always: never fewer than half.
    let mut random = Random::new(711);
    let sessions = episodes(2_000);
    let mut failed = 0;
    for _ in 0..sessions {
        let mut missed = false;
        let hits: Vec<bool> = (0..100)
            .map(|_| {
                let hit = random.happens(if missed { FIRST } else { 0.5 * FIRST });
                missed = !hit;
                hit
            })
            .collect();
        failed += u32::from(bound(hits, 0.95) < 0.5);
    }
    println!("never below 0.5, seed 711: limit below it in {failed} of {sessions}");
    assert!(at_most(failed, sessions) <= 0.05);
}
