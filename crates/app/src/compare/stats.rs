//! Shares, rates and areas, each with the interval that it lies in with a confidence of 95 %.
//!
//! Shares: Clopper and Pearson (1934), exact. Rates: Garwood (1936), exact. Areas under a curve: Newcombe (2006, part 2, method 5), which stays
//! honest where devices are told apart without an error, and `DeLong`'s or a bootstrap would give an interval of length 0. Medians: order
//! statistics (David and Nagaraja 2003, section 7.1), exact. All take observations for independent; several nights of one home are less
//! than that.

mod tails;

use serde::Serialize;

use self::tails::{ln_factorials, of_binomial, of_poisson};

/// Chance of each side of an interval.
const TAIL: f64 = 0.025;
/// Two-sided 95 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Halvings until an interval is as short as a float allows.
const HALVINGS: u32 = 200;

/// A number with its 95 % interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Interval {
    /// Best value.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Some of all, with the interval of the share.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Share {
    /// How many.
    pub some: u64,
    /// Of how many.
    pub all: u64,
    /// The share; `None` of nothing.
    #[serde(flatten)]
    pub interval: Option<Interval>,
}

/// So many of so many.
#[must_use]
pub fn share(some: u64, all: u64) -> Share {
    let some = some.min(all);
    let interval = (all > 0).then(|| {
        let table = ln_factorials(all);
        // The ends are those shares at which what was seen, or more extreme, has a chance of 2.5 %.
        let at_least = |count: u64, share: f64| of_binomial(count, all, share, &table);
        let low = if some == 0 { 0.0 } else { root(0.0, 1.0, |share| at_least(some, share) >= TAIL) };
        let high = if some == all { 1.0 } else { root(0.0, 1.0, |share| at_least(some + 1, share) >= 1.0 - TAIL) };
        Interval { value: float(some) / float(all), low, high }
    });
    Share { some, all, interval }
}

/// So many events in so much time, as events per unit; `None` without time.
#[must_use]
pub fn rate(events: u64, time: f64) -> Option<Interval> {
    let count = float(events);
    // The means at which at least, or at most, so many events have a chance of 2.5 %.
    let most = count + 10.0 * (count + 1.0).sqrt() + 20.0;
    let table = ln_factorials(events + 1);
    let low = if events == 0 { 0.0 } else { root(0.0, most, |mean| of_poisson(events, mean, &table) >= TAIL) };
    let high = root(0.0, most, |mean| of_poisson(events + 1, mean, &table) >= 1.0 - TAIL);
    (time > 0.0).then(|| Interval { value: count / time, low: low / time, high: high / time })
}

/// The chance that one of `yes` scores higher than one of `no`, ties counted half: the area under the curve of recall against false alarms.
#[must_use]
pub fn area(yes: &[f64], no: &[f64]) -> Option<Interval> {
    if yes.is_empty() || no.is_empty() {
        return None;
    }
    let won = |a: &f64, b: &f64| match a.total_cmp(b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let wins: f64 = yes.iter().map(|a| no.iter().map(|b| won(a, b)).sum::<f64>()).sum();
    let (m, n) = (float(yes.len() as u64), float(no.len() as u64));
    let value = wins / (m * n);
    let others = f64::midpoint(m, n) - 1.0;
    let spread = |area: f64| {
        let shape = 1.0 + others * ((1.0 - area) / (2.0 - area) + area / (1.0 + area));
        Z * (area * (1.0 - area) * shape / (m * n)).sqrt()
    };
    // The areas from which what was seen lies just at the end of the normal interval.
    let low = root(0.0, value, |area| value - area <= spread(area));
    let high = root(value, 1.0, |area| area - value > spread(area));
    Some(Interval { value, low: low.min(value), high: if value >= 1.0 { 1.0 } else { high.max(value) } })
}

/// The median of counts, `None` standing for "never"; the ends are `None` where they lie beyond all counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Median {
    /// The lower middle one.
    pub value: Option<u32>,
    /// Lower end of the interval.
    pub low: Option<u32>,
    /// Upper end.
    pub high: Option<u32>,
    /// How many there are.
    pub of: u64,
}

/// The median of some counts; `None` of nothing.
#[must_use]
pub fn median(counts: &[Option<u32>]) -> Option<Median> {
    let mut sorted: Vec<u64> = counts.iter().map(|count| count.map_or(u64::MAX, u64::from)).collect();
    sorted.sort_unstable();
    let at = |place: usize| sorted.get(place).and_then(|count| u32::try_from(*count).ok());
    let all = sorted.len();
    let middle = all.checked_sub(1)? / 2;
    // The largest number of counts that fewer than 2.5 % of coin tosses stay at or below.
    let table = ln_factorials(all as u64);
    let at_most = |tosses: u64| 1.0 - of_binomial(tosses + 1, all as u64, 0.5, &table);
    let cut = (0..all as u64).take_while(|tosses| at_most(*tosses) <= TAIL).count();
    // With no such number, the interval reaches as far as counts can.
    let (low, high) = match cut.checked_sub(1) {
        Some(place) => (at(place), at(all - 1 - place)),
        None => (Some(0), None),
    };
    Some(Median { value: at(middle), low, high, of: all as u64 })
}

/// Where `holds` begins to hold, between two ends.
fn root(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
