//! Words that may be played to a device.

use std::path::Path;

use anyhow::Context as _;
use earwitness_words::phoneme::Phoneme;
use earwitness_words::{Pool, Word, candidates, dictionary};

use super::wake::spoken;

/// Most words of the dictionary, and pairs of them, that may be played: of all that are farther away nothing is to be expected.
const MOST: usize = 3_000;
/// Most words of a file.
const MOST_OF_FILE: usize = 20_000;
/// The longest file, octets.
const LONGEST: u64 = 4 << 20;
/// Words that espeak-ng is asked for, one by one: each takes some milliseconds.
const MOST_SPOKEN: usize = 2_000;

/// Words of the pronouncing dictionary that are near to a wake word, and those of a file.
pub(super) fn pool(wake: &[Phoneme], file: Option<&Path>) -> anyhow::Result<Pool> {
    let own = file.map(read).transpose()?.unwrap_or_default();
    let all: Vec<(&str, Vec<Phoneme>)> = dictionary::words().collect();
    let lexicon: Vec<(&str, &[Phoneme])> = all.iter().map(|(text, phonemes)| (*text, phonemes.as_slice())).collect();
    Ok(Pool::new(wake, own.into_iter().chain(candidates::near(wake, &lexicon, MOST)))?)
}

fn read(path: &Path) -> anyhow::Result<Vec<Word>> {
    let name = path.display();
    let facts = std::fs::metadata(path).with_context(|| format!("{name} cannot be read"))?;
    if !facts.is_file() || facts.len() > LONGEST {
        anyhow::bail!("{name} is no list of words: that is a text file of at most 4 MiB");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read as text"))?;
    let texts: Vec<&str> = text.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    if texts.is_empty() || texts.len() > MOST_OF_FILE {
        anyhow::bail!("{name} holds {} words, and may hold 1 to {MOST_OF_FILE}", texts.len());
    }
    let mut asked = 0;
    let word = |text: &str| {
        let known = dictionary::phonemes(text);
        let phonemes = known.unwrap_or_else(|| {
            asked += 1;
            if asked <= MOST_SPOKEN { spoken(text) } else { Vec::new() }
        });
        Word { text: text.to_owned(), phonemes, is_everyday: true }
    };
    Ok(texts.into_iter().map(word).collect())
}
