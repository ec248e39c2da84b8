//! Tests of a search as a whole, on devices that are made up here.

use proptest::prelude::*;

use super::Strategy;
use super::*;
use crate::phoneme::{Phoneme, parse};

const WAKE: &str = "AH L EH K S AH";

/// Words of five phonemes that are drawn by lot, and some that are near to the wake word.
fn words(number: u64) -> Vec<Word> {
    let all: Vec<Phoneme> = Phoneme::all().collect();
    let mut chance = earwitness_core::lot::Lot::new(7).stream("words", 0);
    let mut phoneme = move || all[usize::try_from(chance.below(39)).unwrap()];
    let mut words: Vec<Word> = (0..number).map(|it| word(&format!("far {it}"), (0..5).map(|_| phoneme()).collect())).collect();
    for near in [
        "AH L EH K S IY",
        "AH L EH K SH AH N",
        "IH L IH K S ER",
        "L EH K S AH S",
        "R IY F L EH K S",
        "AH L IH S AH",
        "EH R IH K S AH N",
    ] {
        words.push(Word { is_everyday: false, ..word(near, parse(near).unwrap()) });
    }
    words
}

fn word(text: &str, phonemes: Vec<Phoneme>) -> Word {
    Word { text: text.to_owned(), phonemes, is_everyday: true }
}

fn manners() -> Vec<Manner> {
    ["a", "b", "c"].map(Manner::usual).into()
}

fn search(plays: usize, strategy: Strategy) -> Search {
    let pool = Pool::new(&parse(WAKE).unwrap(), words(300)).unwrap();
    Search::new(pool, manners(), Settings { strategy, ..Settings::new(plays, 3) })
}

/// Wakes from what has K and S one after the other, in two of three voices.
fn listens(search: &Search, play: Play) -> Answer {
    let phonemes = phoneme::write(&search.pool().words()[play.word].phonemes);
    if phonemes.contains("K S") && play.manner < 2 { Answer::Woke } else { Answer::Silent }
}

/// Plays until the end, with what each play, by its number, is answered.
fn run(search: &mut Search, mut answer: impl FnMut(&Search, Play, usize) -> Answer) -> End {
    for number in 0.. {
        match search.next_play() {
            Next::Ended(end) => return end,
            Next::Play(play) => {
                let answer = answer(search, play, number);
                search.tell(play, answer);
            }
        }
    }
    unreachable!("a search ends")
}

const ALL: [Strategy; 6] = [
    Strategy::Learned,
    Strategy::Genetic,
    Strategy::Fixed(Order::Whole),
    Strategy::Fixed(Order::Substring),
    Strategy::Fixed(Order::Paper),
    Strategy::Fixed(Order::Random),
];

#[test]
fn what_wakes_in_two_voices_is_found_and_nothing_else() {
    for strategy in ALL {
        let mut search = search(120, strategy);
        let end = run(&mut search, |search, play, _| listens(search, play));
        for it in results(&search) {
            let can_wake = listens(&search, Play { word: it.word, manner: 0 }) == Answer::Woke;
            assert!(can_wake || !it.wakes, "{strategy:?}: {it:?}");
            assert!(it.chance.low <= it.chance.probability && it.chance.probability <= it.chance.high, "{it:?}");
            assert!(it.wakes == (it.voices.iter().filter(|voice| voice.woke > 0).count() >= 2), "{it:?}");
        }
        if strategy == Strategy::Learned {
            let near =
                search.pool().words().iter().filter(|it| !it.is_everyday && phoneme::write(&it.phonemes).contains("K S")).count();
            assert!(search.history().found().len() >= near, "{end:?}: {} of {near}", search.history().found().len());
        }
        assert!(search.history().plays().len() <= 120);
    }
}

#[test]
fn a_device_that_never_wakes_is_left_before_all_plays_are_made() {
    let mut search = search(300, Strategy::Learned);
    assert_eq!(run(&mut search, |_, _, _| Answer::Silent), End::Improbable);
    assert!(search.history().plays().len() < 300, "{}", search.history().plays().len());
    assert!(results(&search).iter().all(|it| !it.wakes));
}

#[test]
fn a_device_that_always_wakes_is_told_from_one_that_listens_to_its_wake_word() {
    let mut search = search(300, Strategy::Learned);
    assert_eq!(run(&mut search, |_, _, _| Answer::Woke), End::WakesFromAnything);
    assert!(search.history().plays().len() < 30);
}

#[test]
fn a_device_that_stops_waking_half_way_is_told() {
    let mut search = search(300, Strategy::Learned);
    let end = run(&mut search, |search, play, number| if number < 12 { listens(search, play) } else { Answer::Silent });
    assert_eq!(end, End::StoppedWaking, "{} plays", search.history().plays().len());
}

#[test]
fn a_device_of_which_nothing_is_known_any_more_is_left_and_what_was_found_stays() {
    let mut search = search(300, Strategy::Learned);
    let end = run(&mut search, |search, play, number| if number < 10 { listens(search, play) } else { Answer::Unknown });
    assert_eq!((end, search.history().plays().len()), (End::NoAnswer, 15));
    assert!(!search.history().found().is_empty());
}

#[test]
fn a_list_may_be_empty_or_without_phonemes() {
    let wake = parse(WAKE).unwrap();
    assert!(matches!(Pool::new(&wake, []), Err(Empty::Words(_))));
    let silent = [word("hm", vec![]), word("alexa", wake.clone()), word("a lexus", parse("AH L EH K S AH S").unwrap())];
    let left_out = LeftOut { without_phonemes: 1, wake_word: 2, ..LeftOut::default() };
    assert_eq!(Pool::new(&wake, silent).err(), Some(Empty::Words(left_out)));
    assert_eq!(Pool::new(&[], words(3)).err(), Some(Empty::WakeWord(0)));
    let mut nobody = Search::new(Pool::new(&wake, words(3)).unwrap(), vec![], Settings::new(10, 1));
    assert_eq!(nobody.next_play(), Next::Ended(End::Budget));
}

#[test]
fn a_million_candidates_are_cut_to_the_nearest() {
    let all: Vec<Phoneme> = Phoneme::all().collect();
    let far = (0..1_000_000_usize).map(|it| word(&it.to_string(), vec![all[it % 39], all[it / 39 % 39], all[it / 1_521 % 39]]));
    let near = word("alexi", parse("AH L EH K S IY").unwrap());
    let pool = Pool::new(&parse(WAKE).unwrap(), far.chain([near])).unwrap();
    assert!(pool.words().len() <= MOST_WORDS && pool.left_out().far == 1_000_001 - pool.words().len());
    let mut search = Search::new(pool, manners(), Settings::new(5, 1));
    let Next::Play(first) = search.next_play() else { panic!("nothing to play") };
    assert_eq!(search.pool().words()[first.word].text, "alexi");
}

#[test]
fn a_search_goes_on_where_it_was_interrupted() {
    for strategy in ALL {
        let mut whole = search(60, strategy);
        run(&mut whole, |search, play, _| listens(search, play));
        let plays = whole.history().plays();
        for cut in [1, plays.len() / 2, plays.len() - 1] {
            let mut again = search(60, strategy);
            again.resume(plays[..cut].iter().copied());
            run(&mut again, |search, play, _| listens(search, play));
            assert_eq!(again.history(), whole.history(), "{strategy:?} after {cut}");
        }
    }
}

/// Only the last play may differ: a word that was not played yet cannot be found with it.
#[test]
fn a_smaller_budget_is_a_prefix_of_a_larger_one() {
    for strategy in ALL {
        let found = [20, 40, 60].map(|plays| {
            let mut search = search(plays, strategy);
            run(&mut search, |search, play, _| listens(search, play));
            search.history().clone()
        });
        for (less, more) in found.iter().zip(&found[1..]) {
            let cut = less.plays().len() - 1;
            assert_eq!(less.plays()[..cut], more.plays()[..cut], "{strategy:?}");
            assert!(less.found().len() <= more.found().len());
        }
    }
}

#[test]
fn a_louder_play_wakes_more_often() {
    let pool = Pool::new(&parse(WAKE).unwrap(), words(20)).unwrap();
    let at = |level_db: f32| {
        let manners = vec![Manner { voice: "a".to_owned(), level_db }, Manner { voice: "b".to_owned(), level_db }];
        let search = Search::new(pool.clone(), manners, Settings::new(5, 1));
        chances(&search, &[pool.words().len() - 1])[0].probability
    };
    assert!(at(-14.0) < at(0.0) && at(0.0) < at(14.0));
}

#[test]
fn what_woke_once_is_played_again_in_other_voices() {
    let mut search = search(40, Strategy::Fixed(Order::Substring));
    run(&mut search, |_, play, _| if play.word > 290 && play.manner == 0 { Answer::Woke } else { Answer::Silent });
    let replays = replays(&search, 10);
    assert!(!replays.is_empty() && replays.len() <= 10);
    let woke = |word| search.history().of(word).iter().any(|it| it.1 == Answer::Woke);
    assert!(replays.iter().all(|it| woke(it.word)));
    assert!(replays.iter().any(|it| it.manner > 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Neither the order of answers nor what lies between them moves what is said of a word.
    #[test]
    fn results_do_not_depend_on_the_order_of_answers(
        answers in prop::collection::vec((0..307_usize, 0..3_usize, any::<bool>()), 1..40),
        turn in 0..40_usize,
    ) {
        let told = |answers: &[(usize, usize, bool)]| {
            let mut search = search(100, Strategy::Learned);
            for &(word, manner, woke) in answers {
                let play = Play { word: word % search.pool().words().len(), manner };
                search.tell(play, if woke { Answer::Woke } else { Answer::Silent });
            }
            results(&search)
        };
        let mut turned = answers.clone();
        turned.rotate_left(turn % answers.len());
        prop_assert_eq!(told(&answers), told(&turned));
    }

    /// The law: whatever is answered, a word is said to wake only where it woke in two voices.
    #[test]
    fn no_word_is_said_to_wake_that_did_not(bits in prop::collection::vec(any::<u8>(), 60), strategy in 0..ALL.len()) {
        let mut search = search(60, ALL[strategy]);
        let mut woke = std::collections::BTreeSet::new();
        run(&mut search, |_, play, number| {
            let answer = if bits[number % 60] % 5 == 0 { Answer::Woke } else { Answer::Silent };
            if answer == Answer::Woke {
                woke.insert((play.word, play.manner));
            }
            answer
        });
        for it in results(&search) {
            let voices = (0..3).filter(|&manner| woke.contains(&(it.word, manner))).count();
            prop_assert_eq!(it.wakes, voices >= 2);
        }
    }
}
