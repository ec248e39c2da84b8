//! Sounds out of files, as one channel at the rate that is played.

use std::fs::File;
use std::path::Path;

use earwitness_core::sound::{Pcm, samples_in};
use earwitness_core::time::SECOND;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

use super::{RATE, Trouble};

/// Frames that the resampler takes at a time.
pub(super) const CHUNK: usize = 1_024;
/// Packets that cannot be decoded before a file is given up.
const MOST_DAMAGED: usize = 100;

/// Finds out what format a sound has, whatever its name.
fn opened(source: Box<dyn MediaSource>) -> Result<Box<dyn FormatReader>, String> {
    let stream = MediaSourceStream::new(source, symphonia::core::io::MediaSourceStreamOptions::default());
    symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| error.to_string())
}

/// A sound file that is read packet by packet, its channels mixed.
pub(super) struct Packets {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Samples a second; 0 until the first packet was read.
    rate: u32,
    frame: Vec<f32>,
    damaged: usize,
}

impl Packets {
    /// The error is a text without the file's name.
    pub(super) fn open(source: Box<dyn MediaSource>) -> Result<Self, String> {
        let format = opened(source)?;
        let track = format.default_track(TrackType::Audio).ok_or("it holds no sound")?;
        let (id, parameters) = (track.id, track.codec_params.as_ref().and_then(|it| it.audio()).ok_or("it holds no sound")?);
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(|error| error.to_string())?;
        Ok(Self { format, decoder, track: id, rate: 0, frame: Vec::new(), damaged: 0 })
    }

    /// Samples a second, once a packet was read.
    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// The samples of the next packet; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<f32>>, String> {
        let text = |error: Error| error.to_string();
        while let Some(packet) = self.format.next_packet().map_err(text)? {
            if packet.track_id != self.track {
                continue;
            }
            let buffer = match self.decoder.decode(&packet) {
                Ok(buffer) => buffer,
                Err(Error::DecodeError(_)) if self.damaged < MOST_DAMAGED => {
                    self.damaged += 1;
                    continue;
                }
                Err(error) => return Err(text(error)),
            };
            let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().count().max(1));
            if self.rate == 0 {
                self.rate = rate;
            }
            if rate != self.rate {
                return Err("its rate changes on the way".to_owned());
            }
            self.frame.clear();
            buffer.copy_to_vec_interleaved(&mut self.frame);
            #[expect(clippy::cast_precision_loss, reason = "a handful of channels")]
            let part = 1.0 / channels as f32;
            return Ok(Some(self.frame.chunks(channels).map(|all| all.iter().sum::<f32>() * part).collect()));
        }
        Ok(None)
    }
}

/// Decodes at most the first `length` nanoseconds of a sound and mixes its channels. The error is a text without the file's name.
pub fn decode(source: Box<dyn MediaSource>, length: i64) -> Result<Pcm, String> {
    let mut packets = Packets::open(source)?;
    let mut sound = Pcm::default();
    while let Some(samples) = packets.next()? {
        sound.rate = packets.rate();
        sound.samples.extend(samples);
        let most = samples_in(length, sound.rate);
        if sound.samples.len() >= most {
            sound.samples.truncate(most);
            break;
        }
    }
    if sound.samples.is_empty() || sound.rate == 0 { Err("it holds no sound".to_owned()) } else { Ok(sound) }
}

/// At most the first `length` nanoseconds of a file, at [`RATE`].
pub(super) fn file(path: &Path, length: i64) -> Result<Pcm, Trouble> {
    let wrong = |why: String| Trouble::File(path.to_owned(), why);
    let source = File::open(path).map_err(|error| wrong(error.to_string()))?;
    resampled(&decode(Box::new(source), length).map_err(wrong)?, RATE).map_err(wrong)
}

/// How long a recording is, nanoseconds: as its header says, or by its packets, none of which is decoded.
pub fn recording_length(path: &Path) -> Result<i64, Trouble> {
    let wrong = |why: String| Trouble::File(path.to_owned(), why);
    let source = File::open(path).map_err(|error| wrong(error.to_string()))?;
    if source.metadata().is_ok_and(|it| it.is_dir()) {
        return Err(wrong("it is a folder".to_owned()));
    }
    length(Box::new(source)).map_err(wrong)
}

fn length(source: Box<dyn MediaSource>) -> Result<i64, String> {
    let (count, per_second) = extent(source)?;
    let nanos = (count * u128::from(SECOND.unsigned_abs())).checked_div(per_second).filter(|nanos| *nanos > 0);
    nanos.and_then(|nanos| i64::try_from(nanos).ok()).ok_or_else(|| "it holds no sound".to_owned())
}

/// How long a sound is: so many of so many parts of a second.
pub(super) fn extent(source: Box<dyn MediaSource>) -> Result<(u128, u128), String> {
    let text = |error: Error| error.to_string();
    let mut format = opened(source)?;
    let track = format.default_track(TrackType::Audio).ok_or("it holds no sound")?;
    let rate = track.codec_params.as_ref().and_then(|it| it.audio()).and_then(|it| it.sample_rate);
    let (id, frames, base) = (track.id, track.num_frames, track.time_base);
    match (frames, rate, base) {
        (Some(frames), Some(rate), _) => Ok((u128::from(frames), u128::from(rate))),
        (_, _, Some(base)) => {
            let mut ticks = 0_u64;
            while let Some(packet) = format.next_packet().map_err(text)? {
                ticks = ticks.saturating_add(if packet.track_id == id { packet.dur.get() } else { 0 });
            }
            Ok((u128::from(ticks) * u128::from(base.numer.get()), u128::from(base.denom.get())))
        }
        _ => Err("it does not say how long it is".to_owned()),
    }
}

/// The same sound at another rate, without aliases, aligned to the sample.
pub fn resampled(sound: &Pcm, rate: u32) -> Result<Pcm, String> {
    if sound.rate == rate || sound.samples.is_empty() {
        return Ok(Pcm { rate, samples: sound.samples.clone() });
    }
    let mut resampler = resampler(sound.rate, rate)?;
    let count = sound.samples.len();
    let input = InterleavedSlice::new(&sound.samples, 1, count).map_err(|error| error.to_string())?;
    let output = resampler.process_all(&input, count, None).map_err(|error| error.to_string())?;
    Ok(Pcm { rate, samples: output.take_data() })
}

/// From one rate to another, without aliases.
pub(super) fn resampler(from: u32, to: u32) -> Result<Fft<f32>, String> {
    let number = |rate: u32| usize::try_from(rate).unwrap_or(0);
    if from == 0 || to == 0 || from > 768_000 {
        return Err(format!("a rate of {from} Hz"));
    }
    Fft::<f32>::new(number(from), number(to), CHUNK, 1, FixedSync::Input).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use earwitness_core::sound::noise;

    use super::*;

    fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
        let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
        let mut octets = Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut octets, spec).unwrap();
        for &sample in samples {
            writer.write_sample(sample).unwrap();
        }
        writer.finalize().unwrap();
        octets.into_inner()
    }

    #[test]
    fn channels_are_mixed_and_the_length_is_kept() {
        let sound = decode(Box::new(Cursor::new(wav(8_000, 2, &[16_384, 0, 16_384, 0, 0, 0]))), SECOND).unwrap();
        assert_eq!((sound.rate, sound.samples.len()), (8_000, 3));
        assert!((sound.samples[0] - 0.25).abs() < 1e-3);
        let short = decode(Box::new(Cursor::new(wav(8_000, 1, &[1; 8_000]))), SECOND / 4).unwrap();
        assert_eq!(short.samples.len(), 2_000);
    }

    #[test]
    fn the_length_of_a_recording_is_known_without_decoding_it() {
        assert_eq!(length(Box::new(Cursor::new(wav(8_000, 2, &vec![1; 12_000])))), Ok(3 * SECOND / 4));
        let shipped = include_bytes!("../../../data/utterances/slt.ogg");
        let decoded = decode(Box::new(Cursor::new(&shipped[..])), 600 * SECOND).unwrap().length();
        let known = length(Box::new(Cursor::new(&shipped[..]))).unwrap();
        assert!((known - decoded).abs() < SECOND / 100, "{known} of {decoded}");
        assert!(
            length(Box::new(Cursor::new(wav(8_000, 1, &[])))).is_err()
                && length(Box::new(Cursor::new(b"no sound".to_vec()))).is_err()
        );
        let folder = recording_length(Path::new("/")).unwrap_err().to_string();
        assert!(folder.contains("folder"), "{folder}");
    }

    #[test]
    fn a_resampled_sound_stays_in_its_place() {
        let tone = noise::tone(16_000, 16_000, 440.0);
        let up = resampled(&tone, 48_000).unwrap();
        assert!(up.samples.len().abs_diff(48_000) <= 1);
        let expected = noise::tone(48_000, 48_000, 440.0);
        let worst = (4_800..43_200).map(|at| (up.samples[at] - expected.samples[at]).abs()).fold(0.0, f32::max);
        assert!(worst < 0.01, "{worst}");
    }

    #[test]
    fn rubbish_is_refused_with_a_reason() {
        assert!(decode(Box::new(Cursor::new(b"no sound at all".to_vec())), SECOND).is_err());
        assert!(decode(Box::new(Cursor::new(Vec::new())), SECOND).is_err());
        let missing = file(Path::new("/nowhere/a.wav"), SECOND).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/a.wav") && missing.contains("FLAC"), "{missing}");
        assert!(resampled(&Pcm { rate: 0, samples: vec![0.0] }, 8_000).is_err());
    }

    #[test]
    fn a_header_whose_numbers_do_not_fit_is_refused_in_words() {
        let mut file = wav(16_000, 1, &[1; 1_600]);
        // Channels, and bits of a sample.
        file[22..24].copy_from_slice(&u16::MAX.to_le_bytes());
        file[34..36].copy_from_slice(&32_u16.to_le_bytes());
        assert!(!decode(Box::new(Cursor::new(file)), SECOND).unwrap_err().is_empty());
    }
}
