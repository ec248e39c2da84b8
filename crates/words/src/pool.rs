//! The words that may be played, and where the wake word lies in each.

use std::collections::BTreeSet;

use crate::distance::{self, Alignment, Reach};
use crate::phoneme::{COUNT, Phoneme};

/// Most words that are kept of those that were handed in: the nearest, by either distance.
pub const MOST_WORDS: usize = 20_000;
/// Most phonemes of a wake word or of a word: longer ones are sentences.
pub const MOST_PHONEMES: usize = 40;

/// Something that may be played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// What is said.
    pub text: String,
    /// Its phonemes.
    pub phonemes: Vec<Phoneme>,
    /// Whether it was drawn from everyday text: not chosen because it is near to a wake word.
    pub is_everyday: bool,
}

/// Words that may be played, in a fixed order, and how each lies beside the wake word.
#[derive(Clone, Debug)]
pub struct Pool {
    wake: Vec<Phoneme>,
    words: Vec<Word>,
    shapes: Vec<Shape>,
    left_out: LeftOut,
}

/// How many of the words that were handed in are not among those that may be played, and why.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LeftOut {
    /// They have no phonemes, or more than [`MOST_PHONEMES`].
    pub without_phonemes: usize,
    /// They say the wake word itself.
    pub wake_word: usize,
    /// They come twice.
    pub twice: usize,
    /// There were more than [`MOST_WORDS`], and these are farther away.
    pub far: usize,
}

/// Where the wake word lies in a word: everything that the model knows of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Shape {
    /// Cost of the best part.
    pub(crate) part: f32,
    /// Cost of the whole.
    pub(crate) whole: f32,
    /// Edits of the whole.
    pub(crate) edits: f32,
    /// The phoneme in each place of the wake word, then before and after; [`COUNT`] is none.
    pub(crate) said: Vec<u8>,
    /// Phonemes in between, before and after, at most 4 each.
    pub(crate) around: [f32; 3],
}

/// Why there is nothing to search.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Empty {
    /// The wake word has no phonemes, or too many.
    #[error("the wake word has {0} phonemes, and may have 1 to {MOST_PHONEMES}")]
    WakeWord(usize),
    /// No word is left.
    #[error("no word is left to play: {} have no phonemes, {} say the wake word itself", .0.without_phonemes, .0.wake_word)]
    Words(LeftOut),
}

impl Pool {
    /// The words that may be played where `wake` is the wake word, in the order in which they were handed in.
    ///
    /// # Errors
    /// [`Empty`].
    pub fn new(wake: &[Phoneme], words: impl IntoIterator<Item = Word>) -> Result<Self, Empty> {
        if wake.is_empty() || wake.len() > MOST_PHONEMES {
            return Err(Empty::WakeWord(wake.len()));
        }
        let mut pool = Self { wake: wake.to_vec(), words: Vec::new(), shapes: Vec::new(), left_out: LeftOut::default() };
        let mut known = BTreeSet::new();
        for word in words {
            if word.phonemes.is_empty() || word.phonemes.len() > MOST_PHONEMES {
                pool.left_out.without_phonemes += 1;
            } else if distance::contains(&word.phonemes, wake) {
                pool.left_out.wake_word += 1;
            } else if known.insert(word.text.clone()) {
                pool.shapes.push(Shape::new(wake, &word.phonemes));
                pool.words.push(word);
            } else {
                pool.left_out.twice += 1;
            }
        }
        pool.keep_nearest(MOST_WORDS);
        if pool.words.is_empty() { Err(Empty::Words(pool.left_out)) } else { Ok(pool) }
    }

    /// Keeps those that are nearest by one or the other distance, as many by each.
    fn keep_nearest(&mut self, most: usize) {
        let all = self.words.len();
        if all <= most {
            return;
        }
        let mut keep = vec![false; all];
        for cost in [|it: &Shape| it.part, |it: &Shape| it.whole] {
            let mut order: Vec<usize> = (0..all).collect();
            order.sort_by(|&a, &b| cost(&self.shapes[a]).total_cmp(&cost(&self.shapes[b])));
            order.iter().take(most / 2).for_each(|&it| keep[it] = true);
        }
        let mut kept = keep.iter();
        self.words.retain(|_| kept.next().is_some_and(|it| *it));
        let mut kept = keep.iter();
        self.shapes.retain(|_| kept.next().is_some_and(|it| *it));
        self.left_out.far = all - self.words.len();
    }

    /// The wake word.
    #[must_use]
    pub fn wake(&self) -> &[Phoneme] {
        &self.wake
    }

    /// The words that may be played. A word is named by its place here.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// What is not among them.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }
}

impl Shape {
    fn new(wake: &[Phoneme], word: &[Phoneme]) -> Self {
        let Alignment { cost, said, added, before, after } = distance::align(wake, word, Reach::Part);
        let place = |it: Option<Phoneme>| u8::try_from(it.map_or(COUNT, Phoneme::place)).unwrap_or(u8::MAX);
        let left = before.checked_sub(1).map(|it| word[it]);
        let right = word.get(word.len() - after).copied();
        Self {
            part: cost,
            whole: distance::align(wake, word, Reach::Whole).cost,
            edits: few(distance::edits(wake, word), MOST_PHONEMES),
            said: said.into_iter().chain([left, right]).map(place).collect(),
            around: [added, before, after].map(|it| few(it, 4)),
        }
    }
}

impl Shape {
    /// How far the word is, by both distances.
    pub(crate) fn whole_and_part(&self) -> f32 {
        self.whole + self.part
    }
}

/// A small number, at most `most`.
fn few(number: usize, most: usize) -> f32 {
    u16::try_from(number.min(most)).map_or(0.0, f32::from)
}
