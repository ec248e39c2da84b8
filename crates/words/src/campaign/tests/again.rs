//! Words of an earlier search that are played again.

use super::*;
use crate::orders::Order;
use crate::search::Strategy;

const EACH: usize = 12;
/// The last ones of the pool: four with K and S one after the other, and two without.
const LISTED: std::ops::Range<usize> = 300..306;

fn replay(seed: u64, alpha: f64) -> Campaign {
    let manners = ["a", "b", "c"].map(Manner::usual).into();
    // What a search would play next is of no consequence here.
    let settings = Settings { strategy: Strategy::Fixed(Order::Random), ..Settings::new(1, seed) };
    let words = LISTED.map(|word| Again { word, manners: vec![0, 0, 1] }).collect();
    Campaign::replaying(Search::new(pool(), manners, settings), Rules { alpha, ..Rules::default() }, words, EACH)
}

fn plays_of(campaign: &Campaign, word: usize) -> usize {
    campaign.history().of(word).len()
}

#[test]
fn what_still_wakes_the_device_is_shown_and_what_does_not_is_silent_in_all_its_plays() {
    for seed in 0..8 {
        let mut campaign = replay(seed, 0.01);
        run(&mut campaign, |campaign, slot, _| answer(campaign, slot));
        for word in LISTED {
            let wakes = can_wake(&campaign, Play { word, manner: 0 });
            assert_eq!(campaign.is_proven(word), wakes, "seed {seed}, word {word}: {:?}", campaign.history().of(word));
            // Nothing else sends here, and slots are hidden by nothing.
            let plays = plays_of(&campaign, word);
            assert!(if wakes { plays <= EACH } else { plays == EACH }, "seed {seed}, word {word}: {plays} plays");
        }
        assert!(campaign.spent() <= EACH * LISTED.len());
        assert!(proven(&campaign).iter().all(|it| LISTED.contains(it)), "seed {seed}");
    }
}

#[test]
fn where_the_device_misses_its_own_wake_word_the_silence_of_words_says_nothing() {
    let mut campaign = replay(1, 0.01);
    let end = run(&mut campaign, |campaign, slot, number| if number > 30 { Seen::Quiet } else { answer(campaign, slot) });
    assert_eq!(end, End::Deaf);
    let silent = campaign.history().plays().iter().filter(|it| it.1 == Answer::Silent).count();
    assert!(silent <= 12, "of three rounds that were heard at most: {silent}");
    assert_eq!(proven(&campaign), []);
    // One that goes away is told apart from one that does not hear.
    let mut campaign = replay(1, 0.01);
    let end = run(&mut campaign, |campaign, slot, number| if number > 30 { Seen::Unknown } else { answer(campaign, slot) });
    assert_eq!(end, End::NoAnswer);
}

#[test]
fn of_a_device_that_wakes_from_none_of_them_any_more_none_is_named_more_often_than_the_level_however_often_it_sends() {
    const HOMES: u64 = 400;
    const ALPHA: f64 = 0.05;
    let mut wrong = 0;
    for home in 0..HOMES {
        let mut chance = Lot::new(home).stream("background", 0);
        let mut campaign = replay(home, ALPHA);
        let often = [0.1, 0.3, 0.6][usize::try_from(home % 3).unwrap()];
        run(&mut campaign, |_, slot, _| match slot {
            Slot::WakeWord(_) => Seen::Began,
            _ if chance.unit() < often => Seen::Began,
            _ => Seen::Quiet,
        });
        wrong += usize::from(!proven(&campaign).is_empty());
    }
    let mean = ALPHA * float(usize::try_from(HOMES).unwrap());
    // Four standard deviations of a count at the level.
    assert!(float(wrong) <= mean + 4.0 * mean.sqrt(), "{wrong} of {HOMES} (seeds 0 to {HOMES})");
}

#[test]
fn a_replay_that_was_interrupted_goes_on_with_what_was_seen() {
    let mut first = replay(5, 0.01);
    let mut second = replay(5, 0.01);
    for _ in 0..4 {
        let Step::Round(round) = first.step() else { panic!("a round") };
        let seen: Vec<Seen> = round.slots.iter().map(|&slot| answer(&first, slot)).collect();
        first.tell(&round, &seen);
        second.tell(&round, &seen);
    }
    second.go_on();
    assert_eq!((second.spent(), second.history()), (first.spent(), first.history()));
    run(&mut second, |campaign, slot, _| answer(campaign, slot));
    assert_eq!(proven(&second).len(), 4);
    assert!(LISTED.map(|word| plays_of(&second, word)).all(|plays| plays <= EACH));
}
