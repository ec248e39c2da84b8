//! What a recogniser of wake words hears: words as strings of sound classes, and how far one is from another.
//!
//! A stand-in for real phonetics: English letters become about a dozen classes by a few rules (voiced and voiceless
//! consonants of one place count as one sound, `h` and doubled letters as none), and the distance is Levenshtein's over
//! the classes. It knows that "commuter" lies near "computer" and "banana" does not; it knows no stress and no dialect.

/// Sound classes of `text`, letters of other scripts and punctuation left out.
#[must_use]
pub(super) fn sounds(text: &str) -> Vec<u8> {
    let letters: Vec<u8> = text.bytes().map(|octet| octet.to_ascii_lowercase()).filter(u8::is_ascii_lowercase).collect();
    let mut classes = Vec::new();
    let mut place = 0;
    while let Some(&letter) = letters.get(place) {
        let next = letters.get(place + 1).copied().unwrap_or(0);
        let soft = matches!(next, b'e' | b'i' | b'y');
        let (class, taken) = match (letter, next) {
            (b'p', b'h') => (b'F', 2),
            (b't', b'h') => (b'T', 2),
            (b'c' | b's', b'h') | (b'd', b'g') => (b'X', 2),
            (b'c', b'k') | (b'g', b'h') => (b'K', 2),
            (b'e' | b'i' | b'y', _) => (b'I', 1),
            (b'o' | b'u', _) => (b'U', 1),
            (b'a', _) => (b'A', 1),
            (b'c', _) if soft => (b'S', 1),
            (b'j', _) => (b'X', 1),
            (b'g', _) if soft => (b'X', 1),
            (b'c' | b'k' | b'q' | b'g', _) => (b'K', 1),
            (b's' | b'z' | b'x', _) => (b'S', 1),
            (b'd' | b't', _) => (b'T', 1),
            (b'b' | b'p', _) => (b'P', 1),
            (b'f' | b'v', _) => (b'F', 1),
            (b'm' | b'n', _) => (b'N', 1),
            (b'l', _) => (b'L', 1),
            (b'r', _) => (b'R', 1),
            (b'w', _) => (b'W', 1),
            // `h`, which is left out.
            _ => (0, 1),
        };
        // A silent `e` ends a word; two letters of one class are one sound.
        let silent = letter == b'e' && place + 1 == letters.len() && classes.len() >= 2;
        if class != 0 && !silent && classes.last() != Some(&class) {
            classes.push(class);
        }
        place += taken;
    }
    classes
}

/// Where in `text` something like `word` was said.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Likeness {
    /// Changed, missing and added sounds; 0 for the word itself.
    pub(super) distance: usize,
    /// How much of the text had been spoken when it was over, 0 to 1.
    pub(super) over_at: f64,
}

/// The part of `text`, from a word's beginning to a word's end, that sounds most like `word`; the first of equals.
#[must_use]
pub(super) fn nearest(word: &str, text: &str) -> Option<Likeness> {
    let wanted: Vec<Vec<u8>> = word.split_whitespace().map(sounds).collect();
    let wanted: Vec<u8> = wanted.concat();
    let spoken: Vec<Vec<u8>> = text.split_whitespace().map(sounds).collect();
    let all: usize = spoken.iter().map(Vec::len).sum();
    if wanted.is_empty() || all == 0 {
        return None;
    }
    let mut best: Option<Likeness> = None;
    for from in 0..spoken.len() {
        let before: usize = spoken[..from].iter().map(Vec::len).sum();
        let mut part = Vec::new();
        for next in &spoken[from..] {
            part.extend_from_slice(next);
            let distance = levenshtein(&wanted, &part);
            if best.is_none_or(|best| distance < best.distance) {
                best = Some(Likeness { distance, over_at: share(before + part.len(), all) });
            }
            if part.len() > wanted.len() + 3 {
                break;
            }
        }
    }
    best
}

#[expect(clippy::cast_precision_loss, reason = "the sounds of a sentence are few")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

/// Fewest changes, removals and insertions that turn `a` into `b`.
fn levenshtein(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let changed = corner + usize::from(left != right);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_itself_has_no_distance_wherever_it_is_said() {
        for text in ["computer, what is the time", "say Computer!", "komputer"] {
            assert_eq!(nearest("computer", text).map(|found| found.distance), Some(0), "{text}");
        }
        assert_eq!(nearest("hey house", "hey house, good night").map(|found| found.over_at < 0.6), Some(true));
    }

    #[test]
    fn what_sounds_alike_is_near_and_what_does_not_is_far() {
        let distance = |text| nearest("computer", text).unwrap().distance;
        assert_eq!(distance("the commuter is late"), 1, "{:?} {:?}", sounds("commuter"), sounds("computer"));
        assert!((1..=3).contains(&distance("a completer picture")), "{}", distance("a completer picture"));
        assert!(distance("bananas are yellow") > 3);
        assert!(nearest("hey house", "hey mouse").unwrap().distance == 1);
    }

    #[test]
    fn nothing_is_near_to_nothing() {
        assert_eq!(nearest("", "hello"), None);
        assert_eq!(nearest("computer", "... !"), None);
    }

    #[test]
    fn the_distance_is_levenshteins() {
        assert_eq!(levenshtein(b"kitten", b"sitting"), 3);
        assert_eq!(levenshtein(b"", b"abc"), 3);
    }
}
