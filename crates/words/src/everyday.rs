//! How often a device wakes from everyday speech, by what is known of its words.

use std::collections::BTreeMap;

use crate::results::{Chance, chances};
use crate::search::Search;

/// False wakes that are expected of 10,000 words of text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Everyday {
    /// Expected.
    pub wakes: f64,
    /// If all words wake as rarely as their intervals allow.
    pub low: f64,
    /// If all wake as often.
    pub high: f64,
    /// Share of the text whose words were among those that may be played; of the others nothing is said.
    pub covered: f64,
}

/// What is expected of text in which each word comes so often. Words are single, in lower case. Nothing where none of them might have been played.
#[must_use]
pub fn everyday(search: &Search, frequencies: &BTreeMap<String, f64>) -> Option<Everyday> {
    let whole: f64 = frequencies.values().sum();
    let words = search.pool().words().iter().enumerate();
    let known: Vec<(usize, f64)> =
        words.filter_map(|(at, it)| Some((at, *frequencies.get(&it.text.to_lowercase())?))).filter(|it| it.1 > 0.0).collect();
    if known.is_empty() {
        return None;
    }
    let places: Vec<usize> = known.iter().map(|it| it.0).collect();
    let chances = chances(search, &places);
    let sum = |of: fn(&Chance) -> f32| {
        known.iter().zip(&chances).map(|((_, often), chance)| often / whole * 10_000.0 * f64::from(of(chance))).sum()
    };
    let covered = known.iter().map(|it| it.1).sum::<f64>();
    Some(Everyday { wakes: sum(|it| it.probability), low: sum(|it| it.low), high: sum(|it| it.high), covered: covered / whole })
}
