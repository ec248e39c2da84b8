//! Names of devices as they are said.

use crate::number::spelt;

/// Fewest letters of a word by which a device may be told from others.
const FEWEST: usize = 2;

/// A name as a person or a synthesizer says it: words without marks, without what is an address.
#[must_use]
pub fn spoken(name: &str) -> String {
    let words = name
        .split(|it: char| it.is_whitespace() || matches!(it, '-' | '_' | '.' | ',' | '/' | '(' | ')' | '[' | ']' | '"' | '+'));
    let said = words.filter(|it| !is_address(it)).flat_map(apart);
    said.collect::<Vec<_>>().join(" ")
}

/// Whether a word is the end of a MAC address or an IPv6 address.
fn is_address(word: &str) -> bool {
    word.is_empty() || (word.contains(':') && word.chars().all(|it| it == ':' || it.is_ascii_hexdigit()))
}

/// `LivingRoom` as two words, and digits apart from letters.
fn apart(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for letter in word.chars().filter(|it| it.is_alphanumeric() || *it == '\'') {
        let is_new = before.is_none_or(|before| {
            (before.is_lowercase() && letter.is_uppercase()) || before.is_ascii_digit() != letter.is_ascii_digit()
        });
        match parts.last_mut().filter(|_| !is_new) {
            Some(last) => last.push(letter),
            None => parts.push(letter.to_string()),
        }
        before = Some(letter);
    }
    parts
}

/// The words of a name, numbers spelt out: who speaks says no digits, and recognisers know none.
pub(crate) fn in_words(name: &str) -> Vec<String> {
    let spelt = |word: &str| word.parse().map_or_else(|_| word.to_owned(), spelt);
    name.split(' ')
        .filter(|it| !it.is_empty())
        .map(spelt)
        .flat_map(|it| it.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// The one device that is meant, by its place in the list; `None` where there is none, or more than one.
pub(crate) fn meant(said: &[String], names: &[String]) -> Option<usize> {
    let said = in_words(&said.join(" "));
    let said: Vec<&str> = said.iter().map(String::as_str).filter(|it| !matches!(*it, "the" | "my" | "our" | "device")).collect();
    if said.is_empty() {
        return None;
    }
    let words = |name: &String| -> Vec<String> { in_words(&spoken(name).to_lowercase().replace('\'', "")) };
    let one = |is: &dyn Fn(&[String]) -> bool| {
        let mut found = names.iter().enumerate().filter(|(_, name)| is(&words(name))).map(|it| it.0);
        found.next().filter(|_| found.next().is_none())
    };
    // Exactly that name, as one word or several; else all that was said is part of one name only.
    one(&|name| name.concat() == said.concat()).or_else(|| {
        let tells = said.iter().any(|it| it.chars().count() >= FEWEST);
        one(&|name| tells && said.iter().all(|word| name.iter().any(|it| it == word)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_without_marks_and_addresses() {
        for (name, said) in [
            ("Amazon ..00:07", "Amazon"),
            ("echo-dot_kitchen.local", "echo dot kitchen local"),
            ("LivingRoomHomePod", "Living Room Home Pod"),
            ("Sonos One (2)", "Sonos One 2"),
            ("Roku3800X", "Roku 3800 X"),
            ("02:00:00:00:00:01", ""),
        ] {
            assert_eq!(spoken(name), said, "{name}");
        }
    }

    #[test]
    fn a_device_is_meant_by_its_name_or_by_what_no_other_has_in_it() {
        let names = ["Kitchen Echo", "Bedroom Echo", "HomePod", "Echo"].map(str::to_owned);
        let of = |text: &str| meant(&text.split(' ').map(str::to_owned).collect::<Vec<_>>(), &names);
        assert_eq!(of("the kitchen echo"), Some(0));
        assert_eq!(of("bedroom"), Some(1));
        assert_eq!(of("home pod"), Some(2));
        assert_eq!(of("echo"), Some(3), "that is all of one name");
        assert_eq!((of("the"), of("garden"), of("kitchen pod")), (None, None, None));
        let twins = ["Echo 1", "Echo 2"].map(str::to_owned);
        assert_eq!(meant(&["echo".to_owned()], &twins), None, "either could be meant");
        assert_eq!(meant(&["echo".to_owned(), "two".to_owned()], &twins), Some(1), "nobody says digits");
    }
}
