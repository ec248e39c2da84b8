//! A reply as a WAV file that only its owner may read.

use std::io::Cursor;
use std::io::Write;
use std::path::Path;

use earwitness_base::trust;
use earwitness_core::sound::Pcm;
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::speak::to_16_bits;

/// Writes it to a file that is not there yet. The error is a sentence.
pub(super) fn written(path: &Path, sound: &Pcm) -> Result<(), String> {
    let octets = wav(sound).map_err(|error| error.to_string())?;
    let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut file = trust::place(path).and_then(|place| place.create_new(0o600)).map_err(wrong)?;
    file.write_all(&octets).map_err(wrong)
}

/// A sound as a WAV file of 16 bits. At most half a minute: a megabyte.
pub(crate) fn wav(sound: &Pcm) -> Result<Vec<u8>, hound::Error> {
    let spec = WavSpec { channels: 1, sample_rate: sound.rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut octets = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut octets, spec)?;
    sound.samples.iter().try_for_each(|&sample| writer.write_sample(to_16_bits(sample)))?;
    writer.finalize()?;
    Ok(octets.into_inner())
}
