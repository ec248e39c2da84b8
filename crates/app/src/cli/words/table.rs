//! What was found, for people.

use std::io::{self, Write};

use earwitness_base::words;

use super::again;
use super::json::{Level, Now, Often, Replayed, Told, Word, shown};

/// Columns of a text and of its phonemes.
const TEXT: usize = 20;
const PHONEMES: usize = 30;

/// What was found, and what that means, each in a sentence.
pub(super) fn sentences(told: &Told) -> Vec<String> {
    let plays = words::counted(told.plays as u64, "play", "plays");
    let after = format!("{} in two voices, after {plays} ({})", shown(&told.engine), why(&told.ended));
    let mut all = told.replayed.as_ref().map_or_else(
        || vec![format!("{} {after}.", words::counted(told.found as u64, "word wakes", "words wake"))],
        |it| replayed(told, it, &after),
    );
    if let Some(device) = &told.device {
        let percent = (device.alpha * 1e7).round() / 1e5;
        all.push(format!(
            "The chance that a word is named which does not wake it, but after which it happened to send, is at most {percent} % for all words together. Other places, voices and levels were not tried."
        ));
    }
    if let Some(it) = &told.everyday {
        let (wakes, low, high, covered) = (it.wakes, it.low, it.high, it.covered * 100.0);
        all.push(format!(
            "Of 10,000 words of everyday text {wakes:.1} wake it ({low:.1} to {high:.1}): so many of the words that might have been played, which are {covered:.0} % of such text. Of the others nothing is said."
        ));
    }
    all
}

/// How many of the words that woke a device came to what.
fn replayed(told: &Told, of: &Replayed, after: &str) -> Vec<String> {
    let woke = words::counted(told.words.len() as u64, "word that woke", "words that woke");
    let still = if told.found == 1 { "still wakes" } else { "still wake" };
    let less = again::count(told, Now::WakesLess) as u64;
    let open = again::count(told, Now::Open) as u64;
    let mut all = vec![format!("Of {woke} {}, {} {still} {after}.", shown(&of.engine), told.found)];
    if less > 0 {
        all.push(format!("{} it less often than before, or no more.", words::counted(less, "word wakes", "words wake")));
    }
    if open > 0 {
        all.push(format!("Of {} nothing is shown: more plays may.", words::counted(open, "word", "words")));
    }
    all
}

/// Whether it woke the device at all.
pub(super) fn has_woken(word: &Word) -> bool {
    word.voices.iter().any(|voice| voice.woke > 0)
}

/// `40 % (18 to 73)`.
pub(super) fn chance(word: &Word) -> String {
    Often { probability: word.probability, low: word.low, high: word.high }.percent()
}

/// Writes the sentences and the words that woke the device.
pub(super) fn write(told: &Told, out: &mut dyn Write) -> io::Result<()> {
    for sentence in sentences(told) {
        writeln!(out, "{sentence}")?;
    }
    if told.replayed.is_some() {
        return again::write(told, out);
    }
    let woke: Vec<&Word> = told.words.iter().filter(|it| has_woken(it)).collect();
    if !woke.is_empty() {
        writeln!(out, "\n  {:<TEXT$}  {:<PHONEMES$}  {:<16}  voices", "word", "phonemes", "wakes it")?;
    }
    for it in &woke {
        let mark = if it.wakes { ' ' } else { '?' };
        let chance = chance(it);
        let seconds = it.seconds.map(|it| format!("; {it:.1} s uploaded each time")).unwrap_or_default();
        writeln!(
            out,
            "{mark} {:<TEXT$}  {:<PHONEMES$}  {chance:<16}  {}{seconds}",
            shown(&it.text),
            it.phonemes,
            [voices(it), levels(it)].concat()
        )?;
    }
    if woke.iter().any(|it| !it.wakes) {
        let why = if told.device.is_some() {
            "after it the device sent, and that it woke it is not shown: more plays may show it"
        } else {
            "woke in one voice only, so that nothing is said of it; `earwitness words replay` plays it again"
        };
        writeln!(out, "\n?  {why}.")?;
    }
    Ok(())
}

/// `en-us 2/3, en-gb 1/1`: wakes of plays in each voice.
pub(super) fn voices(word: &Word) -> String {
    let voices: Vec<String> = word.voices.iter().map(|it| format!("{} {}/{}", shown(&it.name), it.woke, it.plays)).collect();
    voices.join(", ")
}

/// `; 0 dB 5/6, 80 % (52 to 95), -6 dB 1/4, 31 % (9 to 70)`: the same at each level, where there are several.
pub(super) fn levels(word: &Word) -> String {
    let level = |it: &Level| format!("{} dB {}/{}, {}", it.db, it.woke, it.plays, it.chance.percent());
    let levels: Vec<String> = word.levels.iter().map(level).collect();
    if levels.is_empty() { String::new() } else { format!("; {}", levels.join(", ")) }
}

fn why(ended: &str) -> &'static str {
    match ended {
        "improbable" => "a further find is improbable",
        "words" => "no word is left",
        "stopped_waking" => "what woke it before wakes it no more: its silence since then says nothing",
        "no_answer" => "nothing could be said of several plays in a row",
        "wakes_from_anything" => "it wakes from words that have nothing in common with its wake word",
        "deaf" => "it does not wake from its own wake word here: check loudspeaker, place and level",
        "stopped" => "it was stopped",
        "replayed" => "what woke was played again",
        _ => "all plays were made",
    }
}
