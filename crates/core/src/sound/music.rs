//! An instrumental piece from a seed: chords, a bass and broken chords, a minute that begins again without a seam.
//!
//! An experiment that plays music all night needs a piece that it may pass on, without words, and the same on every machine. Every note is a
//! sum of sines that decay; what still rings at the end of the minute rings on at its beginning.

use std::f64::consts::TAU;

use super::Pcm;
use super::noise::normal;
use crate::lot::Stream;

/// Length of the piece, seconds: 24 bars of four beats at 96 beats a minute.
const SECONDS: u32 = 60;
/// Bars.
const BARS: u32 = 24;
/// Notes of the broken chord in a bar.
const NOTES: u32 = 8;
/// Rows of four chords, each as the steps of a major scale on which they stand.
const ROWS: [[i32; 4]; 4] = [[0, 4, 5, 3], [0, 5, 3, 4], [5, 3, 0, 4], [0, 3, 5, 4]];
/// The steps of a major scale, semitones.
const SCALE: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
/// Notes of a chord in the order in which they are broken; steps above its root.
const BROKEN: [[i32; 8]; 3] = [[0, 2, 4, 7, 4, 2, 4, 7], [0, 4, 2, 7, 4, 9, 7, 4], [7, 4, 2, 0, 2, 4, 7, 9]];
/// Partials of a note.
const PARTIALS: i32 = 4;
/// A note is over when it has fallen by this factor of its time constant: -60 dB.
const OVER: f64 = 6.9;

/// So many samples of the piece, from its beginning, again and again.
#[must_use]
pub fn piece(rate: u32, count: usize, chance: &mut Stream) -> Pcm {
    let mut minute = vec![0.0; rate as usize * SECONDS as usize];
    if minute.is_empty() {
        return Pcm { rate, samples: Vec::new() };
    }
    // The tonic lies between the A below middle C and the E above it.
    let tonic = 220.0 * (f64::from(drawn(chance, 8)) / 12.0).exp2();
    let (mut row, mut broken) = (ROWS[0], BROKEN[0]);
    let bar = f64::from(SECONDS) / f64::from(BARS);
    for number in 0..BARS {
        if number % 8 == 0 {
            row = ROWS.get(drawn(chance, ROWS.len()) as usize).copied().unwrap_or(row);
        }
        if number % 4 == 0 {
            broken = BROKEN.get(drawn(chance, BROKEN.len()) as usize).copied().unwrap_or(broken);
        }
        let begin = f64::from(number) * bar;
        let root = row.get(number as usize % row.len()).copied().unwrap_or(0);
        let pitch = |step: i32| tonic * (f64::from(semitones(root + step)) / 12.0).exp2();
        for step in [0, 2, 4] {
            strike(&mut minute, rate, &Note { begin, pitch: pitch(step), loud: 0.25, decay: 1.6, attack: 0.15 });
        }
        for half in [0.0, 0.5] {
            let begin = begin + half * bar;
            strike(&mut minute, rate, &Note { begin, pitch: pitch(0) / 2.0, loud: 0.5, decay: 0.7, attack: 0.01 });
        }
        for (place, step) in (0..NOTES).zip(broken) {
            // Nobody plays like a clock: up to 15 ms late, and not always as loud.
            let late = 0.015 * chance.unit();
            let begin = begin + bar * f64::from(place) / f64::from(NOTES) + late;
            let loud = 0.3 + 0.2 * chance.unit();
            strike(&mut minute, rate, &Note { begin, pitch: pitch(step) * 2.0, loud, decay: 0.45, attack: 0.004 });
        }
    }
    let minute = normal(rate, &minute);
    Pcm { rate, samples: minute.samples.iter().copied().cycle().take(count).collect() }
}

/// A note; times in seconds.
struct Note {
    begin: f64,
    /// Hz.
    pitch: f64,
    loud: f64,
    /// In which it falls to 1/e.
    decay: f64,
    /// In which it rises.
    attack: f64,
}

/// Adds a note; what is longer than the piece goes on at its beginning.
fn strike(minute: &mut [f64], rate: u32, note: &Note) {
    let rate = f64::from(rate);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less than two minutes")]
    let (from, length) = ((note.begin * rate) as usize, (note.decay * OVER * rate) as usize);
    for partial in (1..=PARTIALS).map(f64::from) {
        let frequency = note.pitch * partial;
        if frequency > rate * 0.45 {
            break;
        }
        // A sine that decays, each sample from the two before: higher partials are softer and shorter.
        let fall = (-partial.sqrt() / (note.decay * rate)).exp();
        let (twice, square) = (2.0 * fall * (TAU * frequency / rate).cos(), fall * fall);
        let (mut now, mut before) = (0.0, -(TAU * frequency / rate).sin() / fall);
        let loud = note.loud / (partial * partial);
        #[expect(clippy::cast_precision_loss, reason = "less than two minutes")]
        let rise = |at: usize| (at as f64 / (note.attack * rate)).min(1.0);
        for at in 0..length.min(minute.len()) {
            let place = (from + at) % minute.len();
            if let Some(sample) = minute.get_mut(place) {
                *sample += loud * rise(at) * now;
            }
            (now, before) = (twice * now - square * before, now);
        }
    }
}

/// A number from 0 up to, not including, `bound`.
fn drawn(chance: &mut Stream, bound: usize) -> u32 {
    u32::try_from(chance.below(bound as u64)).unwrap_or(0)
}

/// How many semitones a step of the scale lies above the tonic.
fn semitones(step: i32) -> i32 {
    let octaves = step.div_euclid(7);
    let within = usize::try_from(step.rem_euclid(7)).unwrap_or(0);
    octaves * 12 + SCALE.get(within).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lot::Lot;
    use crate::sound::level;

    const RATE: u32 = 16_000;

    fn played(seed: u64, seconds: usize) -> Pcm {
        piece(RATE, seconds * RATE as usize, &mut Lot::new(seed).stream("noise", 0))
    }

    #[test]
    fn the_same_seed_makes_the_same_piece_and_another_one_another() {
        assert_eq!(played(1, 10), played(1, 10));
        assert_ne!(played(1, 10), played(2, 10));
        assert_eq!(played(1, 10).samples, played(1, 60).samples[..160_000], "a longer one begins the same");
    }

    #[test]
    fn it_repeats_after_a_minute_without_a_seam() {
        let piece = played(3, 61).samples;
        let minute = 60 * RATE as usize;
        assert_eq!(piece[..RATE as usize], piece[minute..]);
        let step = |at: usize| (piece[at] - piece[at - 1]).abs();
        let steepest = (1..minute).map(step).fold(0.0, f32::max);
        assert!(step(minute) <= steepest, "{} of {steepest}", step(minute));
        assert!(piece[minute - 100..minute].iter().any(|it| it.abs() > 1e-3), "it rings over the seam");
    }

    #[test]
    fn it_sounds_all_the_time_without_passing_full_scale() {
        let piece = played(4, 60);
        assert!(level::peak(&piece.samples).abs() < 0.01);
        let quietest = piece.samples.chunks(RATE as usize / 4).map(level::rms).fold(0.0, f64::min);
        assert!(quietest > -40.0, "{quietest}");
        assert_eq!(piece.samples.len(), 60 * RATE as usize);
        assert!(played(4, 0).samples.is_empty() && super::piece(0, 10, &mut Lot::new(1).stream("noise", 0)).samples.is_empty());
    }

    #[test]
    fn steps_are_those_of_a_major_scale() {
        assert_eq!([0, 1, 2, 7, 9, -1].map(semitones), [0, 2, 4, 12, 16, -1]);
    }
}
