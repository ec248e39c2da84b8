//! How the words of a grammar are pronounced: as the recogniser's dictionary says, names of devices that are not in it as espeak-ng says them, and all of them also as many speakers
//! of English do whose vowels are not those of the dictionary, which is of General American.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use earwitness_words::phoneme::{self, Phoneme};

/// A dictionary of these words: of those of the recogniser's that they are, with all their pronunciations, and of what `say` tells of others. Words that nobody knows are the second.
pub(super) fn dictionary(words: &BTreeSet<String>, known: &str, say: &dyn Fn(&str) -> Vec<Phoneme>) -> (String, Vec<String>) {
    let mut found: BTreeMap<&str, Vec<Vec<Phoneme>>> = BTreeMap::new();
    for line in known.lines() {
        let Some((first, phonemes)) = line.split_once([' ', '\t']) else { continue };
        let word = first.split('(').next().unwrap_or_default();
        if words.contains(word)
            && let Ok(phonemes) = phoneme::parse(phonemes)
        {
            found.entry(word).or_default().push(phonemes);
        }
    }
    let (mut text, mut unknown) = (String::new(), Vec::new());
    for word in words {
        let mut ways = found.remove(word.as_str()).unwrap_or_else(|| vec![say(word)]);
        ways.retain(|it| !it.is_empty());
        if ways.is_empty() {
            unknown.push(word.clone());
        }
        for more in ways.clone().iter().map(|it| elsewhere(it)) {
            if !ways.contains(&more) {
                ways.push(more);
            }
        }
        for (number, phonemes) in (1..).zip(ways) {
            let number = if number == 1 { String::new() } else { format!("({number})") };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word}{number} {}", phoneme::write(&phonemes));
        }
    }
    (text, unknown)
}

/// The vowels of another accent, by Wells's lexical sets (Accents of English, 1982), in the phonemes of the dictionary: GOAT begins in the middle (*go*), LOT is rounded (*on*), BATH is long and
/// dark (*half past*), and the L after a vowel is a vowel (*help*), which it is in many American mouths as well.
fn elsewhere(phonemes: &[Phoneme]) -> Vec<Phoneme> {
    let mut names = Vec::new();
    for (place, it) in phonemes.iter().enumerate() {
        let next = phonemes.get(place + 1);
        let before_vowel = next.is_some_and(|it| it.is_vowel() || it.name() == "Y");
        match (it.name(), next.map_or("", |it| it.name())) {
            ("OW", _) => names.extend(["AH", "UH"]),
            ("AA", next) if next != "R" => names.push("AO"),
            ("AE", "F" | "S") => names.push("AA"),
            ("L", _) if place > 0 && !before_vowel => names.push("UH"),
            (same, _) => names.push(same),
        }
    }
    names.into_iter().filter_map(Phoneme::named).collect()
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

    #[test]
    fn words_are_also_pronounced_with_the_vowels_of_other_accents() {
        let words = ["help", "go", "on", "half", "are", "please", "until"].map(str::to_owned).into();
        let known = "are AA R\ngo G OW\nhalf HH AE F\nhelp HH EH L P\non AA N\non(2) AO N\nplease P L IY Z\nuntil AH N T IH L\n";
        let (text, unknown) = dictionary(&words, known, &|_| Vec::new());
        assert_eq!(
            text,
            "are AA R\ngo G OW\ngo(2) G AH UH\nhalf HH AE F\nhalf(2) HH AA F\nhelp HH EH L P\nhelp(2) HH EH UH P\n\
             on AA N\non(2) AO N\nplease P L IY Z\nuntil AH N T IH L\nuntil(2) AH N T IH UH\n"
        );
        assert!(unknown.is_empty());
    }
}
