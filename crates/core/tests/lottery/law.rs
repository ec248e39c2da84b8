//! The law: a device that hears nothing is accused with probability `alpha` at most, with an interim analysis after every round.
//!
//! The search for late answers is on. Its delays here are few, and those at which slots and rounds repeat among them: with fewer delays the
//! union of them has less to spare, so the few are the harder case. Traffic is drawn, and then several sequences of draws on it: given the traffic,
//! each session of a deaf device is bound by the law, and the sessions are independent.

use earwitness_core::detect::lottery::{Lag, Late, threshold};
use earwitness_core::measure::Measure;
use earwitness_core::time::SECOND;

use super::episodes;
use super::exact::law;
use super::home::{BACKGROUNDS, Background, LEAD, PITCH, cycle, scores};
use super::random::Random;

/// Rounds of a session at most, slots of a round.
const ROUNDS: usize = 60;
const SLOTS: usize = 8;

/// Probability of a false accusation that is allowed.
const ALPHA: f64 = 0.01;

/// Sequences of draws on one drawn traffic.
const LOTS: u32 = 20;

/// Delays: within the round, slot for slot, round for round, and an hour with longer windows. Seconds.
fn delays() -> Vec<Lag> {
    let seconds = [(10, 0), (PITCH as i64, 0), (2 * PITCH as i64, 0), (cycle(SLOTS) as i64, 0), (600, 0), (3_600, 50)];
    seconds.iter().map(|&(shift, stretch)| Lag { shift: shift * SECOND, stretch: stretch * SECOND }).collect()
}

/// The scores of all rounds at all delays, the first of which is none.
fn all_scores(random: &mut Random, background: Background, lags: &[Lag]) -> Vec<Vec<Vec<Measure>>> {
    let profile = background.1(random, LEAD + ROUNDS * cycle(SLOTS) + 3_700).profile();
    let round = |round| lags.iter().map(|&lag| scores(&profile, round, SLOTS, lag)).collect();
    (0..ROUNDS).map(round).collect()
}

/// The round after which the device is accused, if it is.
fn session(random: &mut Random, traffic: &[Vec<Vec<Measure>>], lags: &[Lag]) -> Option<usize> {
    let mut late = Late::new(&lags[1..]);
    traffic.iter().enumerate().position(|(number, round)| {
        let drawn = random.between(0.0, SLOTS as f64) as usize;
        let scores = |lag: Lag| lags.iter().position(|known| *known == lag).map(|at| round[at].as_slice());
        late.round(number % 3, drawn, scores);
        late.evidence().ln_combined >= threshold(1, ALPHA)
    })
}

fn accusations(background: Background, seed: u64) {
    let sessions = episodes(2_000);
    let mut random = Random::new(seed);
    let mut lags = vec![Lag::NONE];
    lags.extend(delays());
    let (mut accused, mut within_ten, mut held) = (0, 0, 0);
    while held < sessions {
        let traffic = all_scores(&mut random, background, &lags);
        for _ in 0..LOTS.min(sessions - held) {
            let rounds = session(&mut random, &traffic, &lags);
            accused += u32::from(rounds.is_some());
            within_ten += u32::from(rounds.is_some_and(|rounds| rounds < 10));
            held += 1;
        }
    }
    law(&format!("{}, seed {seed} ({within_ten} in the first ten rounds)", background.0), accused, sessions, ALPHA);
}

#[test]
fn a_deaf_device_is_accused_no_more_often_than_allowed_whatever_it_sends() {
    // In two threads: the backgrounds are independent, and an ordinary machine has two cores.
    std::thread::scope(|scope| {
        for part in 0..2 {
            scope.spawn(move || {
                for (number, &background) in (0..).zip(BACKGROUNDS).skip(part).step_by(2) {
                    accusations(background, 800 + number);
                }
            });
        }
    });
}
