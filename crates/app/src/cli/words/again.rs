//! Words that woke a device in an earlier search and are played to one again: what is played, and what the file said of each word beside what is seen now.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use earwitness_core::stats::float;
use earwitness_words::{Again, Manner, Pool, Word, less_often, phoneme};

use super::json::{self, Before, Now, Often, Replayed, Told, shown};
use super::texts;

/// Columns of a text, and of what is said of it before and now.
const TEXT: usize = 20;
const CELL: usize = 26;

/// What is played again, and among what.
#[derive(Debug)]
pub(super) struct List {
    pub(super) pool: Pool,
    pub(super) manners: Vec<Manner>,
    pub(super) words: Vec<Again>,
}

/// The words of which a file says that they wake a device, each in the manners in which it was played there.
pub(super) fn list(told: &Told, path: &Path) -> anyhow::Result<List> {
    let path = path.display();
    let listed: Vec<&json::Word> = told.words.iter().filter(|it| it.wakes).collect();
    if listed.is_empty() {
        bail!("{path} names no word that wakes {}: there is nothing to play again", shown(&told.engine));
    }
    let parsed = |text: &str| phoneme::parse(text).with_context(|| path.to_string());
    let wake = parsed(&told.phonemes)?;
    let mut words = Vec::new();
    for it in &listed {
        let phonemes = parsed(&it.phonemes)?;
        if phonemes.is_empty() {
            bail!("{path}: {:?} has no phonemes; take the file as `words search --json=FILE` left it", it.text);
        }
        words.push(Word { text: it.text.clone(), phonemes, is_everyday: true });
    }
    // Far words keep them company: as a search does, a replay needs sounds that wake nobody.
    words.extend(texts::pool(&wake, None)?.words().iter().cloned());
    let pool = Pool::new(&wake, words)?;
    let mut manners: Vec<Manner> = Vec::new();
    for it in &told.answers {
        if it.voice.split_once('@').is_none_or(|(name, speed)| name.is_empty() || speed.is_empty()) {
            bail!(
                "{path}: words were played in the voice {:?}, which cannot be said here: a replay to a device needs the file of a search with a device",
                it.voice
            );
        }
        let manner = Manner { voice: it.voice.clone(), level_db: it.level_db };
        if !manners.contains(&manner) {
            manners.push(manner);
        }
    }
    let mut again = Vec::new();
    for it in listed {
        let is_same = |known: &Word| known.text == it.text && phoneme::write(&known.phonemes) == it.phonemes;
        let Some(word) = pool.words().iter().position(is_same) else {
            bail!("{path}: {:?} says the wake word itself, or has too many phonemes, and no search plays it", it.text);
        };
        let plays = told.answers.iter().filter(|answer| answer.text == it.text && answer.woke.is_some());
        let place = |answer: &json::Played| {
            manners.iter().position(|manner| manner.voice == answer.voice && manner.level_db.total_cmp(&answer.level_db).is_eq())
        };
        let manners: Vec<usize> = plays.filter_map(place).collect();
        if manners.is_empty() {
            bail!("{path}: of {:?} no play is told; take the file as `words search --json=FILE` left it", it.text);
        }
        again.push(Again { word, manners });
    }
    Ok(List { pool, manners, words: again })
}

impl Told {
    /// Sets what the earlier search said of each word beside what was found now. Where it was not played to its end, silence says nothing.
    pub(super) fn beside(mut self, earlier: &Told, alpha: f64, is_over: bool) -> Self {
        let level = alpha / float(self.words.len() as u64);
        for it in &mut self.words {
            let Some(known) = earlier.words.iter().find(|known| known.text == it.text) else { continue };
            let chance = Often { probability: known.probability, low: known.low, high: known.high };
            let woke = wakes(known);
            it.before = Some(Before { plays: known.plays, woke, chance });
            it.now = Some(if it.wakes {
                Now::StillWakes
            } else if is_over && less_often((known.plays, woke), (it.plays, wakes(it))) <= level {
                Now::WakesLess
            } else {
                Now::Open
            });
        }
        let mac = earlier.device.as_ref().and_then(|it| it.mac.clone());
        self.replayed = Some(Replayed { engine: earlier.engine.clone(), mac, program: earlier.program.clone() });
        self
    }
}

/// How many words came to this.
pub(super) fn count(told: &Told, now: Now) -> usize {
    told.words.iter().filter(|it| it.now == Some(now)).count()
}

/// `5/6, 71 % (40 to 92)`: wakes of plays, and the probability with its interval.
pub(super) fn said(plays: usize, woke: usize, chance: Often) -> String {
    if plays == 0 { "not played".to_owned() } else { format!("{woke}/{plays}, {}", chance.percent()) }
}

/// Plays that woke the device.
fn wakes(word: &json::Word) -> usize {
    word.voices.iter().fold(0, |sum, it| sum.saturating_add(it.woke))
}

/// The same of a word now.
pub(super) fn said_now(word: &json::Word) -> String {
    said(word.plays, wakes(word), Often { probability: word.probability, low: word.low, high: word.high })
}

/// Writes a line for each word: before, now, and what became of it.
pub(super) fn write(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{:<TEXT$}  {:<CELL$}  {:<CELL$}  now", "word", "woke/plays before", "woke/plays now")?;
    for it in &told.words {
        let before = it.before.as_ref().map_or_else(String::new, |it| said(it.plays, it.woke, it.chance));
        let (now, came) = (said_now(it), it.now.map_or("", Now::word));
        writeln!(out, "{:<TEXT$}  {before:<CELL$}  {now:<CELL$}  {came}", shown(&it.text))?;
    }
    Ok(())
}
