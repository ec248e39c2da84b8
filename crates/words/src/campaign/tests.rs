//! Tests of a search with devices that are made up here.

mod again;
mod levels;

use super::*;
use crate::manner::Manner;
use crate::phoneme::{self, Phoneme, parse};
use crate::pool::{Pool, Word};
use crate::search::Settings;

const WAKE: &str = "AH L EH K S AH";
const PLAYS: usize = 300;

/// Words of five phonemes that are drawn by lot, and some that are near to the wake word.
fn pool() -> Pool {
    let all: Vec<Phoneme> = Phoneme::all().collect();
    let mut chance = Lot::new(7).stream("words", 0);
    let mut phoneme = move || all[usize::try_from(chance.below(39)).unwrap()];
    let word = |text: String, phonemes| Word { text, phonemes, is_everyday: true };
    let mut words: Vec<Word> = (0..300).map(|it| word(format!("far {it}"), (0..5).map(|_| phoneme()).collect())).collect();
    for near in ["AH L EH K S IY", "L EH K S AH S", "R IY F L EH K S", "EH R IH K S AH N", "AH L EH K T AH", "AH L IH S AH"] {
        words.push(word(near.to_owned(), parse(near).unwrap()));
    }
    Pool::new(&parse(WAKE).unwrap(), words).unwrap()
}

fn campaign(seed: u64) -> Campaign {
    let manners = ["a", "b", "c"].map(Manner::usual).into();
    Campaign::new(Search::new(pool(), manners, Settings::new(PLAYS, seed)), Rules::default())
}

/// What has K and S one after the other can wake the device, in two of three voices.
fn can_wake(campaign: &Campaign, play: Play) -> bool {
    phoneme::write(&campaign.search().pool().words()[play.word].phonemes).contains("K S") && play.manner < 2
}

/// Plays until the end; what was seen of a slot is said by its number, counted from the beginning. The last round is told one round later.
fn run(campaign: &mut Campaign, mut seen: impl FnMut(&Campaign, Slot, usize) -> Seen) -> End {
    let mut slots = 0;
    let mut before: Option<(Round, Vec<Seen>)> = None;
    for _ in 0..2 * PLAYS {
        match campaign.step() {
            Step::Ended(end) => return end,
            Step::Wait => {
                let (round, seen) = before.take().expect("a round that is waited for");
                campaign.tell(&round, &seen);
            }
            Step::Round(round) => {
                let all = round.slots.iter().map(|&slot| {
                    slots += 1;
                    seen(campaign, slot, slots)
                });
                let all = all.collect();
                if let Some((round, seen)) = before.replace((round, all)) {
                    campaign.tell(&round, &seen);
                }
            }
        }
    }
    unreachable!("a search ends")
}

fn proven(campaign: &Campaign) -> Vec<usize> {
    campaign.history().words().filter(|&it| campaign.is_proven(it)).collect()
}

fn answer(campaign: &Campaign, slot: Slot) -> Seen {
    let wakes = match slot {
        Slot::Word(play) | Slot::Again(play) => can_wake(campaign, play),
        Slot::WakeWord(_) => true,
        Slot::Nothing => false,
    };
    if wakes { Seen::Began } else { Seen::Quiet }
}

#[test]
fn what_wakes_the_device_is_proven_and_nothing_else() {
    for seed in 0..8 {
        let mut campaign = campaign(seed);
        run(&mut campaign, |campaign, slot, _| answer(campaign, slot));
        let proven = proven(&campaign);
        assert!(proven.len() >= 3, "seed {seed}: {proven:?}");
        assert!(proven.iter().all(|&word| can_wake(&campaign, Play { word, manner: 0 })), "seed {seed}: {proven:?}");
        assert!(campaign.spent() <= PLAYS);
    }
}

#[test]
fn a_deaf_device_with_a_beat_of_its_own_proves_nothing_and_is_called_deaf_where_it_misses_the_wake_word() {
    for (seed, every) in [(1, 2), (2, 3), (3, 7), (4, 1_000)] {
        let mut campaign = campaign(seed);
        let end = run(&mut campaign, |_, _, number| if number % every == 0 { Seen::Began } else { Seen::Quiet });
        assert_eq!(proven(&campaign), [], "every {every} slots");
        assert!(every < 1_000 || end == End::Deaf, "{end:?}");
    }
}

#[test]
fn a_device_that_always_sends_or_is_away_ends_the_search_soon() {
    for (seen, end) in [(Seen::Began, End::WakesFromAnything), (Seen::Unknown, End::NoAnswer), (Seen::Quiet, End::Deaf)] {
        let mut campaign = campaign(1);
        assert_eq!(run(&mut campaign, |_, _, _| seen), end);
        assert!(campaign.spent() <= 12 * 12, "{seen:?}: {} plays", campaign.spent());
        assert_eq!(proven(&campaign), []);
    }
}

#[test]
fn a_device_that_sends_after_every_sound_is_not_said_to_wake_from_any_word() {
    for seed in 0..4 {
        let mut campaign = campaign(seed);
        run(&mut campaign, |_, slot, _| if slot == Slot::Nothing { Seen::Quiet } else { Seen::Began });
        assert_eq!(proven(&campaign), [], "seed {seed}");
    }
}

#[test]
fn a_device_that_stops_answering_half_way_keeps_what_was_proven() {
    let mut campaign = campaign(2);
    let end = run(&mut campaign, |campaign, slot, number| if number > 220 { Seen::Unknown } else { answer(campaign, slot) });
    assert_eq!(end, End::NoAnswer);
    assert!(!proven(&campaign).is_empty());
}

#[test]
fn a_search_that_was_interrupted_goes_on_with_what_was_seen() {
    let mut first = campaign(5);
    let mut told = Vec::new();
    for _ in 0..6 {
        let Step::Round(round) = first.step() else { panic!("a round") };
        let seen: Vec<Seen> = round.slots.iter().map(|&slot| answer(&first, slot)).collect();
        first.tell(&round, &seen);
        told.push((round, seen));
    }
    let mut second = campaign(5);
    for (round, seen) in &told {
        second.tell(round, seen);
    }
    assert_eq!((second.spent(), second.history()), (first.spent(), first.history()));
    assert!(first.history().words().all(|word| first.most_of(word).total_cmp(&second.most_of(word)).is_eq()));
    // A round that was broken off is lost for what was found, and believed no more for it.
    let Step::Round(next) = second.step() else { panic!("a round") };
    let word = next.plays().next().unwrap().word;
    let before = second.evidence_of(word);
    second.tell(&next, &[]);
    assert!(second.evidence_of(word) <= before);
    // However many were broken off, the search goes on.
    for number in 7..20 {
        let broken = Round { number, ..next.clone() };
        second.tell(&broken, &[]);
    }
    assert!(matches!(second.step(), Step::Round(_)));
    let Step::Round(after) = second.step() else { panic!("a round") };
    assert_eq!(after.number, 21, "each round is drawn anew");
}
