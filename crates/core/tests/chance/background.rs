//! False alarms: slices that no codec sent.

use std::fmt::Write as _;

use earwitness_core::detect::clock::{ClockSettings, Slice, trains};
use earwitness_core::findings::TrainShape;

use super::random::Random;
use super::snapshot;
use super::sound::slice;

/// Seconds of an episode.
const EPISODE: f64 = 3.0;

/// Episodes per background in an ordinary run.
const EPISODES: u32 = 3_000;

fn episodes() -> u32 {
    std::env::var("CHANCE_EPISODES").ok().and_then(|number| number.parse().ok()).unwrap_or(EPISODES)
}

/// Slices with gaps and lengths as drawn, for an episode.
fn arrivals(
    random: &mut Random,
    mut gap: impl FnMut(&mut Random) -> f64,
    mut length: impl FnMut(&mut Random) -> u32,
) -> Vec<Slice> {
    let mut slices = Vec::new();
    let mut at = gap(random);
    while at < EPISODE {
        let length = length(random);
        slices.push(slice(at, length));
        at += gap(random);
    }
    slices
}

/// `count` moments anywhere in the episode.
fn anywhere(random: &mut Random, count: usize) -> Vec<f64> {
    let mut moments: Vec<f64> = (0..count).map(|_| random.between(0.0, EPISODE)).collect();
    moments.sort_unstable_by(f64::total_cmp);
    moments
}

/// Mean gap of an episode, any octave from 3 ms to 180 ms.
fn mean_gap(random: &mut Random) -> f64 {
    random.octaves(0.003, 0.18)
}

fn constant_at_poisson_times(random: &mut Random) -> Vec<Slice> {
    let (mean, length) = (mean_gap(random), random.octets(40, 700));
    arrivals(random, |random| random.exponential(mean), |_| length)
}

fn similar_at_poisson_times(random: &mut Random) -> Vec<Slice> {
    let (mean, shortest) = (mean_gap(random), random.octets(40, 300));
    arrivals(random, |random| random.exponential(mean), |random| random.octets(shortest, 3 * shortest))
}

fn any_length_at_poisson_times(random: &mut Random) -> Vec<Slice> {
    let mean = mean_gap(random);
    arrivals(random, |random| random.exponential(mean), |random| random.octets(30, 1_400))
}

fn constant_at_any_time(random: &mut Random) -> Vec<Slice> {
    let (count, length) = (random.octaves(16.0, 600.0) as usize, random.octets(40, 700));
    anywhere(random, count).into_iter().map(|at| slice(at, length)).collect()
}

fn any_length_at_any_time(random: &mut Random) -> Vec<Slice> {
    let count = random.octaves(16.0, 600.0) as usize;
    anywhere(random, count).into_iter().map(|at| slice(at, random.octets(30, 1_400))).collect()
}

/// Writes of one to twenty records at Poisson times, as programs make that log or synchronise.
fn bursts(random: &mut Random) -> Vec<Slice> {
    let (mean, most) = (random.octaves(0.02, 0.3), random.octaves(1.0, 20.0));
    let lengths = [random.octets(40, 700), random.octets(40, 700), random.octets(40, 700)];
    let mut slices = Vec::new();
    let mut at = random.exponential(mean);
    while at < EPISODE {
        for number in 0..random.between(1.0, most + 1.0) as u32 {
            let length = lengths[random.between(0.0, 3.0) as usize];
            slices.push(slice(at + 2e-4 * f64::from(number), length));
        }
        at += random.exponential(mean);
    }
    slices.sort_by_key(|slice| slice.at);
    slices
}

/// Gaps and lengths with heavy tails, as people and pages make them.
fn web(random: &mut Random) -> Vec<Slice> {
    let (least, shape) = (random.octaves(0.001, 0.05), random.between(1.05, 1.8));
    arrivals(random, |random| random.pareto(least, shape), |random| random.pareto(60.0, 1.2).min(1_400.0) as u32)
}

/// A rate that wanders: each gap is the one before, longer or shorter by a random part.
fn wandering(random: &mut Random) -> Vec<Slice> {
    let (mut mean, step, length) = (mean_gap(random), random.between(0.05, 0.5), random.octets(40, 700));
    let any = random.happens(0.5);
    arrivals(
        random,
        |random| {
            mean = (mean * (step * random.normal()).exp()).clamp(0.001, 0.3);
            random.exponential(mean)
        },
        |random| if any { random.octets(30, 1_400) } else { length },
    )
}

/// Records of the lengths and at the times of many small machines at once: each repeats its own length at Poisson times.
fn machines(random: &mut Random) -> Vec<Slice> {
    let mut slices = Vec::new();
    for _ in 0..5 {
        slices.extend(constant_at_poisson_times(random));
    }
    slices.sort_by_key(|slice| slice.at);
    slices
}

/// Largest probability under which so few of so many would still happen with 2.5 % chance (Clopper and Pearson 1934, upper end of the
/// 95 % interval), by bisection of the binomial distribution.
fn at_most(happened: u32, of: u32) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let mut term = f64::from(of) * (-middle).ln_1p();
        let mut sum = 0.0;
        for k in 0..=happened {
            sum += term.exp();
            term += (f64::from(of - k) / f64::from(k + 1)).ln() + middle.ln() - (-middle).ln_1p();
        }
        if sum > 0.025 { low = middle } else { high = middle }
    }
    high
}

/// One episode of a background.
type Draw = fn(&mut Random) -> Vec<Slice>;

/// Episodes with a train; trains of each shape.
fn alarms(seed: u64, episodes: u32, datagrams: bool, settings: &ClockSettings, draw: Draw) -> (u32, [u32; 3]) {
    let mut random = Random::new(seed);
    let mut by_shape = [0_u32; 3];
    let mut alarms = 0;
    for _ in 0..episodes {
        let found = trains(&draw(&mut random), datagrams, settings);
        alarms += u32::from(!found.is_empty());
        for train in found {
            by_shape[match train.shape {
                TrainShape::Constant => 0,
                TrainShape::Variable => 1,
                TrainShape::Paced => 2,
            }] += 1;
        }
    }
    (alarms, by_shape)
}

/// Measures a background and holds it to a share of episodes with a train.
fn rarely(name: &str, seed: u64, most: f64, draw: Draw) {
    let episodes = episodes();
    for datagrams in [false, true] {
        let (alarms, [constant, variable, paced]) = alarms(seed, episodes, datagrams, &ClockSettings::default(), draw);
        println!(
            "{name:<28} {} seed {seed}: {alarms} of {episodes} episodes with a train (95 %: at most {:.5}); \
             constant {constant}, variable {variable}, paced {paced}",
            if datagrams { "UDP" } else { "TCP" },
            at_most(alarms, episodes)
        );
        // What the bound makes likely, and three standard deviations.
        let expected = most * f64::from(episodes);
        let limit = expected + 3.0 * expected.sqrt();
        assert!(f64::from(alarms) <= limit, "{name}: {alarms} alarms in {episodes} episodes, where {most} each is the bound");
    }
}

#[test]
fn what_the_default_limits_let_through_is_what_was_looked_at() {
    let mut table = String::from("Episodes of 3 s with a train, percent of 1,000.\n\n");
    let all: [(&str, Draw); 9] = [
        ("one length at Poisson times", constant_at_poisson_times),
        ("similar lengths at Poisson times", similar_at_poisson_times),
        ("any lengths at Poisson times", any_length_at_poisson_times),
        ("one length at any time", constant_at_any_time),
        ("any lengths at any time", any_length_at_any_time),
        ("bursts at Poisson times", bursts),
        ("heavy tails", web),
        ("wandering rate", wandering),
        ("five machines on one flow", machines),
    ];
    for (seed, (name, draw)) in (50..).zip(all) {
        let percent = |settings: &ClockSettings| f64::from(alarms(seed, 1_000, false, settings, draw).0) / 10.0;
        writeln!(table, "{name:<34}{:>8.1}", percent(&ClockSettings::default())).unwrap();
    }
    snapshot::compare("false_alarms.txt", &table);
}

#[test]
fn the_binomial_bound_is_that_of_clopper_and_pearson() {
    // From scipy.stats.beta.ppf(0.975, k + 1, n - k).
    for (happened, of, bound) in [(0, 20_000, 1.844_269_7e-4), (5, 100, 0.112_834_91), (20, 20_000, 1.543_998_5e-3)] {
        assert!((at_most(happened, of) / bound - 1.0).abs() < 1e-6, "{happened} of {of}: {}", at_most(happened, of));
    }
}

#[test]
fn one_length_at_poisson_times_is_hardly_ever_a_train() {
    rarely("one length, Poisson", 1, 0.003, constant_at_poisson_times);
}

#[test]
fn similar_lengths_at_poisson_times_are_hardly_ever_a_train() {
    rarely("similar lengths, Poisson", 2, 0.0005, similar_at_poisson_times);
}

#[test]
fn any_lengths_at_poisson_times_are_hardly_ever_a_train() {
    rarely("any lengths, Poisson", 3, 0.0005, any_length_at_poisson_times);
}

#[test]
fn one_length_at_any_time_is_hardly_ever_a_train() {
    rarely("one length, any time", 4, 0.003, constant_at_any_time);
}

#[test]
fn any_lengths_at_any_time_are_hardly_ever_a_train() {
    rarely("any lengths, any time", 5, 0.001, any_length_at_any_time);
}

#[test]
fn bursts_at_poisson_times_are_hardly_ever_a_train() {
    rarely("bursts", 6, 0.003, bursts);
}

#[test]
fn heavy_tails_are_hardly_ever_a_train() {
    rarely("heavy tails", 7, 0.005, web);
}

#[test]
fn a_wandering_rate_is_hardly_ever_a_train() {
    rarely("wandering rate", 8, 0.0005, wandering);
}

#[test]
fn many_machines_on_one_flow_are_hardly_ever_a_train() {
    rarely("five machines", 9, 0.006, machines);
}
