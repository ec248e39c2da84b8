//! What a device sends as a stimulus grows longer, and where it stops.

use serde::Serialize;

use super::clusters::jackknife;
use super::describe::estimate as estimate_of;
use super::hinge::{Cell, Doses};
use super::moments::Student;
use super::trial::{Quantity, Trials};

/// Readings count whole slices of sound, of up to so many seconds: a cut-off that is no further from the lowest level is not told from it.
const SLICE: f64 = 0.064;

/// Conditions that differ in one number.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Dose {
    /// What the question is called.
    pub name: String,
    /// The device.
    pub device: String,
    /// What is measured, in the unit of the levels: sound for seconds of stimulus.
    pub quantity: Quantity,
    /// The conditions, each with its level. Several may have one.
    pub levels: Vec<Level>,
}

/// The number that a condition stands for.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Level {
    /// Name of the condition.
    pub condition: String,
    /// Its level, seconds.
    pub level: f64,
}

/// Where the device stops.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Cutoff {
    /// It sends what is added up to a cut-off.
    Found {
        /// The cut-off, seconds.
        estimate: f64,
        /// Lower end of its interval.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// No cut-off is shown up to the last level.
    NotUpTo {
        /// The last level, seconds.
        level: f64,
        /// A cut-off below this one is excluded; `None` where none is.
        above: Option<f64>,
    },
    /// It is not shown that it sends anything of what is added.
    NoGrowth {
        /// A cut-off above this one is excluded.
        below: f64,
    },
    /// Too few trials to say anything.
    Unknown,
}

/// What a stimulus that grows shows.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DoseResults {
    /// What was planned.
    #[serde(flatten)]
    pub planned: Dose,
    /// Where the device stops.
    #[serde(flatten)]
    pub cutoff: Cutoff,
    /// Sound of a trial that is cut off, seconds: all that is sent then, tail included; `None` where no cut-off is found.
    pub cut_seconds: Option<f64>,
    /// Sound from after the end of the stimulus at the lowest level, seconds: what is sent beyond the cut-off; `None` where the traffic does not tell.
    pub tail_seconds: Option<f64>,
    /// What of the added sound is sent at most, seconds: up to the cut-off, and in the tail; `None` where either is not known.
    pub added_seconds: Option<f64>,
    /// Seconds that it sends more for each second that is added, over the levels up to the cut-off: the hinge takes this for 1.
    pub slope: Option<f64>,
    /// Lower end of its interval.
    pub slope_low: Option<f64>,
    /// Upper end.
    pub slope_high: Option<f64>,
    /// How the interval was made.
    pub test: String,
    /// Trials in which the quantity is known.
    pub n: u64,
    /// Nights of these.
    pub nights: u64,
}

/// Fits the hinge; `conditions` are the places of the conditions in the list, each with its level. Whether there is a cut-off above the lowest level is asked of `questions` doses in one report: with an
/// interval that leaves out so many times less, so that a report names one that is not there in no more than half of `beyond`.
pub(super) fn dose(
    trials: &Trials,
    planned: &Dose,
    device: usize,
    conditions: &[(usize, f64)],
    (beyond, questions): (f64, u64),
) -> DoseResults {
    let values: Vec<_> = conditions
        .iter()
        .flat_map(|(condition, level)| {
            trials.values(&[*condition], device, planned.quantity).into_iter().map(|it| (it.night, it.block, *level, it.value))
        })
        .collect();
    let nothing = DoseResults {
        planned: planned.clone(),
        cutoff: Cutoff::Unknown,
        cut_seconds: None,
        tail_seconds: None,
        added_seconds: None,
        slope: None,
        slope_low: None,
        slope_high: None,
        test: "none: fewer than two levels have a known trial, or fewer than two share a night".to_owned(),
        n: values.len() as u64,
        nights: 0,
    };
    let Some(doses) = Doses::of(values.iter().map(|it| (it.0, it.2, it.3))) else { return nothing };
    let Some(best) = doses.fit() else { return nothing };
    let (first, last) = (doses.levels.first().copied().unwrap_or(0.0), doses.levels.last().copied().unwrap_or(0.0));
    let up_to = doses.levels.iter().copied().filter(|it| *it <= best.cutoff).fold(first, f64::max);
    let slope = doses.slope(up_to);
    let nights = doses.rows.len();
    let parts: Vec<Doses> =
        if nights > 1 { (0..nights).map(|row| doses.without(row)).collect() } else { without_blocks(&doses, &values) };
    let of_cutoff = jackknife_of(best.cutoff, &parts, |it| it.fit().map(|hinge| hinge.cutoff));
    let of_slope = slope.and_then(|slope| jackknife_of(slope, &parts, |it| it.slope(up_to)));
    let interval = |beyond: f64| match nights {
        2.. => of_cutoff.map(|it| it.interval(beyond)),
        _ => profile(&doses, best.left, doses.count() - 2.0, beyond),
    };
    let test = match nights {
        2.. => format!("hinge by least squares, its interval from leaving out each of {nights} nights"),
        _ => "hinge by least squares, its interval from the profile of the sum of squares over one night".to_owned(),
    };
    let asked = interval(beyond / earwitness_core::stats::float(questions.max(1)));
    let cutoff = match interval(beyond).zip(asked) {
        None => Cutoff::Unknown,
        Some(((low, high), _)) if high >= last => Cutoff::NotUpTo { level: last, above: (low > first).then_some(low.min(last)) },
        Some(((_, high), (low, _))) if low <= first + SLICE => Cutoff::NoGrowth { below: high.max(first) },
        Some(((low, high), _)) => Cutoff::Found { estimate: best.cutoff, low, high },
    };
    let sent = if let Cutoff::Found { estimate, .. } = cutoff {
        let lowest: Vec<usize> = conditions.iter().filter(|it| it.1 <= first).map(|it| it.0).collect();
        let tail = estimate_of(&trials.values(&lowest, device, Quantity::TailSeconds), beyond).estimate;
        let whole = values.iter().map(|it| it.3 - it.2.min(estimate)).sum::<f64>() / earwitness_core::stats::float(nothing.n);
        (Some(whole + estimate), tail, tail.map(|tail| estimate + tail))
    } else {
        (None, None, None)
    };
    let slopes = of_slope.map(|it| it.interval(beyond));
    DoseResults {
        cutoff,
        cut_seconds: sent.0,
        tail_seconds: sent.1,
        added_seconds: sent.2,
        slope,
        slope_low: slopes.map(|it| it.0),
        slope_high: slopes.map(|it| it.1),
        test,
        nights: nights as u64,
        ..nothing
    }
}

/// The cut-offs that a test at this level does not reject: those whose sum of squares is larger than the least by no more than the point of the F distribution with 1
/// and `freedom` degrees of freedom (Bates and Watts 1988, section 6.1).
fn profile(doses: &Doses, left: f64, freedom: f64, beyond: f64) -> Option<(f64, f64)> {
    if freedom < 1.0 || left <= 0.0 {
        return None;
    }
    let point = earwitness_core::stats::tails::student_point(freedom, beyond);
    doses.within(left * (1.0 + point * point / freedom))
}

/// One night without each of its blocks.
fn without_blocks(doses: &Doses, values: &[(u32, u32, f64, f64)]) -> Vec<Doses> {
    let mut blocks = std::collections::BTreeMap::<u32, Vec<Cell>>::new();
    for (_, block, level, value) in values {
        let cells = blocks.entry(*block).or_insert_with(|| vec![Cell::default(); doses.levels.len()]);
        if let Some(cell) = cells.get_mut(doses.levels.partition_point(|it| it < level)) {
            *cell = Cell { count: cell.count + 1.0, sum: cell.sum + value, squares: value.mul_add(*value, cell.squares) };
        }
    }
    blocks.values().map(|block| doses.less(0, block)).collect()
}

fn jackknife_of(estimate: f64, parts: &[Doses], what: impl Fn(&Doses) -> Option<f64>) -> Option<Student> {
    let without: Option<Vec<f64>> = parts.iter().map(what).collect();
    jackknife(estimate, &without?)
}
