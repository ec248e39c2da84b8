//! How far one string of phonemes is from another: what it costs to change one into the other.
//!
//! A change costs what the phonemes differ in their articulatory features, a mean change costs 1. Nothing is cheaper than half a vowel for a consonant, so that
//! syllables stay syllables.

use std::sync::LazyLock;

use crate::features;
use crate::phoneme::{COUNT, Phoneme};

/// What a phoneme that is said beside the word costs.
const ADDED: f32 = 0.7;
/// What a phoneme of the word costs that is not said.
const MISSING: f32 = 0.9;
/// Most that a change costs: above it, leaving out and adding says it as well.
const MOST_CHANGED: f32 = 1.2;
/// Least that a change of a vowel to a consonant costs.
const LEAST_ACROSS: f32 = 1.0;

static CHANGED: LazyLock<[[f32; COUNT]; COUNT]> = LazyLock::new(changed);

/// What changing one phoneme into the other costs: 0 for the same, about 1 in the mean, at most 1.2.
#[must_use]
pub fn change(a: Phoneme, b: Phoneme) -> f32 {
    CHANGED[a.place()][b.place()]
}

fn changed() -> [[f32; COUNT]; COUNT] {
    let weights = features::weights();
    let mut table = [[0.0; COUNT]; COUNT];
    let (mut sum, mut pairs) = (0.0, 0.0_f32);
    for a in Phoneme::all() {
        for b in Phoneme::all() {
            let (left, right) = (features::of(a), features::of(b));
            let apart: f32 = left.iter().zip(right).zip(weights).map(|((a, b), weight)| (a - b).abs() * weight / 2.0).sum();
            table[a.place()][b.place()] = apart;
            sum += apart;
            pairs += f32::from(u8::from(apart > 0.0));
        }
    }
    let mean = sum / pairs;
    for a in Phoneme::all() {
        for b in Phoneme::all() {
            let cost = &mut table[a.place()][b.place()];
            let least = if a.is_vowel() == b.is_vowel() { 0.0 } else { LEAST_ACROSS };
            *cost = (*cost / mean).clamp(least, MOST_CHANGED);
        }
    }
    table
}

/// How many changes, additions and omissions turn one into the other (Levenshtein).
#[must_use]
pub fn edits(a: &[Phoneme], b: &[Phoneme]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let changed = corner + usize::from(left != right);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Where in something that is said a word lies best.
#[derive(Clone, PartialEq, Debug)]
pub struct Alignment {
    /// What the word costs there.
    pub cost: f32,
    /// What is said in the place of each phoneme of the word; nothing where it is left out.
    pub said: Vec<Option<Phoneme>>,
    /// How many phonemes are said in between.
    pub added: usize,
    /// How many are said before.
    pub before: usize,
    /// How many are said after.
    pub after: usize,
}

/// Whether a word is compared with all that is said or with the best part of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// All of it.
    Whole,
    /// The part that costs least; the first of equals.
    Part,
}

/// The best place of `word` in `spoken`.
#[must_use]
pub fn align(word: &[Phoneme], spoken: &[Phoneme], reach: Reach) -> Alignment {
    let width = spoken.len() + 1;
    let mut table = vec![Cell::default(); (word.len() + 1) * width];
    for j in 1..width {
        table[j] = if reach == Reach::Whole { table[j - 1].then(ADDED, Step::Added) } else { Cell::default() };
    }
    for (i, &wanted) in word.iter().enumerate() {
        let (above, row) = (i * width, (i + 1) * width);
        table[row] = table[above].then(MISSING, Step::Missing);
        for (j, &said) in spoken.iter().enumerate() {
            let changed = table[above + j].then(change(wanted, said), Step::Changed);
            let missing = table[above + j + 1].then(MISSING, Step::Missing);
            let added = table[row + j].then(ADDED, Step::Added);
            table[row + j + 1] = changed.cheaper(missing).cheaper(added);
        }
    }
    let last = &table[word.len() * width..];
    let end = match reach {
        Reach::Whole => spoken.len(),
        Reach::Part => (0..width).fold(0, |best, it| if last[it].cost < last[best].cost { it } else { best }),
    };
    trace(&table, width, word.len(), end, spoken)
}

fn trace(table: &[Cell], width: usize, words: usize, end: usize, spoken: &[Phoneme]) -> Alignment {
    let (mut i, mut j) = (words, end);
    let mut said = vec![None; words];
    let mut added = 0;
    while i > 0 {
        match table[i * width + j].step {
            Step::Changed => {
                (i, j) = (i - 1, j - 1);
                said[i] = Some(spoken[j]);
            }
            Step::Missing => i -= 1,
            Step::Added => {
                added += 1;
                j -= 1;
            }
        }
    }
    Alignment { cost: table[words * width + end].cost, said, added, before: j, after: spoken.len() - end }
}

#[derive(Clone, Copy, Default)]
struct Cell {
    cost: f32,
    step: Step,
}

#[derive(Clone, Copy, Default)]
enum Step {
    #[default]
    Changed,
    Missing,
    Added,
}

impl Cell {
    fn then(self, cost: f32, step: Step) -> Self {
        Self { cost: self.cost + cost, step }
    }

    /// The cheaper of two; the first of equals.
    fn cheaper(self, other: Self) -> Self {
        if other.cost < self.cost { other } else { self }
    }
}

/// Whether `spoken` holds the phonemes of `word` one after the other.
#[must_use]
pub fn contains(spoken: &[Phoneme], word: &[Phoneme]) -> bool {
    !word.is_empty() && spoken.windows(word.len()).any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::phoneme::parse;

    fn named(names: &str) -> Vec<Phoneme> {
        parse(names).unwrap()
    }

    /// Numbers from an independent implementation over the published feature table (panphon 0.22.2).
    #[test]
    fn costs_are_those_of_an_independent_implementation() {
        for (a, b, cost) in
            [("S", "Z", 0.048_953), ("AH", "AE", 0.195_812), ("L", "R", 0.685_341), ("K", "S", 0.660_864), ("AA", "S", 1.2)]
        {
            assert!((change(named(a)[0], named(b)[0]) - cost).abs() < 1e-5, "{a} {b}");
        }
        for (word, spoken, part, whole, plain) in [
            ("AH L EH K S AH", "AH L EH K S AH", 0.0, 0.0, 0),
            ("AH L EH K S AH", "AH L EH K S EY", 0.379_385, 0.379_385, 1),
            ("AH L EH K S AH", "IH L EH K SH AH N", 0.391_623, 1.091_623, 3),
            ("AH L EH K S AH", "W IH L K AH L EH K SH AH N", 0.146_859, 3.646_859, 6),
            ("AH L EH K S AH", "W IH L IH S AH N", 1.242_67, 2.642_67, 5),
            ("AH L EH K S AH", "M IH S IH Z", 2.754_581, 3.454_581, 6),
            ("K AH M P Y UW T ER", "K AH M Y UW T ER", 0.9, 0.9, 1),
            ("K AH M P Y UW T ER", "AH B AE N D AH N M AH N T", 3.758_116, 6.098_692, 10),
            ("HH EY JH AA R V AH S", "G AE L AH K S IY Z", 3.672_448, 3.953_6, 8),
        ] {
            let (word, said) = (named(word), named(spoken));
            assert!((align(&word, &said, Reach::Part).cost - part).abs() < 1e-4, "{spoken}");
            assert!((align(&word, &said, Reach::Whole).cost - whole).abs() < 1e-4, "{spoken}");
            assert_eq!(edits(&word, &said), plain, "{spoken}");
        }
    }

    #[test]
    fn an_alignment_says_what_stands_in_each_place() {
        let found = align(&named("AH L EH K S AH"), &named("W IH L IH S AH N"), Reach::Part);
        let said: Vec<Option<&str>> = found.said.iter().map(|it| it.map(Phoneme::name)).collect();
        assert_eq!(said, [Some("IH"), Some("L"), Some("IH"), None, Some("S"), Some("AH")]);
        assert_eq!((found.added, found.before, found.after), (0, 1, 1));
    }

    fn any_word() -> impl Strategy<Value = Vec<Phoneme>> {
        let all: Vec<Phoneme> = Phoneme::all().collect();
        prop::collection::vec(prop::sample::select(all), 1..9)
    }

    proptest! {
        #[test]
        fn a_part_costs_no_more_than_the_whole_and_nothing_where_it_is_contained(
            word in any_word(), before in any_word(), after in any_word(), other in any_word(),
        ) {
            prop_assert!(align(&word, &other, Reach::Part).cost <= align(&word, &other, Reach::Whole).cost + 1e-4);
            let around = [before, word.clone(), after].concat();
            prop_assert!(contains(&around, &word));
            prop_assert!(align(&word, &around, Reach::Part).cost.abs() < 1e-6);
            prop_assert!((edits(&word, &other) == 0) == (word == other));
            prop_assert_eq!(edits(&word, &other), edits(&other, &word));
        }

        #[test]
        fn changes_cost_the_same_both_ways(a in any_word(), b in any_word()) {
            prop_assert!((change(a[0], b[0]) - change(b[0], a[0])).abs() < 1e-6);
            prop_assert!((change(a[0], b[0]) < 1e-6) == (a[0] == b[0]));
        }
    }
}
