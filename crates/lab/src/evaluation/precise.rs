//! Whether results are as precise as an experiment was to become before it may end.

use super::quantity;
use crate::experiment::{Experiment, Question};
use crate::results::{Cutoff, Estimate, Quantity, Results};

/// Whether no interval of a question is wider than twice `half_width` seconds. One that has no interval is not precise.
#[must_use]
pub fn is_precise(experiment: &Experiment, results: &Results, half_width: f64) -> bool {
    let narrow = |low: Option<f64>, high: Option<f64>| low.zip(high).is_some_and(|(low, high)| high - low <= 2.0 * half_width);
    let estimated = |it: &Estimate| narrow(it.low, it.high);
    let means = experiment.design().contrasts.iter().filter_map(|it| match &it.question {
        Question::Mean { of, measure } => Some((&of.1, quantity(*measure))),
        _ => None,
    });
    let mut means = means.flat_map(|(conditions, quantity)| {
        let own = conditions.iter().filter_map(|it| results.conditions.get(*it));
        own.flat_map(|it| &it.devices).map(move |it| match quantity {
            Quantity::PreRollSeconds => &it.pre_roll_seconds,
            Quantity::TailSeconds => &it.tail_seconds,
            _ => &it.seconds,
        })
    });
    means.all(estimated)
        && results.contrasts.iter().all(|it| narrow(it.low, it.high))
        && results.equivalences.iter().all(|it| narrow(it.low, it.high))
        && results.doses.iter().all(|it| matches!(it.cutoff, Cutoff::Found { low, high, .. } if narrow(Some(low), Some(high))))
}
