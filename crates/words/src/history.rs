//! What was played, and what came of it.

use std::collections::BTreeMap;

use crate::manner::{Answer, Manner, Play};

/// The plays of a search, in their order, and by word.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct History {
    plays: Vec<(Play, Answer)>,
    words: BTreeMap<usize, Vec<(usize, Answer)>>,
    found: BTreeMap<usize, usize>,
}

impl History {
    pub(crate) fn add(&mut self, play: Play, answer: Answer, manners: &[Manner]) {
        self.plays.push((play, answer));
        self.words.entry(play.word).or_default().push((play.manner, answer));
        if self.voices_that_woke(play.word, manners).len() >= 2 {
            self.found.entry(play.word).or_insert(self.plays.len());
        }
    }

    /// Each play with its answer, in their order.
    #[must_use]
    pub fn plays(&self) -> &[(Play, Answer)] {
        &self.plays
    }

    /// The words that were played.
    pub fn words(&self) -> impl Iterator<Item = usize> {
        self.words.keys().copied()
    }

    /// Manners and answers of a word, in their order.
    #[must_use]
    pub fn of(&self, word: usize) -> &[(usize, Answer)] {
        self.words.get(&word).map_or(&[], Vec::as_slice)
    }

    /// Whether a word was played.
    #[must_use]
    pub fn was_played(&self, word: usize) -> bool {
        self.words.contains_key(&word)
    }

    /// Whether a word woke the device in two voices.
    #[must_use]
    pub fn is_found(&self, word: usize) -> bool {
        self.found.contains_key(&word)
    }

    /// The words that woke the device in two voices, each with the number of plays after which that was known.
    #[must_use]
    pub fn found(&self) -> &BTreeMap<usize, usize> {
        &self.found
    }

    /// The voices in which a word woke the device, each once.
    #[must_use]
    pub fn voices_that_woke<'a>(&self, word: usize, manners: &'a [Manner]) -> Vec<&'a str> {
        let woke = self.of(word).iter().filter(|(_, answer)| *answer == Answer::Woke);
        let mut voices: Vec<&str> = woke.filter_map(|(manner, _)| manners.get(*manner)).map(|it| it.voice.as_str()).collect();
        voices.sort_unstable();
        voices.dedup();
        voices
    }
}
