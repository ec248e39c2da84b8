//! A text as the words that were said.

/// Most words of a sentence: nobody says more to a machine.
const MOST: usize = 40;

/// Words that may stand anywhere and say nothing.
const IDLE: [&str; 14] =
    ["please", "ok", "okay", "hey", "so", "um", "uh", "er", "well", "now", "just", "earwitness", "kindly", "thanks"];

/// The words of a text, in small letters, without those that say nothing; `None` where there are too many.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for raw in text.split(|it: char| !(it.is_alphanumeric() || matches!(it, '\'' | '\u{2019}' | ':'))) {
        let word: String = raw.chars().filter(|it| !matches!(it, '\'' | '\u{2019}')).flat_map(char::to_lowercase).collect();
        let word = word.trim_matches(':');
        if word.is_empty() || IDLE.contains(&word) {
            continue;
        }
        if found.len() == MOST {
            return None;
        }
        // One spelling of each, which dictionaries of pronunciations have.
        found.push(if word == "summarise" { "summarize" } else { word }.to_owned());
    }
    Some(found)
}

/// The words of a wake phrase, as they are recognised.
pub(crate) fn wake_words(phrase: &str) -> Vec<String> {
    let letters: String = phrase.chars().map(|it| if it.is_alphabetic() || it == '\'' { it } else { ' ' }).collect();
    letters.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_case_and_politeness_say_nothing() {
        let said = |text: &str| words(text).unwrap().join(" ");
        assert_eq!(said("Hey earwitness, who's listening, please?"), "whos listening");
        assert_eq!(said("  Don\u{2019}t play—anything until 7:30! "), "dont play anything until 7:30");
        assert_eq!(said("?!"), "");
        assert_eq!(words(&"word ".repeat(41)), None);
    }
}
