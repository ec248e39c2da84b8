//! Detectors at equal false accusations: the threshold of each is swept, and the best that it finds with no more of them than allowed is reported.
//!
//! The threshold is chosen in hindsight, on the very traffic that is reported on, for every detector alike: an upper bound on what each could do.

use earwitness_core::time::Window;

use super::events::{Tally, bursts, tally};
use super::forest::{Scores, detections};
use super::growing::Split;
use super::results::{Curve, Matched, MatchedDevices, MatchedUploads};
use super::sessions::{self, Scorer};
use super::spans::seconds;
use super::stats::share;
use super::subject::Subject;

/// False alarms per device and week at which uploads are compared.
pub(crate) const PER_WEEK: [f64; 3] = [1.0, 10.0, 100.0];
/// Shares of devices accused falsely at which devices are compared.
pub(crate) const ACCUSED: [f64; 5] = [0.0, 0.01, 0.05, 0.1, 0.2];
/// Rates that a window is called loud from, kbit/s: 1 to 3,000, so many to a power of ten.
const TO_A_POWER: u32 = 12;
/// Thresholds of the forest: so many steps from 0 to 1.
const STEPS: u32 = 50;
/// Most points of a curve of devices.
const POINTS: usize = 200;

/// All detectors, each with its threshold swept.
#[must_use]
pub(crate) fn all(subjects: &[Subject], forests: &[(Split, Vec<Scores>)]) -> Matched {
    let mut matched = Matched::default();
    for n in 1..=5 {
        let rates = (0..=TO_A_POWER * 7 / 2).map(|step| 10.0_f64.powf(f64::from(step) / f64::from(TO_A_POWER)));
        let swept: Vec<(f64, Tally)> = rates.map(|kbits| (kbits, tally(subjects, |it| bursts(it, kbits, n)))).collect();
        uploads(&mut matched, &format!("burst n={n}"), "kbit/s", &swept);
    }
    let length = |window: &Window| seconds(window.length());
    sized(&mut matched, subjects, "clock", "s", |it| it.audio.iter().map(|window| (*window, length(window))).collect());
    sized(&mut matched, subjects, "clock + bulk", "octets", |it| {
        it.audio.iter().chain(&it.large_uploads).map(|window| (*window, octets(it, *window))).collect()
    });
    for (split, scores) in forests {
        let thresholds = (1..=STEPS).map(|step| f64::from(step) / f64::from(STEPS));
        let swept = thresholds.map(|threshold| {
            let mut tally = Tally::default();
            for (subject, scores) in subjects.iter().zip(scores) {
                tally.add(subject, &detections(scores, threshold));
            }
            (threshold, tally)
        });
        uploads(&mut matched, split.name(), "score", &swept.collect::<Vec<_>>());
    }
    for scorer in sessions::scorers() {
        devices(&mut matched, subjects, &scorer);
    }
    matched
}

/// Payload octets that the device sent around a window, by the second.
fn octets(subject: &Subject, window: Window) -> f64 {
    let sent = &subject.sent;
    let index = |at: earwitness_core::time::Timestamp| at.since(sent.origin).div_euclid(sent.width.max(1));
    let (from, until) = (index(window.from), index(window.until));
    let inside = sent.bins.iter().filter(|bin| (from..=until).contains(&bin.index));
    inside.map(|bin| super::stats::float(bin.payload_octets)).sum()
}

/// A detector without a threshold: what it saw counts from a size on.
fn sized(
    matched: &mut Matched,
    subjects: &[Subject],
    name: &str,
    unit: &'static str,
    see: impl Fn(&Subject) -> Vec<(Window, f64)>,
) {
    let seen: Vec<Vec<(Window, f64)>> = subjects.iter().map(see).collect();
    let mut sizes: Vec<f64> = seen.iter().flatten().map(|it| it.1).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let step = sizes.len().div_ceil(STEPS as usize).max(1);
    let thresholds = std::iter::once(0.0).chain(sizes.into_iter().step_by(step));
    let swept = thresholds.map(|threshold| {
        let mut tally = Tally::default();
        for (subject, seen) in subjects.iter().zip(&seen) {
            let kept: Vec<Window> = seen.iter().filter(|it| it.1 >= threshold).map(|it| it.0).collect();
            tally.add(subject, &kept);
        }
        (threshold, tally)
    });
    uploads(matched, name, unit, &swept.collect::<Vec<_>>());
}

/// Adds the curve of a detector of uploads, and what it finds at each rate of false alarms.
fn uploads(matched: &mut Matched, name: &str, unit: &'static str, swept: &[(f64, Tally)]) {
    let points: Vec<(f64, (f64, f64), &Tally)> =
        swept.iter().filter_map(|(threshold, tally)| Some((*threshold, tally.point()?, tally))).collect();
    for per_week in PER_WEEK {
        let allowed = points.iter().filter(|it| it.1.1 <= per_week);
        let best = allowed.max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.1.1.total_cmp(&a.1.1)));
        matched.uploads.push(MatchedUploads {
            detector: name.to_owned(),
            per_week,
            threshold: best.map(|it| it.0),
            unit,
            found: best.map(|it| it.2.found(name)),
        });
    }
    let points = points.iter().map(|it| (it.1.1, it.1.0)).collect();
    matched.upload_curves.push(Curve { detector: name.to_owned(), points });
}

/// Adds the curve of a detector of devices, and what it finds at each share of false accusations; nothing without devices of both sorts.
fn devices(matched: &mut Matched, subjects: &[Subject], scorer: &Scorer) {
    let judged: Vec<(&str, bool, f64)> = sessions::probed(subjects)
        .map(|(subject, probed)| (subject.configuration.as_str(), probed.reacts, scorer.score(subject, probed)))
        .collect();
    let of = |reacts: bool, from: f64| judged.iter().filter(|it| it.1 == reacts && it.2 >= from).count();
    let all = [true, false].map(|reacts| judged.iter().filter(|it| it.1 == reacts).count());
    if all.contains(&0) {
        return;
    }
    let part = |count: usize, all: usize| super::stats::float(count as u64) / super::stats::float(all as u64);
    // A device without any score is called by no threshold.
    let mut thresholds: Vec<f64> = judged.iter().map(|it| it.2).filter(|it| *it > f64::NEG_INFINITY).collect();
    thresholds.sort_unstable_by(|a, b| b.total_cmp(a));
    thresholds.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let points: Vec<(f64, f64, f64)> =
        thresholds.iter().map(|from| (*from, part(of(false, *from), all[1]), part(of(true, *from), all[0]))).collect();
    for accused in ACCUSED {
        let best = points.iter().rev().find(|it| it.1 <= accused).map(|it| it.0);
        let called = |reacts: bool| {
            share(judged.iter().filter(|it| it.1 == reacts).map(|it| (it.0, u64::from(best.is_some_and(|from| it.2 >= from)), 1)))
        };
        matched.devices.push(MatchedDevices {
            detector: scorer.name.clone(),
            accused,
            recall: called(true),
            false_alarms: called(false),
        });
    }
    let step = points.len().div_ceil(POINTS).max(1);
    let thinned = points.iter().step_by(step).chain(points.last()).map(|it| (it.1, it.2));
    let mut curve: Vec<(f64, f64)> = std::iter::once((0.0, 0.0)).chain(thinned).collect();
    curve.dedup();
    matched.device_curves.push(Curve { detector: scorer.name.clone(), points: curve });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{subject, window};
    use crate::subject::Probed;
    use earwitness_core::verdict::Evidence;

    #[test]
    fn one_false_alarm_a_device_week_is_what_all_are_held_to() {
        // An hour with an upload of 10 s, and a false alarm of 3 s: the latter is 168 a week.
        let mut device = subject(&[window(100, 110)], &[]);
        device.audio = vec![window(100, 110), window(500, 503)];
        let matched = all(&[device], &[]);
        let clock = |per_week: f64| matched.uploads.iter().find(|it| it.detector == "clock" && it.per_week >= per_week).unwrap();
        let found = clock(1.0).found.as_ref().unwrap();
        assert_eq!((found.recall.some, found.false_alarms), (1, 0), "from 10 s on, all that is left is true");
        assert_eq!(clock(1.0).threshold, Some(10.0));
        let curve = matched.upload_curves.iter().find(|it| it.detector == "clock").unwrap();
        assert!(curve.points.iter().any(|it| it.0 > 160.0 && it.1 >= 1.0), "{curve:?}");
    }

    #[test]
    fn devices_are_held_to_equal_false_accusations() {
        let device = |reacts: bool, ln_e: f64| {
            let mut it = subject(&[], &[]);
            let evidence = Evidence { ln_e, threshold: 6.0, ..Evidence::default() };
            it.probed = Some(Probed { reacts, evidence, rounds: 9, slots: 8 });
            it
        };
        // One of ten deaf devices scores above half of those that react.
        let mut devices: Vec<Subject> = (0..10).map(|it| device(false, f64::from(it) / 10.0)).collect();
        devices.push(device(true, 0.85));
        devices.push(device(true, 3.0));
        let matched = all(&devices, &[]);
        let lottery = |accused: f64| matched.devices.iter().find(|it| it.detector == "lottery" && it.accused >= accused).unwrap();
        assert_eq!((lottery(0.0).recall.some, lottery(0.0).false_alarms.some), (1, 0));
        assert_eq!((lottery(0.1).recall.some, lottery(0.1).false_alarms.some), (2, 1));
        let never = matched.devices.iter().find(|it| it.detector == "ttest size/idle, 3 of 3" && it.accused >= 0.2).unwrap();
        assert_eq!((never.recall.some, never.recall.all), (0, 2), "without probes, no threshold calls any");
    }
}
