//! Words worth playing: those near to a wake word, and two words that make it together.

use crate::distance::{self, Reach};
use crate::phoneme::Phoneme;
use crate::pool::Word;

/// How many words are tried in each half of two words that make a wake word together.
const HALVES: usize = 12;
/// Fewest phonemes of a half: one alone is near to too much.
const SHORTEST_HALF: usize = 2;

/// At most `most` words of a lexicon that are worth playing for a wake word, the nearest first: as many by the best part as by the whole, and, beside these, two words that make it together
/// ("come pewter"). A lexicon is texts with phonemes; texts without are left out.
#[must_use]
pub fn near<'a>(wake: &[Phoneme], lexicon: &[(&'a str, &'a [Phoneme])], most: usize) -> Vec<Word> {
    let lexicon: Vec<_> = lexicon.iter().copied().filter(|(_, phonemes)| !phonemes.is_empty()).collect();
    let mut words: Vec<Word> = Vec::new();
    let mut take = |ranked: Vec<(f32, Word)>, most: usize| words.extend(ranked.into_iter().take(most).map(|it| it.1));
    take(ranked(&lexicon, |it| distance::align(wake, it, Reach::Part).cost), most / 3);
    take(ranked(&lexicon, |it| distance::align(wake, it, Reach::Whole).cost), most / 3);
    take(together(wake, &lexicon), most - 2 * (most / 3));
    let mut known = std::collections::BTreeSet::new();
    words.retain(|it| !distance::contains(&it.phonemes, wake) && known.insert(it.text.clone()));
    words
}

/// Two words each, of which the first is near to the beginning of the wake word and the second to the rest.
fn together(wake: &[Phoneme], lexicon: &[(&str, &[Phoneme])]) -> Vec<(f32, Word)> {
    let mut pairs: Vec<(f32, Word)> = Vec::new();
    for cut in SHORTEST_HALF..(wake.len() + 1).saturating_sub(SHORTEST_HALF) {
        let (begin, rest) = wake.split_at(cut);
        let halves = [begin, rest].map(|half| {
            let mut ranked = ranked(lexicon, |it| distance::align(half, it, Reach::Whole).cost);
            ranked.truncate(HALVES);
            ranked
        });
        let [first, second] = halves;
        for (cost, begin) in &first {
            for (more, rest) in &second {
                let phonemes = [begin.phonemes.as_slice(), &rest.phonemes].concat();
                pairs.push((cost + more, Word { text: format!("{} {}", begin.text, rest.text), phonemes, is_everyday: false }));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.text.cmp(&b.1.text)));
    pairs
}

fn ranked(lexicon: &[(&str, &[Phoneme])], cost: impl Fn(&[Phoneme]) -> f32) -> Vec<(f32, Word)> {
    let mut ranked: Vec<(f32, usize)> = lexicon.iter().enumerate().map(|(at, (_, phonemes))| (cost(phonemes), at)).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| lexicon[a.1].0.cmp(lexicon[b.1].0)));
    let word = |at: usize| Word { text: lexicon[at].0.to_owned(), phonemes: lexicon[at].1.to_vec(), is_everyday: false };
    ranked.into_iter().map(|(cost, at)| (cost, word(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phoneme::parse;

    #[test]
    fn two_words_make_a_wake_word_together_and_the_wake_word_is_left_out() {
        let texts = [
            ("come", "K AH M"),
            ("pewter", "P Y UW T ER"),
            ("computer", "K AH M P Y UW T ER"),
            ("microcomputer", "M AY K R OW K AH M P Y UW T ER"),
            ("commuter", "K AH M Y UW T ER"),
            ("banana", "B AH N AE N AH"),
            ("hm", ""),
        ];
        let phonemes: Vec<Vec<Phoneme>> = texts.iter().map(|it| parse(it.1).unwrap()).collect();
        let lexicon: Vec<(&str, &[Phoneme])> =
            texts.iter().zip(&phonemes).map(|(it, phonemes)| (it.0, phonemes.as_slice())).collect();
        let found = near(&parse("K AH M P Y UW T ER").unwrap(), &lexicon, 30);
        let texts: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert!(texts.contains(&"come commuter") && texts.contains(&"commuter"), "{texts:?}");
        assert!(!texts.iter().any(|it| ["computer", "microcomputer", "come pewter", "hm"].contains(it)), "{texts:?}");
    }
}
