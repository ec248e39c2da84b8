//! Hyper-parameters of a forest, chosen by cross-validation on what it is trained on: what is reported of it plays no part.
//!
//! The training material is cut into parts by kind of device, or by configuration where the forest may know the kinds: no part shares one with another (grouped
//! cross-validation; Roberts and others 2017). Each setting is trained on the others of them and judged on the seconds of that part by the area under its
//! curve; the setting with the best mean is taken, the first of equals.

use std::collections::BTreeSet;

use smartcore::linalg::basic::matrix::DenseMatrix;

use super::growing::{ForestSettings, Split, known, train};
use super::stats::{auc, float};
use super::subject::Subject;

/// Parts of the training material.
const PARTS: usize = 3;
/// Trees of a forest that is only compared with others.
const TREES: usize = 15;
/// Most seconds with, and without sound, that it is trained on, and judged on.
const MOST: [usize; 2] = [700, 1_400];

/// What a forest has where there is nothing to tune on: the first. Features at a branch: about the square root of all 14, and a half (Breiman 2001; Probst and others 2019).
const GRID: [ForestSettings; 8] = [
    ForestSettings { depth: 12, leaf: 3, features: 4 },
    ForestSettings { depth: 12, leaf: 3, features: 7 },
    ForestSettings { depth: 12, leaf: 15, features: 4 },
    ForestSettings { depth: 12, leaf: 15, features: 7 },
    ForestSettings { depth: 6, leaf: 3, features: 4 },
    ForestSettings { depth: 6, leaf: 3, features: 7 },
    ForestSettings { depth: 20, leaf: 1, features: 4 },
    ForestSettings { depth: 20, leaf: 1, features: 7 },
];

/// The best setting for these subjects, and the mean area that it reached on what was held out.
pub(super) fn tuned(subjects: &[&Subject], split: Split, seed: u64) -> (ForestSettings, Option<f64>) {
    let group = |it: &Subject| if split == Split::OtherKinds { it.kind.clone() } else { it.configuration.clone() };
    // Groups with sound first, so that each part has some if there are enough.
    let sounding: BTreeSet<String> = subjects.iter().filter(|it| !it.uploads.is_empty()).map(|it| group(it)).collect();
    let silent: BTreeSet<String> = subjects.iter().map(|it| group(it)).filter(|it| !sounding.contains(it)).collect();
    let groups: Vec<&String> = sounding.iter().chain(&silent).collect();
    let part = |it: &Subject| groups.iter().position(|name| **name == group(it)).unwrap_or(0) % PARTS;
    let parts: Vec<usize> = subjects.iter().map(|it| part(it)).collect();
    let mut best = (GRID[0], None);
    if parts.iter().collect::<BTreeSet<_>>().len() < 2 {
        return best;
    }
    for settings in GRID {
        let areas: Vec<f64> = (0..PARTS).filter_map(|held_out| area(subjects, &parts, held_out, settings, seed)).collect();
        if areas.is_empty() {
            continue;
        }
        let mean = areas.iter().sum::<f64>() / float(areas.len() as u64);
        if best.1.is_none_or(|other| mean > other) {
            best = (settings, Some(mean));
        }
    }
    best
}

/// The area that a setting reaches on a part that it was not trained on; `None` where that has seconds of one sort only.
fn area(subjects: &[&Subject], parts: &[usize], held_out: usize, settings: ForestSettings, seed: u64) -> Option<f64> {
    let of = |own: bool| subjects.iter().zip(parts).filter(move |it| (*it.1 == held_out) == own).map(|it| *it.0);
    let forest = train(&of(false).collect::<Vec<_>>(), settings, TREES, MOST, seed)?;
    let scores = |sound: bool| -> Option<Vec<f64>> {
        let seconds: Vec<_> = of(true).flat_map(|it| known(it, sound)).collect();
        let most = if sound { MOST[0] } else { MOST[1] };
        let step = seconds.len().div_ceil(most).max(1);
        let rows: Vec<Vec<f64>> = seconds.iter().step_by(step).map(|it| it.map(f64::from).to_vec()).collect();
        forest.predict(&DenseMatrix::from_2d_vec(&rows).ok()?).ok()
    };
    auc(&scores(true)?, &scores(false)?)
}
