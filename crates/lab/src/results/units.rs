//! What a comparison of two conditions may take for independent of each other: blocks of one night, or nights.
//!
//! Which of these it is depends on the design alone, never on what was measured, so that choosing does not raise the rate of errors.

use std::collections::BTreeMap;

use super::describe::{mean, night_means};
use super::moments::{Moments, Student};
use super::trial::{Known, grouped};

/// The values of one block, those of the first condition and those of the second.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Block {
    pub(super) first: Vec<f64>,
    pub(super) second: Vec<f64>,
}

impl Block {
    /// The difference of the means; a block has values of both.
    pub(super) fn difference(&self) -> f64 {
        average(&self.first) - average(&self.second)
    }
}

#[expect(clippy::cast_precision_loss, reason = "trials of a block")]
fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What two conditions are compared by.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Units {
    /// One night has both conditions: its blocks that have both.
    Blocks(Vec<Block>),
    /// Several nights have both: the difference of each.
    Nights(Vec<f64>),
    /// No night has both: the means of the nights of each.
    Apart(Vec<f64>, Vec<f64>),
    /// Nothing that was drawn by lot, so that no test holds; the difference of the means all the same.
    Nothing(Option<f64>),
}

impl Units {
    /// Of the values of two conditions, each in the order of nights and blocks.
    pub(super) fn of(first: &[Known], second: &[Known]) -> Self {
        let mut nights = BTreeMap::<u32, (&[Known], &[Known])>::new();
        for values in grouped(first, |it| it.night) {
            nights.entry(values[0].night).or_default().0 = values;
        }
        for values in grouped(second, |it| it.night) {
            nights.entry(values[0].night).or_default().1 = values;
        }
        let both: Vec<_> = nights.into_values().filter(|it| !it.0.is_empty() && !it.1.is_empty()).collect();
        match both.as_slice() {
            [] => {
                let (a, b) = (night_means(first), night_means(second));
                if a.len() > 1 && b.len() > 1 {
                    return Self::Apart(a, b);
                }
            }
            [night] => {
                let blocks = blocks(night.0, night.1);
                if blocks.len() > 1 || blocks.iter().any(|it| it.first.len() + it.second.len() > 2) {
                    return Self::Blocks(blocks);
                }
            }
            nights => return Self::Nights(nights.iter().filter_map(|night| difference(night.0, night.1)).collect()),
        }
        Self::Nothing(mean(first).zip(mean(second)).map(|(a, b)| a - b))
    }

    /// The difference as an estimate with Student's error; `None` where nothing varies or there are too few.
    pub(super) fn student(&self) -> Option<Student> {
        match self {
            Self::Blocks(blocks) => Moments::of(&blocks.iter().map(Block::difference).collect::<Vec<_>>())?.student(),
            Self::Nights(differences) => Moments::of(differences)?.student(),
            Self::Apart(first, second) => Student::welch(&Moments::of(first)?, &Moments::of(second)?),
            Self::Nothing(_) => None,
        }
    }

    /// The difference: each block counts the same, and so does each night.
    pub(super) fn difference(&self) -> Option<f64> {
        match self {
            Self::Blocks(blocks) => Some(average(&blocks.iter().map(Block::difference).collect::<Vec<_>>())),
            Self::Nights(differences) => Some(average(differences)),
            Self::Apart(first, second) => Some(average(first) - average(second)),
            Self::Nothing(difference) => *difference,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Blocks(blocks) => blocks.len() as u64,
            Self::Nights(differences) => differences.len() as u64,
            Self::Apart(first, second) => (first.len() + second.len()) as u64,
            Self::Nothing(_) => 0,
        }
    }
}

impl Units {
    /// Nights that they come from.
    pub(super) fn nights(&self) -> u64 {
        match self {
            Self::Blocks(_) => 1,
            Self::Nights(_) | Self::Apart(..) => self.count(),
            Self::Nothing(_) => 0,
        }
    }
}

/// The blocks of one night that have values of both conditions.
fn blocks(first: &[Known], second: &[Known]) -> Vec<Block> {
    let mut blocks = BTreeMap::<u32, Block>::new();
    let empty = || Block { first: Vec::new(), second: Vec::new() };
    for it in first {
        blocks.entry(it.block).or_insert_with(empty).first.push(it.value);
    }
    for it in second {
        blocks.entry(it.block).or_insert_with(empty).second.push(it.value);
    }
    blocks.into_values().filter(|it| !it.first.is_empty() && !it.second.is_empty()).collect()
}

/// The difference of one night: over its blocks where any has both conditions, otherwise of the means of the night.
fn difference(first: &[Known], second: &[Known]) -> Option<f64> {
    let blocks = blocks(first, second);
    if blocks.is_empty() {
        return mean(first).zip(mean(second)).map(|(a, b)| a - b);
    }
    Some(average(&blocks.iter().map(Block::difference).collect::<Vec<_>>()))
}
