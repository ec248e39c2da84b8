//! Words that a speaker takes for its wake word.

use super::stimulus::{Played, Said};
use crate::chance::Chance;

/// Which pairs of words sound like the wake word to one speaker: the same in all nights of a lab.
pub(super) struct Phrases {
    chance: Chance,
    share: f64,
}

impl Phrases {
    /// Those of a speaker, in the lab of this seed.
    pub(super) fn new(seed: u64, name: &str, share: f64) -> Self {
        Self { chance: Chance::new(seed).fork(&format!("phrases/{name}")), share }
    }

    /// Whether these words are one.
    fn holds(&self, first: &str, second: &str) -> bool {
        happens(&mut self.chance.fork(&format!("{}/{}", plain(first), plain(second))), self.share)
    }

    /// When such a pair begins and ends in what is played, in order of time.
    pub(super) fn in_sound<'a>(&'a self, played: &'a Played) -> impl Iterator<Item = (i64, i64)> + 'a {
        let pair = |pair: &'a [Said]| match pair {
            [first, second] if self.holds(&first.word, &second.word) => Some((first.time.0, second.time.1)),
            _ => None,
        };
        played
            .words
            .windows(2)
            .filter_map(pair)
            .map(|(from, until)| (played.at.saturating_add(from), played.at.saturating_add(until)))
    }
}

/// A word without what is not said of it.
fn plain(word: &str) -> String {
    word.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether something of a chance from 0 to 1 happens.
pub(super) fn happens(chance: &mut Chance, share: f64) -> bool {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share from 0 to 1")]
    let limit = (share.clamp(0.0, 1.0) * 1e9) as u64;
    chance.below(1_000_000_000) < limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_a_phrase_in_every_night_and_as_many_as_was_asked_for() {
        let phrases = Phrases::new(3, "speaker-a", 0.01);
        let count = (0..20_000).filter(|number| phrases.holds("word", &number.to_string())).count();
        assert!((150..250).contains(&count), "seed 3: {count} of 20,000");
        let one = (0..20_000).find(|number| phrases.holds("word", &number.to_string())).unwrap();
        assert!(Phrases::new(3, "speaker-a", 0.01).holds("Word,", &format!("{one}.")));
        let others = (0..20_000).filter(|number| Phrases::new(3, "speaker-b", 0.01).holds("word", &number.to_string()));
        assert!(!others.eq((0..20_000).filter(|number| phrases.holds("word", &number.to_string()))));
    }
}
