//! The end of a sound that is too long to be kept, so that the microphone can be asked whether it was heard.

use std::collections::VecDeque;

use earwitness_core::sound::samples_in;
use earwitness_core::sound::{Pcm, level};
use earwitness_core::time::SECOND;

/// So much of the end is kept, nanoseconds: more than is compared, so that a pause at the end does no harm.
const KEPT: i64 = 12 * SECOND;
/// What never rises above this is silence, dBFS.
const SILENT: f64 = -70.0;

/// The end of what has sounded.
pub(super) struct End {
    rate: u32,
    latest: VecDeque<i16>,
}

impl End {
    /// Of a sound with so many samples a second.
    pub(super) fn new(rate: u32) -> Self {
        Self { rate, latest: VecDeque::new() }
    }

    /// These have sounded.
    pub(super) fn add(&mut self, samples: &[i16]) {
        self.latest.extend(samples);
        let beyond = self.latest.len().saturating_sub(samples_in(KEPT, self.rate));
        self.latest.drain(..beyond);
    }

    /// What was kept; `None` where nothing could be heard in it.
    pub(super) fn sound(self) -> Option<Pcm> {
        let samples: Vec<f32> = self.latest.into_iter().map(|it| f32::from(it) / f32::from(i16::MAX)).collect();
        (level::peak(&samples) > SILENT).then_some(Pcm { rate: self.rate, samples })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_sound_is_kept_and_silence_is_nothing_to_look_for() {
        let mut end = End::new(10);
        for second in 0..3_600_i16 {
            end.add(&[second; 10]);
        }
        let sound = end.sound().unwrap();
        let raw = |at: usize| (sound.samples[at] * f32::from(i16::MAX)).round();
        assert_eq!((sound.length(), raw(0), raw(119)), (KEPT, 3_588.0, 3_599.0));
        let mut quiet = End::new(10);
        quiet.add(&[0; 500]);
        assert_eq!(quiet.sound(), None);
        assert_eq!(End::new(10).sound(), None);
    }
}
