//! The upper limit to the probability of a reaction holds, at all times at once, and whatever a device sends by itself.

use earwitness_core::detect::lottery::{FIRST, Top, bound};

use super::episodes;
use super::exact::at_most;
use super::random::Random;

/// What a device does in a round that is not about the probe.
#[derive(Clone, Copy, Debug)]
enum Own {
    /// It sends nothing, so that all shams are level.
    Silent,
    /// One slot always has the highest score.
    Busy,
}

/// A round of a device that reacts with this probability.
fn round(random: &mut Random, probability: f64, own: Own, slots: u32) -> (Top, u32) {
    let sham = |random: &mut Random| match own {
        Own::Silent => Top::Nobody,
        Own::Busy if random.happens(1.0 / f64::from(slots)) => Top::Drawn,
        Own::Busy => Top::Sham,
    };
    let top = if random.happens(probability) {
        // Of reactions so many come first; the others lie behind one sham: the worst that the claim allows.
        if random.happens(FIRST) { Top::Drawn } else { Top::Sham }
    } else {
        sham(random)
    };
    (top, slots)
}

#[test]
fn the_limit_covers_at_all_rounds_jointly() {
    let sessions = episodes(2_000);
    let kinds = [(Own::Silent, 8), (Own::Busy, 8), (Own::Silent, 4), (Own::Busy, 4), (Own::Busy, 2)];
    for (seed, (own, slots)) in (700..).step_by(10).zip(kinds) {
        for (seed, probability) in (seed..).zip([0.03, 0.1, 0.25, 0.5, 0.8, 0.95]) {
            let mut random = Random::new(seed);
            let mut failed = 0;
            for _ in 0..sessions {
                // The limit never rises again, so the last one is the smallest of all hundred.
                let rounds: Vec<_> = (0..100).map(|_| round(&mut random, probability, own, slots)).collect();
                failed += u32::from(bound(rounds, 0.95) < probability);
            }
            let share = at_most(failed, sessions);
            println!(
                "{own:?}, {slots} slots, probability {probability}, seed {seed}: below it in {failed} of {sessions}, at most {:.2} %",
                100.0 * share
            );
            assert!(share <= 0.06 && f64::from(failed) <= 0.05 * f64::from(sessions));
        }
    }
}

#[test]
fn a_deaf_device_that_always_sends_something_gets_a_limit_below_first_places_by_chance() {
    let mut random = Random::new(760);
    for (slots, most) in [(2, 0.5), (4, 0.3), (8, 0.2)] {
        let rounds: Vec<_> = (0..100).map(|_| round(&mut random, 0.0, Own::Busy, slots)).collect();
        let limit = bound(rounds, 0.95);
        println!("{slots} slots, a hundred rounds: {limit:.3}");
        assert!(limit <= most, "{slots} slots: {limit}");
    }
}

#[test]
fn the_limit_never_rises_with_more_rounds() {
    let mut random = Random::new(710);
    let rounds: Vec<_> = (0..100).map(|_| round(&mut random, 0.3, Own::Silent, 8)).collect();
    let limits: Vec<f64> = (0..=100).map(|count| bound(rounds.iter().copied().take(count), 0.95)).collect();
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
        let rounds: Vec<_> = (0..100)
            .map(|_| {
                let it = round(&mut random, if missed { 1.0 } else { 0.5 }, Own::Busy, 4);
                missed = it.0 != Top::Drawn;
                it
            })
            .collect();
        failed += u32::from(bound(rounds, 0.95) < 0.5);
    }
    println!("never below 0.5, seed 711: limit below it in {failed} of {sessions}");
    assert!(at_most(failed, sessions) <= 0.05);
}
