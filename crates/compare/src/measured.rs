//! Seconds of sound: how many of the uploads of a kind the `clock` detector finds, how well it counts their seconds, and how often its interval holds the truth.

use std::collections::BTreeMap;

use super::events::SLACK;
use super::results::Measured;
use super::spans::wider;
use super::stats::share;
use super::subject::Subject;

/// An upload of which the seconds are known.
struct Upload<'a> {
    configuration: &'a str,
    /// What was counted, as a part of the truth, and whether the interval holds it; `None` where nothing was counted.
    counted: Option<(f64, bool)>,
}

/// Each kind of upload whose seconds of sound are known, and all of them together where there are several.
#[must_use]
pub(crate) fn all(subjects: &[Subject]) -> Vec<Measured> {
    let mut kinds: BTreeMap<&str, Vec<Upload<'_>>> = BTreeMap::new();
    for subject in subjects {
        for (window, truth) in subject.uploads.iter().zip(&subject.truths) {
            let Some(seconds) = truth.seconds else { continue };
            let window = wider(*window, SLACK);
            let seen = subject.audio.iter().zip(&subject.counted).filter(|it| window.overlaps(*it.0));
            // Several sightings of one upload are added up, with the ends of their intervals.
            let sum = seen
                .filter_map(|it| it.1.map(|it| [it.value, it.low, it.high]))
                .reduce(|a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
            let counted = sum.map(|[value, low, high]| (value / seconds, low <= seconds && seconds <= high));
            kinds.entry(&truth.kind).or_default().push(Upload { configuration: &subject.configuration, counted });
        }
    }
    let mut rows: Vec<Measured> = kinds.iter().map(|(kind, uploads)| row(kind, uploads.iter())).collect();
    if kinds.len() > 1 {
        rows.push(row("all", kinds.values().flatten()));
    }
    rows
}

fn row<'a>(kind: &str, uploads: impl Iterator<Item = &'a Upload<'a>> + Clone) -> Measured {
    let part = |of: &Upload<'_>| of.counted.map(|it| it.0 - 1.0);
    let counted = uploads.clone().filter(|it| it.counted.is_some());
    Measured {
        kind: kind.to_owned(),
        found: share(uploads.clone().map(|it| (it.configuration, u64::from(it.counted.is_some()), 1))),
        error: middle(uploads.clone().filter_map(part).collect()),
        absolute_error: middle(uploads.filter_map(part).map(f64::abs).collect()),
        held: share(counted.map(|it| (it.configuration, u64::from(it.counted.is_some_and(|it| it.1)), 1))),
    }
}

/// The median; `None` of nothing.
fn middle(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some(f64::midpoint(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{subject, window};
    use crate::subject::UploadTruth;
    use earwitness_core::findings::Estimate;

    #[test]
    fn seconds_are_held_against_the_truth_kind_by_kind() {
        let mut device = subject(&[window(100, 104), window(200, 204), window(300, 304), window(400, 404)], &[]);
        let truth = |kind: &str, seconds| UploadTruth { kind: kind.to_owned(), seconds };
        device.truths = vec![truth("opus", Some(4.0)), truth("opus", Some(4.0)), truth("pcm", Some(4.0)), truth("clip", None)];
        // The first in two pieces; the second not at all; the third too short.
        device.audio = vec![window(100, 102), window(102, 104), window(300, 303)];
        let estimate = |value| Some(Estimate { value, low: value - 0.1, high: value + 0.1 });
        device.counted = vec![estimate(2.0), estimate(2.1), estimate(3.0)];
        let rows = all(&[device]);
        let kinds: Vec<&str> = rows.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["opus", "pcm", "all"], "of the clip, no seconds are known");
        assert_eq!((rows[0].found.some, rows[0].found.all, rows[0].held.some, rows[0].held.all), (1, 2, 1, 1));
        assert!((rows[0].error.unwrap() - 0.025).abs() < 1e-9 && (rows[1].error.unwrap() + 0.25).abs() < 1e-9);
        assert_eq!((rows[1].held.some, rows[2].held.all), (0, 2));
        assert!((rows[2].absolute_error.unwrap() - 0.1375).abs() < 1e-9);
    }
}
