//! Uploads found and false alarms: a detection counts for an upload when the two overlap with a second of slack.

use earwitness_core::detect::burst;
use earwitness_core::time::{SECOND, Window};

use super::results::Found;
use super::spans::wider;
use super::stats::{float, rate, share};
use super::subject::Subject;

/// How far a detection may lie from an upload.
pub(crate) const SLACK: i64 = SECOND;

/// Seconds in a week.
const WEEK: f64 = 604_800.0;

/// Counts of one detector over some subjects.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Tally(Vec<Counts>);

/// Counts of one detector over one subject.
#[derive(Clone, PartialEq, Debug, Default)]
struct Counts {
    configuration: String,
    uploads: u64,
    found: u64,
    right: u64,
    wrong: u64,
    seconds: f64,
}

impl Tally {
    /// Adds a device with what a detector saw of it.
    pub(crate) fn add(&mut self, subject: &Subject, detections: &[Window]) {
        let meets = |detection: &Window, truth: &[Window]| truth.iter().any(|it| wider(*it, SLACK).overlaps(*detection));
        let mut own =
            Counts { configuration: subject.configuration.clone(), seconds: subject.quiet_seconds(), ..Counts::default() };
        for upload in &subject.uploads {
            let upload = wider(*upload, SLACK);
            own.uploads += 1;
            own.found += u64::from(detections.iter().any(|it| upload.overlaps(*it)));
        }
        for detection in detections {
            let right = meets(detection, &subject.uploads);
            own.right += u64::from(right);
            own.wrong += u64::from(!right && !meets(detection, &subject.aside));
        }
        self.0.push(own);
    }

    /// Recall, and false alarms per device and week, as numbers alone; `None` without uploads or time.
    #[must_use]
    pub(crate) fn point(&self) -> Option<(f64, f64)> {
        let sum = |of: fn(&Counts) -> u64| float(self.0.iter().map(of).sum());
        let (uploads, weeks) = (sum(|it| it.uploads), self.0.iter().map(|it| it.seconds).sum::<f64>() / WEEK);
        (uploads > 0.0 && weeks > 0.0).then(|| (sum(|it| it.found) / uploads, sum(|it| it.wrong) / weeks))
    }

    /// The same as shares and rates.
    #[must_use]
    pub(crate) fn found(&self, detector: impl Into<String>) -> Found {
        let all = || self.0.iter();
        Found {
            detector: detector.into(),
            recall: share(all().map(|it| (&it.configuration, it.found, it.uploads))),
            precision: share(all().map(|it| (&it.configuration, it.right, it.right + it.wrong))),
            false_alarms: all().map(|it| it.wrong).sum(),
            false_alarms_per_week: rate(all().map(|it| (&it.configuration, it.wrong, it.seconds / WEEK))),
            device_hours: all().map(|it| it.seconds).sum::<f64>() / 3_600.0,
            devices: self.0.len() as u64,
        }
    }
}

/// What the burst detector says with these settings.
#[must_use]
pub(crate) fn bursts(subject: &Subject, kbits: f64, windows: u32) -> Vec<Window> {
    let settings = burst::BurstSettings { window: subject.sent.width.max(1), kbits, windows };
    burst::runs(subject.sent.origin, subject.sent.bins.iter(), &settings).iter().map(|run| run.window).collect()
}

/// How a detector, given as a function of a subject, fares.
#[must_use]
pub(crate) fn score(subjects: &[Subject], detector: &str, see: impl Fn(&Subject) -> Vec<Window>) -> Found {
    tally(subjects, see).found(detector)
}

/// What a detector, given as a function of a subject, counts.
#[must_use]
pub(crate) fn tally(subjects: &[Subject], see: impl Fn(&Subject) -> Vec<Window>) -> Tally {
    let mut tally = Tally::default();
    for subject in subjects {
        tally.add(subject, &see(subject));
    }
    tally
}

/// All detectors that need no probes, the forest aside.
#[must_use]
pub(crate) fn all(subjects: &[Subject]) -> Vec<Found> {
    let usual = burst::BurstSettings::default();
    let mut rows: Vec<Found> = (1..=5)
        .map(|n| {
            let name = if n == usual.windows { format!("burst n={n} (default)") } else { format!("burst n={n}") };
            score(subjects, &name, |it| bursts(it, usual.kbits, n))
        })
        .collect();
    rows.push(score(subjects, "clock", |it| it.audio.clone()));
    rows.push(score(subjects, "clock + bulk", |it| it.audio.iter().chain(&it.large_uploads).copied().collect()));
    rows
}

/// Hours of all devices together.
#[must_use]
pub(crate) fn device_hours(subjects: &[Subject]) -> f64 {
    subjects.iter().map(Subject::quiet_seconds).sum::<f64>() / 3_600.0
}

/// Recall and false alarms per device and week, as a point of a curve.
#[must_use]
pub(crate) fn point(found: &Found) -> Option<(f64, f64)> {
    let recall = found.recall.interval?.value;
    let weeks = found.device_hours / 168.0;
    (weeks > 0.0).then(|| (float(found.false_alarms) / weeks, recall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{subject, window};

    #[test]
    fn overlap_with_a_second_of_slack_counts() {
        let device = subject(&[window(100, 103)], &[window(200, 201)]);
        let mut tally = Tally::default();
        // Just within the slack; at an upload that holds no sound; and nowhere.
        tally.add(&device, &[window(98, 100), window(200, 202), window(300, 301)]);
        let found = tally.found("x");
        assert_eq!((found.recall.some, found.recall.all), (1, 1));
        assert_eq!((found.precision.some, found.precision.all, found.false_alarms), (1, 2, 1));
        let mut tally = Tally::default();
        tally.add(&device, &[window(90, 98)]);
        assert_eq!(tally.found("x").recall.some, 0);
    }

    #[test]
    fn hours_are_those_outside_uploads() {
        let device = subject(&[window(0, 600), window(300, 1_200)], &[]);
        assert!((device.quiet_seconds() - 2_400.0).abs() < 1e-9);
    }
}
