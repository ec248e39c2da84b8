//! How the words of a grammar are pronounced: as the recogniser's dictionary says, and names of devices that are not in it as espeak-ng says them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::program;
use earwitness_words::{ipa, phoneme};

/// How long espeak-ng may take for a word.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A dictionary of these words: of those of the recogniser's that they are, with all their pronunciations, and of what `say` tells of others in the IPA. Words that nobody knows are
/// the second.
pub(super) fn dictionary(words: &BTreeSet<String>, known: &str, say: &dyn Fn(&str) -> Option<String>) -> (String, Vec<String>) {
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
        let phonemes = say(word).map(|it| ipa::read(&it)).unwrap_or_default();
        if phonemes.is_empty() {
            unknown.push(word.clone());
        } else {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{word} {}", phoneme::write(&phonemes));
        }
    }
    (text, unknown)
}

/// A word in the IPA, by espeak-ng.
pub(super) fn espeak(word: &str) -> Option<String> {
    let mut command = Command::new("espeak-ng");
    command.args(["-v", "en-us", "-q", "--ipa", "--stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    program::run(&mut command, word, TIMEOUT).ok().filter(|ended| ended.status.success()).map(|ended| ended.said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_pronounced_by_the_dictionary_or_else_as_they_are_said() {
        let words = ["wyze", "a", "qzx"].map(str::to_owned).into();
        let say = |word: &str| (word == "wyze").then(|| "wˈaɪz\n".to_owned());
        let (text, unknown) = dictionary(&words, "a AH\na(2) EY\nab AE B\n", &say);
        assert_eq!((text.as_str(), unknown), ("a AH\na(2) EY\nwyze W AY Z\n", vec!["qzx".to_owned()]));
    }
}
