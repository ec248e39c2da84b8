//! Codecs: into how many octets one frame of sound goes.

use earwitness_core::time::MILLISECOND;

use crate::chance::Chance;

/// How a codec spends its octets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rate {
    /// Every frame has so many octets (constant bit rate, and PCM).
    Constant(usize),
    /// Frames vary around a mean: more in vowels, fewer in pauses.
    Variable {
        /// Octets of a frame in the middle of speech.
        mean: usize,
        /// Octets of a frame in silence.
        silence: usize,
    },
}

/// A codec.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Codec {
    /// Sound in one frame, nanoseconds.
    pub beat: i64,
    /// How large frames are.
    pub rate: Rate,
}

impl Codec {
    /// A constant-bit-rate codec: `octets` for every `beat_ms` milliseconds.
    #[must_use]
    pub const fn constant(beat_ms: i64, octets: usize) -> Self {
        Self { beat: beat_ms * MILLISECOND, rate: Rate::Constant(octets) }
    }

    /// A variable-bit-rate codec.
    #[must_use]
    pub const fn variable(beat_ms: i64, mean: usize, silence: usize) -> Self {
        Self { beat: beat_ms * MILLISECOND, rate: Rate::Variable { mean, silence } }
    }

    /// 16 kHz, 16 bit, one channel: 32 octets a millisecond.
    #[must_use]
    pub fn pcm(chunk_ms: u8) -> Self {
        Self::constant(i64::from(chunk_ms), usize::from(chunk_ms) * 32)
    }
}

/// A codec at work on one utterance.
pub struct Encoder {
    codec: Codec,
    /// How the present sound departs from the mean, per mille.
    colour: i64,
    pause_left: i64,
}

impl Encoder {
    /// A fresh encoder.
    #[must_use]
    pub const fn new(codec: Codec) -> Self {
        Self { codec, colour: 0, pause_left: 0 }
    }

    /// Octets of the next frame.
    pub fn frame(&mut self, chance: &mut Chance) -> usize {
        let Codec { beat, rate } = self.codec;
        let (mean, silence) = match rate {
            Rate::Constant(octets) => return octets,
            Rate::Variable { mean, silence } => (mean, silence),
        };
        if self.pause_left > 0 {
            self.pause_left -= beat;
            return silence + chance.length(0, silence / 6 + 2);
        }
        // Words last about 600 ms, the pauses between them 60 to 250 ms.
        if chance.one_in((600 * MILLISECOND / beat.max(1)).unsigned_abs().max(2)) {
            self.pause_left = chance.between(60, 250) * MILLISECOND;
        }
        // A speech sound keeps its colour for 50 to 100 ms: the longer the beat, the less is carried over.
        let kept = 1_000 * 70 * MILLISECOND / (70 * MILLISECOND + beat);
        self.colour = self.colour * kept / 1_000 + chance.bell(0, (1_000 - kept).max(60) / 2 + 60);
        let octets = i64::try_from(mean).unwrap_or(0) * (1_000 + self.colour.clamp(-600, 900)) / 1_000;
        usize::try_from(octets).unwrap_or(0).max(silence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pcm_spends_256_kbit_per_second() {
        let octets = Encoder::new(Codec::pcm(20)).frame(&mut Chance::new(1));
        assert_eq!(octets * 8 * 50, 256_000);
    }

    #[test]
    fn a_variable_codec_varies_around_its_mean() {
        let (mut encoder, mut chance) = (Encoder::new(Codec::variable(20, 80, 12)), Chance::new(5));
        let lengths: Vec<_> = (0..5_000).map(|_| encoder.frame(&mut chance)).collect();
        let mean = lengths.iter().sum::<usize>() / lengths.len();
        assert!((50..85).contains(&mean), "mean {mean}");
        let distinct: std::collections::BTreeSet<_> = lengths.iter().collect();
        assert!(distinct.len() > 40 && lengths.iter().all(|&length| (12..160).contains(&length)));
    }
}
