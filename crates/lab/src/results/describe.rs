//! What each device sent under each condition.
//!
//! With several nights, a night is one observation: trials of one night are alike in what the night brings (the network, the temperature, an update), so that
//! ten trials of one night are not ten observations. The estimate is the mean over nights of their means, each night counts the same. With
//! one night the trials are the observations, and the interval says nothing of another night.

use std::collections::BTreeMap;

use earwitness_core::stats::clusters::Clusters;
use earwitness_core::stats::float;
use earwitness_core::stats::tails::share_where_at_least;
use serde::Serialize;

use super::moments::{Moments, quantile};
use super::off::Off;
use super::trial::{Known, Quantity, Trials, grouped};

/// Nights from which on the interval is corrected for skewness: of fewer numbers, the skewness is mostly chance.
const NIGHTS_FOR_SKEWNESS: u64 = 10;

/// What an interval was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Observations {
    /// Trials of one night, with the correction for skewness: holds for that night.
    TrialsOfOneNight,
    /// Means of nights, by Student's distribution: holds for nights of the same sort.
    Nights,
    /// Means of ten or more nights, with the correction for skewness.
    ManyNights,
    /// Nothing: there is one observation, or all are equal, so that nothing says how far the estimate is off.
    NoVariation,
}

/// A mean with its interval, and how the values are distributed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Estimate {
    /// The mean; `None` where nothing is known.
    pub estimate: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Trials in which it is known.
    pub n: u64,
    /// Nights of these.
    pub nights: u64,
    /// What the interval was made of.
    pub observations: Observations,
    /// Standard deviation of the values.
    pub spread: Option<f64>,
    /// A quarter of the values lie below this one, half below the next, three quarters below the last.
    pub quartiles: Option<[f64; 3]>,
}

/// In how many trials something was so, such as that there was an upload.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Share {
    /// Trials in which it was.
    pub some: u64,
    /// Trials in which it is known whether it was.
    pub all: u64,
    /// Their share; `None` of nothing.
    pub share: Option<f64>,
    /// Lower end of its exact interval (Clopper and Pearson 1934), which takes trials for independent.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Independent trials that these are worth where nights differ (Korn and Graubard 1998); `None` for one night. Where it was so in all or none, a
    /// night is worth one.
    pub effective: Option<f64>,
    /// Lower end of the interval with that number: for other nights of the same sort.
    pub nights_low: Option<f64>,
    /// Upper end.
    pub nights_high: Option<f64>,
}

/// What one device sent under one condition.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DeviceResults {
    /// Name of the device.
    pub name: String,
    /// Sound that was sent, seconds a trial.
    pub seconds: Estimate,
    /// Octets that were sent, a trial.
    pub octets: Estimate,
    /// Sound from before the wake word, seconds a trial in which it is known.
    pub pre_roll_seconds: Estimate,
    /// Sound from after the end of the stimulus, seconds a trial in which it is known.
    pub tail_seconds: Estimate,
    /// Trials with an upload.
    pub uploads: Share,
}

/// What all devices sent under one condition.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ConditionResults {
    /// Name of the condition.
    pub name: String,
    /// Trials of it.
    pub trials: u64,
    /// By device, in the order of the devices.
    pub devices: Vec<DeviceResults>,
}

/// Describes every device under every condition; intervals leave out a chance of `beyond`.
#[must_use]
pub(super) fn describe(trials: &Trials, beyond: f64) -> Vec<ConditionResults> {
    let of = |(condition, name): (usize, &String)| {
        let devices = trials.devices().iter().enumerate().map(|(device, name)| {
            let estimate = |quantity| estimate(&trials.values(&[condition], device, quantity), beyond);
            DeviceResults {
                name: name.clone(),
                seconds: estimate(Quantity::Seconds),
                octets: estimate(Quantity::Octets),
                pre_roll_seconds: estimate(Quantity::PreRollSeconds),
                tail_seconds: estimate(Quantity::TailSeconds),
                uploads: share(&trials.values(&[condition], device, Quantity::Uploaded), beyond),
            }
        });
        let count = trials.trials().iter().filter(|it| it.condition == condition).count() as u64;
        ConditionResults { name: name.clone(), trials: count, devices: devices.collect() }
    };
    trials.conditions().iter().enumerate().map(of).collect()
}

/// The mean of values in the order of nights.
pub(super) fn estimate(values: &[Known], beyond: f64) -> Estimate {
    let mut sorted: Vec<f64> = values.iter().map(|it| it.value).collect();
    let alone = Moments::of(&sorted);
    let means = night_means(values);
    let nights = means.len() as u64;
    let moments = if nights > 1 { Moments::of(&means) } else { alone };
    let interval = match (moments, nights) {
        (Some(moments), 2..NIGHTS_FOR_SKEWNESS) => {
            moments.student().map(|student| (student.interval(beyond), Observations::Nights))
        }
        (Some(moments), many) => {
            let what = if many > 1 { Observations::ManyNights } else { Observations::TrialsOfOneNight };
            moments.skewed(beyond).map(|interval| (interval, what))
        }
        (None, _) => None,
    };
    let widened = moments.zip(interval).map(|(moments, (interval, _))| Off::of(values).widen(moments.mean, interval));
    sorted.sort_unstable_by(f64::total_cmp);
    let quartile = |share| quantile(&sorted, share);
    Estimate {
        estimate: moments.map(|it| it.mean),
        // No quantity lies below 0.
        low: widened.map(|it| it.0.max(0.0)),
        high: widened.map(|it| it.1),
        n: sorted.len() as u64,
        nights,
        observations: interval.map_or(Observations::NoVariation, |it| it.1),
        spread: alone.and_then(|it| it.variance).map(f64::sqrt),
        quartiles: quartile(0.25).zip(quartile(0.5)).zip(quartile(0.75)).map(|((low, middle), high)| [low, middle, high]),
    }
}

/// The mean of each night.
pub(super) fn night_means(values: &[Known]) -> Vec<f64> {
    grouped(values, |it| it.night).filter_map(mean).collect()
}

/// The mean of some values.
pub(super) fn mean(values: &[Known]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().map(|it| it.value).sum::<f64>() / float(values.len() as u64))
}

/// The share of trials in which something was so; values are 1 or 0.
pub(super) fn share(values: &[Known], beyond: f64) -> Share {
    let mut nights = BTreeMap::<u32, (u64, u64)>::new();
    for it in values {
        let night = nights.entry(it.night).or_default();
        *night = (night.0 + u64::from(it.value > 0.0), night.1 + 1);
    }
    let (some, all) = nights.values().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let share = (all > 0).then(|| float(some) / float(all));
    // The ends are those shares at which what was seen, or more extreme, has half of the chance.
    let ends = |effective: f64| {
        let (value, tail) = (share?, beyond / 2.0);
        let seen = value * effective;
        let high = if some == all { 1.0 } else { share_where_at_least(seen + 1.0, effective, 1.0 - tail) };
        Some((share_where_at_least(seen, effective, tail).min(value), high.max(value)))
    };
    let effective = (nights.len() > 1)
        .then(|| Clusters::new(nights.iter().map(|(night, of)| (night.to_string(), float(of.0), float(of.1)))).observations());
    let (alone, over_nights) = (ends(float(all)), effective.and_then(ends));
    Share {
        some,
        all,
        share,
        low: alone.map(|it| it.0),
        high: alone.map(|it| it.1),
        effective,
        nights_low: over_nights.map(|it| it.0),
        nights_high: over_nights.map(|it| it.1),
    }
}
