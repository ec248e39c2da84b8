//! Which part of a text wakes a device.

use earwitness_core::timeline::Part;

use crate::plan::{Lengths, part};

/// Most words of a wake word: `Hey Google`, `Okay Nabu`.
const MOST_WORDS: usize = 2;

/// The wake word of a text: what stands before its first comma, if that is at most two words. A text without such a beginning wakes nobody.
#[must_use]
pub fn wake_word(text: &str) -> Option<&str> {
    let (before, after) = text.trim_start().split_once(',')?;
    let is_short = (1..=MOST_WORDS).contains(&before.split_whitespace().count());
    (is_short && !before.contains(['.', '?', '!']) && !after.trim().is_empty()).then_some(before)
}

/// Which of some texts that are said one after the other has the first wake word, and that word: what stands before the first comma of a text, or a text of its own of at most two
/// words after which something else is said.
#[must_use]
pub fn first_wake<'a>(texts: &[Option<&'a str>]) -> Option<(usize, &'a str)> {
    texts.iter().enumerate().find_map(|(place, text)| {
        let text = (*text)?;
        let alone = || {
            let is_short = (1..=MOST_WORDS).contains(&text.split_whitespace().count());
            let goes_on = texts.iter().skip(place + 1).any(Option::is_some);
            (is_short && goes_on && !text.contains(['.', '?', '!', ','])).then_some(text.trim())
        };
        Some((place, wake_word(text).or_else(alone)?))
    })
}

/// Begin and end of the wake word in parts laid end to end, nanoseconds from the beginning of the first; none where no text has one. Its length is that
/// part of the text's length that its letters are of all letters.
#[must_use]
pub fn wake(parts: &[Part], lengths: &Lengths<'_>) -> Option<(i64, i64)> {
    let texts: Vec<Option<&str>> = parts.iter().map(said).collect();
    let (place, word) = first_wake(&texts)?;
    let text = texts.get(place).copied().flatten()?;
    let from = parts.iter().take(place).fold(0_i64, |from, it| from.saturating_add(part(it, lengths).nanos));
    let length = parts.get(place).map_or(0, |it| part(it, lengths).nanos);
    let letters = |text: &str| i64::try_from(text.trim().chars().count()).unwrap_or(i64::MAX).max(1);
    let wake = i128::from(length) * i128::from(letters(word)) / i128::from(letters(text));
    Some((from, from.saturating_add(i64::try_from(wake).unwrap_or(length))))
}

/// What is said in a part.
fn said(part: &Part) -> Option<&str> {
    match part {
        Part::Utterance { text, .. } => Some(text),
        Part::File { .. } | Part::Noise { .. } | Part::Silence(_) | Part::Gap(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::time::SECOND;

    #[test]
    fn what_stands_before_the_first_comma_wakes() {
        assert_eq!(wake_word("Alexa, where is New York City."), Some("Alexa"));
        assert_eq!(wake_word("Okay Nabu, what time is it?"), Some("Okay Nabu"));
        for nothing in ["where is New York City", "I think that, all in all, it rains", "Well. Yes, so", "Alexa,", ", where", ""]
        {
            assert_eq!(wake_word(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_wake_word_lies_where_its_text_begins() {
        let said = |text: &str, length| Part::Utterance { text: text.to_owned(), voice: None, length: Some(length) };
        let parts = [said("It rains today", 3 * SECOND), Part::Gap(SECOND), said("Alexa, now", 2 * SECOND)];
        assert_eq!(wake(&parts, &|_, _| None), Some((4 * SECOND, 5 * SECOND)));
        assert_eq!(wake(&parts[..2], &|_, _| None), None);
        // Alone, with a pause before what is asked; with nothing after it, it may be anything.
        let parts =
            [said("It rains today", 3 * SECOND), said("hey jarvis", SECOND), Part::Gap(SECOND), said("what time is it", SECOND)];
        assert_eq!(wake(&parts, &|_, _| None), Some((3 * SECOND, 4 * SECOND)));
        assert_eq!(wake(&parts[..3], &|_, _| None), None);
    }
}
