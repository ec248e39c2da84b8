//! Devices that hear nothing, but know the timetable and all *earlier* draws, and send whatever would hurt most.
//!
//! They are held to the law of the answer within the slot. The search for late answers assumes a device that never learns a draw: one that
//! repeats the last one does answer sound, a round late, by whatever way it was told, and is to be found.

use earwitness_core::detect::lottery::{Lag, Late, Lottery, Place, threshold};
use earwitness_core::time::SECOND;

use super::episodes;
use super::exact::law;
use super::home::{LEAD, Traffic, cycle, scores, slot};
use super::random::Random;

const ROUNDS: usize = 60;
const SLOTS: usize = 8;
const ALPHA: f64 = 0.01;

/// Which slots are sent in, knowing earlier draws, and whether it looks like sound.
type Plan = fn(&[usize], &mut Random) -> (Vec<usize>, bool);

const PLANS: [(&str, Plan); 5] = [
    ("repeats the last draw", |drawn, _| (drawn.last().copied().into_iter().collect(), false)),
    ("the same, like sound", |drawn, _| (drawn.last().copied().into_iter().collect(), true)),
    ("sends where it was not drawn last", |drawn, _| ((0..SLOTS).filter(|slot| Some(slot) != drawn.last()).collect(), false)),
    ("follows the slot drawn most often", |drawn, _| {
        let times = |slot: &usize| drawn.iter().filter(|drawn| *drawn == slot).count();
        ((0..SLOTS).max_by_key(times).into_iter().collect(), false)
    }),
    ("any number of slots", |_, random| {
        let share = random.unit();
        ((0..SLOTS).filter(|_| random.happens(share)).collect(), random.happens(0.5))
    }),
];

/// Plays a session, traffic and draws in turn, and gives both.
fn session(random: &mut Random, plan: Plan) -> (Traffic, Vec<usize>) {
    let mut traffic = Traffic::silent(LEAD + (ROUNDS + 1) * cycle(SLOTS));
    let mut drawn = Vec::new();
    for round in 0..ROUNDS {
        let (sent_in, clocked) = plan(&drawn, random);
        for number in sent_in {
            traffic.upload(slot(round, number, SLOTS) + 2, 5, 40_000.0, clocked);
        }
        drawn.push(random.between(0.0, SLOTS as f64) as usize);
    }
    (traffic, drawn)
}

#[test]
fn knowing_the_earlier_draws_does_not_help() {
    let sessions = episodes(2_000);
    for (seed, (name, plan)) in (900..).zip(PLANS) {
        let mut random = Random::new(seed);
        let mut accused = 0;
        for _ in 0..sessions {
            let (traffic, drawn) = session(&mut random, plan);
            let profile = traffic.profile();
            let mut lottery = Lottery::new();
            let proven = drawn.iter().enumerate().any(|(round, &drawn)| {
                lottery.round(round % 3, Place::of(&scores(&profile, round, SLOTS, Lag::NONE), drawn).unwrap());
                lottery.highest() >= threshold(1, ALPHA)
            });
            accused += u32::from(proven);
        }
        law(&format!("{name}, seed {seed}"), accused, sessions, ALPHA);
    }
}

/// The worst there is: it knows the stake, too, and in each round sends in as many slots as just reach the threshold if one of them is
/// drawn, so that nothing is won in vain. It comes as near to `alpha` as bets of this kind can be brought.
#[test]
fn a_device_that_plays_for_its_own_accusation_stays_within_the_law() {
    let sessions = episodes(2_000);
    let mut random = Random::new(920);
    let mut accused = 0;
    for _ in 0..sessions {
        let mut lottery = Lottery::new();
        for round in 0..ROUNDS {
            let hit = |sent_in: usize| Place { above: 0, level: sent_in as u32 - 1, slots: SLOTS as u32 };
            let reaches = |sent_in: &usize| {
                let mut after = lottery.clone();
                after.round(round % 3, hit(*sent_in));
                after.highest() >= threshold(1, ALPHA)
            };
            let sent_in = (1..SLOTS).rev().find(reaches).unwrap_or(1);
            let drawn = random.between(0.0, SLOTS as f64) as usize;
            let missed = Place { above: sent_in as u32, level: (SLOTS - sent_in) as u32 - 1, slots: SLOTS as u32 };
            lottery.round(round % 3, if drawn < sent_in { hit(sent_in) } else { missed });
            if lottery.highest() >= threshold(1, ALPHA) {
                accused += 1;
                break;
            }
        }
    }
    law("plays for its own accusation, seed 920", accused, sessions, ALPHA);
}

#[test]
fn a_device_that_was_told_the_draw_is_found_as_a_late_answer() {
    let (traffic, drawn) = session(&mut Random::new(930), PLANS[0].1);
    let profile = traffic.profile();
    let a_round = Lag { shift: cycle(SLOTS) as i64 * SECOND, stretch: 0 };
    let mut late = Late::new(&[a_round]);
    for (round, &drawn) in drawn.iter().enumerate() {
        late.round(0, drawn, |lag| Some(scores(&profile, round, SLOTS, lag)));
    }
    let evidence = late.evidence();
    assert!(
        evidence.ln_combined >= threshold(8, ALPHA) && evidence.ln_late.is_some_and(|best| best.0 == a_round),
        "{evidence:?}"
    );
    assert!(evidence.ln_now < threshold(8, ALPHA));
}
