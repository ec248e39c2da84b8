//! The phonemes of a wake word.

use anyhow::bail;
use earwitness_words::dictionary;
use earwitness_words::oracle::Oracle;
use earwitness_words::phoneme::{self, Phoneme};

use crate::pronounced::pronounced;

/// What the wake word's phonemes are: as they were given, as the table says, as the dictionary says, as espeak-ng says.
pub(super) fn phonemes(word: &str, given: Option<&str>, oracle: Option<&Oracle>) -> anyhow::Result<Vec<Phoneme>> {
    if let Some(names) = given {
        return Ok(phoneme::parse(names)?);
    }
    if let Some(known) = oracle.and_then(|it| it.phonemes(word)).map(<[Phoneme]>::to_vec).or_else(|| dictionary::phonemes(word)) {
        return Ok(known);
    }
    let spoken = pronounced(word);
    if spoken.is_empty() {
        bail!(
            "{word:?} is neither in the table nor in the pronouncing dictionary, and espeak-ng did not say how it is pronounced: write its phonemes, --phonemes \"AH L EH K S AH\""
        );
    }
    Ok(spoken)
}
