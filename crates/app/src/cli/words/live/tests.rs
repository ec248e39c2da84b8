//! A search that is stopped, and devices that do not answer to the end.

use earwitness_core::findings::Findings;
use earwitness_core::time::{Timestamp, Window};
use earwitness_words::{Again, Settings, Word, phoneme};

use super::*;

const WAKE: &str = "K AH M P Y UW T ER";

/// What becomes of a simulated home after some rounds.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Then {
    /// Somebody stops the search.
    Stopped,
    /// The device is not seen any more.
    Away,
}

struct Home {
    simulated: Simulated,
    /// Rounds until then, and rounds of which the traffic was asked for.
    rounds: u32,
    then: Then,
}

impl home::Home for Home {
    fn now(&self) -> Timestamp {
        self.simulated.now()
    }

    fn play(&mut self, number: u32, slots: &[Option<Said>], length: i64) -> Result<Result<Vec<Window>, String>, Break> {
        if self.rounds == 0 && self.then == Then::Stopped {
            return Err(Break::Stopped);
        }
        self.simulated.play(number, slots, length)
    }

    fn findings(&mut self, window: Window) -> Result<Findings, Break> {
        let findings = self.simulated.findings(window)?;
        if self.rounds == 0 {
            return Ok(Findings::default());
        }
        self.rounds -= 1;
        Ok(findings)
    }

    fn wait(&mut self, nanos: i64) -> Result<(), Break> {
        self.simulated.wait(nanos)
    }
}

/// A home with a speaker that wakes from two of these words.
fn home(rounds: u32, then: Then) -> Home {
    let text = "title = \"A home\"\ndescription = \"Of a test.\"\nhours = 4\n[[device]]\nname = \"speaker\"\nkind = \"speaker\"\nwake_words = [\"computer\"]\nwake_probability = 1.0\nnear_miss = [1.0, 0.0, 0.0]\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home.toml");
    std::fs::write(&path, text).unwrap();
    let plan = scenario::load(path.to_str().unwrap()).unwrap();
    Home { simulated: Simulated::new(plan, 1, 24.0), rounds, then }
}

fn wanted() -> Wanted {
    let word = |text: &str| {
        let phonemes = earwitness_words::dictionary::phonemes(text).unwrap();
        Word { text: text.to_owned(), phonemes, is_everyday: true }
    };
    let listed = ["commuter", "computed", "banana"];
    let far =
        ["window", "garden", "seven", "yellow", "basket", "morning", "silver", "lemon", "river", "finger", "hotel", "sugar"];
    let pool = Pool::new(&phoneme::parse(WAKE).unwrap(), listed.into_iter().chain(far).map(word)).unwrap();
    Wanted {
        wake_word: "computer".to_owned(),
        pool,
        manners: ["en-gb@160", "en-us@150"].map(Manner::usual).into(),
        settings: Settings::new(36, 1),
        alpha: 0.01,
        device: None,
        is_quiet: true,
        replay: Some(((0..listed.len()).map(|word| Again { word, manners: vec![0, 1] }).collect(), 12)),
    }
}

fn replayed(folder: &Path, home: &mut Home) -> anyhow::Result<Found> {
    let wanted = wanted();
    carry_out(&wanted, &header(&wanted, "here"), folder, home)
}

fn shown(found: &Found) -> Vec<usize> {
    found.campaign.history().words().filter(|it| found.campaign.is_proven(*it)).collect()
}

#[test]
fn a_replay_that_is_stopped_again_and_again_comes_to_what_one_comes_to_that_is_not() {
    let whole = tempfile::tempdir().unwrap();
    let at_once = replayed(whole.path(), &mut home(u32::MAX, Then::Stopped)).unwrap();
    assert_eq!((at_once.end, shown(&at_once)), (Some(End::Words), vec![0, 1]));
    let folder = tempfile::tempdir().unwrap();
    let mut before = 0;
    for _ in 0..30 {
        let found = replayed(folder.path(), &mut home(5, Then::Stopped)).unwrap();
        let plays = found.campaign.history().plays().len();
        assert!(plays >= before, "nothing is forgotten");
        before = plays;
        if found.end.is_some() {
            assert_eq!(shown(&found), [0, 1]);
            assert!(found.campaign.spent() <= 36 && found.device.is_some());
            // It is over, and stays so.
            let again = replayed(folder.path(), &mut home(0, Then::Stopped)).unwrap();
            assert_eq!((again.end, again.campaign.history()), (found.end, found.campaign.history()));
            return;
        }
    }
    panic!("it does not come to an end");
}

#[test]
fn another_replay_does_not_go_on_in_the_same_folder() {
    let folder = tempfile::tempdir().unwrap();
    replayed(folder.path(), &mut home(2, Then::Stopped)).unwrap();
    let mut other = wanted();
    other.replay.as_mut().unwrap().0[0].manners = vec![1];
    let error = carry_out(&other, &header(&other, "here"), folder.path(), &mut home(2, Then::Stopped)).err().unwrap();
    assert!(format!("{error:#}").contains("holds another search"), "{error:#}");
}

#[test]
fn of_a_device_that_goes_away_half_way_what_was_shown_stays_shown_and_silence_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // One round is the one in which it is found out who answers.
    let found = replayed(folder.path(), &mut home(4, Then::Away)).unwrap();
    assert_eq!(found.end, Some(End::NoAnswer));
    let silent = found.campaign.history().plays().iter().filter(|it| it.1 == earwitness_words::Answer::Silent).count();
    assert!(silent <= 3, "those of three rounds: {silent}");
    // Seen again, it goes on.
    let found = replayed(folder.path(), &mut home(u32::MAX, Then::Away)).unwrap();
    assert!(matches!(found.end, Some(End::Words | End::Budget)), "{:?}", found.end);
}
