//! What a person may set about talking to the box.

use std::path::PathBuf;

use serde::Deserialize;

/// Where Debian's package `pocketsphinx-en-us` puts its model.
const MODEL: &str = "/usr/share/pocketsphinx/model/en-us";
/// Longest wake phrase, octets.
const LONGEST: usize = 60;
/// Fewest letters of one: shorter ones are heard in everything.
const FEWEST: usize = 8;

/// The table `[voice]`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct VoiceSettings {
    /// Whether the microphone listens for questions.
    pub enabled: bool,
    /// What is said before a question; empty: nothing is listened for until `earwitness tell listen`.
    pub wake_phrase: String,
    /// The folder of a model of pocketsphinx, with a folder `en-us`, `cmudict-en-us.dict` and `en-us-phone.lm.bin`.
    pub model: PathBuf,
}

impl Default for VoiceSettings {
    fn default() -> Self {
        Self { enabled: false, wake_phrase: "hey ear witness".to_owned(), model: MODEL.into() }
    }
}

impl VoiceSettings {
    /// Whether they make sense; if not, what is wrong and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        let phrase = &self.wake_phrase;
        let letters = phrase.chars().filter(char::is_ascii_alphabetic).count();
        let is_said = phrase.chars().all(|it| it.is_ascii_alphabetic() || matches!(it, ' ' | '\''));
        if !phrase.is_empty() && (!is_said || letters < FEWEST || phrase.len() > LONGEST) {
            return Err(format!(
                "voice: wake_phrase has {FEWEST} letters or more in words of English, {LONGEST} octets at most, such as \"hey ear witness\"; \"\" for none"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wake_phrase_is_long_enough_and_is_words() {
        let of = |phrase: &str| VoiceSettings { wake_phrase: phrase.to_owned(), ..VoiceSettings::default() }.check();
        assert_eq!((of("hey ear witness"), of("")), (Ok(()), Ok(())));
        for phrase in ["hey", "hey | <x>;", "box 7000 box", &"ear ".repeat(20)] {
            assert!(of(phrase).is_err(), "{phrase}");
        }
        assert_eq!(toml::from_str::<VoiceSettings>("").unwrap(), VoiceSettings::default());
        assert!(toml::from_str::<VoiceSettings>("phrase = 3").unwrap_err().to_string().contains("`phrase`"));
    }
}
