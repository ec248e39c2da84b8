//! Subtitles of a broadcast, as words with their times: what was said before a device woke.
//!
//! Two formats are read: SRT (`SubRip`), and TTML (W3C, Timed Text Markup Language 2) with its profiles such as EBU-TT-D and IMSC.

mod moment;
mod srt;
mod ttml;

use earwitness_base::misread::{Fault, Misread};

/// Longest file, octets: a day of television has about 4 MB.
pub const LONGEST: usize = 16 << 20;
/// Most lines that are shown, each with its time.
pub const MOST_CUES: usize = 200_000;
/// Most words.
pub const MOST_WORDS: usize = 2_000_000;

/// A text that is shown for some time; nanoseconds from the beginning of the recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cue {
    /// When it appears.
    pub from: i64,
    /// When it disappears.
    pub until: i64,
    /// What is said, in one line.
    pub text: String,
}

/// A word, and when it is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// As it is written.
    pub text: String,
    /// About when it begins, nanoseconds: a cue's time is shared out among its words by their letters.
    pub from: i64,
    /// About when it ends.
    pub until: i64,
}

/// Reads subtitles in order of time. What begins with `<` is TTML, everything else SRT. `file` is how messages call it.
///
/// # Errors
/// Where it is neither, with line and column.
pub fn read(text: &str, file: &str) -> Result<Vec<Cue>, Misread> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cues = if text.len() > LONGEST {
        Err(Fault::of_all(format!("subtitles of more than {} MiB: cut them", LONGEST >> 20)))
    } else if text.trim_start().starts_with('<') {
        ttml::read(text)
    } else {
        srt::read(text)
    };
    let mut cues = cues.map_err(|fault| fault.located(file, text))?;
    if cues.is_empty() {
        return Err(Misread::whole(file, "it holds no subtitles: give an SRT or TTML file".to_owned()));
    }
    cues.sort_by_key(|cue| cue.from);
    Ok(cues)
}

/// The words of subtitles in their order. Notes in brackets (`[door slams]`), which nobody says, are left out, and so are signs without a letter or digit.
#[must_use]
pub fn words(cues: &[Cue]) -> Vec<Word> {
    let mut words = Vec::new();
    for cue in cues {
        let spoken = spoken(&cue.text);
        let own: Vec<&str> = spoken.split_whitespace().filter(|it| it.chars().any(char::is_alphanumeric)).collect();
        let letters = |word: &str| i64::try_from(word.chars().count()).unwrap_or(0) + 1;
        let all: i64 = own.iter().map(|word| letters(word)).sum();
        let length = cue.until - cue.from;
        let moment = |before: i64| cue.from + scaled(length, before, all.max(1));
        let mut before = 0;
        for word in own {
            if words.len() >= MOST_WORDS {
                return words;
            }
            let from = moment(before);
            before += letters(word);
            words.push(Word { text: word.to_owned(), from, until: moment(before) });
        }
    }
    words
}

/// `length * part / all`.
fn scaled(length: i64, part: i64, all: i64) -> i64 {
    i64::try_from(i128::from(length) * i128::from(part) / i128::from(all)).unwrap_or(length)
}

/// A text without what stands in brackets.
fn spoken(text: &str) -> String {
    let (mut depth, mut out) = (0_u32, String::new());
    for letter in text.chars() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' if depth > 0 => {
                depth -= 1;
                out.push(' ');
            }
            letter if depth == 0 => out.push(letter),
            _ => {}
        }
    }
    // A bracket that is never closed holds no note.
    if depth > 0 { text.replace(['[', ']', '(', ')'], " ") } else { out }
}

/// A cue that is well formed; none without a text.
fn cue(from: i64, until: i64, text: &str) -> Option<Cue> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(Cue { from, until, text })
}

#[cfg(test)]
mod tests;
