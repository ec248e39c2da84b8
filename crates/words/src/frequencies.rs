//! How often words come in everyday English, which comes along.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `data/everyday.txt.zst`, made by `data/everyday.py`: a word and the number of centibels that its share of all words is below 1 in each line, sorted.
static PACKED: &[u8] = include_bytes!("../data/everyday.txt.zst");
/// Centibels of a factor of e.
const CENTIBELS: f64 = 100.0 / std::f64::consts::LN_10;

static SHARES: LazyLock<BTreeMap<String, f64>> = LazyLock::new(|| {
    let octets = zstd::decode_all(PACKED).unwrap_or_default();
    let text = String::from_utf8(octets).unwrap_or_default();
    let share = |line: &str| {
        let (word, centibels) = line.split_once(' ')?;
        Some((word.to_owned(), (-centibels.parse::<f64>().ok()? / CENTIBELS).exp()))
    };
    text.lines().filter_map(share).collect()
});

/// The share of each word in all words of everyday English text and talk, in lower case. Words that come less often than once in a million are not among them.
#[must_use]
pub fn frequencies() -> &'static BTreeMap<String, f64> {
    &SHARES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_its_shares_are_those_of_its_source() {
        assert!(frequencies().len() > 25_000);
        let whole: f64 = frequencies().values().sum();
        assert!((0.9..=1.05).contains(&whole), "{whole}");
        // `wordfreq.word_frequency("the", "en")` of wordfreq 3.1.1.
        assert!((frequencies()["the"] - 0.0537).abs() < 1e-4, "{}", frequencies()["the"]);
    }
}
