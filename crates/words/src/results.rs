//! What a search says of each word that was played.

use crate::history::History;
use crate::kernel::Beliefs;
use crate::learned::Learned;
use crate::manner::{Answer, Manner, by_voice};
use crate::normal::{below, wakes};
use crate::pool::Pool;
use crate::posterior::Track;
use crate::search::Search;

/// How many standard deviations of the strength an interval of 95 % reaches either way.
const REACH: f32 = 1.96;

/// A word that was played.
#[derive(Clone, PartialEq, Debug)]
pub struct Result {
    /// Which word of the pool.
    pub word: usize,
    /// Plays of which something can be said.
    pub plays: usize,
    /// Whether it woke the device in two voices.
    pub wakes: bool,
    /// How often it wakes the device, in the mean of all manners.
    pub chance: Chance,
    /// The voices in which it was played, in the order of the manners.
    pub voices: Vec<Voice>,
    /// The levels of the manners, in their order, also those at which it was not played.
    pub levels: Vec<Level>,
}

/// A probability with an interval of 95 %.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chance {
    /// The probability.
    pub probability: f32,
    /// The lower end.
    pub low: f32,
    /// The upper end.
    pub high: f32,
}

/// What came of a word in a voice.
#[derive(Clone, PartialEq, Debug)]
pub struct Voice {
    /// Its name.
    pub name: String,
    /// Plays of which something can be said.
    pub plays: usize,
    /// How many of them woke the device.
    pub woke: usize,
    /// How often it wakes the device in this voice, in the mean of its levels.
    pub chance: Chance,
}

/// What came of a word at a level.
#[derive(Clone, PartialEq, Debug)]
pub struct Level {
    /// Decibels against the usual level.
    pub level_db: f32,
    /// Plays of which something can be said.
    pub plays: usize,
    /// How many of them woke the device.
    pub woke: usize,
    /// How often it wakes the device at this level, in the mean of the voices.
    pub chance: Chance,
}

/// What a search found, word by word: those that wake first, then by probability. The order of the answers is of no consequence.
#[must_use]
pub fn results(search: &Search) -> Vec<Result> {
    results_of(search, search.history().words())
}

/// The same of these words, whether or not they were played.
#[must_use]
pub fn results_of(search: &Search, words: impl IntoIterator<Item = usize>) -> Vec<Result> {
    let (pool, manners, history) = (search.pool(), search.manners(), search.history());
    let mut learned = taught(pool, manners, history, &search.settings().beliefs);
    let (by_voice, by_level) = (by_voice(manners), by_level(manners));
    let all: Vec<usize> = (0..manners.len()).collect();
    let mut results: Vec<Result> = Vec::new();
    for word in words {
        let track = learned.track(pool, word);
        let voice = |it: &Vec<usize>| {
            let (plays, woke) = counted(history, word, it);
            Voice { name: manners[it[0]].voice.clone(), plays, woke, chance: chance(track, it) }
        };
        let level = |it: &Vec<usize>| {
            let (plays, woke) = counted(history, word, it);
            Level { level_db: manners[it[0]].level_db, plays, woke, chance: chance(track, it) }
        };
        results.push(Result {
            word,
            plays: counted(history, word, &all).0,
            wakes: history.is_found(word),
            chance: chance(track, &all),
            voices: by_voice.iter().map(voice).filter(|it| it.plays > 0).collect(),
            levels: by_level.iter().map(level).collect(),
        });
    }
    let text = |it: &Result| &pool.words()[it.word].text;
    results.sort_by(|a, b| {
        let likelier = b.chance.probability.total_cmp(&a.chance.probability);
        b.wakes.cmp(&a.wakes).then(likelier).then_with(|| text(a).cmp(text(b)))
    });
    results
}

/// The chances of words of which nothing else is asked, in their order.
#[must_use]
pub fn chances(search: &Search, words: &[usize]) -> Vec<Chance> {
    let manners = search.manners();
    let mut learned = taught(search.pool(), manners, search.history(), &search.settings().beliefs);
    let all: Vec<usize> = (0..manners.len()).collect();
    words.iter().map(|&word| chance(learned.track(search.pool(), word), &all)).collect()
}

/// All answers, taken in by word and manner: moments are matched one answer at a time, and another order would give other digits.
fn taught(pool: &Pool, manners: &[Manner], history: &History, beliefs: &Beliefs) -> Learned {
    let mut plays: Vec<_> = history.plays().iter().filter(|(_, answer)| *answer != Answer::Unknown).collect();
    plays.sort();
    let mut learned = Learned::new(pool, manners, beliefs);
    for (play, answer) in plays {
        learned.tell(pool, *play, *answer == Answer::Woke);
    }
    learned
}

/// Manners by level, in the order in which levels come first.
fn by_level(manners: &[Manner]) -> Vec<Vec<usize>> {
    let mut levels: Vec<Vec<usize>> = Vec::new();
    for (place, manner) in manners.iter().enumerate() {
        match levels.iter_mut().find(|it| manners[it[0]].level_db.total_cmp(&manner.level_db).is_eq()) {
            Some(level) => level.push(place),
            None => levels.push(vec![place]),
        }
    }
    levels
}

/// Strengths in several voices go together: the interval is that of all of them high or all of them low, and so none too narrow.
fn chance(track: &Track, manners: &[usize]) -> Chance {
    let mean = |of: &dyn Fn(f32, f32) -> f32| {
        let all = manners.iter().map(|&it| track.of(it)).map(|(mean, variance)| of(mean, variance));
        all.sum::<f32>() / u16::try_from(manners.len()).map_or(1.0, f32::from).max(1.0)
    };
    Chance {
        probability: mean(&wakes),
        low: mean(&|mean, variance| below(mean - REACH * variance.sqrt())),
        high: mean(&|mean, variance| below(mean + REACH * variance.sqrt())),
    }
}

/// Plays of a word in these manners of which something can be said, and how many of them woke the device.
fn counted(history: &History, word: usize, manners: &[usize]) -> (usize, usize) {
    let known = || history.of(word).iter().filter(|(it, answer)| manners.contains(it) && *answer != Answer::Unknown);
    (known().count(), known().filter(|(_, answer)| *answer == Answer::Woke).count())
}
