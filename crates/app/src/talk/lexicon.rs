//! How the words of a grammar are pronounced: as the recogniser's dictionary says, and names of devices that are not in it as espeak-ng says them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use earwitness_words::phoneme::{self, Phoneme};

/// A dictionary of these words: of those of the recogniser's that they are, with all their pronunciations, and of what `say` tells of others. Words that nobody knows are the second.
pub(super) fn dictionary(words: &BTreeSet<String>, known: &str, say: &dyn Fn(&str) -> Vec<Phoneme>) -> (String, Vec<String>) {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in known.lines() {
        let word = line.split([' ', '\t', '(']).next().unwrap_or_default();
        if words.contains(word) {
            found.entry(word).or_default().push(line);
        }
    }
    let (mut text, mut unknown) = (String::new(), Vec::new());
    for word in words {
        if let Some(lines) = found.get(word.as_str()) {
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
            continue;
        }
        let phonemes = say(word);
        if phonemes.is_empty() {
            unknown.push(word.clone());
        } else {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word} {}", phoneme::write(&phonemes));
        }
    }
    (text, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pronounced_by_the_dictionary_or_else_as_they_are_said() {
        let words = ["wyze", "a", "qzx"].map(str::to_owned).into();
        let say = |word: &str| if word == "wyze" { phoneme::parse("W AY Z").unwrap() } else { Vec::new() };
        let (text, unknown) = dictionary(&words, "a AH\na(2) EY\nab AE B\n", &say);
        assert_eq!((text.as_str(), unknown), ("a AH\na(2) EY\nwyze W AY Z\n", vec!["qzx".to_owned()]));
    }
}
