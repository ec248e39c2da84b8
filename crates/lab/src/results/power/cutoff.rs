//! Repeats of each level that find a cut-off, by simulation with the estimator of the report.

use earwitness_core::lot::{Lot, Stream};
use earwitness_core::stats::float;

use super::super::hinge::Doses;

/// What is known of a cut-off beforehand.
#[derive(Clone, PartialEq, Debug)]
pub struct CutoffDesign {
    /// Levels, seconds.
    pub levels: Vec<f64>,
    /// Standard deviation of one trial, seconds.
    pub deviation: f64,
    /// Standard deviation of the cut-off itself from trial to trial, seconds.
    pub varies: f64,
    /// Where the cut-off may lie, seconds: from, to.
    pub between: (f64, f64),
    /// How near the estimate must be, seconds: 0.25.
    pub within: f64,
    /// How often it must: 0.95.
    pub chance: f64,
    /// Most repeats that are tried.
    pub most: u32,
}

/// The least number of repeats of each level that finds the cut-off as near and as often as asked for, in `rounds` simulated experiments from a seed; `None`
/// where no number up to the most does.
#[must_use]
pub fn repeats_for_cutoff(design: &CutoffDesign, rounds: u32, seed: u64) -> Option<u32> {
    let lot = Lot::new(seed);
    (1..=design.most).find(|repeats| {
        let mut stream = lot.stream("cutoff", u64::from(*repeats));
        let found = (0..rounds).filter(|_| finds(design, *repeats, &mut stream)).count();
        float(found as u64) >= design.chance * f64::from(rounds)
    })
}

/// Whether one simulated experiment finds its cut-off.
fn finds(design: &CutoffDesign, repeats: u32, stream: &mut Stream) -> bool {
    let (from, to) = design.between;
    let truth = from + (to - from) * stream.unit();
    let mut values = Vec::new();
    for level in &design.levels {
        for _ in 0..repeats {
            // A cut-off that varies stays above a moment in which nothing could be sent.
            let cutoff = (truth + design.varies * normal(stream)).max(0.2);
            values.push((0, *level, level.min(cutoff) + design.deviation * normal(stream)));
        }
    }
    let fitted = Doses::of(values.into_iter()).and_then(|doses| doses.fit());
    fitted.is_some_and(|it| (it.cutoff - truth).abs() <= design.within)
}

/// A standard normal number (Box and Muller 1958).
fn normal(stream: &mut Stream) -> f64 {
    let (radius, angle) = (1.0 - stream.unit(), stream.unit());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
