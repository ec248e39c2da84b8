//! What it costs to analyse a year of nightly trials: 100,000 of two devices, eight conditions, 40 sounds. Run with
//! `cargo bench -p earwitness-lab --bench year`.
//!
//! Every kind of question is asked: all contrasts against the first condition, no more than it, the cut-off, and repeats. The counter is trials per second. Before,
//! the process makes and analyses one year and says how much memory it has taken at most: `VmHWM` of `/proc/self/status`, of which the trials
//! themselves are a part.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use earwitness_core::lot::Lot;
use earwitness_lab::results::{
    Claim, Contrast, Dose, Equivalence, Level, Plan, Quantity, Question, Reading, SoundId, Trial, Trials, analyse,
};

const SEED: u64 = 1;
const CONDITIONS: usize = 8;
const DEVICES: [&str; 2] = ["speaker", "phone"];
const TRIALS: u32 = 100_000;

fn main() {
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with("VmHWM")).map(str::to_owned).unwrap_or_default()
    };
    let trials = trials(365);
    let before = peak();
    black_box(analyse(&trials, &plan()).ok());
    #[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
    {
        println!("memory with the trials alone: {before}; with their analysis: {}", peak());
    }
    drop(trials);
    divan::main();
}

fn name(condition: usize) -> String {
    format!("condition {condition}")
}

/// As many trials as a year has, over so many nights, in blocks of one trial a condition.
fn trials(nights: u32) -> Trials {
    let mut lot = Lot::new(SEED).stream("year", 0);
    let mut trials = Vec::new();
    let mut order: Vec<usize> = (0..CONDITIONS).collect();
    for block in 0..TRIALS / 8 {
        lot.shuffle(&mut order);
        for (position, condition) in (0..).zip(&order) {
            let readings = DEVICES.map(|_| {
                let seconds = 4.0 + [0.0, 1.0, 2.0, 2.5][condition % 4] + lot.unit();
                let known = lot.unit() < 0.98;
                let reading = Reading {
                    seconds: Some(seconds),
                    octets: Some(seconds * 4_000.0),
                    pre_roll_seconds: Some(lot.unit()),
                    tail_seconds: Some(lot.unit()),
                    uploads: Some(1),
                    ..Reading::default()
                };
                if known { reading } else { Reading::default() }
            });
            let sound = SoundId(block % 40);
            trials.push(Trial {
                night: block % nights,
                block,
                position,
                condition: *condition,
                sound,
                readings: readings.to_vec(),
                answer: None,
            });
        }
    }
    let devices = DEVICES.map(str::to_owned).to_vec();
    Trials::new((0..CONDITIONS).map(name).collect(), devices, trials).unwrap_or_else(|wrong| unreachable!("{wrong}"))
}

fn plan() -> Plan {
    let mut questions = Vec::new();
    for device in DEVICES {
        for condition in 1..CONDITIONS {
            for quantity in [Quantity::Seconds, Quantity::PreRollSeconds] {
                let question = format!("{device} {condition} {quantity:?}");
                let compared = |kind: &str| Contrast {
                    name: format!("{kind} {question}"),
                    condition: name(condition),
                    against: name(0),
                    device: device.to_owned(),
                    quantity,
                };
                questions.push(Question::Contrast(compared("difference")));
                let (claim, margin) = (Claim::NoMore, 0.25);
                questions.push(Question::Equivalence(Equivalence { compared: compared("no more"), claim, margin, most: None }));
            }
        }
        let levels = [0.0, 1.0, 2.0, 3.0].into_iter().enumerate().map(|(at, level)| Level { condition: name(at), level });
        let (levels, name) = (levels.collect(), format!("{device} cut-off"));
        questions.push(Question::Dose(Dose { name, device: device.to_owned(), quantity: Quantity::Seconds, levels }));
    }
    Plan::new(questions, SEED)
}

fn analysed(bencher: Bencher<'_, '_>, nights: u32) {
    let (trials, plan) = (trials(nights), plan());
    bencher.counter(ItemsCount::new(TRIALS)).bench_local(|| analyse(&trials, &plan));
}

#[divan::bench(max_time = 10.0)]
fn a_year_of_nights(bencher: Bencher<'_, '_>) {
    analysed(bencher, 365);
}

/// All in one night, where 12,500 blocks are permuted for every contrast.
#[divan::bench(max_time = 10.0)]
fn all_in_one_night(bencher: Bencher<'_, '_>) {
    analysed(bencher, 1);
}
