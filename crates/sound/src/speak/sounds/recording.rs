//! A recording that is decoded and resampled piece by piece, so that one of hours is never in memory.

use std::fs::File;
use std::path::Path;

use earwitness_core::sound::level::{self, Meter};
use earwitness_core::sound::samples_in;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, Indexing, Resampler};

use super::decode::{CHUNK, Packets, extent, resampler};
use super::{CEILING, LEVEL, RATE, Trouble};
use crate::speak::stream::nanos;

/// What is louder can be heard, dBFS: the level of a recording is that of the first minute from here on.
const HEARD: f64 = -60.0;
/// Samples by which that is told.
const FRAME: usize = RATE as usize / 50;
/// Samples from which the level of a recording is taken: a minute.
const MEASURED: usize = 60 * RATE as usize;
/// How much shorter than its header or its packets say a recording may be, samples: what decoders leave out at the ends. It is silence then.
const SHORT_OF: u64 = RATE as u64;

/// What is known of a recording before it sounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Known {
    /// Samples at [`RATE`] that are played of it, and that it has.
    pub(super) samples: u64,
    pub(super) all: u64,
    /// By which its first minute comes to [`LEVEL`], or as near as [`CEILING`] allows.
    pub(super) gain: f32,
    /// Level and highest sample of that minute, so amplified; dBFS.
    pub(super) level: f64,
    pub(super) peak: f64,
    /// Whether that was all of it.
    pub(super) whole: bool,
}

impl Known {
    /// Of the recording at this path, and at most so many nanoseconds of it.
    pub(super) fn of(path: &Path, most: Option<i64>) -> Result<Self, Trouble> {
        let wrong = |why: String| Trouble::File(path.to_owned(), why);
        let all = samples(path).map_err(wrong)?;
        // A recording has more digits than nanoseconds: of one that is played for as long as it is, no sample is cut.
        let cut = most.filter(|most| nanos(all, RATE) > *most).map(|most| samples_in(most, RATE) as u64);
        let samples = cut.unwrap_or(all);
        let mut recording = Recording::open(path).map_err(wrong)?;
        let (mut meter, mut measured, mut met) = (Meter::new(RATE), 0, 0_u64);
        while measured < MEASURED && met < samples {
            let piece = recording.next().map_err(wrong)?;
            if piece.is_empty() {
                break;
            }
            met += piece.len() as u64;
            let first = if measured > 0 { Some(0) } else { audible(&piece) };
            if let Some(own) = first.and_then(|first| piece.get(first..)) {
                meter.add(own);
                measured += own.len();
            }
        }
        if met == 0 {
            return Err(wrong("it holds no sound".to_owned()));
        }
        let (active, peak) = (meter.active(), meter.peak());
        let decibels = if measured == 0 { 0.0 } else { (LEVEL - active).min(CEILING - peak) };
        #[expect(clippy::cast_possible_truncation, reason = "samples are kept in single precision")]
        let gain = level::amplitude(decibels) as f32;
        Ok(Self { samples, all, gain, level: active + decibels, peak: peak + decibels, whole: met >= samples })
    }
}

/// Where in a piece something can be heard first.
fn audible(piece: &[f32]) -> Option<usize> {
    piece.chunks(FRAME).position(|frame| level::rms(frame) > HEARD).map(|number| number * FRAME)
}

/// How many samples a recording has at [`RATE`].
fn samples(path: &Path) -> Result<u64, String> {
    let source = File::open(path).map_err(|error| error.to_string())?;
    if source.metadata().is_ok_and(|it| it.is_dir()) {
        return Err("it is a folder".to_owned());
    }
    let (count, per_second) = extent(Box::new(source))?;
    if count == 0 || per_second == 0 {
        return Err("it holds no sound".to_owned());
    }
    u64::try_from((count * u128::from(RATE)).div_ceil(per_second)).map_err(|_| "it says that it has no end".to_owned())
}

/// An open recording.
pub(super) struct Recording {
    packets: Packets,
    resampler: Option<Fft<f32>>,
    /// Samples at the recording's own rate that fill no chunk yet.
    waiting: Vec<f32>,
    /// Samples that came in, and that went out.
    taken: u64,
    given: u64,
    /// Samples at the beginning that are the resampler's delay.
    delay: usize,
    over: bool,
}

impl Recording {
    /// The error is a text without the file's name.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let packets = Packets::open(Box::new(File::open(path).map_err(|error| error.to_string())?))?;
        Ok(Self { packets, resampler: None, waiting: Vec::new(), taken: 0, given: 0, delay: 0, over: false })
    }

    /// The samples that follow, at [`RATE`]; none behind the last.
    pub(super) fn next(&mut self) -> Result<Vec<f32>, String> {
        while !self.over {
            let Some(samples) = self.packets.next()? else {
                self.over = true;
                return self.rest();
            };
            let rate = self.packets.rate();
            if rate == RATE {
                if samples.is_empty() {
                    continue;
                }
                return Ok(samples);
            }
            if self.resampler.is_none() {
                let made = resampler(rate, RATE)?;
                self.delay = made.output_delay();
                self.resampler = Some(made);
            }
            self.taken += samples.len() as u64;
            self.waiting.extend(samples);
            let mut ready = Vec::new();
            while self.waiting.len() > CHUNK {
                self.resample(CHUNK, &mut ready)?;
            }
            if !ready.is_empty() {
                self.given += ready.len() as u64;
                return Ok(ready);
            }
        }
        Ok(Vec::new())
    }

    /// Resamples the first `count` samples that wait; fewer than a chunk are the last.
    fn resample(&mut self, count: usize, into: &mut Vec<f32>) -> Result<(), String> {
        let Some(resampler) = &mut self.resampler else { return Ok(()) };
        let mut chunk: Vec<f32> = self.waiting.drain(..count).collect();
        chunk.resize(CHUNK, 0.0);
        let input = InterleavedSlice::new(&chunk, 1, CHUNK).map_err(|error| error.to_string())?;
        let indexing = Indexing::new().partial_len(count);
        let partial = Some(&indexing).filter(|_| count < CHUNK);
        let output = resampler.process(&input, partial).map_err(|error| error.to_string())?.take_data();
        let late = self.delay.min(output.len());
        self.delay -= late;
        into.extend(output.get(late..).unwrap_or_default());
        Ok(())
    }

    /// What is still in the resampler when the file is over.
    fn rest(&mut self) -> Result<Vec<f32>, String> {
        let rate = u64::from(self.packets.rate());
        if self.resampler.is_none() || rate == 0 {
            return Ok(Vec::new());
        }
        let missing = (self.taken * u64::from(RATE)).div_ceil(rate).saturating_sub(self.given);
        let missing = usize::try_from(missing).unwrap_or(usize::MAX);
        let mut rest = Vec::new();
        // A resampler that is fed nothing gives out what it holds, and then silence.
        for _ in 0..CHUNK {
            if rest.len() >= missing {
                break;
            }
            let count = self.waiting.len().min(CHUNK);
            self.resample(count, &mut rest)?;
        }
        rest.truncate(missing);
        Ok(rest)
    }
}

/// A recording as a part of a script: amplified, and as long as was said before.
pub(super) struct Played {
    recording: Recording,
    gain: f32,
    /// Samples that are still to come.
    left: u64,
}

impl Played {
    /// The error is a sentence.
    pub(super) fn open(path: &Path, known: &Known) -> Result<Self, String> {
        let recording = Recording::open(path).map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(Self { recording, gain: known.gain, left: known.samples })
    }

    /// The samples that follow.
    pub(super) fn next(&mut self, path: &Path) -> Result<Vec<f32>, String> {
        let mut piece = self.recording.next().map_err(|why| format!("{}: {why}", path.display()))?;
        piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        if piece.is_empty() && self.left > 0 {
            if self.left > SHORT_OF {
                return Err(format!("{} is {} s shorter than it says", path.display(), self.left / u64::from(RATE)));
            }
            piece.resize(usize::try_from(self.left).unwrap_or(0), 0.0);
        }
        self.left -= piece.len() as u64;
        for sample in &mut piece {
            *sample *= self.gain;
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::lot::Lot;
    use earwitness_core::sound::{Pcm, noise};

    use super::super::decode::{self, resampled};
    use super::*;

    fn written(folder: &Path, rate: u32, samples: &[f32]) -> std::path::PathBuf {
        let path = folder.join(format!("{rate}-{}.wav", samples.len()));
        let spec =
            hound::WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for &sample in samples {
            writer.write_sample(crate::speak::to_16_bits(sample)).unwrap();
        }
        writer.finalize().unwrap();
        path
    }

    fn read(path: &Path) -> Vec<f32> {
        let mut recording = Recording::open(path).unwrap();
        let mut all = Vec::new();
        loop {
            let piece = recording.next().unwrap();
            if piece.is_empty() {
                return all;
            }
            all.extend(piece);
        }
    }

    #[test]
    fn in_pieces_it_is_what_it_is_at_once() {
        let folder = tempfile::tempdir().unwrap();
        for (rate, count) in [(44_100, 44_100), (16_000, 33_333), (22_050, 100), (96_000, 96_001), (48_000, 5_000), (8_000, 1)] {
            let sound = noise::pink(rate, count, &mut Lot::new(1).stream("noise", 0));
            let path = written(folder.path(), rate, &sound.samples);
            let at_once = decode::file(&path, i64::MAX).unwrap();
            let pieces = read(&path);
            assert!(at_once.samples.starts_with(&pieces), "{count} samples at {rate} Hz");
            // At once it may be a sample longer: its number is rounded up behind a product of fractions.
            assert!(at_once.samples.len() - pieces.len() <= 1, "{count} samples at {rate} Hz");
            assert_eq!(samples(&path).unwrap(), pieces.len() as u64);
        }
    }

    #[test]
    fn its_level_is_that_of_the_first_minute_that_can_be_heard() {
        let folder = tempfile::tempdir().unwrap();
        let mut sound = Pcm { rate: 8_000, samples: vec![0.0001; 8_000 * 70] };
        sound.samples.extend(noise::tone(8_000, 8_000 * 61, 300.0).samples.iter().map(|sample| sample * 0.1));
        sound.samples.extend(noise::tone(8_000, 8_000 * 9, 300.0).samples);
        let known = Known::of(&written(folder.path(), 8_000, &sound.samples), None).unwrap();
        assert_eq!(known.samples, 140 * 48_000);
        assert!((known.level - LEVEL).abs() < 0.05 && !known.whole, "{known:?}");
        assert!((level::decibels(f64::from(known.gain)) - (LEVEL + 23.01)).abs() < 0.1, "{known:?}");
        let short =
            Known::of(&written(folder.path(), 8_000, &sound.samples[8_000 * 70..8_000 * 80]), Some(2_000_000_000)).unwrap();
        assert!(short.whole && (short.samples, short.all) == (96_000, 480_000), "{short:?}");
    }

    #[test]
    fn one_that_is_shorter_than_it_says_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), 48_000, &noise::tone(48_000, 96_000, 300.0).samples);
        let known = Known::of(&path, None).unwrap();
        let mut played = Played::open(&path, &Known { samples: known.samples + 48_000, ..known }).unwrap();
        let mut all = Vec::new();
        while played.left > 0 {
            all.extend(played.next(&path).unwrap());
        }
        assert!(all.len() == 144_000 && all[96_000..].iter().all(|&sample| sample == 0.0));
        let mut played = Played::open(&path, &Known { samples: known.samples + 48_001, ..known }).unwrap();
        let short = (0..1_000).find_map(|_| played.next(&path).err()).unwrap();
        assert!(short.contains("shorter than it says"), "{short}");
        assert_eq!(resampled(&Pcm { rate: RATE, samples: vec![0.5] }, RATE).unwrap().samples, [0.5]);
    }
}
