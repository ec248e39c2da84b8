//! Single windows: after a probe that made a device send, and without one; what the t-test says of each, and the other detectors.
//!
//! Accuracy is (TP + TN) / all over equally many windows of both sorts.

use earwitness_core::detect::ttest;
use earwitness_core::time::Window;

use super::events::bursts;
use super::forest::{Scores, THRESHOLD, detections};
use super::pairs::{DURATIONS, FORMS, Judged};
use super::results::{Accuracy, PUBLISHED, Windows};
use super::spans::seconds;
use super::stats::share;
use super::subject::Subject;

/// Fewest windows of either sort from which a length is used for the table.
const ENOUGH: usize = 20;

/// Whether the test calls a p-value a reaction.
#[must_use]
pub(crate) fn is_positive(p: Option<f64>, threshold: f64) -> bool {
    p.is_some_and(|p| p < threshold)
}

/// The accuracy of every detector on windows of each length of which there are enough, the longest first. `forests` are named and hold the
/// scores of each subject.
#[must_use]
pub(crate) fn compare(subjects: &[Subject], forests: &[(&str, &[Scores])]) -> Vec<Windows> {
    let count = |place: usize| -> usize {
        subjects.iter().filter_map(|it| it.pairs.0.get(place)).map(|it| it.caused.len().min(it.idle.len())).sum()
    };
    let places = (0..DURATIONS.len()).rev().filter(|place| count(*place) >= ENOUGH);
    places.map(|place| of_length(subjects, forests, place)).collect()
}

fn of_length(subjects: &[Subject], forests: &[(&str, &[Scores])], place: usize) -> Windows {
    let mut rows = Vec::new();
    for (form, (name, ..)) in FORMS.iter().enumerate() {
        let usual = ttest::TtestSettings::default().threshold;
        rows.push(row(subjects, place, name, |_, _, it| is_positive(it.said.get(form).copied().flatten(), usual)));
    }
    for n in [3, 4] {
        let name = format!("burst n={n}");
        let kbits = earwitness_core::detect::burst::BurstSettings::default().kbits;
        let seen: Vec<Vec<Window>> = subjects.iter().map(|it| bursts(it, kbits, n)).collect();
        rows.push(row(subjects, place, &name, |number, _, it| begins(seen.get(number), it.window)));
    }
    rows.push(row(subjects, place, "clock", |_, subject, it| begins(Some(&subject.audio), it.window)));
    rows.push(row(subjects, place, "clock + bulk", |_, subject, it| {
        begins(Some(&subject.audio), it.window) || begins(Some(&subject.large_uploads), it.window)
    }));
    for (name, scores) in forests {
        let seen: Vec<Vec<Window>> = scores.iter().map(|it| detections(it, THRESHOLD)).collect();
        rows.push(row(subjects, place, name, |number, _, it| begins(seen.get(number), it.window)));
    }
    let seconds = DURATIONS.get(place).map_or(0.0, |length| seconds(*length));
    Windows { seconds, published_accuracy: PUBLISHED, rows }
}

/// Whether something begins in a window.
fn begins(seen: Option<&Vec<Window>>, window: Window) -> bool {
    seen.is_some_and(|seen| seen.iter().any(|it| window.contains(it.from)))
}

fn row(subjects: &[Subject], place: usize, name: &str, calls: impl Fn(usize, &Subject, &Judged) -> bool) -> Accuracy {
    // By subject: its configuration, windows that were called rightly after a probe and wrongly without one, and how many there are of either sort.
    let mut counts: Vec<(&str, u64, u64, u64)> = Vec::new();
    for (number, subject) in subjects.iter().enumerate() {
        let Some(windows) = subject.pairs.0.get(place) else { continue };
        let (caused, idle) = windows.balanced();
        let called = |all: &[Judged]| all.iter().filter(|it| calls(number, subject, it)).count() as u64;
        counts.push((&subject.configuration, called(&caused), called(&idle), caused.len() as u64));
    }
    Accuracy {
        detector: name.to_owned(),
        accuracy: share(counts.iter().map(|it| (it.0, it.1 + (it.3 - it.2), 2 * it.3))),
        recall: share(counts.iter().map(|it| (it.0, it.1, it.3))),
        false_alarms: share(counts.iter().map(|it| (it.0, it.2, it.3))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pairs::OfLength;
    use crate::sample::{subject, window};

    #[test]
    fn both_sorts_are_equally_many_and_right_ones_of_both_count() {
        let mut device = subject(&[window(100, 110), window(400, 410)], &[]);
        let judged = |second: i64| Judged {
            window: window(second, second + 60),
            said: [Some(0.1), None, Some(0.9), Some(0.5), None, None],
            sound: 0,
        };
        // 26 probes, of which two make the detector see something; 60 idle windows, of which 26 are taken.
        let caused: Vec<_> = (0..26).map(|it| judged(99 + it * 300)).collect();
        device.pairs.0[2] =
            OfLength { probes: caused.clone(), caused, idle: (0..60).map(|it| judged(20_000 + it * 60)).collect() };
        device.audio = vec![window(100, 110), window(400, 410)];
        let comparison = compare(&[device], &[]).remove(0);
        assert!((comparison.seconds - 60.0).abs() < 1e-9);
        let row = |name: &str| comparison.rows.iter().find(|it| it.detector.starts_with(name)).unwrap();
        assert_eq!((row("clock").recall.some, row("clock").recall.all, row("clock").false_alarms.all), (2, 26, 26));
        assert_eq!((row("clock").accuracy.some, row("clock").accuracy.all), (28, 52));
        // Everything is called a reaction: half of it rightly.
        assert_eq!((row("ttest size/idle").accuracy.some, row("ttest size/idle").false_alarms.some), (26, 26));
        assert_eq!(row("ttest size/pooled").recall.some, 0, "a test that is not defined says nothing");
    }

    #[test]
    fn too_few_windows_make_no_table() {
        assert_eq!(compare(&[subject(&[], &[])], &[]), []);
    }
}
