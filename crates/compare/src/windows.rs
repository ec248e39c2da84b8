//! Single windows: after a probe that made a device send, and without one; what the t-test says of each, and the other detectors.
//!
//! Accuracy is (TP + TN) / all over equally many windows of both sorts.

use earwitness_core::detect::ttest::{self, Edges, Feature};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::events::bursts;
use super::forest::{Scores, THRESHOLD, detections};
use super::results::{Accuracy, PUBLISHED, Windows};
use super::stats::share;
use super::subject::{Subject, from, seconds};

/// The forms of the t-test that are compared, named by what is compared and by where the bins are from; the paper's first.
pub const FORMS: [(&str, Feature, Edges); 6] = [
    ("ttest size/idle", Feature::Length, Edges::Idle),
    ("ttest size/pooled", Feature::Length, Edges::Pooled),
    ("ttest gap/idle", Feature::InterArrival, Edges::Idle),
    ("ttest gap/pooled", Feature::InterArrival, Edges::Pooled),
    ("ttest size+gap/idle", Feature::Both, Edges::Idle),
    ("ttest size+gap/pooled", Feature::Both, Edges::Pooled),
];

/// Lengths of a sequence that are compared, nanoseconds; the paper's last.
pub const DURATIONS: [i64; 3] = [15 * SECOND, 30 * SECOND, 60 * SECOND];

/// Fewest windows of either sort from which a length is used for the table.
const ENOUGH: usize = 20;

/// Most pairs without a probe that are kept per device.
const MOST_IDLE: usize = 500;

/// p-values of the [`FORMS`]; `None` where the test is not defined.
pub type Said = [Option<f64>; FORMS.len()];

/// A sequence and the one that it is compared with.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    /// Where the idle sequence begins.
    pub idle: Timestamp,
    /// Where the other begins.
    pub after: Timestamp,
}

/// What the tests said of a window.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judged {
    /// The window that was compared with an idle one.
    pub window: Window,
    /// What the tests said.
    pub said: Said,
    /// Number of the sound that was played; 0 where none was.
    pub sound: usize,
}

/// Windows of one length.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OfLength {
    /// After probes that made the device send.
    pub caused: Vec<Judged>,
    /// Without a probe.
    pub idle: Vec<Judged>,
    /// After every probe that counted, in order.
    pub probes: Vec<Judged>,
}

/// All windows of a device, by the [`DURATIONS`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Pairs(pub [OfLength; DURATIONS.len()]);

/// What a window may be chosen from.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// After probes, each with the number of its sound, and whether it made the device send.
    pub probes: Vec<(Pair, usize, bool)>,
    /// Without a probe.
    pub idle: Vec<Pair>,
}

impl Pairs {
    /// What the tests say of a device's frames, in order of time; `choose` says which windows of a length there are.
    pub fn new(frames: &[(Timestamp, u32)], choose: impl Fn(i64) -> Chosen) -> Self {
        Self(DURATIONS.map(|duration| {
            let Chosen { probes, mut idle } = choose(duration);
            let step = idle.len().div_ceil(MOST_IDLE).max(1);
            idle = idle.into_iter().step_by(step).collect();
            let judge = |pair: Pair, sound: usize| Judged {
                window: from(pair.after, duration),
                said: said(frames, pair, duration),
                sound,
            };
            let judged: Vec<(Judged, bool)> =
                probes.into_iter().map(|(pair, sound, caused)| (judge(pair, sound), caused)).collect();
            OfLength {
                caused: judged.iter().filter(|it| it.1).map(|it| it.0).collect(),
                idle: idle.into_iter().map(|pair| judge(pair, 0)).collect(),
                probes: judged.into_iter().map(|it| it.0).collect(),
            }
        }))
    }
}

impl OfLength {
    /// Equally many windows of both sorts, spread evenly.
    #[must_use]
    pub fn balanced(&self) -> (Vec<Judged>, Vec<Judged>) {
        let count = self.caused.len().min(self.idle.len());
        let spread = |all: &[Judged]| -> Vec<Judged> {
            (0..count).filter_map(|place| all.get(place * all.len() / count.max(1)).copied()).collect()
        };
        (spread(&self.caused), spread(&self.idle))
    }
}

/// What each form says of two sequences.
fn said(frames: &[(Timestamp, u32)], pair: Pair, duration: i64) -> Said {
    let inside = |start: Timestamp| {
        let first = frames.partition_point(|frame| frame.0 < start);
        let rest = frames.get(first..).unwrap_or_default();
        rest.get(..rest.partition_point(|frame| frame.0 < start.plus(duration))).unwrap_or_default()
    };
    FORMS.map(|(_, feature, edges)| {
        let settings = ttest::Settings { feature, edges, duration, ..ttest::Settings::default() };
        // Both stretches, each once: they may overlap.
        let (first, second) = (inside(pair.idle.min(pair.after)), inside(pair.idle.max(pair.after)));
        let near: Vec<(Timestamp, u32)> = match second.first() {
            Some(begin) => first.iter().filter(|it| it.0 < begin.0).chain(second).copied().collect(),
            None => first.to_vec(),
        };
        ttest::reaction(&near, pair.idle, pair.after, &settings).p
    })
}

/// Whether the test calls a p-value a reaction.
#[must_use]
pub fn is_positive(p: Option<f64>, threshold: f64) -> bool {
    p.is_some_and(|p| p < threshold)
}

/// The accuracy of every detector on windows of each length of which there are enough, the longest first. `forests` are named and hold the
/// scores of each subject.
#[must_use]
pub fn compare(subjects: &[Subject], forests: &[(&str, &[Scores])]) -> Vec<Windows> {
    let count = |place: usize| -> usize {
        subjects.iter().filter_map(|it| it.pairs.0.get(place)).map(|it| it.caused.len().min(it.idle.len())).sum()
    };
    let places = (0..DURATIONS.len()).rev().filter(|place| count(*place) >= ENOUGH);
    places.map(|place| of_length(subjects, forests, place)).collect()
}

fn of_length(subjects: &[Subject], forests: &[(&str, &[Scores])], place: usize) -> Windows {
    let mut rows = Vec::new();
    for (form, (name, ..)) in FORMS.iter().enumerate() {
        let usual = ttest::Settings::default().threshold;
        rows.push(row(subjects, place, name, |_, _, it| is_positive(it.said.get(form).copied().flatten(), usual)));
    }
    for n in [3, 4] {
        let name = format!("burst n={n}");
        let kbits = earwitness_core::detect::burst::Settings::default().kbits;
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
        let told = compare(&[device], &[]).remove(0);
        assert!((told.seconds - 60.0).abs() < 1e-9);
        let row = |name: &str| told.rows.iter().find(|it| it.detector.starts_with(name)).unwrap();
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
