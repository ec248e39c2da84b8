//! A search that was made before, read from what it wrote.

use std::path::Path;

use anyhow::{Context, bail};
use earwitness_words::{Answer, Play, Search};

use super::json::{Told, VERSION};

/// What a search wrote with `--json`.
pub(super) fn read(path: &Path) -> anyhow::Result<Told> {
    let place = || path.display().to_string();
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let told: Told = serde_json::from_slice(&text).with_context(place)?;
    if told.version != VERSION {
        bail!("{}: version {} of the format, and this program reads {VERSION}", path.display(), told.version);
    }
    Ok(told)
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
