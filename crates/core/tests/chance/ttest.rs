//! The t-test of the paper: what its p is on idle traffic against idle traffic of the same kind, where an error rate would be 42 %
//! at a threshold of 0.42.

use std::fmt::Write as _;

use earwitness_core::detect::ttest::{Edges, Feature, TtestSettings, compare, sequence};
use earwitness_core::time::{SECOND, Timestamp};

use super::random::Random;
use super::snapshot;

/// Pairs per background.
const PAIRS: u32 = 500;

/// Draws the traffic of a minute: the next gap in seconds, and a length.
type Draw = fn(&mut Random) -> Vec<(Timestamp, u32)>;

/// Frames of a minute with gaps and lengths as drawn.
fn minute(random: &mut Random, mut gap: impl FnMut(&mut Random) -> f64, lengths: &[u32]) -> Vec<(Timestamp, u32)> {
    let mut frames = Vec::new();
    let mut at = gap(random);
    while at < 60.0 {
        let length = lengths[random.octets(0, lengths.len() as u32 - 1) as usize];
        frames.push((Timestamp::from_nanos((at * SECOND as f64) as i64), length));
        at += gap(random);
    }
    frames
}

/// Lengths of acknowledgements, keep-alives and small records.
const SMALL: [u32; 6] = [54, 66, 66, 90, 123, 217];

fn poisson(random: &mut Random) -> Vec<(Timestamp, u32)> {
    minute(random, |random| random.exponential(0.4), &SMALL)
}

/// Each minute has a rate of its own: a device that is sometimes busy.
fn busy_or_not(random: &mut Random) -> Vec<(Timestamp, u32)> {
    let mean = random.octaves(0.1, 3.0);
    minute(random, |random| random.exponential(mean), &SMALL)
}

fn heavy_gaps(random: &mut Random) -> Vec<(Timestamp, u32)> {
    minute(random, |random| random.pareto(0.02, 0.9), &SMALL)
}

/// Exchanges of 5 to 60 frames, some in a minute.
fn bursts(random: &mut Random) -> Vec<(Timestamp, u32)> {
    let mut left = 0;
    let gap = |random: &mut Random| {
        if left == 0 {
            left = random.octets(5, 60);
            return random.exponential(8.0);
        }
        left -= 1;
        random.exponential(0.02)
    };
    minute(random, gap, &[54, 66, 66, 90, 123, 217, 583, 1_514, 1_514])
}

/// A request every ten seconds to the tick, of the same frames each time.
fn clockwork(random: &mut Random) -> Vec<(Timestamp, u32)> {
    let offset = random.between(0.0, 10.0);
    let nanos = |seconds: f64| Timestamp::from_nanos((seconds * SECOND as f64) as i64);
    let requests = (0..6).map(|request| offset + 10.0 * f64::from(request));
    requests.flat_map(|at| [(nanos(at), 66), (nanos(at + 0.01), 217), (nanos(at + 0.05), 66), (nanos(at + 0.06), 90)]).collect()
}

/// Percent of pairs with p below the threshold.
fn below(seed: u64, draw: Draw, settings: &TtestSettings) -> f64 {
    let mut random = Random::new(seed);
    let mut reacted = 0;
    for _ in 0..PAIRS {
        let [idle, probe] = [(); 2].map(|()| sequence(&draw(&mut random), Timestamp::from_nanos(0), settings));
        reacted += u32::from(compare(&idle, &probe, settings).reacted);
    }
    100.0 * f64::from(reacted) / f64::from(PAIRS)
}

#[test]
fn p_is_no_error_rate() {
    let mut table =
        format!("idle against idle, {PAIRS} pairs of a minute, seed 700: % with p < 0.42 (an error rate would give 42)\n\n");
    writeln!(table, "{:<28}{:>10}{:>10}{:>10}{:>14}", "background", "idle", "clip", "pooled", "inter-arrival").unwrap();
    let mut all = Vec::new();
    for (name, draw) in [
        ("Poisson, 2.5 a second", poisson as Draw),
        ("a rate of its own a minute", busy_or_not),
        ("heavy-tailed gaps", heavy_gaps),
        ("bursts", bursts),
        ("a request every 10 s", clockwork),
    ] {
        let of = |edges, feature| below(700, draw, &TtestSettings { edges, feature, ..TtestSettings::default() });
        let shares = [Edges::Idle, Edges::Clip, Edges::Pooled].map(|edges| of(edges, Feature::Length));
        let gaps = of(Edges::Idle, Feature::InterArrival);
        let [idle, clip, pooled] = shares;
        writeln!(table, "{name:<28}{idle:>10.0}{clip:>10.0}{pooled:>10.0}{gaps:>14.0}").unwrap();
        all.extend(shares);
    }
    snapshot::compare("ttest.txt", &table);
    assert!(all.iter().any(|share| *share < 10.0) && all.iter().any(|share| *share > 34.0), "{all:?}");
}
