//! Sounds that come piece by piece, so that one of hours needs no more memory than one of seconds.

use std::collections::VecDeque;

use earwitness_core::sound::{Pcm, duration, level};
use earwitness_core::time::{SECOND, Timestamp};

use super::Trouble;

/// The onset is estimated from what a device answers while so much of a sound sounds, nanoseconds: after hours its crystal would have moved it by
/// seconds.
pub(super) const FIRST: i64 = 60 * SECOND;
/// A sound of up to this length is kept in memory whole, nanoseconds; a longer one only some seconds ahead.
pub(super) const SHORT: i64 = 60 * SECOND;
/// Samples of a piece of a sound that is in memory.
const PIECE: usize = 8_192;

/// How loud a sound is, dBFS, as far as is known before it sounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Loudness {
    /// Root mean square of what sounds, pauses left out.
    pub level: f64,
    /// Highest sample.
    pub peak: f64,
    /// Whether all of it was measured. If not, the loudspeaker's cap and ceiling are held while it plays.
    pub whole: bool,
}

/// A sound of one channel that comes piece by piece.
pub trait Samples: Send {
    /// Samples a second.
    fn rate(&self) -> u32;

    /// How many samples there are from beginning to end.
    fn total(&self) -> u64;

    /// How loud it is.
    fn loudness(&self) -> Loudness;

    /// The samples that follow, some thousands; none after the last.
    ///
    /// # Errors
    /// Why there are no more, although there should be: a sentence.
    fn next(&mut self) -> Result<Vec<f32>, String>;
}

/// A sound that is in memory.
pub(super) struct Whole<'a> {
    sound: &'a Pcm,
    at: usize,
    below: f64,
}

impl<'a> Whole<'a> {
    /// To be played so many decibels below the loudspeaker's level; never above it.
    pub(super) fn new(sound: &'a Pcm, below: f64) -> Self {
        Self { sound, at: 0, below: below.max(0.0) }
    }
}

impl Samples for Whole<'_> {
    fn rate(&self) -> u32 {
        self.sound.rate
    }

    fn total(&self) -> u64 {
        self.sound.samples.len() as u64
    }

    fn loudness(&self) -> Loudness {
        // Whoever takes it for louder than it is plays it as much fainter.
        Loudness { level: level::active(self.sound) + self.below, peak: level::peak(&self.sound.samples), whole: true }
    }

    fn next(&mut self) -> Result<Vec<f32>, String> {
        let rest = self.sound.samples.get(self.at..).unwrap_or_default();
        let piece = rest.get(..PIECE.min(rest.len())).unwrap_or_default();
        self.at += piece.len();
        Ok(piece.to_vec())
    }
}

/// A sound that is taken in pieces as a device wants them, each sample the nearest of 16 bits. It has as many samples as it promised.
pub(super) struct Pieces<'a> {
    samples: &'a mut dyn Samples,
    waiting: VecDeque<i16>,
    left: u64,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(samples: &'a mut dyn Samples) -> Self {
        let left = samples.total();
        Self { samples, waiting: VecDeque::new(), left }
    }

    /// Whether all of it was taken.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The next `count` samples; fewer only at its end.
    pub(super) fn take(&mut self, count: usize) -> Result<Vec<i16>, Trouble> {
        let count = count.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        while self.waiting.len() < count {
            let piece = self.samples.next().map_err(Trouble::Glitch)?;
            if piece.is_empty() {
                let missing = self.left - self.waiting.len() as u64;
                return Err(Trouble::Glitch(format!("the sound ended {missing} samples before it should")));
            }
            self.waiting.extend(piece.into_iter().map(to_16_bits));
        }
        self.left -= count as u64;
        Ok(self.waiting.drain(..count).collect())
    }
}

/// The nearest of 16 bits.
#[expect(clippy::cast_possible_truncation, reason = "clamped before")]
pub(crate) fn to_16_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

/// Samples that a device has got, until it is known that they sounded.
pub(super) struct OnTheWay<'a> {
    waiting: VecDeque<i16>,
    sounded: usize,
    report: &'a mut dyn FnMut(&[i16]),
}

impl<'a> OnTheWay<'a> {
    /// What sounded is told to `report`.
    pub(super) fn new(report: &'a mut dyn FnMut(&[i16])) -> Self {
        Self { waiting: VecDeque::new(), sounded: 0, report }
    }

    /// These were handed over.
    pub(super) fn sent(&mut self, samples: &[i16]) {
        self.waiting.extend(samples);
    }

    /// So many have sounded, from the beginning on.
    pub(super) fn sounded(&mut self, count: usize) {
        let new = count.saturating_sub(self.sounded).min(self.waiting.len());
        if new > 0 {
            let samples: Vec<i16> = self.waiting.drain(..new).collect();
            self.sounded += new;
            (self.report)(&samples);
        }
    }

    /// All have sounded.
    pub(super) fn all(&mut self) {
        self.sounded(usize::MAX);
    }
}

/// How long so many samples are, nanoseconds.
pub(super) fn nanos(samples: u64, rate: u32) -> i64 {
    duration(usize::try_from(samples).unwrap_or(usize::MAX), rate)
}

/// Most answers of a device that are kept of the beginning, and of the end.
const MOST: usize = 2_048;

/// When the first sample sounded, by what a device answered again and again.
#[derive(Default)]
pub(super) struct Answers {
    /// The moment by each answer of the first minute, and how far off it may be, nanoseconds.
    first: Vec<(Timestamp, i64)>,
    /// The same of the latest, where the sound is longer.
    latest: VecDeque<(Timestamp, i64)>,
}

impl Answers {
    /// By an answer after so much had sounded (nanoseconds) the first sample sounded then, with this error.
    pub(super) fn add(&mut self, sounded: i64, first: Timestamp, error: i64) {
        if sounded <= FIRST && self.first.len() < MOST {
            self.first.push((first, error));
            return;
        }
        if self.latest.len() >= MOST {
            self.latest.pop_front();
        }
        self.latest.push_back((first, error));
    }

    /// The onset, how far off it may be, and by how much later than its samples say the end of the sound came (nanoseconds); `None` without
    /// an answer.
    pub(super) fn onset(&self) -> Option<(Timestamp, i64, i64)> {
        let (onset, error) = middle(self.first.clone())?;
        let drift = middle(self.latest.iter().copied().collect()).map_or(0, |(at, _)| at.since(onset));
        Some((onset, error, drift))
    }
}

/// The median estimate, and how far the estimates scatter: half of them lie within.
fn middle(mut estimates: Vec<(Timestamp, i64)>) -> Option<(Timestamp, i64)> {
    let error = estimates.iter().map(|(_, error)| *error).min()?;
    let half = estimates.len() / 2;
    let (_, &mut (onset, _), _) = estimates.select_nth_unstable(half);
    let mut away: Vec<i64> = estimates.iter().map(|(at, _)| at.since(onset).abs()).collect();
    let (_, &mut scatter, _) = away.select_nth_unstable(half);
    Some((onset, error.saturating_add(scatter)))
}

#[cfg(test)]
mod tests {
    use earwitness_core::time::MILLISECOND;

    use super::*;

    fn at(millis: i64) -> (Timestamp, i64) {
        (Timestamp::from_nanos(millis * MILLISECOND), MILLISECOND / 10)
    }

    #[test]
    fn the_onset_is_the_median_and_its_error_the_scatter() {
        let (onset, error) = middle(vec![at(500), at(501), at(502), at(502), at(900)]).unwrap();
        assert_eq!((onset, error), (at(502).0, MILLISECOND + MILLISECOND / 10));
        assert_eq!(middle(Vec::new()), None);
    }

    #[test]
    fn the_onset_of_a_long_sound_is_that_of_its_beginning_and_memory_does_not_grow() {
        let mut answers = Answers::default();
        assert_eq!(answers.onset(), None);
        // Eight hours with a crystal that is 100 parts in a million slow, asked ten times a second.
        for tenth in 1..288_000_i64 {
            let sounded = tenth * 100 * MILLISECOND;
            let (first, error) = at(500);
            answers.add(sounded, first.plus(sounded / 10_000), error);
        }
        let (onset, _, drift) = answers.onset().unwrap();
        assert!(onset.since(at(500).0) < 4 * MILLISECOND, "{onset:?}");
        assert!((2_850..2_890).contains(&(drift / MILLISECOND)), "{drift}");
        assert!(answers.first.len() <= MOST && answers.latest.len() <= MOST);
    }

    #[test]
    fn samples_beyond_full_scale_are_held_there() {
        assert_eq!([to_16_bits(2.0), to_16_bits(-2.0), to_16_bits(0.0)], [32_767, -32_767, 0]);
    }

    /// As many samples as it says, or as many as the second number.
    struct Said(u64, u64);

    impl Samples for Said {
        fn rate(&self) -> u32 {
            8_000
        }

        fn total(&self) -> u64 {
            self.0
        }

        fn loudness(&self) -> Loudness {
            Loudness { level: -20.0, peak: -6.0, whole: true }
        }

        fn next(&mut self) -> Result<Vec<f32>, String> {
            let piece = self.1.min(7);
            self.1 -= piece;
            Ok(vec![0.5; usize::try_from(piece).unwrap()])
        }
    }

    #[test]
    fn a_sound_has_as_many_samples_as_it_promised() {
        let mut many = Said(20, 100);
        let mut pieces = Pieces::new(&mut many);
        let counts = [12, 12, 12].map(|count| pieces.take(count).unwrap().len());
        assert_eq!((counts, pieces.is_over()), ([12, 8, 0], true));
        let mut few = Said(20, 10);
        let missing = Pieces::new(&mut few).take(20).unwrap_err().to_string();
        assert!(missing.contains("10 samples before"), "{missing}");
    }

    #[test]
    fn what_sounded_is_told_once_and_in_order() {
        let mut told = Vec::new();
        let mut report = |samples: &[i16]| told.extend_from_slice(samples);
        let mut way = OnTheWay::new(&mut report);
        way.sent(&[1, 2, 3, 4, 5]);
        for count in [2, 1, 4] {
            way.sounded(count);
        }
        way.sent(&[6]);
        way.all();
        way.all();
        assert_eq!(told, [1, 2, 3, 4, 5, 6]);
    }
}
