//! The permutation test within blocks, and its interval.
//!
//! Which trial of a block had which condition was drawn by lot, so that under no effect every other assignment was as likely: no distribution is assumed
//! (Fisher 1935; Edgington and Onghena 2007, chapter 5). If one condition adds δ to every value, the values less δ are exchangeable. For an
//! assignment r let s(r) be the difference of means that it gives, and c(r) the one that it would give if the first condition's values were 1 and the
//! second's 0. Then r reaches the difference d that was observed, both less δ, where s(r) - δ c(r) ≥ d - δ, so where δ ≥ (d - s(r)) / (1 - c(r)) = δ(r).
//! The p-value of each δ follows from how many δ(r) lie below and above it, and the interval of those that are not rejected lies between two
//! of the δ(r) in order (Hartigan 1969, Journal of the American Statistical Association 64, 1303, for pairs).

use earwitness_core::lot::Stream;
use earwitness_core::stats::float;

use super::units::Block;

/// Assignments up to which all of them are tried.
const ALL_UP_TO: usize = 1 << 14;
/// Swaps that one test may take; with more blocks there are fewer draws.
const SWAPS: usize = 5_000_000;
/// Fewest draws.
const FEWEST: usize = 999;
/// Assignments of one block up to which they are written down.
const TABLE: usize = 512;

/// What a permutation test found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Permuted {
    /// Lower end of the interval; `None` where no difference is too low to be rejected.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    /// Two-sided: twice the smaller side.
    pub(super) p: f64,
    /// Assignments that were tried; `exact` where these are all.
    pub(super) tried: u64,
    pub(super) exact: bool,
    /// Whether anything varies; where not, the ends are `None`.
    pub(super) varies: bool,
}

/// One assignment of a block: the difference of means, and that of the share of values that the first condition had.
type Assigned = (f64, f64);

/// Tests whether the conditions of the blocks differ. `draws` is how many assignments are drawn where there are too many to try all.
pub(super) fn permute(blocks: &[Block], beyond: f64, draws: usize, lot: &mut Stream) -> Permuted {
    let observed = float_mean(blocks.iter().map(Block::difference));
    let tables: Vec<Option<Vec<Assigned>>> = blocks.iter().map(table).collect();
    let mut sizes = tables.iter().map(|it| it.as_ref().map(Vec::len));
    let all = sizes.try_fold(1_usize, |product, size| product.checked_mul(size?).filter(|it| *it <= ALL_UP_TO));
    let blocks_count = float(blocks.len() as u64);
    let sums: Vec<Assigned> = if all.is_some() {
        let mut sums = vec![(0.0, 0.0)];
        for table in tables.iter().flatten() {
            sums = sums.iter().flat_map(|sum| table.iter().map(move |it| (sum.0 + it.0, sum.1 + it.1))).collect();
        }
        sums
    } else {
        let draws = draws.min((SWAPS / blocks.len().max(1)).max(FEWEST));
        let mut sources: Vec<Drawn<'_>> =
            blocks.iter().zip(&tables).map(|(block, table)| Drawn::new(block, table.as_deref())).collect();
        (0..draws)
            .map(|_| sources.iter_mut().map(|it| it.draw(lot)).fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1)))
            .collect()
    };
    // Differences of this size and less are rounding.
    let largest = blocks.iter().flat_map(|it| it.first.iter().chain(&it.second)).fold(0.0_f64, |most, it| most.max(it.abs()));
    let slack = largest * 1e-12;
    // An assignment that is the observed one reaches every difference; it has no δ(r).
    let mut shifts: Vec<f64> = sums
        .iter()
        .map(|sum| (sum.0 / blocks_count, sum.1 / blocks_count))
        .filter(|it| 1.0 - it.1 > 1e-9)
        .map(|(difference, share)| (observed - difference) / (1.0 - share))
        .collect();
    let exact = all.is_some();
    // Among all assignments is the observed one; of drawn ones it is counted in (Phipson and Smyth 2010).
    let tried = sums.len() + usize::from(!exact);
    let same = tried - shifts.len();
    shifts.sort_unstable_by(f64::total_cmp);
    let reach = |count: usize| float((same + count) as u64) / float(tried as u64);
    let below = reach(shifts.partition_point(|it| *it <= slack));
    let above = reach(shifts.len() - shifts.partition_point(|it| *it < -slack));
    let varies = shifts.first().zip(shifts.last()).is_some_and(|(first, last)| last - first > slack);
    // The smallest place at which the assignments counted make more than half of `beyond`.
    let place = (1..=shifts.len()).find(|count| reach(*count) > beyond / 2.0).filter(|_| reach(0) <= beyond / 2.0);
    let end = |place: Option<usize>| place.and_then(|at| shifts.get(at).copied()).filter(|_| varies);
    Permuted {
        low: end(place.map(|count| count - 1)),
        high: end(place.and_then(|count| shifts.len().checked_sub(count))),
        p: (2.0 * below.min(above)).min(1.0),
        tried: tried as u64,
        exact,
        varies,
    }
}

fn float_mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = float(numbers.len() as u64);
    numbers.sum::<f64>() / count
}

/// All assignments of a block, each once; `None` where there are more than a table holds.
fn table(block: &Block) -> Option<Vec<Assigned>> {
    let (first, all) = (block.first.len(), block.first.len() + block.second.len());
    // Every choice of as many values as the first condition has, as bits.
    if all > 12 {
        return None;
    }
    let values: Vec<f64> = block.first.iter().chain(&block.second).copied().collect();
    let choices = (0_u32..1 << all).filter(|bits| bits.count_ones() as usize == first);
    let table: Vec<Assigned> = choices.map(|bits| assigned(&values, first, |at| bits >> at & 1 == 1)).collect();
    (table.len() <= TABLE).then_some(table)
}

/// What an assignment gives: `is_first` says which values it gives to the first condition; the first `first` of them had it.
fn assigned(values: &[f64], first: usize, is_first: impl Fn(usize) -> bool) -> Assigned {
    let (mut of_first, mut of_second, mut stayed) = (0.0, 0.0, 0_usize);
    for (at, value) in values.iter().enumerate() {
        if is_first(at) {
            of_first += value;
            stayed += usize::from(at < first);
        } else {
            of_second += value;
        }
    }
    let (a, b) = (float(first as u64), float((values.len() - first) as u64));
    let (stayed, moved) = (float(stayed as u64), float((first - stayed) as u64));
    (of_first / a - of_second / b, stayed / a - moved / b)
}

/// A block of which assignments are drawn.
enum Drawn<'a> {
    Table(&'a [Assigned]),
    /// Values with whether the first condition had them, put in another order by every draw.
    Shuffled(Vec<(f64, bool)>, usize),
}

impl<'a> Drawn<'a> {
    fn new(block: &Block, table: Option<&'a [Assigned]>) -> Self {
        table.map_or_else(
            || {
                let first = block.first.iter().map(|value| (*value, true));
                Self::Shuffled(first.chain(block.second.iter().map(|value| (*value, false))).collect(), block.first.len())
            },
            Self::Table,
        )
    }

    fn draw(&mut self, lot: &mut Stream) -> Assigned {
        match self {
            Self::Table(table) => {
                let at = usize::try_from(lot.below(table.len() as u64)).unwrap_or(0);
                table.get(at).copied().unwrap_or((0.0, 0.0))
            }
            Self::Shuffled(values, first) => {
                lot.shuffle(values);
                let (mut sums, mut stayed) = ((0.0, 0.0), 0_u64);
                for (at, (value, was_first)) in values.iter().enumerate() {
                    if at < *first {
                        sums.0 += value;
                        stayed += u64::from(*was_first);
                    } else {
                        sums.1 += value;
                    }
                }
                let (a, b) = (float(*first as u64), float((values.len() - *first) as u64));
                (sums.0 / a - sums.1 / b, float(stayed) / a - (a - float(stayed)) / b)
            }
        }
    }
}
