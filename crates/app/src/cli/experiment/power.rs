//! How many repeats show which difference: one line for each spread of trials that devices have.

use earwitness_base::words::counted;
use earwitness_lab::experiment::{Contrast, Experiment, Nightly, Question};
use earwitness_lab::results::power::{CutoffDesign, PairDesign, pairs_for_difference, pairs_for_equivalence, repeats_for_cutoff};

/// Standard deviations of the seconds of one trial, device and measurement together: a steady speaker, a usual and a moody one.
const SPREADS: [f64; 3] = [0.15, 0.3, 0.6];
/// Standard deviation of an effect from night to night, seconds.
const BETWEEN_NIGHTS: f64 = 0.2;
/// Level of tests, and how often they are to find what is there.
const LEVEL: f64 = 0.05;
const POWER: f64 = 0.9;
/// Simulated experiments for each number of repeats.
const ROUNDS: u32 = 200;

/// The lines for a contrast; none where it says no difference that matters.
pub(super) fn lines(experiment: &Experiment, contrast: &Contrast) -> Vec<String> {
    let design = experiment.design();
    let nights = if design.nightly == Nightly::Condition { return Vec::new() } else { u64::from(design.nights) };
    let pairs =
        |spread: f64| PairDesign { deviation: spread, nights, between_nights: BETWEEN_NIGHTS, level: LEVEL, power: POWER };
    let line = |spread: f64| match (&contrast.question, contrast.difference) {
        (Question::Difference { .. }, Some(difference)) => {
            let needed = pairs_for_difference(&pairs(spread), difference)?;
            Some(format!(
                "{needed} blocks in all show a difference of {difference} s in nine of ten experiments, if trials spread by {spread} s"
            ))
        }
        (Question::Equivalence { margin, .. }, _) => {
            let needed = pairs_for_equivalence(&pairs(spread), *margin, 0.0)?;
            Some(format!("{needed} blocks in all show that both are the same within {margin} s, if trials spread by {spread} s"))
        }
        (Question::Dose { levels, .. }, _) => {
            let numbers: Vec<f64> = levels.iter().map(|it| it.0).collect();
            let (first, last) = (numbers.first().copied()?, numbers.last().copied()?);
            let within = (first + (last - first) / 6.0, last - (last - first) / 3.0);
            let design = CutoffDesign {
                levels: numbers,
                deviation: spread,
                varies: 0.0,
                between: within,
                within: 0.25,
                chance: 0.95,
                most: 60,
            };
            let needed = repeats_for_cutoff(&design, ROUNDS, experiment.design().seed)?;
            Some(format!(
                "{} of each level find a cut-off to 0.25 s in 95 of 100 experiments, if trials spread by {spread} s",
                counted(needed.into(), "trial", "trials")
            ))
        }
        (Question::Difference { .. }, None) | (Question::Mean { .. }, _) => None,
    };
    SPREADS.into_iter().filter_map(line).collect()
}
