//! Playing again what woke: how often a word wakes is known better, and one that woke once may be a find.

use crate::manner::{Answer, Play};
use crate::results::results;
use crate::search::Search;

/// Words that woke at least once, each in the manner in which it was played least; the least certain first, round after round, so many plays in all.
#[must_use]
pub fn replays(search: &Search, plays: usize) -> Vec<Play> {
    let history = search.history();
    let mut words: Vec<(f32, usize, Vec<usize>)> = Vec::new();
    for result in results(search).into_iter().filter(|it| it.voices.iter().any(|voice| voice.woke > 0)) {
        let made = |manner: usize| history.of(result.word).iter().filter(|it| it.0 == manner && it.1 != Answer::Unknown).count();
        let made = (0..search.manners().len()).map(made).collect();
        words.push((result.chance.high - result.chance.low, result.word, made));
    }
    words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut replays = Vec::new();
    while replays.len() < plays && !words.is_empty() {
        for (_, word, made) in &mut words {
            let Some((manner, least)) = made.iter_mut().enumerate().min_by_key(|(_, plays)| **plays) else { continue };
            *least += 1;
            replays.push(Play { word: *word, manner });
        }
    }
    replays.truncate(plays);
    replays
}
