//! A household that wants to know: how long until every device of the home is decided.

use std::collections::BTreeMap;

use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::verdict::{self, judge};

use super::home::{each, night, shipped};

const ROUNDS: u32 = 120;
const SILENT_AFTER: u32 = 20;

/// Those of the home that answer at once.
const ANSWER: [&str; 4] = ["kitchen-assistant", "bedroom-assistant", "hall-camera", "night-lamp"];

struct Evening {
    minutes: i64,
    rounds: usize,
    unproven: Vec<&'static str>,
    /// With another verdict than the truth.
    wrong: Vec<String>,
}

fn evening(seed: u64) -> Evening {
    let mode = Mode::UntilDecided { silent_after: SILENT_AFTER };
    let night = night(&shipped("demo"), seed, Campaign::new(ROUNDS, mode), 0.01, false);
    let unproven = ANSWER.into_iter().filter(|name| !night.session.is_proven(night.device(name))).collect();
    let rounds = night.rounds.len();
    let settings = verdict::VerdictSettings { seed, ..verdict::VerdictSettings::default() };
    let ids: Vec<_> = night.truth.devices.iter().map(|it| (night.device(&it.name), it)).collect();
    let verdicts = judge(&night.findings, night.rounds, &BTreeMap::new(), &settings);
    let truth = |id| ids.iter().find(|it| it.0 == id).unwrap().1;
    let wrong = verdicts.devices.iter().filter(|it| truth(it.device).expected.as_deref() != Some(it.outcome.words()));
    let wrong = wrong.map(|it| format!("{}: {}", truth(it.device).name, it.outcome.words())).collect();
    Evening { minutes: night.seconds / 60, rounds, unproven, wrong }
}

/// Measured over the seeds 1 to 100: a median of 150 minutes and 212 at the ninth tenth; in 96 homes of 100 every device that answers is proven.
const MINUTES: (i64, i64) = (180, 300);

#[test]
fn an_evening_of_probing_proves_nearly_every_device_that_answers() {
    let homes = if super::full_run() { 100 } else { 10 };
    let seeds: Vec<u64> = (1..=homes).collect();
    let evenings = each(&seeds, |&seed| evening(seed));
    for (seed, it) in seeds.iter().zip(&evenings) {
        let Evening { minutes, rounds, unproven, wrong } = it;
        println!("seed {seed}: {minutes} minutes, {rounds} rounds; not proven: {unproven:?}; not the truth: {wrong:?}");
    }
    let mut minutes: Vec<i64> = evenings.iter().map(|it| it.minutes).collect();
    minutes.sort_unstable();
    let (median, tenth) = (minutes[minutes.len() / 2], minutes[minutes.len() * 9 / 10]);
    let proven = evenings.iter().filter(|it| it.unproven.is_empty()).count();
    println!("all four proven in {proven} of {homes} homes; over after {median} minutes (median), {tenth} (90 %)");
    assert!(proven * 10 >= evenings.len() * 9, "{proven} of {homes}");
    assert!(median <= MINUTES.0 && tenth <= MINUTES.1, "{median} and {tenth} minutes");
}
