//! Orders that are fixed before the first play: what others have done, to compare with.

use earwitness_core::lot::Stream;

use crate::history::History;
use crate::manner::{Answer, Manner, Play};
use crate::pool::Pool;

/// Which words come first; equals by lot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Order {
    /// Fewest edits of the whole word.
    Whole,
    /// Least cost of the best part.
    Substring,
    /// Everyday words with as many phonemes as the wake word, then one more or fewer, and so on (Mitev et al., *`LeakyPick`*, ACSAC 2020).
    Paper,
    /// Everyday words by lot.
    Random,
}

/// The words in this order.
pub(crate) fn ordered(order: Order, pool: &Pool, chance: &mut Stream) -> Vec<usize> {
    let mut words: Vec<usize> = (0..pool.words().len()).collect();
    chance.shuffle(&mut words);
    let shapes = pool.shapes();
    match order {
        Order::Whole => words.sort_by(|&a, &b| shapes[a].edits.total_cmp(&shapes[b].edits)),
        // Sums of the same costs in another order may differ in their last bit.
        Order::Substring => words.sort_by(|&a, &b| thousandths(shapes[a].part).total_cmp(&thousandths(shapes[b].part))),
        Order::Paper | Order::Random => words.retain(|&it| pool.words()[it].is_everyday),
    }
    if order == Order::Paper {
        words.sort_by_key(|&it| pool.words()[it].phonemes.len().abs_diff(pool.wake().len()));
    }
    words
}

fn thousandths(cost: f32) -> f32 {
    (cost * 1_000.0).round()
}

/// A word that has just woken the device for the first time is played once more, in another voice.
pub(crate) fn confirm(history: &History, manners: &[Manner], chance: &mut Stream) -> Option<Play> {
    let &(Play { word, manner }, answer) = history.plays().last()?;
    if answer != Answer::Woke || history.of(word).len() > 1 {
        return None;
    }
    let others: Vec<usize> = (0..manners.len()).filter(|&it| manners[it].voice != manners[manner].voice).collect();
    others.get(pick(others.len(), chance)).map(|&manner| Play { word, manner })
}

/// A number below `bound` by lot; 0 where that is 0.
pub(crate) fn pick(bound: usize, chance: &mut Stream) -> usize {
    usize::try_from(chance.below(bound as u64)).unwrap_or(0)
}
