//! Blocks of compressed sound: a record holds what a recorder hands over a few times a second, so that lengths vary and each is one block.

use super::Slice;
use super::slices::{between, extremes, number};

/// Blocks of varying length that this is taken off: the last is cut short where the sound ends, by half on average, and the first is often the request, of which on a
/// TCP stream more is left: a datagram holds it together with something else.
const PARTIAL: [f64; 2] = [1.1, 0.9];

/// Lengths change by no more than this part from one block to the next, in the median, where they tell how much of a block is sound.
const STEADY: f64 = 0.1;

/// A change that is more than so many times the usual one has another cause.
const UNUSUAL: f64 = 4.0;

/// A first block of the usual length on a TCP stream, before which no request is seen, is as likely that as sound.
const REQUEST: f64 = 0.5;

/// What was sent before by less than this asked for what follows, nanoseconds.
const ASKED: i64 = 300_000_000;

/// Blocks are as many as the moments at which they leave, give or take what a stall of the link holds up.
const ALONE: f64 = 1.1;

/// Blocks that had waited are shorter or longer than all others by no more than this factor.
const UNLIKE: f64 = 1.5;

/// No more than this part of the blocks has exactly the length of the longest: pieces that a buffer cut have its length.
const PILED: f64 = 0.1;

/// Whether long records of varying length are one block of sound each, rather than pieces of a stream of samples, cut wherever a buffer ended: each leaves by itself, at one of `moments` from `live` on, what had
/// waited is of no other length than the rest, and lengths do not pile up at that of a buffer.
pub(super) fn are_blocks(slices: &[Slice], live: i64, moments: usize) -> bool {
    let (early, late) = slices.split_at(slices.partition_point(|slice| slice.at <= live));
    let (shortest, longest) = extremes(late);
    let usual = f64::from(shortest) / UNLIKE..=f64::from(longest) * UNLIKE;
    // The first may be the request.
    let alike = early.iter().skip(1).all(|slice| usual.contains(&f64::from(slice.length)));
    let piled = slices.iter().filter(|slice| slice.length == longest).count();
    let alone = number(late.len()) <= ALONE * number(moments);
    alone && alike && number(piled.saturating_sub(1)) <= PILED * number(slices.len())
}

/// How many blocks there are too many, because no whole block of sound is in some. Where lengths change little from one to the next they tell it: a last block that is shorter was cut short, a first one of
/// another length is the request.
pub(super) fn partial(slices: &[Slice], episode: &[Slice], datagrams: bool) -> f64 {
    let length = |slice: &Slice| f64::from(slice.length);
    let ([first, second, ..], [.., before, last]) = (slices, slices) else { return 0.0 };
    let mut changes: Vec<f64> =
        slices.windows(2).map(|pair| (length(&pair[1]) / length(&pair[0]).max(1.0) - 1.0).abs()).collect();
    let middle = changes.len() / 2;
    let (_, usual, _) = changes.select_nth_unstable_by(middle, f64::total_cmp);
    if *usual > STEADY {
        return PARTIAL[usize::from(datagrams)];
    }
    let unusual = UNUSUAL * *usual;
    let left = length(last) / length(before).max(1.0);
    let cut_short = if left < 1.0 - unusual { 1.0 - left } else { 0.0 };
    let is_asked = || !between(episode, first.at.saturating_sub(ASKED), first.at.saturating_sub(1)).is_empty();
    let request = if (length(first) / length(second).max(1.0) - 1.0).abs() > unusual {
        1.0
    } else if datagrams || is_asked() {
        0.0
    } else {
        REQUEST
    };
    cut_short + request
}

#[cfg(test)]
mod tests {
    use super::super::{ClockSettings, trains};
    use super::*;

    /// Blocks of 256 ms whose length walks slowly about `octets`: some from before at once, the others live; a request is sent before.
    fn recording(early: i64, live: i64, octets: i64, seed: u64) -> Vec<Slice> {
        let mut chance = seed;
        let mut walk = 0;
        let mut slices = vec![Slice { at: 0, length: 350, answered: 0, since_answer: 0 }];
        for block in 1..=early + live {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (step, late) = (i64::try_from(chance >> 33).unwrap() % 13 - 6, i64::try_from(chance >> 40).unwrap() % 8_000_000);
            walk = (walk * 9 + step * 10) / 10;
            let at = (block - early).max(0) * 256_000_000 + block * 200_000 + if block > early { late } else { 0 };
            let length = u32::try_from(octets + octets * walk / 100).unwrap();
            slices.push(Slice { at, length, answered: 0, since_answer: 0 });
        }
        slices
    }

    #[test]
    fn blocks_whose_length_walks_are_counted_whatever_was_recorded_before() {
        for (seed, early, octets) in (0..30)
            .flat_map(|seed| [0, 2, 8].into_iter().flat_map(move |early| [1_600, 3_000].map(|octets| (seed, early, octets))))
        {
            let slices = recording(early, 14, octets, seed);
            let found = trains(&slices, false, &ClockSettings::default());
            let counted: f64 = found.iter().map(|train| train.seconds).sum();
            #[expect(clippy::cast_precision_loss, reason = "a few blocks")]
            let sent = (early + 14) as f64 * 0.256;
            assert!((counted - sent).abs() < 0.256, "seed {seed}, {early} of {octets}: {counted:.2} of {sent:.2} s, {found:#?}");
        }
    }

    #[test]
    fn pieces_that_a_buffer_cut_are_no_blocks() {
        let piece = |at: i64, length: u32| Slice { at, length, answered: 0, since_answer: 0 };
        let cut: Vec<Slice> =
            (0..40).map(|number| piece(number * 100_000_000, if number % 3 == 0 { 4_096 } else { 3_000 })).collect();
        assert!(!are_blocks(&cut, 0, 40), "every third is full");
        let block = |number: i64| piece(number * 256_000_000, 3_000 + u32::try_from(number * 37 % 400).unwrap());
        let blocks: Vec<Slice> = (0..40).map(block).collect();
        assert!(are_blocks(&blocks, 0, 39) && !are_blocks(&blocks, 0, 20), "two at a moment are pieces");
    }

    #[test]
    fn what_is_no_whole_block_shows_in_its_length_where_lengths_are_steady() {
        let of = |lengths: &[u32]| -> Vec<Slice> {
            let slice = |(at, length): (i64, &u32)| Slice { at, length: *length, answered: 0, since_answer: 0 };
            (0..).map(|number: i64| number * 256_000_000).zip(lengths).map(slice).collect()
        };
        let partial = |lengths: &[u32], datagrams: bool| partial(&of(lengths), &of(lengths), datagrams);
        assert!((partial(&[800, 810, 805, 800, 795, 400], true) - (1.0 - 400.0 / 795.0)).abs() < 1e-9, "the last is cut short");
        assert!((partial(&[300, 810, 805, 800, 795, 800], true) - 1.0).abs() < 1e-9, "the first is the request");
        assert!((partial(&[800, 810, 805, 800, 795, 800], false) - REQUEST).abs() < 1e-9, "the first may be");
        assert!((partial(&[500, 810, 305, 900, 395, 800], false) - PARTIAL[0]).abs() < 1e-9, "nothing tells");
    }
}
