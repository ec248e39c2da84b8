//! Whether a condition sends no more than another: two one-sided tests against a margin (Schuirmann 1987, Journal of Pharmacokinetics and
//! Biopharmaceutics 15, 657), on the same blocks or nights as a contrast.

use serde::Serialize;

use super::contrast::{Contrast, Sides};
use super::moments::Moments;
use super::trial::Trials;
use super::units::{Block, Units};

/// What was to be shown of a condition, by comparison with its baseline.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// No more than baseline and margin.
    NoMore,
    /// No more than baseline and margin, and no less than baseline less margin.
    Within,
}

/// A condition that was to be shown to send no more than a baseline, or as much.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Equivalence {
    /// The condition, and the baseline as `against`.
    #[serde(flatten)]
    pub compared: Contrast,
    /// What was to be shown.
    pub claim: Claim,
    /// The least difference that would matter, in the unit of the quantity.
    pub margin: f64,
    /// The most that one trial can read, where that is known (the length of the window, say). Only with it can anything be shown where all observations
    /// are equal, as they are where nothing is ever sent.
    pub most: Option<f64>,
}

/// What two one-sided tests found.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EquivalenceResults {
    /// What was planned.
    #[serde(flatten)]
    pub planned: Equivalence,
    /// The difference from the baseline.
    pub estimate: Option<f64>,
    /// Lower end of the interval that leaves out twice the level of the tests: what was claimed is shown, before the report's other tests count,
    /// where it lies within the margin.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Chance of an estimate as low if the condition sent as much as baseline and margin, or more.
    pub p_no_more: Option<f64>,
    /// Chance of an estimate as high if it sent as little as baseline less margin, or less.
    pub p_no_less: Option<f64>,
    /// That of what was claimed: the larger of both where both were.
    pub p: Option<f64>,
    /// The same after Holm, over all tests of the report.
    pub adjusted_p: Option<f64>,
    /// Whether what was claimed is shown: the adjusted p-value is at most 0.05.
    pub shown: bool,
    /// The outcome in words.
    pub outcome: String,
    /// Which test it was.
    pub test: String,
    /// Trials in which the quantity is known, on each side.
    pub n: [u64; 2],
    /// Observations that the test takes for independent: blocks or nights.
    pub units: u64,
    /// Nights that these come from; 0 where nothing is tested.
    pub nights: u64,
}

impl EquivalenceResults {
    /// Takes the adjusted p-value, and says what it shows.
    pub(super) fn decide(&mut self, adjusted: Option<f64>, level: f64) {
        self.adjusted_p = adjusted;
        self.shown = adjusted.is_some_and(|p| p <= level);
        let what = match self.planned.claim {
            Claim::NoMore => "no more than baseline + margin",
            Claim::Within => "within the margin of the baseline",
        };
        self.outcome = format!("{what}: {}", if self.shown { "shown" } else { "not shown" });
    }
}

/// One-sided p-values and the interval, if any.
struct Sided {
    no_more: f64,
    no_less: f64,
    interval: Option<(f64, f64)>,
    test: String,
}

/// Tests one; `level` is that of each side.
pub(super) fn equivalence(trials: &Trials, planned: &Equivalence, places: &Sides, level: f64) -> EquivalenceResults {
    let (units, n) = places.units(trials);
    let what = match &units {
        Units::Blocks(blocks) => format!("differences of {} blocks of one night", blocks.len()),
        Units::Nights(nights) => format!("differences of {} nights", nights.len()),
        Units::Apart(first, second) => {
            format!("means of {} and {} nights that have one condition each", first.len(), second.len())
        }
        Units::Nothing(_) => "nothing: the conditions share no block, and there are not two nights of each".to_owned(),
    };
    let sided = match units.student() {
        Some(student) => Some(Sided {
            no_more: student.p_at_least(planned.margin),
            // The same of the mirror image.
            no_less: 1.0 - student.p_at_least(-planned.margin),
            interval: Some(student.interval(2.0 * level)),
            test: format!("two one-sided t-tests over {what}"),
        }),
        None => planned.most.and_then(|most| constant(&units, planned.margin, most, level)).map(|(p, reach)| Sided {
            no_more: p,
            no_less: p,
            interval: Some((-reach, reach)),
            test: format!("chance that no observation differs, over {what}"),
        }),
    };
    let p = sided.as_ref().map(|it| match planned.claim {
        Claim::NoMore => it.no_more,
        Claim::Within => it.no_more.max(it.no_less),
    });
    EquivalenceResults {
        planned: planned.clone(),
        estimate: units.difference(),
        low: sided.as_ref().and_then(|it| it.interval).map(|it| it.0),
        high: sided.as_ref().and_then(|it| it.interval).map(|it| it.1),
        p_no_more: sided.as_ref().map(|it| it.no_more),
        p_no_less: sided.as_ref().map(|it| it.no_less),
        p,
        adjusted_p: None,
        shown: false,
        outcome: String::new(),
        test: sided.map_or_else(|| format!("none, over {what}: nothing varies"), |it| it.test),
        n,
        units: units.count(),
        nights: units.nights(),
    }
}

/// Where every block or night has a difference of 0: the p-value of each side, and how large the mean difference can be.
///
/// No difference is larger than the most that a trial can read. If their mean is `margin` or more, at least a share `margin / most` of all blocks (nights)
/// differs, and `n` of them that do not have a chance of at most `(1 - margin / most)^n`.
fn constant(units: &Units, margin: f64, most: f64, level: f64) -> Option<(f64, f64)> {
    let differences: Vec<f64> = match units {
        Units::Blocks(blocks) => blocks.iter().map(Block::difference).collect(),
        Units::Nights(nights) => nights.clone(),
        Units::Apart(..) | Units::Nothing(_) => return None,
    };
    let moments = Moments::of(&differences)?;
    let none_differs = moments.mean.abs() <= 0.0 && differences.iter().all(|it| it.abs() <= 0.0);
    if !none_differs || margin <= 0.0 || most <= 0.0 {
        return None;
    }
    let count = earwitness_core::stats::float(moments.count);
    let p = (1.0 - (margin / most).min(1.0)).powf(count);
    Some((p, most * (1.0 - level.powf(1.0 / count))))
}
