//! Scores that are lost, by whatever decides what is lost: it may know the draw, the traffic and the stake.
//!
//! Devices are deaf, and what they score in a round is drawn without the lot. Then something hides a part of it, as it pleases.

use earwitness_core::detect::lottery::{Lottery, Rank, Score, known, newcomer, threshold};

use super::episodes;
use super::exact::law;
use super::random::Random;

const ROUNDS: usize = 60;
const SLOTS: usize = 8;
const ALPHA: f64 = 0.01;

/// Whether a slot is lost: its number, the drawn one, and all scores.
type Loss = fn(&mut Random, usize, usize, &[u32]) -> bool;

/// What loses scores, with the share of the rounds in which a doorbell that does not listen sends.
const LOSSES: [(&str, Loss, f64); 8] = [
    ("nothing is lost, a doorbell at one ring an hour", |_, _, _, _| false, 0.053),
    ("nothing is lost, a doorbell at six rings an hour", |_, _, _, _| false, 0.32),
    ("the drawn slot, where another device answers", |random, slot, drawn, _| slot == drawn && random.happens(0.9), 0.5),
    ("the slot in which it sends, if that is the drawn one", |_, slot, drawn, scores| slot == drawn && scores[slot] > 0, 1.0),
    ("all slots, if the drawn one is not first", |_, _, drawn, scores| scores.iter().any(|it| *it > scores[drawn]), 1.0),
    ("all slots that are higher than the drawn one", |_, slot, drawn, scores| scores[slot] > scores[drawn], 1.0),
    ("any slot", |random, _, _, _| random.happens(0.1), 0.7),
    ("whole rounds, by talk after the sound", |random, slot, drawn, _| slot >= drawn && random.happens(0.5), 0.7),
];

/// What a deaf device scores in a round: it sends in one slot or several, or in none.
fn scores(random: &mut Random, sends: f64) -> Vec<u32> {
    let mut scores = vec![0; SLOTS];
    if random.happens(sends) {
        for _ in 0..random.octets(1, 3) {
            scores[random.between(0.0, SLOTS as f64) as usize] = random.octets(1, 9);
        }
    }
    scores
}

#[test]
fn no_loss_makes_a_deaf_device_look_as_if_it_heard() {
    let sessions = episodes(2_000);
    for (seed, (name, loss, sends)) in (1_900..).zip(LOSSES) {
        let mut random = Random::new(seed);
        let mut accused = 0;
        for _ in 0..sessions {
            let mut lottery = Lottery::new();
            for round in 0..ROUNDS {
                let scores = scores(&mut random, sends);
                let drawn = random.between(0.0, SLOTS as f64) as usize;
                let seen: Vec<Score<u32>> =
                    scores
                        .iter()
                        .enumerate()
                        .map(|(slot, &score)| {
                            if loss(&mut random, slot, drawn, &scores) { Score::AtLeast(score / 2) } else { Score::Known(score) }
                        })
                        .collect();
                lottery.round(round % 3, Rank::of(&seen, drawn).unwrap());
            }
            accused += u32::from(lottery.highest() >= threshold(1, ALPHA));
        }
        law(&format!("{name}, seed {seed}"), accused, sessions, ALPHA);
    }
}

/// Four devices are there; a guest's telephone comes in every third round, and all are watched to the end.
#[test]
fn however_many_devices_join_one_is_accused_no_more_often_than_allowed() {
    let (sessions, alpha) = (episodes(1_000), 0.05);
    let mut random = Random::new(1_950);
    let mut accused = 0;
    for _ in 0..sessions {
        let mut devices = vec![(Lottery::new(), known(4, alpha)); 4];
        let mut any = false;
        for round in 0..ROUNDS {
            if round % 3 == 2 {
                devices.push((Lottery::new(), newcomer(devices.len() - 3, alpha)));
            }
            let drawn = random.between(0.0, SLOTS as f64) as usize;
            for (lottery, threshold) in &mut devices {
                let seen: Vec<Score<u32>> = scores(&mut random, 0.7).into_iter().map(Score::Known).collect();
                lottery.round(0, Rank::of(&seen, drawn).unwrap());
                any |= lottery.highest() >= *threshold;
            }
        }
        accused += u32::from(any);
    }
    law("one of four and twenty that join, seed 1950", accused, sessions, alpha);
}

/// What losses cost: rounds to a proof of a device that always answers, where a part of all rounds is lost as a whole.
#[test]
fn a_device_that_always_answers_is_found_through_lost_rounds() {
    for (seed, lost, most) in [(1_960, 0.0, 5), (1_961, 0.05, 5), (1_962, 0.2, 9)] {
        let mut random = Random::new(seed);
        let mut rounds: Vec<usize> = (0..301)
            .map(|_| {
                let mut lottery = Lottery::new();
                (1..200)
                    .find(|_| {
                        let score = if random.happens(lost) { Score::AtLeast } else { Score::Known };
                        let seen: Vec<Score<u32>> = (0..SLOTS).map(|slot| score(u32::from(slot == 3))).collect();
                        lottery.round(0, Rank::of(&seen, 3).unwrap());
                        lottery.highest() >= known(8, ALPHA)
                    })
                    .unwrap_or(200)
            })
            .collect();
        rounds.sort_unstable();
        println!("{lost} of the rounds lost, seed {seed}: median {}, 90 % {}", rounds[150], rounds[270]);
        assert!(rounds[150] <= most, "{lost}: {} rounds", rounds[150]);
    }
}
