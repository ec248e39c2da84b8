//! The difference of two conditions, as it was planned.

use earwitness_core::lot::Stream;
use serde::Serialize;

use super::off::{Ends, Off};
use super::permute::permute;
use super::trial::{Quantity, Trials};
use super::units::Units;

/// Two conditions that were to be compared, by their names.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Contrast {
    /// What the comparison is called.
    pub name: String,
    /// The condition whose mean comes first.
    pub condition: String,
    /// The condition that is subtracted.
    pub against: String,
    /// The device.
    pub device: String,
    /// What is compared.
    pub quantity: Quantity,
}

/// The places of a contrast in the lists of trials.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sides {
    pub(super) condition: Vec<usize>,
    pub(super) against: Vec<usize>,
    pub(super) device: usize,
    pub(super) quantity: Quantity,
}

impl Sides {
    /// What is compared by, and how many trials are known on each side.
    pub(super) fn units(&self, trials: &Trials) -> (Units, [u64; 2]) {
        let values = |conditions: &[usize]| trials.values(conditions, self.device, self.quantity);
        let (first, second) = (values(&self.condition), values(&self.against));
        (Units::of(&first, &second), [first.len() as u64, second.len() as u64])
    }

    /// What the difference may be off by because of its readings.
    fn off(&self, trials: &Trials) -> Off {
        let of = |conditions: &[usize]| Off::of(&trials.values(conditions, self.device, self.quantity));
        of(&self.condition).between(of(&self.against))
    }
}

/// The difference of two conditions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ContrastResults {
    /// What was planned.
    #[serde(flatten)]
    pub planned: Contrast,
    /// The difference; `None` where a side is not known at all.
    pub estimate: Option<f64>,
    /// Lower end of its interval; `None` where there are too few observations for one, or none varies.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Chance of a difference as large, either way, if there were none; `None` where nothing was tested.
    pub p: Option<f64>,
    /// The same after Holm, over all tests of the report.
    pub adjusted_p: Option<f64>,
    /// Which test it was.
    pub test: String,
    /// Trials in which the quantity is known, on each side.
    pub n: [u64; 2],
    /// Observations that the test takes for independent: blocks or nights.
    pub units: u64,
    /// Nights that these come from; 0 where nothing is tested.
    pub nights: u64,
}

/// Compares two conditions; permutations are drawn from `lot`.
pub(super) fn contrast(
    trials: &Trials,
    planned: &Contrast,
    sides: &Sides,
    beyond: f64,
    draws: usize,
    lot: &mut Stream,
) -> ContrastResults {
    let (units, n) = sides.units(trials);
    let nothing = "none: the conditions share no block, and there are not two nights of each";
    let (interval, p, test) = tested(&units, ["conditions", "blocks", nothing], beyond, draws, lot);
    let estimate = units.difference();
    let (low, high) = sides.off(trials).widen_ends(estimate, interval);
    ContrastResults {
        planned: planned.clone(),
        estimate,
        low,
        high,
        p,
        adjusted_p: None,
        test,
        n,
        units: units.count(),
        nights: units.nights(),
    }
}

/// Interval, p-value and what was tested. `words` are what is exchanged within what, and what is said where nothing can be tested.
pub(super) fn tested(
    units: &Units,
    [what, within, nothing]: [&str; 3],
    beyond: f64,
    draws: usize,
    lot: &mut Stream,
) -> (Ends, Option<f64>, String) {
    match units {
        Units::Blocks(blocks) => {
            let found = permute(blocks, beyond, draws, lot);
            let how = if found.exact { "exact permutation" } else { "permutation" };
            let test = format!("{how} of {what} within the {} {within} of one night, {} assignments", blocks.len(), found.tried);
            ((found.low, found.high), Some(found.p), test)
        }
        Units::Nights(nights) => {
            by_student(units, beyond, format!("Student's t over the differences of {} nights", nights.len()))
        }
        Units::Apart(first, second) => {
            let test =
                format!("Welch's t over the means of {} and {} nights that have one condition each", first.len(), second.len());
            by_student(units, beyond, test)
        }
        Units::Nothing(_) => ((None, None), None, nothing.to_owned()),
    }
}

/// Interval, p-value and test by Student's distribution. Where nothing varies there is neither: equal differences of all nights are no proof.
fn by_student(units: &Units, beyond: f64, test: String) -> (Ends, Option<f64>, String) {
    match units.student() {
        Some(student) => {
            let (low, high) = student.interval(beyond);
            ((Some(low), Some(high)), Some(student.p(0.0)), test)
        }
        None => ((None, None), None, format!("{test}: nothing varies, so none holds")),
    }
}
