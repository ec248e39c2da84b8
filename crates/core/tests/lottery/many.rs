//! Several devices watched by the same rounds.

use earwitness_core::detect::lottery::{Lottery, Place, e_bh, threshold};

use super::episodes;
use super::exact::law;
use super::random::Random;

/// Rounds of a session at most, and devices.
const ROUNDS: usize = 40;
const DEVICES: usize = 8;

/// A session in which the first devices of eight hear, and answer so many of the probes. The deaf ones send in one slot of each round: two the
/// same, the others the next ones, so that somebody is often accused and never all. Looks after every round until `stop`.
fn session(random: &mut Random, hearing: usize, answers: f64, mut stop: impl FnMut(&[Lottery]) -> bool) -> Vec<Lottery> {
    let mut devices = vec![Lottery::new(); DEVICES];
    for _ in 0..ROUNDS {
        let drawn = random.between(0.0, 8.0) as usize;
        for (number, device) in devices.iter_mut().enumerate() {
            let mut sent = [0; 8];
            sent[number.max(1) - 1] = 9;
            if number < hearing && random.happens(answers) {
                sent[drawn] = 99;
            }
            device.round(0, Place::of(&sent, drawn).unwrap());
        }
        if stop(&devices) {
            break;
        }
    }
    devices
}

#[test]
fn among_eight_deaf_devices_one_is_accused_no_more_often_than_allowed() {
    let (sessions, alpha) = (episodes(4_000), 0.05);
    let mut random = Random::new(970);
    let proven = |devices: &[Lottery]| devices.iter().any(|device| device.highest() >= threshold(DEVICES, alpha));
    let accused: u32 = (0..sessions).map(|_| u32::from(proven(&session(&mut random, 0, 0.0, proven)))).sum();
    law("one of eight, seed 970", accused, sessions, alpha);
}

#[test]
fn of_the_devices_listed_few_are_deaf() {
    let (sessions, alpha) = (episodes(4_000), 0.1);
    for (seed, hearing) in (980..).zip([0, 2, 5]) {
        let mut random = Random::new(seed);
        let (mut deaf_share, mut found) = (0.0, 0.0);
        for _ in 0..sessions {
            // It stops as soon as the list is one longer than there are devices that hear: when it hurts.
            let list = |devices: &[Lottery]| e_bh(&devices.iter().map(Lottery::log_e).collect::<Vec<_>>(), alpha);
            let hurts = |devices: &[Lottery]| list(devices).iter().filter(|listed| **listed).count() > hearing;
            let listed = list(&session(&mut random, hearing, 0.8, hurts));
            let (right, all) = (listed[..hearing].iter().filter(|it| **it).count(), listed.iter().filter(|it| **it).count());
            deaf_share += (all - right) as f64 / all.max(1) as f64 / f64::from(sessions);
            found += right as f64 / hearing.max(1) as f64 / f64::from(sessions);
        }
        println!(
            "{hearing} of 8 hear, seed {seed}: {:.2} % of a list are deaf, {:.1} % of those that hear listed",
            100.0 * deaf_share,
            100.0 * found
        );
        assert!(deaf_share <= alpha && (hearing == 0 || found > 0.95));
    }
}
