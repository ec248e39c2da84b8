//! Chances of so many or more, added up term by term: as exact for one in a million as for a half.

use super::float;

/// A term so much smaller than the first one, as a logarithm, adds nothing to the sum any more.
const NOTHING: f64 = -45.0;

/// Logarithms of the factorials of 0 to `most`.
pub(super) fn ln_factorials(most: u64) -> Vec<f64> {
    let mut sum = 0.0;
    let rest = (1..=most).map(|number| {
        sum += float(number).ln();
        sum
    });
    std::iter::once(0.0).chain(rest).collect()
}

/// The chance of `count` or more of `all` when each comes with the chance `share`; `table` holds the factorials up to `all`.
pub(super) fn of_binomial(count: u64, all: u64, share: f64, table: &[f64]) -> f64 {
    if count == 0 || share >= 1.0 {
        return 1.0;
    }
    if count > all || share <= 0.0 {
        return 0.0;
    }
    let (yes, no) = (share.ln(), (-share).ln_1p());
    let at = |number: u64| usize::try_from(number).ok().and_then(|number| table.get(number)).copied().unwrap_or(f64::INFINITY);
    let term = |number: u64| at(all) - at(number) - at(all - number) + float(number) * yes + float(all - number) * no;
    if float(count) > float(all) * share { sum((count..=all).map(term)) } else { 1.0 - sum((0..count).rev().map(term)) }
}

/// The chance of `count` or more when `mean` are expected; `table` holds the factorials up to `count`.
pub(super) fn of_poisson(count: u64, mean: f64, table: &[f64]) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    let at = |number: u64| usize::try_from(number).ok().and_then(|number| table.get(number)).copied().unwrap_or(f64::INFINITY);
    let term = |number: u64| float(number) * mean.ln() - mean - at(number);
    if float(count) <= mean {
        return 1.0 - sum((0..count).rev().map(term));
    }
    let first = term(count);
    let above = (count + 1..).scan(first, |ln, number| {
        *ln += mean.ln() - float(number).ln();
        Some(*ln)
    });
    sum(std::iter::once(first).chain(above))
}

/// The sum of terms, given as logarithms, that only become smaller.
fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut terms = terms.peekable();
    let first = terms.peek().copied().unwrap_or(f64::NEG_INFINITY);
    terms.take_while(|ln| ln - first > NOTHING).map(f64::exp).sum::<f64>().min(1.0)
}
