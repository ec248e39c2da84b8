//! Whether copies of one device send the same: each is compared with the first of its group, trial by trial.

use earwitness_core::lot::Stream;
use serde::Serialize;

use super::contrast::tested;
use super::off::Off;
use super::trial::{Known, Quantity, Trials};
use super::units::Units;

/// Copies of one device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copies {
    /// What the group is called.
    pub group: String,
    /// The names of its devices.
    pub devices: Vec<String>,
}

/// A copy compared with the first of its group.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CopiesResults {
    /// Name of the group.
    pub group: String,
    /// The device.
    pub device: String,
    /// The first of the group, which is subtracted.
    pub against: String,
    /// The mean difference of seconds in a trial; `None` where no trial has both.
    pub estimate: Option<f64>,
    /// Lower end of its interval; `None` where there are too few observations for one, or none varies.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Chance of a difference as large, either way, between devices that are alike; `None` where nothing was tested.
    pub p: Option<f64>,
    /// The same after Holm, over all tests of the report.
    pub adjusted_p: Option<f64>,
    /// Which test it was.
    pub test: String,
    /// Trials in which both are known.
    pub n: u64,
    /// Nights that these come from.
    pub nights: u64,
}

/// Compares the copies of a group; permutations are drawn from `lot`. Devices that the trials do not have are left out.
pub(super) fn copies(trials: &Trials, group: &Copies, beyond: f64, draws: usize, lot: &mut Stream) -> Vec<CopiesResults> {
    let place = |name: &String| trials.devices().iter().position(|it| it == name);
    let mut devices = group.devices.iter().filter_map(|name| Some((name, place(name)?)));
    let Some(first) = devices.next() else { return Vec::new() };
    devices.map(|it| compared(trials, &group.group, it, first, (beyond, draws), lot)).collect()
}

fn compared(
    trials: &Trials,
    group: &str,
    device: (&String, usize),
    against: (&String, usize),
    (beyond, draws): (f64, usize),
    lot: &mut Stream,
) -> CopiesResults {
    let (one, other) = pairs(trials, device.1, against.1);
    // Of two devices that are alike, either value of a trial may be that of either.
    let units = Units::of(&one, &other);
    let nothing = "none: fewer than two trials in which both are known";
    let (interval, p, test) = tested(&units, ["the two devices", "trials", nothing], beyond, draws, lot);
    let estimate = units.difference();
    let (low, high) = Off::of(&one).between(Off::of(&other)).widen_ends(estimate, interval);
    CopiesResults {
        group: group.to_owned(),
        device: device.0.clone(),
        against: against.0.clone(),
        estimate,
        low,
        high,
        p,
        adjusted_p: None,
        test,
        n: one.len() as u64,
        nights: units.nights(),
    }
}

/// The seconds of two devices in the trials in which both are known. Each trial is a block of its own, so that differences are taken within trials.
fn pairs(trials: &Trials, one: usize, other: usize) -> (Vec<Known>, Vec<Known>) {
    let pair = |(number, trial): (u32, &super::trial::Trial)| {
        let known = |device: usize| {
            let reading = trial.readings.get(device)?;
            let (value, off) = (Quantity::Seconds.of(reading)?, Quantity::Seconds.off(reading));
            Some(Known { night: trial.night, block: number, sound: trial.sound, value, off })
        };
        known(one).zip(known(other))
    };
    (0..).zip(trials.trials()).filter_map(pair).unzip()
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;

    use super::super::trial::{Reading, SoundId, Trial};
    use super::*;

    /// Trials of two conditions in which each device sends what `seconds` says of night, trial and device.
    fn found(nights: u32, repeats: u32, seconds: impl Fn(u32, u32, u32) -> Option<f64>) -> CopiesResults {
        let trial = |night: u32, position: u32| Trial {
            night,
            block: position / 2,
            position,
            condition: usize::from(position % 2 == 1),
            sound: SoundId(position % 2),
            answer: None,
            readings: (0..2)
                // A condition that sends much more than the other does not blur what copies differ by.
                .map(|device| Reading {
                    seconds: seconds(night, position, device).map(|it| it + f64::from(position % 2) * 50.0),
                    ..Reading::default()
                })
                .collect(),
        };
        let all = (0..nights).flat_map(|night| (0..repeats).map(move |position| trial(night, position))).collect();
        let names = |all: [&str; 2]| all.map(str::to_owned).to_vec();
        let trials = Trials::new(names(["short", "long"]), names(["left", "right"]), all).unwrap();
        let group = Copies { group: "dot".to_owned(), devices: vec!["left".to_owned(), "absent".to_owned(), "right".to_owned()] };
        let mut all = copies(&trials, &group, 0.05, 9_999, &mut Lot::new(1).stream("copies", 0));
        assert_eq!(all.len(), 1, "one device is no trial's");
        all.remove(0)
    }

    fn spread(trial: u32, device: u32) -> f64 {
        f64::from((trial * 7 + device * 3) % 5) / 10.0
    }

    #[test]
    fn a_copy_that_sends_more_is_told_from_its_twin_whatever_conditions_send() {
        let it = found(1, 12, |_, trial, device| Some(3.0 + spread(trial, device) + f64::from(device)));
        assert_eq!((it.device.as_str(), it.against.as_str(), it.n, it.nights), ("right", "left", 12, 1));
        assert!(it.low.unwrap() > 0.7 && it.high.unwrap() < 1.3 && it.p.unwrap() < 0.01, "{it:?}");
        let it = found(4, 6, |night, trial, device| Some(3.0 + spread(trial + night, device) + f64::from(device)));
        assert!(it.low.unwrap() > 0.5 && it.nights == 4 && it.p.unwrap() < 0.01, "{it:?}");
    }

    #[test]
    fn copies_that_are_alike_are_not_told_apart() {
        let it = found(1, 12, |_, trial, device| Some(3.0 + spread(trial, device)));
        assert!(it.low.unwrap() < 0.0 && it.high.unwrap() > 0.0 && it.p.unwrap() > 0.05, "{it:?}");
    }

    #[test]
    fn trials_in_which_one_is_not_known_do_not_count() {
        let it = found(1, 12, |_, trial, device| (trial > 3 || device == 0).then_some(3.0));
        assert_eq!((it.n, it.estimate, it.low), (8, Some(0.0), None));
        let it = found(1, 1, |_, _, _| Some(3.0));
        assert_eq!((it.p, it.nights), (None, 0), "{it:?}");
        assert_eq!(found(2, 3, |_, _, _| None).estimate, None);
    }
}
