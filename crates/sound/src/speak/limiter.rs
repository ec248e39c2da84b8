//! Holds the cap and the ceiling of a sound that was not measured to its end.
//!
//! Two followers, and the smaller of their gains: the highest sample, which rises at once and falls with a time constant of 0.2 s, is held below the
//! ceiling; the mean power with a time constant of 0.4 s is held below the cap, so that a film that begins softly wakes nobody in its second hour.

/// Time constant in which the highest sample is forgotten, seconds.
const RELEASE: f64 = 0.2;
/// Time constant of the mean power, seconds: that of momentary loudness (ITU-R BS.1770).
const MEAN: f64 = 0.4;

/// One sound's limiter.
pub(super) struct Limiter {
    /// Amplitude that no sample passes.
    ceiling: f64,
    /// Root mean square that is not passed for longer than a moment.
    cap: f64,
    /// By which the highest sample falls from one sample to the next.
    fall: f64,
    /// By which the mean power moves to that of each sample.
    pace: f64,
    top: f64,
    power: f64,
    limited: u64,
}

impl Limiter {
    /// With a ceiling and a cap as amplitudes, at so many samples a second.
    pub(super) fn new(ceiling: f64, cap: f64, rate: u32) -> Self {
        let rate = f64::from(rate.max(1));
        let (fall, pace) = ((-1.0 / (RELEASE * rate)).exp(), 1.0 / (MEAN * rate));
        Self { ceiling, cap, fall, pace, top: 0.0, power: 0.0, limited: 0 }
    }

    /// The sample, softer where it must be.
    pub(super) fn held(&mut self, sample: f64) -> f64 {
        self.top = sample.abs().max(self.top * self.fall);
        self.power += (sample * sample - self.power) * self.pace;
        let mut gain = 1.0;
        if self.top > self.ceiling {
            gain = self.ceiling / self.top;
        }
        if self.power > self.cap * self.cap {
            gain = self.cap.min(gain * self.power.sqrt()) / self.power.sqrt();
        }
        self.limited += u64::from(gain < 1.0);
        sample * gain
    }

    /// How many samples were made softer.
    pub(super) fn limited(&self) -> u64 {
        self.limited
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
mod tests {
    use earwitness_core::sound::level::{amplitude, peak, rms};
    use earwitness_core::sound::noise;

    use super::*;

    #[test]
    fn a_loud_passage_is_held_and_a_soft_one_is_left_alone() {
        let tone = noise::tone(8_000, 32_000, 400.0);
        let mut limiter = Limiter::new(amplitude(-1.0), amplitude(-12.0), 8_000);
        let mut held = |gain: f64| -> Vec<f32> {
            tone.samples.iter().map(|&sample| limiter.held(f64::from(sample) * gain) as f32).collect()
        };
        let soft = held(0.1);
        assert!(soft.iter().zip(&tone.samples).all(|(held, sample)| (held - sample * 0.1).abs() < 1e-6));
        let loud = held(2.0);
        assert!(peak(&loud) <= -1.0 + 1e-4, "{}", peak(&loud));
        assert!((rms(&loud[16_000..]) + 12.0).abs() < 0.1, "{}", rms(&loud[16_000..]));
        let level = |from: usize| rms(&loud[from..from + 800]);
        assert!(level(0) < -4.0 && level(1_600) < -8.0 && level(6_400) < -11.0, "the beginning is louder for a moment");
        let after = held(0.1);
        assert_eq!(after[31_000..], soft[31_000..], "it is forgotten");
        assert!((32_000..60_000).contains(&limiter.limited()), "{}", limiter.limited());
    }
}
