//! Shares, rates and areas, each with the interval that it lies in with a confidence of 95 % for another configuration of the same sort.
//!
//! Observations of one configuration are not independent: `clusters` says how many independent ones they are worth, and that number
//! enters the intervals. Shares: Clopper and Pearson (1934). Rates: Garwood (1936). Areas under a curve: Newcombe (2006, part 2, method 5), which stays
//! honest where devices are told apart without an error, and `DeLong`'s or a bootstrap would give an interval of length 0; its design effect is
//! that of the jackknife which leaves out a configuration at a time (Efron and Tibshirani 1993, chapter 11). Medians: order statistics (David and Nagaraja 2003, section 7.1) at the
//! ranks that the effective number gives (Woodruff 1952).

use std::collections::BTreeSet;

use earwitness_core::stats::clusters::Clusters;
pub(crate) use earwitness_core::stats::float;
use earwitness_core::stats::tails::{heads, mean_where_at_least, root, share_where_at_least, student_point};
use serde::Serialize;

/// Chance of each side of an interval.
const TAIL: f64 = 0.025;
/// Two-sided 95 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

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
    /// Configurations that these are of.
    pub configurations: u64,
    /// Independent observations that they are worth.
    pub effective: f64,
    /// The share; `None` of nothing.
    #[serde(flatten)]
    pub interval: Option<Interval>,
}

/// So many of so many, by configuration.
#[must_use]
pub(crate) fn share<S: Into<String>>(parts: impl IntoIterator<Item = (S, u64, u64)>) -> Share {
    let (mut some, mut all) = (0_u64, 0_u64);
    let parts = parts.into_iter().map(|(configuration, part, of)| {
        let part = part.min(of);
        (some, all) = (some.saturating_add(part), all.saturating_add(of));
        (configuration, float(part), float(of))
    });
    let clusters = Clusters::new(parts);
    let effective = if all > 0 { clusters.observations() } else { 0.0 };
    let interval = (all > 0).then(|| {
        let value = float(some) / float(all);
        let seen = value * effective;
        // The ends are those shares at which what was seen, or more extreme, has a chance of 2.5 %.
        let high = if some == all { 1.0 } else { share_where_at_least(seen + 1.0, effective, 1.0 - TAIL) };
        Interval { value, low: share_where_at_least(seen, effective, TAIL).min(value), high: high.max(value) }
    });
    Share { some, all, configurations: clusters.count(), effective, interval }
}

/// Events in some time, by configuration and piece, as events per unit; `None` without time.
#[must_use]
pub(crate) fn rate<S: Into<String>>(parts: impl IntoIterator<Item = (S, u64, f64)>) -> Option<Interval> {
    let clusters = Clusters::new(parts.into_iter().map(|(configuration, events, time)| (configuration, float(events), time)));
    let (events, time) = (clusters.some(), clusters.all());
    if time <= 0.0 {
        return None;
    }
    let part = clusters.time();
    let low = mean_where_at_least(events * part, TAIL) / (time * part);
    let high = mean_where_at_least(events.mul_add(part, 1.0), 1.0 - TAIL) / (time * part);
    Some(Interval { value: events / time, low, high })
}

/// The chance that one of `yes` scores higher than one of `no`, ties counted half: the area under the curve of recall against false alarms.
#[must_use]
pub(crate) fn auc(yes: &[f64], no: &[f64]) -> Option<f64> {
    if yes.is_empty() || no.is_empty() {
        return None;
    }
    let mut sorted = no.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let won = |score: &f64| {
        let below = sorted.partition_point(|it| it.total_cmp(score).is_lt());
        let to = sorted.partition_point(|it| it.total_cmp(score).is_le());
        f64::midpoint(float(below as u64), float(to as u64))
    };
    Some(yes.iter().map(won).sum::<f64>() / (float(yes.len() as u64) * float(no.len() as u64)))
}

/// The same with its interval; each score comes with its configuration.
#[must_use]
pub(crate) fn area(yes: &[(&str, f64)], no: &[(&str, f64)]) -> Option<Interval> {
    let without = |left_out: Option<&str>| {
        let kept = |all: &[(&str, f64)]| -> Vec<f64> { all.iter().filter(|it| left_out != Some(it.0)).map(|it| it.1).collect() };
        auc(&kept(yes), &kept(no))
    };
    let value = without(None)?;
    let of = |all: &[(&str, f64)]| -> f64 { float(all.iter().map(|it| it.0).collect::<BTreeSet<_>>().len() as u64) };
    let (m, n) = (float(yes.len() as u64), float(no.len() as u64));
    if value <= 0.0 || value >= 1.0 {
        let many = of(yes).max(of(no)) > 1.0;
        return Some(if many { newcombe(value, of(yes), of(no)) } else { newcombe(value, m, n) });
    }
    let configurations: BTreeSet<&str> = yes.iter().chain(no).map(|it| it.0).collect();
    let others: Vec<f64> = configurations.iter().filter_map(|it| without(Some(it))).collect();
    let count = float(others.len() as u64);
    if count < 2.0 {
        return Some(newcombe(value, m, n));
    }
    let mean = others.iter().sum::<f64>() / count;
    let variance = (count - 1.0) / count * others.iter().map(|it| (it - mean).powi(2)).sum::<f64>();
    let design = (variance / area_variance(value, m, n)).max(1.0) * (student_point(count - 1.0, 2.0 * TAIL) / Z).powi(2);
    Some(newcombe(value, (m / design).max(1.0), (n / design).max(1.0)))
}

/// Variance of an area of `m` against `n` independent scores (Newcombe 2006, part 2, method 5).
fn area_variance(area: f64, m: f64, n: f64) -> f64 {
    let others = f64::midpoint(m, n) - 1.0;
    area * (1.0 - area) * (1.0 + others * ((1.0 - area) / (2.0 - area) + area / (1.0 + area))) / (m * n)
}

/// The areas from which `value` lies just at the end of the normal interval.
fn newcombe(value: f64, m: f64, n: f64) -> Interval {
    let spread = |area: f64| Z * area_variance(area, m, n).sqrt();
    let low = root(0.0, value, |area| value - area <= spread(area));
    let high = root(value, 1.0, |area| area - value > spread(area));
    Interval { value, low: low.min(value), high: if value >= 1.0 { 1.0 } else { high.max(value) } }
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

/// The median of some counts, each with its configuration; `None` of nothing.
#[must_use]
pub(crate) fn median(counts: &[(&str, Option<u32>)]) -> Option<Median> {
    let number = |count: Option<u32>| count.map_or(u64::MAX, u64::from);
    let mut sorted: Vec<u64> = counts.iter().map(|it| number(it.1)).collect();
    sorted.sort_unstable();
    let at = |place: usize| sorted.get(place).and_then(|count| u32::try_from(*count).ok());
    let all = sorted.len();
    let middle = all.checked_sub(1)? / 2;
    let value = *sorted.get(middle)?;
    let below = counts.iter().map(|it| (it.0, if number(it.1) <= value { 1.0 } else { 0.0 }, 1.0));
    let tosses = whole(Clusters::new(below).observations());
    // The largest number of counts that fewer than 2.5 % of coin tosses stay at or below; as a place among all counts.
    let cut = (0..tosses).take_while(|most| 1.0 - heads(most + 1, tosses) <= TAIL).count() as u64;
    let place = |number: u64| usize::try_from(number * all as u64 / tosses.max(1)).unwrap_or(usize::MAX);
    // With no such number, the interval reaches as far as counts can.
    let (low, high) = match cut.checked_sub(1) {
        Some(number) => (at(place(number)), at(all - 1 - place(number).min(all - 1))),
        None => (Some(0), None),
    };
    Some(Median { value: at(middle), low, high, of: all as u64 })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of observations")]
fn whole(number: f64) -> u64 {
    (number + 1e-9).floor() as u64
}

#[cfg(test)]
mod tests;
