//! Sound that is sent is found, and its seconds are counted.

use std::fmt::Write as _;

use earwitness_core::detect::clock::{ClockSettings, trains};

use super::random::Random;
use super::snapshot;
use super::sound::Sound;

/// Beats of codecs and of clients that send one to four frames at a time, seconds.
const BEATS: [f64; 10] = [0.010, 0.0125, 0.016, 0.020, 0.030, 0.032, 0.040, 0.060, 0.064, 0.100];

/// What became of some uploads.
struct Outcome {
    /// Share in which a train was seen, percent.
    found: f64,
    /// Median of seconds counted to seconds sent, over those.
    ratio: f64,
}

fn outcome(seed: u64, episodes: u32, draw: impl Fn(&mut Random) -> Sound) -> Outcome {
    let (mut random, settings) = (Random::new(seed), ClockSettings::default());
    let mut ratios = Vec::new();
    for _ in 0..episodes {
        let sound = draw(&mut random);
        let slices = sound.slices(&mut random);
        let seconds: f64 = trains(&slices, true, &settings).iter().map(|train| train.seconds).sum();
        if seconds > 0.0 {
            ratios.push(seconds / sound.seconds);
        }
    }
    ratios.sort_unstable_by(f64::total_cmp);
    Outcome {
        found: 100.0 * ratios.len() as f64 / f64::from(episodes),
        ratio: ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN),
    }
}

/// Two to six seconds of sound at one beat, or at any.
fn usual(random: &mut Random, beat: f64, variable: bool) -> Sound {
    Sound::clean(beat, random.between(2.0, 6.0), variable)
}

fn holds(what: &str, seed: u64, least: f64, draw: impl Fn(&mut Random) -> Sound) {
    let Outcome { found, ratio } = outcome(seed, 300, draw);
    println!("{what}, seed {seed}: {found:.1} % found, median seconds {ratio:.3} of those sent");
    assert!(found >= least, "{what}: found in {found} % of 300 cases, not {least} %");
    assert!((ratio - 1.0).abs() <= 0.05, "{what}: seconds are {ratio} of those sent");
}

/// The same with something in the way, for codecs of both kinds and all beats.
fn holds_with(what: &str, seed: u64, least: f64, change: impl Fn(&mut Random, &mut Sound)) {
    for variable in [false, true] {
        let kind = if variable { "variable" } else { "constant" };
        holds(&format!("{what}, {kind}"), seed + u64::from(variable), least, |random| {
            let beat = BEATS[random.between(0.0, BEATS.len() as f64) as usize];
            let mut sound = usual(random, beat, variable);
            change(random, &mut sound);
            sound
        });
    }
}

#[test]
fn a_clean_codec_of_constant_rate_is_found_at_every_beat() {
    for (seed, beat) in (200..).zip(BEATS) {
        holds(&format!("clean, constant, {} ms", beat * 1e3), seed, 99.0, |random| usual(random, beat, false));
    }
}

#[test]
fn a_clean_codec_of_variable_rate_is_found_at_every_beat() {
    for (seed, beat) in (220..).zip(BEATS) {
        holds(&format!("clean, variable, {} ms", beat * 1e3), seed, 99.0, |random| usual(random, beat, true));
    }
}

#[test]
fn delays_hide_no_beat() {
    holds_with("delays of 5 ms", 240, 97.0, |_, sound| sound.jitter = 0.005);
}

#[test]
fn stalls_of_the_link_hide_no_beat() {
    holds_with("a stall every 2 s", 250, 97.0, |_, sound| sound.stalls_every = 2.0);
}

#[test]
fn lost_datagrams_hide_no_beat() {
    holds_with("2 % lost", 260, 90.0, |_, sound| sound.loss = 0.02);
}

#[test]
fn a_backlog_is_counted() {
    holds_with("backlog of 0.7 s", 270, 97.0, |_, sound| sound.backlog = 0.7);
}

#[test]
fn records_of_other_things_hide_no_beat() {
    holds_with("two strays a second", 280, 85.0, |_, sound| sound.strays = 2.0);
}

#[test]
fn slices_written_several_at_once_keep_their_beat() {
    holds_with("two to five at once", 290, 95.0, |random, sound| {
        // Wake-ups no further apart than the longest beat that is looked for.
        sound.batch = (random.between(2.0, 6.0) as usize).min((0.12 / sound.beat) as usize).max(1);
    });
}

#[test]
fn the_power_table_is_the_one_that_was_looked_at() {
    let (seconds, jitters) = ([1.0, 2.0, 4.0], [0.0003, 0.005, 0.015, 0.03]);
    let mut table = String::from("Uploads found, percent of 100 each: beat by kind, mean delay and seconds sent.\n\n");
    for variable in [false, true] {
        let kind = if variable { "variable rate" } else { "constant rate" };
        write!(table, "{kind:<14}").unwrap();
        for jitter in jitters {
            write!(table, " | delay {:>4} ms  ", jitter * 1e3).unwrap();
        }
        write!(table, "\nbeat, ms      ").unwrap();
        for _ in jitters {
            write!(table, " |{:>5}{:>5}{:>5}", "1s", "2s", "4s").unwrap();
        }
        table.push('\n');
        for (seed, beat) in (1_000..).step_by(10).zip(BEATS) {
            write!(table, "{:<14}", beat * 1e3).unwrap();
            for jitter in jitters {
                table.push_str(" |");
                for (number, seconds) in (0..).zip(seconds) {
                    let draw = |_: &mut Random| Sound { jitter, ..Sound::clean(beat, seconds, variable) };
                    write!(table, "{:>5.0}", outcome(seed + number, 100, draw).found).unwrap();
                }
            }
            table.push('\n');
        }
        table.push('\n');
    }
    snapshot::compare("power.txt", &table);
}
