//! What a day of a home of twenty devices costs that is probed around the clock: the home itself, the machine beside it, and the verdicts. Run
//! with `cargo bench -p earwitness-sim --bench day`.
//!
//! Everything in virtual time on one core, from the scenario `twenty` and one seed, so that every machine measures the same frames. The counter is
//! device-hours per second.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::detect::ttest;
use earwitness_core::experiment::Experiment;
use earwitness_core::findings::Findings;
use earwitness_core::plan::watch::Watch;
use earwitness_core::probe::Round;
use earwitness_core::record::Entry;
use earwitness_core::samples::Samples;
use earwitness_core::schedule::Design;
use earwitness_core::verdict::{self, judge};
use earwitness_sim::house::House;
use earwitness_sim::night::{Happening, Loudspeaker, run};
use earwitness_sim::plan::Plan;

const SEED: u64 = 1;

/// Seconds that one row may take.
const TIME: f64 = 10.0;

static DAY: LazyLock<Plan> = LazyLock::new(|| {
    let shipped = Plan::shipped().iter().find(|it| it.0 == "twenty");
    let plan = shipped.and_then(|(name, text)| Plan::from_toml(text, name).ok());
    plan.unwrap_or_else(|| unreachable!("the simulator has this scenario"))
});

static OVER: LazyLock<(Findings, Vec<Round>)> = LazyLock::new(|| day(AnalysisSettings::default(), false));

fn main() {
    divan::main();
}

/// The whole day, probed; with the published two-sample test or without.
fn day(settings: AnalysisSettings, ttest: bool) -> (Findings, Vec<Round>) {
    let mut house = House::new(&DAY, SEED);
    let design = Design { seed: SEED, stimuli: DAY.sounds.clone(), ..Design::default() };
    let mut machine = Experiment::new(design, Watch, 0.01, settings);
    let mut samples = Samples::new(ttest::TtestSettings::default());
    let mut rounds = Vec::new();
    let over = run(&mut house, &mut machine, Loudspeaker::default(), &mut |happening| match happening {
        Happening::Frame(frame) if ttest => samples.frame(frame),
        Happening::Sounds { round, onset } if ttest => samples.expect(round, onset),
        Happening::Write(Entry::Trial(trial)) => rounds.push(trial.round),
        _ => {}
    });
    let ended = machine.finish(over);
    rounds.extend(ended.trials.into_iter().map(|trial| trial.round));
    black_box(samples.finish(over));
    (ended.findings, rounds)
}

/// Twenty devices, for as many hours as the day has.
fn device_hours() -> ItemsCount {
    ItemsCount::new(DAY.devices.len() * 24)
}

#[divan::bench(max_time = TIME)]
fn a_home_alone(bencher: Bencher<'_, '_>) {
    bencher.counter(device_hours()).bench_local(|| {
        let mut house = House::new(&DAY, SEED);
        let (mut frames, ends) = (0_u64, house.ends());
        house.advance(ends, &mut |_, octets| {
            frames += 1;
            black_box(octets);
        });
        frames
    });
}

#[divan::bench(max_time = TIME)]
fn b_probed_and_metered(bencher: Bencher<'_, '_>) {
    bencher
        .counter(device_hours())
        .bench_local(|| day(AnalysisSettings { clock: None, burst: None, ..AnalysisSettings::default() }, false));
}

#[divan::bench(max_time = TIME)]
fn c_and_burst(bencher: Bencher<'_, '_>) {
    bencher.counter(device_hours()).bench_local(|| day(AnalysisSettings { clock: None, ..AnalysisSettings::default() }, false));
}

#[divan::bench(max_time = TIME)]
fn d_and_clock(bencher: Bencher<'_, '_>) {
    bencher.counter(device_hours()).bench_local(|| day(AnalysisSettings::default(), false));
}

#[divan::bench(max_time = TIME)]
fn e_and_ttest(bencher: Bencher<'_, '_>) {
    bencher.counter(device_hours()).bench_local(|| day(AnalysisSettings::default(), true));
}

fn verdicts(bencher: Bencher<'_, '_>, late: bool) {
    let (findings, rounds) = &*OVER;
    let settings = verdict::VerdictSettings { late, ..verdict::VerdictSettings::default() };
    bencher
        .counter(device_hours())
        .with_inputs(|| rounds.clone())
        .bench_local_values(|rounds| judge(findings, rounds, &BTreeMap::new(), &settings));
}

#[divan::bench(max_time = TIME)]
fn f_verdicts_with_lottery_and_dose(bencher: Bencher<'_, '_>) {
    verdicts(bencher, false);
}

#[divan::bench(max_time = TIME)]
fn g_and_late_answers(bencher: Bencher<'_, '_>) {
    verdicts(bencher, true);
}
