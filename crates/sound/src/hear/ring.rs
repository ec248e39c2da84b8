//! The last samples that were heard: bounded, in memory, and overwritten with zeros when they go.

use std::collections::VecDeque;

use earwitness_core::sound::activity::FRAME;
use earwitness_core::sound::{level, samples_in};
use earwitness_core::time::SECOND;

use super::{KEPT, RATE};

/// Samples of a frame of which the level is kept.
pub(super) const FRAME_SAMPLES: usize = 320;

/// The samples of one stretch without a gap, and the level of each whole frame, aligned to the stretch's first sample.
#[derive(Default)]
pub(super) struct Ring {
    samples: VecDeque<f32>,
    levels: VecDeque<f64>,
    /// Number of the first sample that is kept.
    first: u64,
    /// Samples of the frame that is not whole yet.
    part: Vec<f32>,
    /// Samples since the last one that was not the same as the one before.
    constant: u64,
}

impl Ring {
    /// Numbers of the samples that are kept.
    pub(super) fn range(&self) -> std::ops::Range<u64> {
        self.first..self.first + self.samples.len() as u64
    }

    /// How many samples have been the same.
    pub(super) fn constant(&self) -> u64 {
        self.constant
    }

    pub(super) fn push(&mut self, samples: &[f32]) {
        let most = samples_in(KEPT, RATE) / FRAME_SAMPLES * FRAME_SAMPLES;
        for &sample in samples {
            #[expect(clippy::float_cmp, reason = "a converter that is off repeats the very same value")]
            let same = self.samples.back().is_some_and(|&last| last == sample);
            self.constant = if same { self.constant + 1 } else { 0 };
            self.samples.push_back(sample);
            self.part.push(sample);
            if self.part.len() >= FRAME_SAMPLES {
                self.levels.push_back(level::rms(&self.part));
                wipe(&mut self.part);
            }
        }
        while self.samples.len() > most {
            // Whole frames go, so that levels stay aligned.
            for place in self.samples.iter_mut().take(FRAME_SAMPLES) {
                *place = 0.0;
            }
            std::hint::black_box(&self.samples);
            self.samples.drain(..FRAME_SAMPLES);
            self.levels.pop_front();
            self.first += FRAME_SAMPLES as u64;
        }
    }

    /// The samples of these numbers, as far as they are kept, and the number of the first.
    pub(super) fn copy(&self, from: u64, until: u64) -> (u64, Vec<f32>) {
        let kept = self.range();
        let (from, until) = (from.clamp(kept.start, kept.end), until.clamp(kept.start, kept.end));
        let place = |number: u64| usize::try_from(number - kept.start).unwrap_or(usize::MAX);
        let samples = if until > from { self.samples.range(place(from)..place(until)).copied().collect() } else { Vec::new() };
        (from, samples)
    }

    /// The level of each whole frame that is kept; the first begins with the first sample that is kept.
    pub(super) fn levels(&self) -> impl Iterator<Item = (u64, f64)> {
        let frame = FRAME_SAMPLES as u64;
        (0_u64..).zip(&self.levels).map(move |(at, &level)| (self.first + at * frame, level))
    }

    /// Forgets everything; the next sample has number 0.
    pub(super) fn clear(&mut self) {
        for sample in &mut self.samples {
            *sample = 0.0;
        }
        std::hint::black_box(&self.samples);
        self.samples.clear();
        wipe(&mut self.part);
        self.levels.clear();
        (self.first, self.constant) = (0, 0);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Overwrites and empties; the compiler may not leave the writes out, because someone may look.
fn wipe(samples: &mut Vec<f32>) {
    samples.fill(0.0);
    std::hint::black_box(&*samples);
    samples.clear();
}

const _: () = assert!(FRAME_SAMPLES * 50 == RATE as usize && FRAME * 50 == SECOND, "a frame is whole samples");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_what_fits_and_stays_aligned() {
        #[expect(clippy::cast_precision_loss, reason = "less than 2^23")]
        let number = |sample: u64| sample as f32;
        let mut ring = Ring::default();
        let most = samples_in(KEPT, RATE) as u64;
        let all: Vec<f32> = (0..most + 1_000).map(number).collect();
        all.chunks(177).for_each(|some| ring.push(some));
        let kept = ring.range();
        assert!(kept.end == most + 1_000 && kept.end - kept.start <= most && kept.start % 320 == 0, "{kept:?}");
        let (first, samples) = ring.copy(0, kept.start + 3);
        assert_eq!((first, samples), (kept.start, vec![number(kept.start), number(kept.start + 1), number(kept.start + 2)]));
        assert_eq!(ring.levels().next().map(|(first, _)| first), Some(kept.start));
        assert_eq!(ring.levels().count() as u64, (kept.end - kept.start) / 320);
        assert_eq!(ring.copy(kept.end, kept.end + 9), (kept.end, Vec::new()));
    }

    #[test]
    fn a_constant_signal_is_counted() {
        let mut ring = Ring::default();
        ring.push(&[0.25; 500]);
        assert_eq!(ring.constant(), 499);
        ring.push(&[0.5]);
        assert_eq!(ring.constant(), 0);
        ring.clear();
        assert_eq!((ring.range(), ring.constant(), ring.levels().count()), (0..0, 0, 0));
    }
}
