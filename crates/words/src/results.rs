//! What a search says of each word that was played.

use crate::history::History;
use crate::kernel::Beliefs;
use crate::learned::Learned;
use crate::manner::{Answer, Manner};
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Voice {
    /// Its name.
    pub name: String,
    /// Plays of which something can be said.
    pub plays: usize,
    /// How many of them woke the device.
    pub woke: usize,
}

/// What a search found, word by word: those that wake first, then by probability. The order of the answers is of no consequence.
#[must_use]
pub fn results(search: &Search) -> Vec<Result> {
    let (pool, manners, history) = (search.pool(), search.manners(), search.history());
    let mut learned = taught(pool, manners, history, &search.settings().beliefs);
    let mut results: Vec<Result> = Vec::new();
    for word in history.words() {
        results.push(Result {
            word,
            plays: history.of(word).iter().filter(|(_, answer)| *answer != Answer::Unknown).count(),
            wakes: history.is_found(word),
            chance: chance(learned.track(pool, word), manners.len()),
            voices: voices(history, manners, word),
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
    words.iter().map(|&word| chance(learned.track(search.pool(), word), manners.len())).collect()
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

/// Strengths in several voices go together: the interval is that of all of them high or all of them low, and so none too narrow.
fn chance(track: &Track, manners: usize) -> Chance {
    let mean = |of: &dyn Fn(f32, f32) -> f32| {
        let all = (0..manners).map(|it| track.of(it)).map(|(mean, variance)| of(mean, variance));
        all.sum::<f32>() / u16::try_from(manners).map_or(1.0, f32::from).max(1.0)
    };
    Chance {
        probability: mean(&wakes),
        low: mean(&|mean, variance| below(mean - REACH * variance.sqrt())),
        high: mean(&|mean, variance| below(mean + REACH * variance.sqrt())),
    }
}

fn voices(history: &History, manners: &[Manner], word: usize) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::new();
    for (number, manner) in manners.iter().enumerate() {
        let of_manner = || history.of(word).iter().filter(|(it, answer)| *it == number && *answer != Answer::Unknown);
        let (plays, woke) = (of_manner().count(), of_manner().filter(|(_, answer)| *answer == Answer::Woke).count());
        match voices.iter_mut().find(|it| it.name == manner.voice) {
            Some(voice) => {
                voice.plays += plays;
                voice.woke += woke;
            }
            None => voices.push(Voice { name: manner.voice.clone(), plays, woke }),
        }
    }
    voices.retain(|it| it.plays > 0);
    voices
}
