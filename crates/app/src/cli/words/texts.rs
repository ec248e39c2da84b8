//! Words that may be played to a device.

use std::path::Path;

use anyhow::Context as _;
use earwitness_words::phoneme::Phoneme;
use earwitness_words::{Pool, Word, candidates, dictionary, frequencies};

use crate::pronounced::pronounced;

/// Most words of the dictionary, and pairs of them, that may be played: of all that are farther away nothing is to be expected.
const MOST: usize = 3_000;
/// How many of them are seldom said.
const RARE: usize = 600;
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
    let near = |is_wanted: fn(&str) -> bool, most: usize| {
        let wanted = all.iter().filter(|(text, _)| is_wanted(text));
        let lexicon: Vec<(&str, &[Phoneme])> = wanted.map(|(text, phonemes)| (*text, phonemes.as_slice())).collect();
        candidates::near(wake, &lexicon, most)
    };
    // Words that people say come first: a name that nobody has is no help to anybody.
    let known = near(|text| frequencies().contains_key(text), MOST - RARE);
    let rare = near(|text| !frequencies().contains_key(text), RARE);
    let words = own.into_iter().chain(known).chain(rare);
    let said = |it: Word| Word { is_everyday: frequencies().contains_key(&it.text), ..it };
    Ok(Pool::new(wake, words.map(said))?)
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
            if asked <= MOST_SPOKEN { pronounced(text) } else { Vec::new() }
        });
        Word { text: text.to_owned(), phonemes, is_everyday: true }
    };
    Ok(texts.into_iter().map(word).collect())
}
