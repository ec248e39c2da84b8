//! Datagrams that left in one go, as one slice.
//!
//! Programs read sound in blocks, so several slices are ready at once. In a TCP stream each keeps a record of its own; what lies under datagrams
//! (QUIC: RFC 9000, section 13, lets a sender wait a little for more to put into a packet) glues some of them together and not
//! others, as their times happen to fall. Then neither their number nor their lengths tell how much sound they hold, but they still leave at
//! the beat of the blocks.

use super::slices::ONE_MOMENT;
use super::slices::extremes;
use super::{Slice, Train};

/// Makes one slice of each turn: slices that follow each other within one moment. Says whether that made fewer.
pub(super) fn collect(slices: &[Slice], turns: &mut Vec<Slice>) -> bool {
    turns.clear();
    for turn in slices.chunk_by(|a, b| b.at.saturating_sub(a.at) <= ONE_MOMENT) {
        let length = turn.iter().fold(0_u32, |sum, slice| sum.saturating_add(slice.length));
        turns.extend(turn.last().map(|last| Slice { length, ..*last }));
    }
    turns.len() < slices.len()
}

/// Gives a train of turns the beginning and the lengths of the slices that they were made of.
pub(super) fn take_apart(train: &mut Train, slices: &[Slice]) {
    let until = slices.partition_point(|slice| slice.at <= train.last);
    let first = slices.partition_point(|slice| slice.at <= train.first);
    let in_one_go = |pair: &&[Slice]| pair[1].at.saturating_sub(pair[0].at) <= ONE_MOMENT;
    let more = slices.get(..first).unwrap_or_default().windows(2).rev().take_while(in_one_go).count();
    let parts = slices.get(first.saturating_sub(more + 1)..until).unwrap_or_default();
    train.first = parts.first().map_or(train.first, |slice| slice.at);
    train.lengths = extremes(parts);
}

#[cfg(test)]
mod tests {
    use super::super::{ClockSettings, trains};
    use super::*;
    use crate::findings::TrainShape;

    fn slice(at: i64, length: u32) -> Slice {
        Slice { at, length, answered: 0, since_answer: 0 }
    }

    /// Five frames each 80 ms, of words and of silence, some of them in one datagram; by the bits of a linear congruential generator (Knuth's).
    fn blocks(count: i64) -> Vec<Slice> {
        let mut slices: Vec<Slice> = Vec::new();
        let mut chance = 1_u64;
        for block in 0..count {
            for frame in 0..5 {
                chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let loud = if block % 14 < 8 { 100 } else { 0 };
                let (length, glued) = (20 + loud + u32::try_from(chance >> 33).unwrap() % 60, chance >> 62 < 2);
                match slices.last_mut() {
                    Some(before) if glued && frame > 0 => before.length += length,
                    _ => slices.push(slice(block * 80_000_000 + frame * 100_000, length + 22)),
                }
            }
        }
        slices
    }

    #[test]
    fn frames_of_a_block_are_counted_by_blocks_however_they_were_glued_into_datagrams() {
        let slices = blocks(50);
        let found = trains(&slices, true, &ClockSettings::default());
        let [train] = &found[..] else { panic!("{found:#?}") };
        assert_eq!(train.shape, TrainShape::Variable);
        assert!((train.beat / 80e6 - 1.0).abs() < 0.01 && (train.seconds - 4.0).abs() < 0.1, "{train:?}");
        assert_eq!((train.first, train.last), (0, slices.last().unwrap().at));
        assert_eq!(train.lengths.1, extremes(&slices).1);
    }

    #[test]
    fn a_turn_is_what_left_within_a_moment_of_what_left_before() {
        let mut turns = Vec::new();
        let slices = [0, 4, 8, 14, 100].map(|millis| slice(millis * 1_000_000, 10));
        assert!(collect(&slices, &mut turns));
        let found: Vec<(i64, u32)> = turns.iter().map(|turn| (turn.at / 1_000_000, turn.length)).collect();
        assert_eq!(found, [(8, 30), (14, 10), (100, 10)]);
        assert!(!collect(&slices[3..], &mut turns), "nothing left together");
    }
}
