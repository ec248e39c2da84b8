//! A search that was made before, read from what it wrote.

use std::path::Path;

use anyhow::{Context, bail};
use earwitness_words::{Answer, Play, Search};
use serde::Deserialize;

use super::json::{Level, Often, Played, Told, VERSION, Voice, Word};

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// What a search wrote with `--json`.
pub(super) fn read(path: &Path) -> anyhow::Result<Told> {
    let place = || path.display().to_string();
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    // Another version may have other keys.
    let Versioned { version } = serde_json::from_slice(&text).with_context(place)?;
    if version != VERSION {
        bail!("{}: version {version} of the format, and this program reads {VERSION}", path.display());
    }
    serde_json::from_slice(&text).with_context(place)
}

/// The same, where what it says of words matters and not its answers alone.
pub(super) fn checked(path: &Path) -> anyhow::Result<Told> {
    let told = read(path)?;
    if let Some(wrong) = told.words.iter().find_map(|word| impossible(word, &told.answers)) {
        bail!("{}: {wrong}; no search writes that: take the file as `words search --json=FILE` left it", path.display());
    }
    Ok(told)
}

/// What cannot be so of a word, with the answers of all plays.
fn impossible(word: &Word, answers: &[Played]) -> Option<String> {
    let Word { text, plays, probability, low, high, voices, levels, before, .. } = word;
    let own = Often { probability: *probability, low: *low, high: *high };
    let parts = voices.iter().filter_map(|it| it.chance).chain(levels.iter().map(|it| it.chance));
    for Often { probability, low, high } in [own].into_iter().chain(parts).chain(before.as_ref().map(|it| it.chance)) {
        if let Some(chance) = [low, probability, high].into_iter().find(|it| !(0.0..=1.0).contains(it)) {
            return Some(format!("{text:?} is said to wake with a probability of {chance}, which lies between 0 and 1"));
        }
        if low > high {
            return Some(format!("the interval of {text:?} goes from {low} to {high}"));
        }
    }
    if let Some(Voice { name, plays, woke, .. }) = voices.iter().find(|it| it.woke > it.plays) {
        return Some(format!("{text:?} woke {woke} times in {plays} plays in the voice {name:?}"));
    }
    if let Some(Level { db, plays, woke, .. }) = levels.iter().find(|it| it.woke > it.plays) {
        return Some(format!("{text:?} woke {woke} times in {plays} plays at {db} dB"));
    }
    if let Some(before) = before.as_ref().filter(|it| it.woke > it.plays) {
        return Some(format!("{text:?} woke {} times in {} plays before", before.woke, before.plays));
    }
    // What is compared with what is played later: no search makes more.
    if *plays > usize::from(u16::MAX) {
        return Some(format!("{text:?} has {plays} plays"));
    }
    let of_voices: usize = voices.iter().fold(0, |sum, it| sum.saturating_add(it.plays));
    if of_voices != *plays {
        return Some(format!("{text:?} has {plays} plays, and {of_voices} in its voices"));
    }
    let of_levels: usize = levels.iter().fold(0, |sum, it| sum.saturating_add(it.plays));
    if !levels.is_empty() && of_levels != *plays {
        return Some(format!("{text:?} has {plays} plays, and {of_levels} at its levels"));
    }
    // A replay that was stopped tells also of words whose turn had not come.
    (before.is_none() && !answers.iter().any(|it| it.text == *text)).then(|| format!("{text:?} is told of, and was never played"))
}

/// Its plays, as plays of this search.
pub(super) fn plays(told: &Told, search: &Search, path: &Path) -> anyhow::Result<Vec<(Play, Answer)>> {
    let words: std::collections::BTreeMap<&str, usize> =
        search.pool().words().iter().enumerate().map(|(at, it)| (it.text.as_str(), at)).collect();
    let mut plays = Vec::new();
    for it in &told.answers {
        let manner = search.manners().iter().position(|manner| manner.voice == it.voice);
        let (Some(&word), Some(manner)) = (words.get(it.text.as_str()), manner) else {
            bail!("{}: {:?} in the voice {:?} was played, which the table does not have", path.display(), it.text, it.voice);
        };
        let answer = match it.woke {
            Some(true) => Answer::Woke,
            Some(false) => Answer::Silent,
            None => Answer::Unknown,
        };
        plays.push((Play { word, manner }, answer));
    }
    Ok(plays)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(plays: usize, probability: f32, voices: &[(usize, usize)]) -> Word {
        let voice = |&(plays, woke): &(usize, usize)| Voice { name: "en-gb@160".to_owned(), plays, woke, chance: None };
        Word {
            text: "elixir".to_owned(),
            phonemes: "IH L IH K S ER".to_owned(),
            plays,
            wakes: false,
            probability,
            low: 0.0,
            high: 1.0,
            evidence: None,
            seconds: None,
            voices: voices.iter().map(voice).collect(),
            levels: Vec::new(),
            before: None,
            now: None,
        }
    }

    #[test]
    fn what_no_search_can_have_found_is_named() {
        let played = [Played { text: "elixir".to_owned(), voice: "en-gb@160".to_owned(), level_db: 0.0, woke: None }];
        let wrong = |word: &Word, answers| impossible(word, answers).unwrap_or_default();
        assert_eq!(wrong(&word(3, 0.5, &[(2, 1), (1, 0)]), &played), "");
        assert_eq!(wrong(&word(0, 0.5, &[]), &played), "", "nothing can be said of its plays");
        assert!(wrong(&word(1, 1.5, &[(1, 1)]), &played).contains("probability of 1.5"));
        assert!(wrong(&word(1, f32::NAN, &[(1, 1)]), &played).contains("probability of NaN"));
        assert!(wrong(&Word { low: 0.9, high: 0.1, ..word(1, 0.5, &[(1, 1)]) }, &played).contains("from 0.9 to 0.1"));
        assert!(wrong(&word(2, 0.5, &[(2, 3)]), &played).contains("woke 3 times in 2 plays"));
        assert!(wrong(&word(5, 0.5, &[(2, 1)]), &played).contains("5 plays, and 2 in its voices"));
        assert!(wrong(&word(1, 0.5, &[(1, 0)]), &[]).contains("never played"));
    }
}
