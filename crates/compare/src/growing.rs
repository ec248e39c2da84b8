//! One forest: what it is trained on, and with what.

use earwitness_core::time::Window;
use smartcore::ensemble::random_forest_regressor::{RandomForestRegressor, RandomForestRegressorParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::events::SLACK;
use super::features::FEATURES;
use super::results::Tuned;
use super::spans::wider;
use super::subject::Subject;

/// What a forest is tested on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Split {
    /// Kinds of devices that it has never seen.
    OtherKinds,
    /// Kinds that it has seen, in other nights or files.
    SameKinds,
}

impl Split {
    /// What a row of it is called.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::OtherKinds => "forest, other types",
            Self::SameKinds => "forest, same types",
        }
    }
}

pub(super) type Forest = RandomForestRegressor<f64, f64, DenseMatrix<f64>, Vec<f64>>;

/// What is tuned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ForestSettings {
    pub(super) depth: u16,
    pub(super) leaf: usize,
    pub(super) features: usize,
}

impl ForestSettings {
    fn parameters(self) -> RandomForestRegressorParameters {
        RandomForestRegressorParameters::default()
            .with_max_depth(self.depth)
            .with_min_samples_leaf(self.leaf)
            .with_m(self.features)
    }

    pub(super) fn tuned(self, detector: &str, part: usize, auc: Option<f64>) -> Tuned {
        Tuned {
            detector: detector.to_owned(),
            part: part as u64,
            depth: self.depth.into(),
            leaf: self.leaf as u64,
            features: self.features as u64,
            auc,
        }
    }
}

/// The seconds of a subject of which it is known whether they hold sound, or not.
pub(super) fn known(subject: &Subject, sound: bool) -> Vec<&[f32; FEATURES]> {
    subject.seconds.iter().filter(|second| label(subject, second.0) == Some(sound)).map(|second| second.1).collect()
}

/// Whether a second holds sound; `None` where that is open: at the rim of an upload, or in one that holds none.
fn label(subject: &Subject, second: Window) -> Option<bool> {
    if subject.uploads.iter().any(|it| it.overlaps(second)) {
        return Some(true);
    }
    let near = |all: &[Window]| all.iter().any(|it| wider(*it, SLACK).overlaps(second));
    (!near(&subject.uploads) && !near(&subject.aside)).then_some(false)
}

/// A forest from the seconds of some subjects; `None` when they hold nothing to be told apart.
pub(super) fn train(
    subjects: &[&Subject],
    settings: ForestSettings,
    trees: usize,
    most: [usize; 2],
    seed: u64,
) -> Option<Forest> {
    let (mut rows, mut sound) = (Vec::new(), Vec::new());
    for (wanted, most) in [true, false].into_iter().zip(most) {
        let all: Vec<Vec<&[f32; FEATURES]>> = subjects.iter().map(|it| known(it, wanted)).collect();
        let having = all.iter().filter(|it| !it.is_empty()).count();
        let each = most / having.max(1);
        for seconds in all {
            let step = seconds.len().div_ceil(each.max(1)).max(1);
            for features in seconds.into_iter().step_by(step) {
                rows.push(features.map(f64::from).to_vec());
                sound.push(if wanted { 1.0 } else { 0.0 });
            }
        }
    }
    if !sound.contains(&1.0) || !sound.contains(&0.0) {
        return None;
    }
    let parameters = settings.parameters().with_n_trees(trees).with_seed(seed);
    let rows = DenseMatrix::from_2d_vec(&rows).ok()?;
    Forest::fit(&rows, &sound, parameters).ok()
}
