//! Statistical probing, the second detector of `LeakyPick` (ACSAC 2020, section 4.1.2), kept as published so that results can be compared.
//!
//! A sequence of frames from idle time and one that follows a probe are sorted into the same bins, and the two lists of counts are
//! compared by a t-test. Exact definition: `docs/design/detection.md`, section "ttest".
//!
//! `p` is no error rate: the test takes the bins for independent samples of one population, which they are not.

mod bins;
mod repeats;
mod student;

pub use bins::{MOST_BINS, bin_edges, counts};
pub use repeats::{in_a_row, repeated};
pub use student::{Test, Variance, t_test, two_sided};

use crate::time::{SECOND, Timestamp, Window};

/// What is compared of a sequence of frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Feature {
    /// The frames' lengths on the wire, octets.
    #[default]
    Length,
    /// The time between neighbouring frames, seconds.
    InterArrival,
    /// Both: each is counted in bins of its own, and the counts of the second are put behind those of the first. The paper names both features
    /// and leaves open how they go together; this keeps one t-test.
    Both,
}

impl Feature {
    /// The single features that it consists of.
    const fn parts(self) -> &'static [Self] {
        match self {
            Self::Length => &[Self::Length],
            Self::InterArrival => &[Self::InterArrival],
            Self::Both => &[Self::Length, Self::InterArrival],
        }
    }
}

/// Where the bins come from, and what becomes of values outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Edges {
    /// From the idle sequence; values of the probe sequence outside its range are not counted. The paper's text, taken by the letter.
    #[default]
    Idle,
    /// From the idle sequence; values outside its range count in the first or last bin.
    Clip,
    /// From both sequences together: nothing lies outside.
    Pooled,
}

/// What the test compares, and how.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TtestSettings {
    /// What is compared.
    pub feature: Feature,
    /// Where the bins come from.
    pub edges: Edges,
    /// Whether both lists of counts are taken to have one variance.
    pub variance: Variance,
    /// `p` below this is called a reaction (`t`; the paper: 0.42 to 0.43).
    pub threshold: f64,
    /// Length of a sequence, nanoseconds (`d`; the paper: 60 s).
    pub duration: i64,
}

impl Default for TtestSettings {
    fn default() -> Self {
        Self {
            feature: Feature::default(),
            edges: Edges::default(),
            variance: Variance::default(),
            threshold: 0.42,
            duration: 60 * SECOND,
        }
    }
}

/// What the comparison of two sequences showed.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Evidence {
    /// Number of bins; 0 where there are none: a value is not finite, or there would be more than [`MOST_BINS`].
    pub bins: usize,
    /// Values of the probe sequence that lay outside the bins and were not counted.
    pub left_out: u64,
    /// The t statistic of the idle less the probe counts; `None` where it is not defined: one bin, or all counts alike in both.
    pub statistic: Option<f64>,
    /// Its two-sided p-value. No error rate: see `docs/design/detection.md`.
    pub p: Option<f64>,
    /// Whether `p` is defined and below the threshold.
    pub reacted: bool,
}

/// What two sequences of a device's frames say: those sent in `[idle, idle + duration)` and those in `[probe, probe + duration)`, given as time and
/// length on the wire, in any order; those of one moment keep theirs.
#[must_use]
pub fn reaction(frames: &[(Timestamp, u32)], idle: Timestamp, probe: Timestamp, settings: &TtestSettings) -> Evidence {
    let [idle, probe] = [idle, probe].map(|start| inside(frames, start, settings.duration));
    let pairs = settings.feature.parts().iter().map(|feature| [&idle, &probe].map(|frames| values(frames, *feature)));
    let pairs: Vec<[Vec<f64>; 2]> = pairs.collect();
    compared(pairs.iter().map(|[idle, probe]| (idle.as_slice(), probe.as_slice())), settings)
}

/// A single feature of the frames sent in `[start, start + duration)`, as [`compare`] takes it; of [`Feature::Both`] the first. Frames as in [`reaction`].
#[must_use]
pub fn sequence(frames: &[(Timestamp, u32)], start: Timestamp, settings: &TtestSettings) -> Vec<f64> {
    values(&inside(frames, start, settings.duration), settings.feature)
}

/// Frames in order of time, of which those in `[start, start + duration)` are kept.
fn inside(frames: &[(Timestamp, u32)], start: Timestamp, duration: i64) -> Vec<(Timestamp, u32)> {
    let window = Window { from: start, until: start.plus(duration) };
    let mut inside: Vec<(Timestamp, u32)> = frames.iter().copied().filter(|(at, _)| window.contains(*at)).collect();
    inside.sort_by_key(|(at, _)| *at);
    inside
}

/// A single feature of frames in order of time: of [`Feature::Both`] the first.
fn values(frames: &[(Timestamp, u32)], feature: Feature) -> Vec<f64> {
    match feature {
        Feature::Length | Feature::Both => frames.iter().map(|&(_, length)| f64::from(length)).collect(),
        Feature::InterArrival => {
            frames.iter().zip(frames.iter().skip(1)).map(|((earlier, _), (later, _))| seconds(later.since(*earlier))).collect()
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53 ns, a hundred days, the division is the only rounding")]
fn seconds(nanos: i64) -> f64 {
    nanos as f64 / SECOND as f64
}

/// Compares a single feature of a sequence after a probe with that of an idle one.
#[must_use]
pub fn compare(idle: &[f64], probe: &[f64], settings: &TtestSettings) -> Evidence {
    compared(std::iter::once((idle, probe)), settings)
}

/// Compares the features of two sequences, the counts of each behind those of the one before.
fn compared<'a>(features: impl Iterator<Item = (&'a [f64], &'a [f64])>, settings: &TtestSettings) -> Evidence {
    let clip = settings.edges == Edges::Clip;
    let (mut before, mut after, mut values) = (Vec::new(), Vec::new(), 0_u64);
    for (idle, probe) in features {
        let edges = match settings.edges {
            Edges::Idle | Edges::Clip => bin_edges(idle),
            Edges::Pooled => bin_edges(&[idle, probe].concat()),
        };
        let Some(edges) = edges.filter(|_| probe.iter().all(|value| value.is_finite())) else { return Evidence::default() };
        before.extend(counts(idle, &edges, clip));
        after.extend(counts(probe, &edges, clip));
        values = values.saturating_add(probe.len() as u64);
    }
    let test = t_test(&before, &after, settings.variance);
    Evidence {
        bins: before.len(),
        left_out: values.saturating_sub(after.iter().sum()),
        statistic: test.map(|test| test.statistic),
        p: test.map(|test| test.p),
        reacted: test.is_some_and(|test| test.p < settings.threshold),
    }
}

#[cfg(test)]
mod tests;
