//! An experiment in virtual time: a lab's home with speakers that hear what is played, and the octets that they send.

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::DeviceId;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_lab::evaluation::sounded;
use earwitness_lab::experiment::Experiment;
use earwitness_lab::plan::{Lengths, Plan, Trial};
use earwitness_lab::reading::{self, DeviceReadings, Rules, Sounded};
use earwitness_sim::home::START;
use earwitness_sim::lab::{LabHome, LabNight};

use super::played::played;

/// Nights begin a day apart, nanoseconds.
const DAY: i64 = 86_400 * SECOND;

/// Devices join the network before the first trial, and go on for a while after the last, so that it is known that they could be seen. Nanoseconds.
const MARGIN: i64 = 180 * SECOND;

/// What was measured in a night.
pub(super) struct Night<'a> {
    /// Its trials in order of time.
    pub(super) trials: Vec<&'a Trial>,
    /// When each sounded.
    pub(super) sounded: Vec<Sounded>,
    /// The readings of each device.
    pub(super) readings: Vec<DeviceReadings>,
}

/// The names of the devices that are measured: the speakers of the home.
pub(super) fn devices(home: &LabHome) -> Vec<String> {
    home.speakers.iter().map(|it| it.name.clone()).collect()
}

/// Plays a night to a home, and reads what its speakers sent.
pub(super) fn night<'a>(
    experiment: &Experiment,
    plan: &'a Plan,
    lengths: &Lengths<'_>,
    home: &LabHome,
    (seed, number): (u64, u32),
) -> Night<'a> {
    let begins = START.saturating_add(DAY.saturating_mul(number.into()));
    let begin = Timestamp::from_nanos(begins.saturating_add(MARGIN));
    let trials: Vec<&Trial> = plan.trials().iter().filter(|it| it.night == number).collect();
    let ends = begin.plus(plan.night_length(number)).plus(MARGIN).nanos();
    let mut lab = LabNight::new(home, seed, number, (begins, ends));
    for sound in trials.iter().filter_map(|trial| played(experiment, trial, lengths, begin)) {
        lab.play(sound);
    }
    let macs: Vec<DeviceId> = lab.devices().into_iter().take(home.speakers.len()).map(|it| DeviceId::Mac(it.1)).collect();
    let mut analysis = Analysis::new(AnalysisSettings::default());
    lab.advance(ends, &mut |at, bytes| {
        let wire_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        analysis.frame(&Frame { at: Timestamp::from_nanos(at), link: Link::Ethernet, wire_len, bytes, interface: 0 });
    });
    let findings = analysis.finish();
    let sounded: Vec<Sounded> = trials.iter().map(|trial| sounded(experiment, trial, lengths, begin)).collect();
    let readings = reading::readings(&findings, &sounded, &macs, &Rules::default());
    Night { trials, sounded, readings }
}
