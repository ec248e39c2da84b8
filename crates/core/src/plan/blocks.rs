//! Randomised complete blocks: every cell of the layout once in each block, in an order drawn by lot.
//!
//! A cell is a sound with one level of each factor. What changes slowly over a night, such as a room, a network or a device's own habits, so falls on all cells alike,
//! and trials are compared within their block.

use super::{Done, Next, Plan};
use crate::lot::Lot;
use crate::schedule::Design;
use crate::trial::Session;

/// A number of blocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Blocks {
    blocks: u32,
}

impl Blocks {
    /// So many blocks: as many rounds of each cell.
    #[must_use]
    pub const fn new(blocks: u32) -> Self {
        Self { blocks }
    }

    /// The block of round `number`, and the number of its cell in [`Design::cells`]; `None` after the last block.
    #[must_use]
    pub fn cell(self, design: &Design, number: u32) -> Option<(u32, usize)> {
        let size = design.cells().len();
        let block = u32::try_from((number as usize).checked_div(size)?).ok()?;
        let cell = *order(design.seed, block, size).get(number as usize % size)?;
        (block < self.blocks).then_some((block, cell))
    }
}

/// The cells of a block, numbered from 0, in the order in which they are played.
#[must_use]
pub fn order(seed: u64, block: u32, cells: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cells).collect();
    Lot::new(seed).stream("block", block.into()).shuffle(&mut order);
    order
}

impl Plan for Blocks {
    fn next(&mut self, _: &Session, design: &Design, number: u32) -> Next {
        let cell = self.cell(design, number).and_then(|(_, cell)| design.cells().into_iter().nth(cell));
        cell.map_or(Next::Done(Done::Played), Next::Play)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::probe::{SoundKind, Stimulus};
    use crate::timeline::Factor;
    use crate::vocabulary::Candidate;

    fn design(seed: u64) -> Design {
        let stimuli = ["alexa", "glass"].map(|name| Stimulus { name: name.into(), kind: SoundKind::Noise }).to_vec();
        let factors = vec![Factor::new("postfix_s", ["0", "0.5", "1"]).unwrap(), Factor::new("voice", ["slt", "rms"]).unwrap()];
        Design { seed, stimuli, factors, ..Design::default() }
    }

    fn played(seed: u64, blocks: u32) -> Vec<Candidate> {
        let (mut plan, design, session) = (Blocks::new(blocks), design(seed), Session::new(0.01));
        let next = |number| match plan.next(&session, &design, number) {
            Next::Play(candidate) => Some(candidate),
            Next::Done(why) => {
                assert_eq!(why, Done::Played);
                None
            }
        };
        (0..).map_while(next).collect()
    }

    #[test]
    fn each_cell_comes_once_in_every_block_in_an_order_of_its_own() {
        let played = played(5, 3);
        let blocks: Vec<&[Candidate]> = played.chunks(12).collect();
        assert_eq!((played.len(), blocks.len()), (36, 3));
        let cells: BTreeSet<Candidate> = design(5).cells().into_iter().collect();
        assert!(cells.len() == 12 && blocks.iter().all(|block| block.iter().cloned().collect::<BTreeSet<_>>() == cells));
        assert!(blocks[0] != blocks[1] && blocks[1] != blocks[2] && played != self::played(6, 3));
        assert_eq!(played[..12], self::played(5, 1), "more blocks change none of those before");
    }

    #[test]
    fn every_cell_comes_first_about_as_often() {
        let mut first = [0_u32; 12];
        for block in 0..2_400 {
            first[Blocks::new(2_400).cell(&design(1), block * 12).unwrap().1] += 1;
        }
        // Six standard deviations.
        assert!(first.iter().all(|count| (118..282).contains(count)), "{first:?}");
    }
}
