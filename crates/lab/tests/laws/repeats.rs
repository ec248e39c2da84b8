//! Variances of repeats, sounds and nights are found again.

use earwitness_core::lot::{Lot, Stream};
use earwitness_lab::results::{Plan, Reading, RepeatsResults, SoundId, Trial, Trials, analyse};

use super::campaign::{campaigns, normal, seed};

const SEED: u64 = 5_505;

/// Nights in which some of the sounds are played, with deviations of repeats, sounds and nights.
fn run(nights: u32, sounds: u32, times: u32, deviations: [f64; 3], lot: &mut Stream) -> RepeatsResults {
    let [repeat, sound, night] = deviations;
    let of_sounds: Vec<f64> = (0..sounds).map(|_| sound * normal(lot)).collect();
    let mut trials = Vec::new();
    for number in 0..nights {
        let level = 50.0 + night * normal(lot);
        let mut position = 0;
        for (id, of_sound) in (0..).zip(&of_sounds) {
            for _ in 0..times {
                position += 1;
                // A fifth of the readings is missing, so that nothing is balanced.
                let seconds = (lot.unit() < 0.8).then(|| level + of_sound + repeat * normal(lot));
                let readings = vec![Reading { seconds, ..Reading::default() }];
                trials.push(Trial {
                    night: number,
                    block: 0,
                    position,
                    condition: 0,
                    sound: SoundId(id),
                    readings,
                    answer: None,
                });
            }
        }
    }
    let trials = Trials::new(vec!["on".to_owned()], vec!["device".to_owned()], trials).unwrap();
    analyse(&trials, &Plan::new(Vec::new(), 1)).unwrap().repeats.remove(0)
}

#[test]
fn variances_are_found_again_and_that_of_repeats_is_held() {
    let mut wrong = Vec::new();
    for (nights, sounds, times) in [(10, 10, 2), (10, 10, 1), (1, 15, 4), (5, 20, 2)] {
        let (lot, mut held, mut sums) = (Lot::new(seed(SEED)), 0_u32, [0.0; 3]);
        for number in 0..campaigns() {
            let it = run(nights, sounds, times, [0.4, 0.3, 0.2], &mut lot.stream("repeats", u64::from(number)));
            held += u32::from(it.repeats_low.unwrap() <= 0.4 && 0.4 <= it.repeats_high.unwrap());
            for (sum, part) in sums.iter_mut().zip([it.repeats, it.sounds, it.nights]) {
                *sum += part.unwrap_or(0.0).powi(2);
            }
        }
        let held = f64::from(held) / f64::from(campaigns());
        let [repeats, of_sounds, of_nights] = sums.map(|sum| (sum / f64::from(campaigns())).sqrt());
        println!(
            "seed {}, {} campaigns, {nights} nights, {sounds} sounds, {times} times: 0.4 is {repeats:.3}, 0.3 is {of_sounds:.3}, 0.2 is \
             {of_nights:.3}; held in {held:.4}",
            seed(SEED),
            campaigns()
        );
        let near = |found: f64, truth: f64| (found / truth - 1.0).abs() < 0.05;
        let nights_near = if nights > 1 { near(of_nights, 0.2) } else { of_nights <= 0.0 };
        if !(0.93..=0.97).contains(&held) || !near(repeats, 0.4) || !near(of_sounds, 0.3) || !nights_near {
            wrong.push((nights, sounds, times));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
