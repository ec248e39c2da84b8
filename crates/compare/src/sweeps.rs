//! The knobs turned, one at a time: what a detector gains and loses.

use super::events::{Tally, bursts, score};
use super::forest::{Scores, detections};
use super::growing::Split;
use super::pairs::{DURATIONS, Judged, OfLength};
use super::results::{BurstPoint, ForestPoint, ProbesPoint, Sweeps, TtestPoint};
use super::sessions::{probed, repeated};
use super::spans::seconds;
use super::stats::share;
use super::subject::Subject;
use super::windows::is_positive;

/// Loud windows in a row (`n`).
pub(crate) const WINDOWS: std::ops::RangeInclusive<u32> = 1..=8;
/// Rates above which a window is loud, kbit/s (`B_audio`).
pub(crate) const RATES: [f64; 7] = [5.0, 10.0, 15.0, 23.0, 40.0, 80.0, 160.0];
/// Thresholds of the t-test (`t`).
pub(crate) const THRESHOLDS: [f64; 12] = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.42, 0.43, 0.6, 0.8, 0.95, 1.0];
/// Thresholds of the forest.
pub(crate) const SCORES: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Probes (`k`): of the lottery's rounds so many, and of the t-test's repetitions.
const PROBES: std::ops::RangeInclusive<u32> = 1..=40;
/// Most repetitions of a positive t-test.
const REPEATS: u32 = 10;

/// All sweeps.
#[must_use]
pub(crate) fn all(subjects: &[Subject], forests: &[(Split, Vec<Scores>)]) -> Sweeps {
    Sweeps {
        burst: burst(subjects),
        forest: forests.iter().flat_map(|(split, scores)| forest(subjects, *split, scores)).collect(),
        ttest: ttest(subjects),
        probes: probes(subjects),
    }
}

fn burst(subjects: &[Subject]) -> Vec<BurstPoint> {
    let each = RATES.into_iter().flat_map(|kbits| WINDOWS.map(move |n| (n, kbits)));
    each.map(|(n, kbits)| {
        let name = format!("burst n={n}, {kbits} kbit/s");
        BurstPoint { n, kbits, found: score(subjects, &name, |it| bursts(it, kbits, n)) }
    })
    .collect()
}

fn forest(subjects: &[Subject], split: Split, scores: &[Scores]) -> Vec<ForestPoint> {
    let point = |threshold: f64| {
        let mut tally = Tally::default();
        for (subject, scores) in subjects.iter().zip(scores) {
            tally.add(subject, &detections(scores, threshold));
        }
        let name = format!("{}, from {threshold}", split.name());
        ForestPoint { same_kinds: split == Split::SameKinds, threshold, found: tally.found(name) }
    };
    SCORES.into_iter().map(point).collect()
}

/// The paper's form of the test, with each threshold and length.
fn ttest(subjects: &[Subject]) -> Vec<TtestPoint> {
    let mut points = Vec::new();
    for (place, duration) in DURATIONS.into_iter().enumerate() {
        let windows: Vec<_> = subjects
            .iter()
            .filter_map(|it| Some((it.configuration.as_str(), it.pairs.0.get(place).map(OfLength::balanced)?)))
            .collect();
        if windows.iter().all(|it| it.1.0.is_empty()) {
            continue;
        }
        for threshold in THRESHOLDS {
            let count = |judged: &[Judged]| {
                judged.iter().filter(|it| is_positive(it.said.first().copied().flatten(), threshold)).count() as u64
            };
            let recall = share(windows.iter().map(|it| (it.0, count(&it.1.0), it.1.0.len() as u64)));
            let false_alarms = share(windows.iter().map(|it| (it.0, count(&it.1.1), it.1.1.len() as u64)));
            points.push(TtestPoint { seconds: seconds(duration), threshold, recall, false_alarms });
        }
    }
    points
}

fn probes(subjects: &[Subject]) -> Vec<ProbesPoint> {
    let most = probed(subjects).map(|it| it.1.rounds).max().unwrap_or(0);
    PROBES.filter(|k| *k <= most).map(|k| probes_point(subjects, k)).collect()
}

fn probes_point(subjects: &[Subject], k: u32) -> ProbesPoint {
    let lottery = |reacts: bool| {
        // A device that was there for fewer rounds can still have been decided.
        let of = probed(subjects).filter(|it| it.1.reacts == reacts);
        share(of.map(|it| (&it.0.configuration, u64::from(it.1.evidence.proven_after.is_some_and(|after| after <= k)), 1)))
    };
    let ttest = |reacts: bool| {
        let of = probed(subjects).filter(|it| it.1.reacts == reacts);
        (k <= REPEATS).then(|| share(of.map(|it| (&it.0.configuration, u64::from(repeated(it.0, 0, k as usize).reacts), 1))))
    };
    ProbesPoint { k, lottery: lottery(true), lottery_false: lottery(false), ttest: ttest(true), ttest_false: ttest(false) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{subject, window};

    #[test]
    fn more_windows_and_higher_rates_find_less() {
        // 80 kbit/s over 3 s, then over 6 s.
        let points = burst(&[subject(&[window(100, 103), window(200, 206)], &[])]);
        let found = |n: u32, kbits: f64| {
            let point = points.iter().find(|it| it.n == n && (it.kbits - kbits).abs() < 1e-9).unwrap();
            (point.found.recall.some, point.found.false_alarms)
        };
        assert_eq!([found(3, 23.0), found(4, 23.0), found(7, 23.0), found(1, 160.0)], [(2, 0), (1, 0), (0, 0), (0, 0)]);
    }
}
