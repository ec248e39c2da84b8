//! Fades, silence and lengths.

use super::{Pcm, samples_in};

/// Fades in over the first and out over the last `nanos` with half a period of a cosine, so that nothing clicks. Shorter sounds are
/// faded over their halves.
pub fn fade(sound: &mut Pcm, nanos: i64) {
    let ramp = samples_in(nanos, sound.rate).min(sound.samples.len() / 2);
    for at in 0..ramp {
        let gain = raised_cosine(at, ramp);
        let last = sound.samples.len() - 1 - at;
        for place in [at, last] {
            if let Some(sample) = sound.samples.get_mut(place) {
                *sample *= gain;
            }
        }
    }
}

/// From 0 to 1 in `ramp` steps, as half a period of a cosine: the factor of the sample at this step of a fade in.
#[must_use]
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "ramps are some thousand samples long")]
pub fn raised_cosine(at: usize, ramp: usize) -> f32 {
    let part = (at as f64 + 0.5) / ramp as f64;
    (0.5 - 0.5 * (std::f64::consts::PI * part).cos()) as f32
}

/// Appends so much silence.
pub fn append_silence(sound: &mut Pcm, nanos: i64) {
    let length = sound.samples.len().saturating_add(samples_in(nanos, sound.rate));
    sound.samples.resize(length, 0.0);
}

/// The sound with so much silence before it and after it.
#[must_use]
pub fn padded(sound: &Pcm, before: i64, after: i64) -> Pcm {
    let mut whole = Pcm { rate: sound.rate, samples: Vec::new() };
    append_silence(&mut whole, before);
    whole.samples.extend_from_slice(&sound.samples);
    append_silence(&mut whole, after);
    whole
}

/// Cuts the sound to at most this length, and lets its end fade.
pub fn cut(sound: &mut Pcm, nanos: i64, fade: i64) {
    let length = samples_in(nanos, sound.rate);
    if sound.samples.len() <= length {
        return;
    }
    sound.samples.truncate(length);
    let ramp = samples_in(fade, sound.rate).min(length);
    for (at, sample) in sound.samples.iter_mut().rev().take(ramp).enumerate() {
        *sample *= raised_cosine(at, ramp);
    }
}

/// Without the silence before and after: what is below `floor` times the highest sample.
#[must_use]
pub fn trimmed(sound: &Pcm, floor: f32) -> Pcm {
    let most = sound.samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let sounds = |sample: &f32| most > 0.0 && sample.abs() > most * floor;
    let first = sound.samples.iter().position(sounds).unwrap_or(0);
    let last = sound.samples.iter().rposition(sounds).map_or(0, |last| last + 1);
    Pcm { rate: sound.rate, samples: sound.samples.get(first..last).unwrap_or_default().to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MILLISECOND;

    fn ones() -> Pcm {
        Pcm { rate: 1_000, samples: vec![1.0; 100] }
    }

    #[test]
    fn a_fade_rises_and_falls_alike() {
        let mut sound = ones();
        fade(&mut sound, 10 * MILLISECOND);
        assert!(sound.samples[0] < 0.01 && sound.samples[10] > 0.999);
        assert!(sound.samples.windows(2).take(10).all(|pair| pair[0] <= pair[1]));
        let backwards: Vec<f32> = sound.samples.iter().rev().copied().collect();
        assert_eq!(sound.samples, backwards);
        fade(&mut Pcm { rate: 1_000, samples: vec![1.0] }, 10 * MILLISECOND);
    }

    #[test]
    fn padding_and_trimming_undo_each_other() {
        let whole = padded(&ones(), 300 * MILLISECOND, 50 * MILLISECOND);
        assert_eq!(whole.samples.len(), 450);
        assert_eq!(whole.samples.iter().position(|&sample| sample > 0.0), Some(300));
        assert_eq!(trimmed(&whole, 0.001), ones());
        assert!(trimmed(&Pcm { rate: 8, samples: vec![0.0; 9] }, 0.1).samples.is_empty());
    }

    #[test]
    fn what_is_too_long_ends_softly() {
        let mut sound = ones();
        cut(&mut sound, 50 * MILLISECOND, 10 * MILLISECOND);
        assert_eq!(sound.samples.len(), 50);
        assert!(sound.samples[49] < 0.01 && sound.samples[39] > 0.999);
        cut(&mut sound, 90 * MILLISECOND, 10 * MILLISECOND);
        assert_eq!(sound.samples.len(), 50);
    }
}
