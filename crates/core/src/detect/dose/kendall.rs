//! Kendall's S, the number of pairs in the same less those in opposite order, and what it would be if the orders had nothing to do with
//! each other.

use crate::lot::Stream;

/// Points of which all orders are tried.
const FEW: usize = 7;

/// Rank of each value from 0; equal values share one, and the next greater has the next.
pub(super) fn ranks(values: &[f64]) -> Vec<usize> {
    let mut distinct = values.to_vec();
    distinct.sort_unstable_by(f64::total_cmp);
    distinct.dedup();
    values.iter().map(|value| distinct.partition_point(|other| other < value)).collect()
}

/// Kendall's S against fixed ascending values.
pub(super) struct Score {
    /// How many points share each of them.
    groups: Vec<usize>,
    points: usize,
}

impl Score {
    /// Against these values, in ascending order.
    pub(super) fn new(ascending: &[f64]) -> Self {
        let same = |a: &f64, b: &f64| a >= b;
        Self { groups: ascending.chunk_by(same).map(<[f64]>::len).collect(), points: ascending.len() }
    }

    /// S of these ranks, which are below the number of points; pairs with a tie on either side count nothing.
    #[expect(clippy::cast_possible_wrap, reason = "at most a few hundred points")]
    pub(super) fn of(&self, ranks: &[usize]) -> i64 {
        let mut earlier = Tally::new(self.points);
        let (mut score, mut from) = (0, 0);
        for &group in &self.groups {
            let group = ranks.get(from..from + group).unwrap_or_default();
            for &rank in group {
                let (less, same_or_less) = (earlier.below(rank) as i64, earlier.below(rank + 1) as i64);
                score += less - (from as i64 - same_or_less);
            }
            for &rank in group {
                earlier.add(rank);
            }
            from += group.len();
        }
        score
    }
}

/// How many ranks below each were added (Fenwick 1994).
struct Tally(Vec<usize>);

impl Tally {
    fn new(ranks: usize) -> Self {
        Self(vec![0; ranks + 1])
    }

    fn add(&mut self, rank: usize) {
        let mut at = rank + 1;
        while let Some(count) = self.0.get_mut(at) {
            *count += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn below(&self, rank: usize) -> usize {
        let (mut at, mut sum) = (rank, 0);
        while at > 0 {
            sum += self.0.get(at).copied().unwrap_or(0);
            at &= at - 1;
        }
        sum
    }
}

/// S over orders that have nothing to do with the values.
pub(super) struct Null {
    /// How many orders have an S at least as far from 0 as the index.
    at_least: Vec<u64>,
    orders: u64,
}

impl Null {
    /// Over all orders of few points; over `permutations` drawn ones and the one that was seen otherwise, which keeps the test exact (Phipson and Smyth
    /// 2010).
    pub(super) fn drawn(score: &Score, ranks: &[usize], permutations: u32, stream: &mut Stream) -> Self {
        let pairs = ranks.len().saturating_mul(ranks.len().saturating_sub(1)) / 2;
        let mut null = Self { at_least: vec![0; pairs + 2], orders: 0 };
        let mut ranks = ranks.to_vec();
        if ranks.len() <= FEW {
            each_order(&mut ranks, &mut |ranks| null.count(score.of(ranks)));
        } else {
            for _ in 0..permutations {
                stream.shuffle(&mut ranks);
                null.count(score.of(&ranks));
            }
            // The order that was seen is as far out as any S that is asked about.
            null.count(i64::try_from(pairs).unwrap_or(i64::MAX));
        }
        let mut sum = 0;
        for count in null.at_least.iter_mut().rev() {
            sum += *count;
            *count = sum;
        }
        null
    }

    fn count(&mut self, score: i64) {
        let far = usize::try_from(score.unsigned_abs()).unwrap_or(usize::MAX);
        if let Some(count) = self.at_least.get_mut(far) {
            *count += 1;
            self.orders += 1;
        }
    }

    /// Share of the orders whose S is at least as far from 0.
    #[expect(clippy::cast_precision_loss, reason = "orders are counted in 33 bits")]
    pub(super) fn p(&self, score: i64) -> f64 {
        let far = usize::try_from(score.unsigned_abs()).unwrap_or(usize::MAX);
        self.at_least.get(far).copied().unwrap_or(0) as f64 / self.orders as f64
    }

    /// The least distance of S from 0 that is rejected at level `alpha`; more than any where none is.
    #[expect(clippy::cast_precision_loss, reason = "orders are counted in 33 bits")]
    pub(super) fn least_rejected(&self, alpha: f64) -> u64 {
        let pairs = self.at_least.len().saturating_sub(2);
        // An S of 0 is never rejected.
        let attained = self.at_least.iter().take(pairs + 1).skip(1);
        1 + attained.take_while(|count| **count as f64 / self.orders as f64 > alpha).count() as u64
    }
}

/// Shows every order of the items (Heap 1963).
pub(super) fn each_order<T>(items: &mut [T], show: &mut impl FnMut(&[T])) {
    let mut swapped = vec![0_usize; items.len()];
    show(items);
    let mut at = 1;
    while let Some(times) = swapped.get_mut(at) {
        if *times < at {
            items.swap(if at % 2 == 0 { 0 } else { *times }, at);
            show(items);
            *times += 1;
            at = 1;
        } else {
            *times = 0;
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::lot::Lot;

    #[test]
    fn each_order_is_shown_once() {
        let (mut orders, mut shown) = (BTreeSet::new(), 0);
        each_order(&mut [0, 1, 2, 3, 4], &mut |order| {
            orders.insert(order.to_vec());
            shown += 1;
        });
        assert_eq!((orders.len(), shown), (120, 120));
    }

    /// The numbers of permutations of four by inversions are 1, 3, 5, 6, 5, 3, 1.
    #[test]
    fn of_four_points_two_orders_in_24_are_perfect() {
        let null = Null::drawn(&Score::new(&[1.0, 2.0, 3.0, 4.0]), &[0, 1, 2, 3], 0, &mut Lot::new(1).stream("", 0));
        for (score, orders) in [(6, 2.0), (-4, 8.0), (2, 18.0), (0, 24.0)] {
            assert!((null.p(score) - orders / 24.0).abs() < 1e-15, "{score}: {}", null.p(score));
        }
        assert_eq!((null.least_rejected(0.09), null.least_rejected(0.08)), (5, 7));
    }

    proptest! {
        #[test]
        fn the_score_is_what_comparing_all_pairs_gives(
            mut x in prop::collection::vec((0_i32..6).prop_map(f64::from), 1..20),
            seed: u64,
        ) {
            x.sort_unstable_by(f64::total_cmp);
            let mut stream = Lot::new(seed).stream("y", 0);
            let y: Vec<f64> = x.iter().map(|_| (stream.unit() * 6.0).floor()).collect();
            let mut expected = 0;
            for (i, j) in (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| x[i] > x[j]) {
                expected += i64::from(y[i] > y[j]) - i64::from(y[i] < y[j]);
            }
            prop_assert_eq!(Score::new(&x).of(&ranks(&y)), expected);
        }
    }
}
