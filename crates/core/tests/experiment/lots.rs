//! Whatever happens to a session, its rounds are what its seed draws.

use earwitness_core::plan::blocks::Blocks;
use earwitness_core::schedule::Lots;
use earwitness_core::timeline::Factor;

use super::*;

/// The session as it is found from its seed and its number of slots.
fn lots<P>(home: &Home<P>, design: &Design) -> Lots {
    Lots::check(design.seed, Some(design.slots), &home.rounds)
}

fn is_drawn<P>(home: &Home<P>, design: &Design, what: &str) {
    let lots = lots(home, design);
    assert!(lots.rounds > 0 && lots.not_drawn.is_empty() && lots.missing == 0, "{what}: {lots:?}");
}

#[test]
fn sessions_of_any_number_of_slots_sounds_and_factors_are_what_their_seed_draws() {
    let factors = vec![Factor::new("voice", ["a", "b"]).unwrap()];
    let several = [
        Design { slots: 2, ..design() },
        Design { slots: 64, seed: u64::MAX, ..design() },
        Design { seed: 0, ..design().in_a_row(5 * SECOND) },
        Design { factors, ..design() },
    ];
    for design in several {
        let mut home = Home::new(design.clone(), Blocks::new(4));
        home.pass(40_000);
        is_drawn(&home, &design, "blocks");
        let mut home = Home::new(design.clone(), rounds(20));
        home.pass(40_000);
        is_drawn(&home, &design, "campaign");
    }
}

#[test]
fn rounds_to_which_something_happened_are_what_the_seed_draws_as_well() {
    type Happening = fn(&mut Home<Campaign>);
    let happens: [(&str, Happening); 6] = [
        ("a pause", |home| {
            home.handle(Input::Command(Command::Pause));
            home.pass(30);
            home.handle(Input::Command(Command::Resume));
        }),
        ("a clock that is set back", |home| {
            home.now = home.now.plus(-500 * SECOND);
            home.handle(Input::ClockStepped);
        }),
        ("frames that are lost", |home| home.handle(Input::Lost { frames: 3 })),
        ("another sound", |home| home.handle(Input::OtherSound)),
        ("a loudspeaker that is silent", |home| home.answer = |_| None),
        ("a round at once", |home| home.handle(Input::Command(Command::Now))),
    ];
    for (what, happen) in happens {
        let mut home = Home::new(design(), rounds(30));
        for seconds in [100, 333, 777, 1_400] {
            home.pass(seconds);
            happen(&mut home);
        }
        home.pass(20_000);
        is_drawn(&home, &design(), what);
    }
}

#[test]
fn two_sessions_under_one_seed_are_recognised() {
    let mut first = Home::new(design(), rounds(20));
    first.pass(20_000);
    let other = Design { seed: 8, ..design() };
    let mut second = Home::new(other, rounds(40));
    second.pass(20_000);
    first.rounds.extend(second.rounds.into_iter().skip(20));
    assert!(lots(&first, &design()).not_drawn.len() > 10);
}
