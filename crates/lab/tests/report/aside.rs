//! What belongs to no single trial: wakes while a recording is played, and the sentences of them.

use earwitness_core::lot::Lot;
use earwitness_core::time::SECOND;
use earwitness_lab::results::{Playing, Wake, idle, misactivations, woke};
use earwitness_lab::subtitles::Word;

/// A word a second for an hour.
fn words() -> Vec<Word> {
    (0..3_600).map(|at| Word { text: format!("w{at}"), from: at * SECOND, until: (at + 1) * SECOND }).collect()
}

fn wake(second: f64) -> Wake {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of an hour")]
    let at = (second * 1e9) as i64;
    Wake { at, waited: 3 * SECOND / 2, seconds: 3.0 }
}

fn playing(wakes: &[f64]) -> Playing {
    Playing { known: vec![(0, 3_600 * SECOND)], wakes: wakes.iter().map(|it| wake(*it)).collect() }
}

#[test]
fn rates_have_the_exact_interval_of_poisson() {
    let found = misactivations("speaker", "media", &words(), &[playing(&[100.0, 200.0, 300.0]), playing(&[100.3, 200.2])], 0.05);
    assert_eq!((found.wakes, found.playings, found.words), (5, 2, 7_200));
    assert!((found.hours - 2.0).abs() < 1e-9);
    // scipy: chi2.ppf(0.025, 10) / 2 and chi2.ppf(0.975, 12) / 2, over two hours.
    let near = |found: Option<f64>, truth: f64| (found.unwrap() - truth).abs() < 1e-4;
    assert!(near(found.per_hour.low, 1.623_486 / 2.0) && near(found.per_hour.high, 11.668_332 / 2.0), "{:?}", found.per_hour);
    assert!(near(found.per_10000_words.rate, 5.0 / 0.72), "{:?}", found.per_10000_words);
    let none = misactivations("speaker", "media", &words(), &[playing(&[])], 0.05);
    assert!(near(none.per_hour.low, 0.0) && near(none.per_hour.high, 3.688_879), "{:?}", none.per_hour);
    assert!(woke(&none).starts_with("speaker did not wake in 1.00 h of media"), "{}", woke(&none));
}

#[test]
fn places_tell_how_often_it_woke_again_and_what_was_said() {
    let unseen = Playing { known: vec![(0, 150 * SECOND)], wakes: vec![wake(100.1)] };
    let all = [playing(&[100.0, 200.0, 300.0]), playing(&[100.3, 200.2]), unseen];
    let found = misactivations("speaker", "media", &words(), &all, 0.05);
    let told: Vec<(u64, u64)> = found.places.iter().map(|it| (it.woke, it.of)).collect();
    assert_eq!(told, [(3, 3), (2, 2), (1, 2)]);
    // Of 3 x 2 + 2 x 1 + 1 x 1 pairs, 3 x 2 + 2 x 1 woke again.
    assert!((found.again.unwrap() - 8.0 / 9.0).abs() < 1e-9, "{:?}", found.again);
    // The earliest sound that was sent is of 98.6 s.
    assert_eq!((found.places[0].words_before.as_str(), found.places[0].words_sent.as_str()), ("w94 w95 w96 w97", "w98 w99 w100"));
    assert!(woke(&found).contains("where it had woken it woke again in 89 % of repeats"), "{}", woke(&found));
}

#[test]
fn what_could_not_be_seen_is_no_silence() {
    let found = misactivations("speaker", "media", &words(), &[Playing::default()], 0.05);
    assert_eq!((found.per_hour.rate, found.words, found.again), (None, 0, None));
    assert!(woke(&found).contains("is not known"), "{}", woke(&found));
    assert!(earwitness_lab::results::by_itself(&idle("speaker", &[])).contains("is not known"));
}

/// Places whose chance to wake it again is 0.3 to 0.9: those that never woke it are not seen, and the estimate must not depend on them.
#[test]
fn the_chance_to_wake_again_is_held_by_its_interval() {
    let (seed, rounds) = (6_101, 600);
    let lot = Lot::new(seed);
    for chance in [0.3, 0.6, 0.9] {
        let mut sum = 0.0;
        let held = (0..rounds).filter(|number| {
            let mut stream = lot.stream("again", *number);
            let all: Vec<Playing> = (0..4)
                .map(|_| {
                    let own: Vec<f64> =
                        (0..30).filter(|_| stream.unit() < chance).map(|place| f64::from(place) * 60.0 + 30.0).collect();
                    playing(&own)
                })
                .collect();
            let found = misactivations("speaker", "media", &[], &all, 0.05);
            sum += found.again.unwrap();
            found.again_low.zip(found.again_high).is_none_or(|(low, high)| low <= chance && chance <= high)
        });
        let (held, mean) = (held.count(), sum / 600.0);
        println!("seed {seed}: a chance of {chance}: mean {mean:.3}, held in {held} of {rounds}");
        assert!((mean - chance).abs() < 0.02 && held * 100 >= 600 * 92, "{chance}: {mean}, {held}");
    }
}
