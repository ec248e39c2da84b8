//! How loud a sound is, in decibels relative to full scale.
//!
//! 0 dBFS is a signal whose root mean square is full scale (a square wave); a sine from full scale to full scale has -3.01 dBFS.

use super::Pcm;

/// What silence is given as, dBFS: below the rounding noise of 24 bits.
pub const SILENCE: f64 = -144.0;

/// Length of the frames in which [`active`] looks for sound, seconds.
const FRAME: f64 = 0.02;
/// Frames this far below the loudest count as pauses, dB.
const PAUSE: f64 = 30.0;

/// Decibels of an amplitude; at least [`SILENCE`].
#[must_use]
pub fn decibels(amplitude: f64) -> f64 {
    if amplitude > 0.0 { (20.0 * amplitude.log10()).max(SILENCE) } else { SILENCE }
}

/// The amplitude of so many decibels.
#[must_use]
pub fn amplitude(decibels: f64) -> f64 {
    10_f64.powf(decibels / 20.0)
}

/// Root mean square, dBFS.
#[must_use]
pub fn rms(samples: &[f32]) -> f64 {
    decibels(root_mean_square(samples))
}

/// Highest sample, dBFS.
#[must_use]
pub fn peak(samples: &[f32]) -> f64 {
    decibels(f64::from(samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()))))
}

/// Root mean square of what sounds, dBFS: pauses, that is frames of 20 ms more than 30 dB below the loudest, are left out, so that a
/// sentence with long pauses is not called quiet.
#[must_use]
pub fn active(sound: &Pcm) -> f64 {
    let frame = frame(sound.rate);
    let levels = || sound.samples.chunks(frame).map(|frame| (rms(frame), frame));
    let Some(loudest) = levels().map(|(level, _)| level).reduce(f64::max) else { return SILENCE };
    let (mut power, mut count) = (0.0, 0_usize);
    for (_, frame) in levels().filter(|(level, _)| *level > loudest - PAUSE) {
        power += square_sum(frame);
        count += frame.len();
    }
    decibels(mean_root(power, count))
}

/// Makes the sound so loud that its [`active`] level is `level`, or as loud as its highest sample allows without passing `ceiling`
/// (both dBFS). Silence stays silence.
pub fn scale(sound: &mut Pcm, level: f64, ceiling: f64) {
    let (now, top) = (active(sound), peak(&sound.samples));
    if top <= SILENCE || !level.is_finite() || !ceiling.is_finite() {
        return;
    }
    let gain = amplitude((level - now).min(ceiling - top));
    for sample in &mut sound.samples {
        #[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
        let louder = (f64::from(*sample) * gain) as f32;
        *sample = louder;
    }
}

/// Frames a decibel in which a [`Meter`] sorts what it has heard.
const STEPS: f64 = 10.0;
/// The loudest that a meter tells from the louder, dBFS.
const LOUDEST: f64 = 40.0;

/// The levels of a sound that comes piece by piece, in memory that does not grow: frames are counted by their level in tenths of a decibel.
#[derive(Clone, Debug)]
pub struct Meter {
    frame: usize,
    /// Samples of the frame that is not yet complete, and the sum of their squares.
    open: (usize, f64),
    /// By level: samples, and the sum of their squares.
    frames: Vec<(usize, f64)>,
    loudest: f64,
    top: f32,
}

impl Meter {
    /// Of a sound of so many samples a second.
    #[must_use]
    pub fn new(rate: u32) -> Self {
        let frames = vec![(0, 0.0); place(LOUDEST) + 1];
        Self { frame: frame(rate), open: (0, 0.0), frames, loudest: f64::NEG_INFINITY, top: 0.0 }
    }

    /// Adds the samples that follow.
    pub fn add(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.top = self.top.max(sample.abs());
            self.open.0 += 1;
            self.open.1 += f64::from(sample) * f64::from(sample);
            if self.open.0 == self.frame {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let (count, power) = std::mem::take(&mut self.open);
        let level = decibels(mean_root(power, count));
        self.loudest = self.loudest.max(level);
        if let Some((samples, sum)) = self.frames.get_mut(place(level)) {
            *samples += count;
            *sum += power;
        }
    }

    /// What [`active`] says of all that was added, to a hundredth of a decibel or so.
    #[must_use]
    pub fn active(&self) -> f64 {
        let mut all = self.clone();
        if all.open.0 > 0 {
            all.close();
        }
        if all.loudest == f64::NEG_INFINITY {
            return SILENCE;
        }
        let sounding = all.frames.iter().skip(place(all.loudest - PAUSE) + 1);
        let (count, power) = sounding.fold((0, 0.0), |(count, power), (more, sum)| (count + more, power + sum));
        decibels(mean_root(power, count))
    }

    /// What [`peak`] says of all that was added.
    #[must_use]
    pub fn peak(&self) -> f64 {
        decibels(f64::from(self.top))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to some thousands")]
fn place(level: f64) -> usize {
    ((level.clamp(SILENCE, LOUDEST) - SILENCE) * STEPS) as usize
}

/// Samples of a frame.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred to a few thousand samples")]
fn frame(rate: u32) -> usize {
    ((f64::from(rate) * FRAME) as usize).max(1)
}

fn square_sum(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples are far below 2^53")]
fn mean_root(power: f64, count: usize) -> f64 {
    if count == 0 { 0.0 } else { (power / count as f64).sqrt() }
}

fn root_mean_square(samples: &[f32]) -> f64 {
    mean_root(square_sum(samples), samples.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::noise;

    #[test]
    fn a_full_sine_is_three_decibels_below_a_square() {
        let sine = noise::tone(48_000, 48_000, 1_000.0);
        assert!((rms(&sine.samples) + 3.01).abs() < 0.01, "{}", rms(&sine.samples));
        assert!(peak(&sine.samples).abs() < 0.01);
        assert!(rms(&[1.0, -1.0]).abs() < 1e-9);
        assert!((rms(&[]) - SILENCE).abs() < 1e-9);
    }

    #[test]
    fn pauses_do_not_make_a_sound_quiet() {
        let mut talk = noise::tone(16_000, 16_000, 500.0);
        let loud = active(&talk);
        talk.samples.extend(vec![0.0; 48_000]);
        assert!((active(&talk) - loud).abs() < 0.05);
        assert!(rms(&talk.samples) < loud - 5.5);
    }

    #[test]
    fn a_meter_says_the_same_however_the_sound_comes() {
        let mut talk = noise::warble(16_000, 40_123, 500.0, &mut crate::lot::Lot::new(1).stream("noise", 0));
        talk.samples.extend(vec![0.0; 9_999]);
        talk.samples.extend(noise::tone(16_000, 16_000, 300.0).samples.iter().map(|sample| sample * 0.05));
        for piece in [1, 777, talk.samples.len()] {
            let mut meter = Meter::new(16_000);
            talk.samples.chunks(piece).for_each(|piece| meter.add(piece));
            assert!((meter.active() - active(&talk)).abs() < 0.01, "{} {}", meter.active(), active(&talk));
            assert!((meter.peak() - peak(&talk.samples)).abs() < 1e-9);
        }
        assert!((Meter::new(8_000).active() - SILENCE).abs() < 1e-9 && (Meter::new(0).peak() - SILENCE).abs() < 1e-9);
        let mut silence = Meter::new(8_000);
        silence.add(&[0.0; 999]);
        assert!((silence.active() - SILENCE).abs() < 1e-9);
    }

    #[test]
    fn scaling_reaches_the_level_and_never_the_ceiling() {
        let mut sound = noise::tone(16_000, 16_000, 440.0);
        scale(&mut sound, -30.0, -1.0);
        assert!((active(&sound) + 30.0).abs() < 0.01);
        scale(&mut sound, 0.0, -1.0);
        assert!((peak(&sound.samples) + 1.0).abs() < 0.01, "the ceiling wins: {}", peak(&sound.samples));
        let mut silence = Pcm { rate: 16_000, samples: vec![0.0; 100] };
        scale(&mut silence, -20.0, -1.0);
        assert!(silence.samples.iter().all(|&sample| sample == 0.0));
    }
}
