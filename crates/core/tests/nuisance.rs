//! Homes in which no device under suspicion hears anything, and everything goes wrong that goes wrong in homes: doors that ring, people who talk, frames that
//! are lost, programs that are stopped and killed, telephones that come and go.
//!
//! From the octets on the wire on: the machine that probes a real home is driven in virtual time. One device of each home does hear, and answers; that it
//! causes losses and noise is what could betray the others. `HOMES=1000` repeats the measurement that the stated bounds rest on; seeds are printed.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small counts, seconds and octets of simulations"
)]
#![expect(clippy::print_stdout, reason = "a test says what it measured")]

#[path = "lottery/exact.rs"]
#[expect(dead_code, reason = "shared with tests that use more of it")]
mod exact;
#[path = "nuisance/home.rs"]
mod home;
#[path = "chance/random.rs"]
#[expect(dead_code, reason = "shared with tests that use more of it")]
mod random;

use home::{Home, Nuisance};

/// Probability that any deaf device of a home is accused.
const ALPHA: f64 = 0.05;

/// Homes of each nuisance.
fn homes() -> u32 {
    std::env::var("HOMES").ok().and_then(|number| number.parse().ok()).unwrap_or(12)
}

/// Plays the homes of a nuisance in both layouts, and holds them to the law.
fn held(name: &str, seed: u64, nuisance: Nuisance) {
    held_so(name, seed, nuisance, false);
    held_so(&format!("{name}, sounds in a row"), seed, nuisance, true);
}

fn held_so(name: &str, seed: u64, nuisance: Nuisance, in_a_row: bool) {
    let homes = homes();
    let (mut accused, mut found, mut rounds, mut unknown) = (0, 0, 0, 0);
    for home in 0..homes {
        let end = Home::play(seed + u64::from(home), nuisance, ALPHA, in_a_row);
        accused += u32::from(end.deaf_accused);
        found += u32::from(end.hearing_found);
        rounds += end.rounds;
        unknown += end.unknown;
    }
    let share = exact::at_most(accused, homes);
    println!(
        "{name}, seeds {seed} to {}: {accused} of {homes} homes with a false accusation, at most {:.2} %; the device that hears found in {found}; {rounds} rounds, {unknown} of them unknown",
        seed + u64::from(homes) - 1,
        100.0 * share
    );
    // In an ordinary run a law of 5 % lets more than three of twelve pass once in 450.
    let allowed = if homes >= 1_000 { share <= ALPHA } else { accused <= 3.max(homes / 10) };
    assert!(allowed, "{name}: {accused} of {homes} homes");
}

#[test]
fn a_doorbell_that_rings_once_an_hour() {
    held("doorbell, 1 an hour", 100_000, Nuisance { rings: 1.0, ..Nuisance::default() });
}

#[test]
fn a_doorbell_that_rings_six_times_an_hour() {
    held("doorbell, 6 an hour", 110_000, Nuisance { rings: 6.0, ..Nuisance::default() });
}

#[test]
fn a_camera_that_sees_people_who_make_noise() {
    held("motion camera", 120_000, Nuisance { rings: 20.0, silent_share: 0.5, ..Nuisance::default() });
}

#[test]
fn frames_that_are_lost_where_two_upload() {
    held("loss with another's reaction", 130_000, Nuisance { busy: true, loss_with_reaction: true, ..Nuisance::default() });
}

#[test]
fn noise_that_masks_probes() {
    held("noise that masks probes", 140_000, Nuisance { rings: 12.0, masks: true, ..Nuisance::default() });
}

#[test]
fn people_who_talk() {
    held("talk", 150_000, Nuisance { rings: 60.0, silent_share: 0.2, ..Nuisance::default() });
}

#[test]
fn gaps_of_the_capture() {
    held("gaps", 160_000, Nuisance { busy: true, gaps: 8.0, ..Nuisance::default() });
}

#[test]
fn stops_and_crashes_some_of_them_when_it_sounds() {
    held("stops and crashes", 170_000, Nuisance { busy: true, stops: 3.0, ..Nuisance::default() });
}

#[test]
fn telephones_that_join() {
    held("telephones that join", 180_000, Nuisance { busy: true, joins: 12.0, ..Nuisance::default() });
}
