//! The CMU pronouncing dictionary, which comes along.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::phoneme::{self, Phoneme};

/// `data/cmudict.txt.zst`, made by `data/cmudict.py`: a word and its first pronunciation in each line, sorted.
static PACKED: &[u8] = include_bytes!("../data/cmudict.txt.zst");

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let octets = zstd::decode_all(PACKED).unwrap_or_default();
    String::from_utf8(octets).unwrap_or_default()
});

static PLACES: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| TEXT.lines().filter_map(|line| line.split_once(' ')).collect());

/// The phonemes of a text, word by word; nothing where a word of it is not in the dictionary.
#[must_use]
pub fn phonemes(text: &str) -> Option<Vec<Phoneme>> {
    let text = text.to_lowercase().replace(['_', '-'], " ");
    let words: Option<Vec<Vec<Phoneme>>> = text.split_whitespace().map(word).collect();
    words.map(|it| it.concat()).filter(|it| !it.is_empty())
}

fn word(word: &str) -> Option<Vec<Phoneme>> {
    let word = word.trim_matches(|it: char| !it.is_alphanumeric() && it != '\'');
    PLACES.get(word).and_then(|it| phoneme::parse(it).ok())
}

/// All words with their phonemes, sorted.
pub fn words() -> impl Iterator<Item = (&'static str, Vec<Phoneme>)> {
    PLACES.iter().filter_map(|(word, names)| Some((*word, phoneme::parse(names).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_up_word_by_word() {
        assert_eq!(phoneme::write(&phonemes("Hey, Jarvis!").unwrap()), "HH EY JH AA R V AH S");
        assert_eq!(phonemes("hey_jarvis"), phonemes("hey jarvis"));
        assert_eq!(phonemes("alexa qzxv"), None);
        assert_eq!(phonemes("  "), None);
    }

    #[test]
    fn the_dictionary_is_whole() {
        assert!(words().count() > 120_000);
        assert!(words().all(|(word, phonemes)| !word.is_empty() && !phonemes.is_empty()));
    }
}
