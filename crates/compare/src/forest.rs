//! A random forest on features of seconds, as the baseline that machine learning sets: it has to be trained on devices.
//!
//! A regression forest on 0 and 1, whose mean is the share of sound among like seconds (Malley and others 2012). Seconds that it calls
//! sound are joined to detections over pauses of up to two seconds.

use std::collections::{BTreeMap, BTreeSet};

use earwitness_core::time::{SECOND, Window};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::growing::{Forest, Split, train};
use super::results::Tuned;
use super::subject::Subject;
use super::tuning;

/// Trees.
const TREES: usize = 40;
/// Parts that the material is cut into; each is judged by a forest that was trained on the others.
const FOLDS: usize = 4;
/// Most seconds with, and without sound, that one forest is trained on.
const MOST: [usize; 2] = [3_000, 6_000];
/// Seconds judged at once.
const BATCH: usize = 50_000;
/// A pause that ends no detection.
const PAUSE: i64 = 2 * SECOND;

/// Score from which on a second is called sound unless another threshold is asked for.
pub(crate) const THRESHOLD: f64 = 0.5;

/// The score of each second of a subject.
pub(crate) type Scores = Vec<(Window, f64)>;

/// Every second of every subject, judged by a forest that has not seen it, and what each forest was tuned to; `None` where there is nothing to train on apart from what is
/// tested: a single kind, or a single night or file.
#[must_use]
pub(crate) fn judge(subjects: &[Subject], split: Split, seed: u64) -> Option<(Vec<Scores>, Vec<Tuned>)> {
    let folds = folds(subjects, split);
    let parts: BTreeSet<usize> = folds.iter().copied().collect();
    if parts.len() < 2 {
        return None;
    }
    let mut scores: Vec<Scores> = vec![Vec::new(); subjects.len()];
    let mut tuned = Vec::new();
    for part in parts {
        let others: Vec<&Subject> = subjects.iter().zip(&folds).filter(|it| *it.1 != part).map(|it| it.0).collect();
        let (settings, auc) = tuning::tuned(&others, split, seed);
        tuned.push(settings.tuned(split.name(), part, auc));
        let forest = train(&others, settings, TREES, MOST, seed);
        for ((subject, fold), scores) in subjects.iter().zip(&folds).zip(&mut scores) {
            if *fold == part {
                *scores = scored(forest.as_ref(), subject);
            }
        }
    }
    Some((scores, tuned))
}

/// To which part each subject belongs.
fn folds(subjects: &[Subject], split: Split) -> Vec<usize> {
    match split {
        Split::SameKinds => subjects.iter().map(|it| it.fold % FOLDS).collect(),
        Split::OtherKinds => {
            let mut sounding: BTreeMap<&str, bool> = BTreeMap::new();
            for it in subjects {
                *sounding.entry(&it.kind).or_default() |= !it.uploads.is_empty();
            }
            // Kinds that send sound are dealt out first, so that each part has some if there are enough.
            let (yes, no): (Vec<&str>, Vec<&str>) = sounding.keys().partition(|kind| sounding[**kind]);
            let place: BTreeMap<&str, usize> = yes.into_iter().chain(no).zip((0..FOLDS).cycle()).collect();
            subjects.iter().map(|it| place.get(it.kind.as_str()).copied().unwrap_or(0)).collect()
        }
    }
}

/// The score of each second; 0 without a forest.
fn scored(forest: Option<&Forest>, subject: &Subject) -> Scores {
    let seconds: Vec<_> = subject.seconds.iter().collect();
    let mut scores = Vec::with_capacity(seconds.len());
    for batch in seconds.chunks(BATCH) {
        let rows: Vec<Vec<f64>> = batch.iter().map(|it| it.1.map(f64::from).to_vec()).collect();
        let judged = forest.and_then(|forest| forest.predict(&DenseMatrix::from_2d_vec(&rows).ok()?).ok());
        let judged = judged.unwrap_or_else(|| vec![0.0; batch.len()]);
        scores.extend(batch.iter().zip(judged).map(|(second, score)| (second.0, score)));
    }
    scores
}

/// Seconds that reach the threshold, joined.
#[must_use]
pub(crate) fn detections(scores: &[(Window, f64)], threshold: f64) -> Vec<Window> {
    let mut found: Vec<Window> = Vec::new();
    for (second, _) in scores.iter().filter(|it| it.1 >= threshold) {
        match found.last_mut() {
            Some(last) if second.from.since(last.until) <= PAUSE => last.until = second.until,
            _ => found.push(*second),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Seconds;
    use crate::sample::{subject, window};
    use earwitness_core::time::Timestamp;

    /// A device of this kind that sends many small frames while it sends sound, and few large ones else.
    fn device(kind: &str, fold: usize) -> Subject {
        let mut it = subject(&[window(100, 140), window(500, 540)], &[]);
        let mut seconds = Seconds::new(Timestamp::default());
        for second in 0..1_000_i64 {
            let sound = (100..140).contains(&second) || (500..540).contains(&second);
            for frame in 0..if sound { 50 } else { 2 } {
                seconds.sent(Timestamp::from_nanos(second * SECOND + frame * 20_000_000), if sound { 180 } else { 900 }, 100);
            }
        }
        seconds.finish();
        (it.kind, it.fold, it.seconds) = (kind.to_owned(), fold, seconds);
        it
    }

    #[test]
    fn it_finds_what_it_was_trained_on_in_devices_that_it_has_not_seen() {
        let subjects = [device("a", 0), device("b", 1)];
        for split in [Split::OtherKinds, Split::SameKinds] {
            let (scores, tuned) = judge(&subjects, split, 3).unwrap();
            assert_eq!(tuned.len(), 2, "one for each part");
            for scores in &scores {
                assert_eq!(detections(scores, THRESHOLD), [window(100, 140), window(500, 540)], "{split:?}");
            }
            assert_eq!((scores, tuned), judge(&subjects, split, 3).unwrap(), "one seed, one forest");
        }
    }

    #[test]
    fn one_kind_or_one_night_alone_cannot_be_tested() {
        let subjects = [device("a", 0), device("a", 0)];
        assert!(judge(&subjects, Split::OtherKinds, 1).is_none() && judge(&subjects, Split::SameKinds, 1).is_none());
    }
}
