//! A second witness: something else that notices when a device is awake, such as a light sensor on its lamp, a camera, or what it draws from its socket.
//!
//! It is compared with the uploads trial by trial. Where both agree, either is believed more; an upload without a light is one that a person in the room would not have noticed.

use earwitness_core::time::Timestamp;

use crate::reading::{Reading, Rules, Sounded, windows};

/// Trials of one device, by what its traffic and a witness say of each.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Witnessed {
    /// Both notice something; places in the list of trials, as everywhere here.
    pub both: Vec<usize>,
    /// An upload that the witness does not notice.
    pub upload_only: Vec<usize>,
    /// The witness notices something, and there is no upload.
    pub witness_only: Vec<usize>,
    /// Neither notices anything.
    pub neither: Vec<usize>,
    /// Trials whose reading is not known.
    pub unknown: usize,
    /// How much later the witness noticed something than the first record of the upload passed, seconds: the median over trials in which both did.
    pub later_seconds: Option<f64>,
    /// Times of the witness that lie in no trial.
    pub beside: usize,
}

/// Compares the times at which a witness noticed something with the readings of a device, one a trial, which stand in order of time.
#[must_use]
pub fn compare(times: &[Timestamp], trials: &[Sounded], readings: &[Reading], rules: &Rules) -> Witnessed {
    let windows = windows(trials, rules);
    let mut all = Witnessed::default();
    let mut later = Vec::new();
    for (place, (window, reading)) in windows.iter().zip(readings).enumerate() {
        let noticed = times.iter().filter(|at| window.contains(**at)).min();
        let group = match (reading.uploads, noticed) {
            (None, _) => {
                all.unknown += 1;
                continue;
            }
            (Some(1..), Some(at)) => {
                later.extend(reading.begins.map(|begins| at.since(begins)));
                &mut all.both
            }
            (Some(1..), None) => &mut all.upload_only,
            (Some(0), Some(_)) => &mut all.witness_only,
            (Some(0), None) => &mut all.neither,
        };
        group.push(place);
    }
    all.beside = times.iter().filter(|at| !windows.iter().any(|window| window.contains(**at))).count();
    all.later_seconds = median(&mut later);
    all
}

/// The middle of some lengths of time, in seconds.
fn median(nanos: &mut [i64]) -> Option<f64> {
    nanos.sort_unstable();
    let (low, high) = (nanos.get(nanos.len().checked_sub(1)? / 2)?, nanos.get(nanos.len() / 2)?);
    #[expect(clippy::cast_precision_loss, reason = "lengths of seconds, in nanoseconds")]
    let middle = low.midpoint(*high) as f64 / 1e9;
    Some(middle)
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::SECOND;

    use super::*;

    fn at(tenths: i64) -> Timestamp {
        Timestamp::from_nanos(tenths * SECOND / 10)
    }

    fn trials(count: i64) -> Vec<Sounded> {
        let trial =
            |number: i64| Sounded { from: at(number * 600), wake: None, sound_end: None, watched_until: at(number * 600 + 300) };
        (1..=count).map(trial).collect()
    }

    fn upload(tenths: i64) -> Reading {
        Reading { uploads: Some(1), begins: Some(at(tenths)), ..Reading::default() }
    }

    #[test]
    fn each_trial_is_in_one_group_and_what_lies_beside_is_counted() {
        let nothing = Reading { uploads: Some(0), ..Reading::default() };
        let readings = [upload(610), upload(1_210), nothing, nothing, Reading::default(), upload(3_610)];
        // In the first, third and sixth trial, and between the first and the second.
        let times = [at(614), at(615), at(950), at(1_805), at(3_608)];
        let found = compare(&times, &trials(6), &readings, &Rules::default());
        assert_eq!((&found.both[..], &found.upload_only[..]), (&[0, 5][..], &[1][..]));
        assert_eq!((&found.witness_only[..], &found.neither[..], found.unknown), (&[2][..], &[3][..], 1));
        assert_eq!((found.beside, found.later_seconds), (1, Some(0.1)), "0.4 s after one, 0.2 s before another");
    }

    #[test]
    fn a_witness_that_noticed_nothing_says_so() {
        let found = compare(&[], &trials(2), &[upload(610), upload(1_210)], &Rules::default());
        assert_eq!((found.upload_only.len(), found.later_seconds), (2, None));
    }
}
