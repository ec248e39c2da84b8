//! The phonemes of a wake word.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::bail;
use earwitness_base::program;
use earwitness_words::oracle::Oracle;
use earwitness_words::phoneme::{self, Phoneme};
use earwitness_words::{dictionary, ipa};

/// Longer than espeak-ng takes for a word on a slow machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the wake word's phonemes are: as they were given, as the table says, as the dictionary says, as espeak-ng says.
pub(super) fn phonemes(word: &str, given: Option<&str>, oracle: Option<&Oracle>) -> anyhow::Result<Vec<Phoneme>> {
    if let Some(names) = given {
        return Ok(phoneme::parse(names)?);
    }
    if let Some(known) = oracle.and_then(|it| it.phonemes(word)).map(<[Phoneme]>::to_vec).or_else(|| dictionary::phonemes(word)) {
        return Ok(known);
    }
    let spoken = spoken(word);
    if spoken.is_empty() {
        bail!(
            "{word:?} is neither in the table nor in the pronouncing dictionary, and espeak-ng did not say how it is pronounced: write its phonemes, --phonemes \"AH L EH K S AH\""
        );
    }
    Ok(spoken)
}

/// What espeak-ng says; nothing where it is not there.
pub(super) fn spoken(word: &str) -> Vec<Phoneme> {
    let Some(path) = program::find("espeak-ng") else { return Vec::new() };
    let mut command = Command::new(path);
    command.args(["-q", "--ipa", "-v", "en-us", "--stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let ended = program::run(&mut command, &word.replace(['_', '-'], " "), PATIENCE);
    ended.map(|it| ipa::read(&it.said)).unwrap_or_default()
}
