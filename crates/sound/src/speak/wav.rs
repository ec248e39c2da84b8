//! A loudspeaker that writes: every sound is appended to one WAV file.
//!
//! One growing file, 16 bits, one channel at the rate of the first sound, a second of silence between two sounds; whole after every sound, so
//! that it can be read while it grows. Sounds take their time, so that a session runs as it would with a real loudspeaker.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use earwitness_core::sound::Pcm;
use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Loudspeaker, LoudspeakerSettings, Played, Trouble};
use earwitness_base::{clock, trust};

/// The largest file, octets: WAV counts in 32 bits.
const LARGEST: u64 = 3 << 30;

/// Writes sounds to a file.
pub(super) struct Wav {
    path: PathBuf,
    open: Option<WavWriter<Medium>>,
}

impl Wav {
    pub(super) fn new(settings: &LoudspeakerSettings) -> Result<Self, Trouble> {
        let path =
            settings.file.clone().ok_or_else(|| Trouble::LoudspeakerSettings("loudspeaker: no file is named".to_owned()))?;
        Ok(Self { path, open: None })
    }

    fn write(&mut self, sound: &Pcm, samples: &[i16]) -> Result<(), hound::Error> {
        let mut writer = match self.open.take() {
            Some(writer) => writer,
            None => begin(&self.path, sound.rate)?,
        };
        if writer.spec().sample_rate != sound.rate {
            return Err(hound::Error::InvalidSampleFormat);
        }
        let size = u64::from(writer.len()) * 2 + samples.len() as u64 * 2;
        if size > LARGEST {
            return Err(hound::Error::TooWide);
        }
        let pause = if writer.len() == 0 { 0 } else { sound.rate };
        for _ in 0..pause {
            writer.write_sample(0_i16)?;
        }
        samples.iter().try_for_each(|&sample| writer.write_sample(sample))?;
        writer.flush()?;
        self.open = Some(writer);
        Ok(())
    }
}

/// A new file, or the end of the one that is there.
fn begin(path: &Path, rate: u32) -> Result<WavWriter<Medium>, hound::Error> {
    let spec = WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let place = trust::place(path)?;
    if place.stat()?.is_some() {
        return WavWriter::new_append(Medium(BufWriter::new(place.open_own(0o666)?)));
    }
    WavWriter::new(Medium(BufWriter::new(place.create_new(0o666)?)), spec)
}

/// A file whose head is read before sound is put at its end.
struct Medium(BufWriter<File>);

impl Read for Medium {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.flush()?;
        self.0.get_mut().read(into)
    }
}

impl Write for Medium {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.0.write(from)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Medium {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// The nearest of 16 bits.
#[expect(clippy::cast_possible_truncation, reason = "clamped before")]
pub(super) fn to_16_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16
}

/// All samples of a sound, each the nearest of 16 bits.
pub(super) fn all_to_16_bits(sound: &Pcm) -> Vec<i16> {
    sound.samples.iter().copied().map(to_16_bits).collect()
}

impl Loudspeaker for Wav {
    fn play(&mut self, sound: &Pcm) -> Result<Played, Trouble> {
        let onset = clock::now();
        let sent = all_to_16_bits(sound);
        self.write(sound, &sent).map_err(|error| {
            let path = self.path.display();
            match error {
                hound::Error::TooWide => Trouble::Gone(format!("{path} would grow beyond 3 GiB: name another file")),
                hound::Error::InvalidSampleFormat => {
                    Trouble::Gone(format!("{path} holds sound of another rate than {} Hz: name another file", sound.rate))
                }
                error => Trouble::Gone(format!("{path} cannot be written: {error}")),
            }
        })?;
        clock::sleep(std::time::Duration::from_nanos(sound.length().unsigned_abs()));
        Ok(Played { onset, error: 0, length: sound.length(), sent })
    }

    fn name(&self) -> String {
        format!("file {}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use earwitness_core::sound::noise;

    use super::super::{Device, open};
    use super::*;

    fn settings(path: &Path) -> LoudspeakerSettings {
        LoudspeakerSettings { device: Device::Wav, file: Some(path.to_owned()), padding: 0.0, ..LoudspeakerSettings::default() }
    }

    #[test]
    fn sounds_follow_one_another_in_a_file_that_is_always_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.wav");
        let tone = noise::tone(8_000, 400, 1_000.0);
        for expected in [400, 400 + 8_000 + 400] {
            // Opened anew each time: a session that was broken off goes on in the same file.
            open(&settings(&path)).unwrap().play(&tone).unwrap();
            let reader = hound::WavReader::open(&path).unwrap();
            assert_eq!(reader.len(), expected);
        }
        let other = noise::tone(16_000, 400, 1_000.0);
        let wrong = open(&settings(&path)).unwrap().play(&other).unwrap_err().to_string();
        assert!(wrong.contains("another rate than 16000 Hz"), "{wrong}");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/out.wav");
        let wrong = open(&settings(&path)).unwrap().play(&noise::tone(8_000, 80, 1_000.0)).unwrap_err();
        assert!(matches!(&wrong, Trouble::Gone(what) if what.contains("missing/out.wav")), "{wrong}");
    }

    #[test]
    fn a_link_of_somebody_else_is_not_followed() {
        use std::os::unix::fs::{PermissionsExt, lchown, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target.wav"), folder.path().join("out.wav"));
        symlink(&target, &link).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
        if lchown(&link, Some(65_534), None).is_err() {
            return;
        }
        let wrong = open(&settings(&link)).unwrap().play(&noise::tone(8_000, 80, 1_000.0)).unwrap_err().to_string();
        assert!(wrong.contains("is a symbolic link"), "{wrong}");
        assert!(!target.exists());
    }

    #[test]
    fn samples_beyond_full_scale_are_held_there() {
        assert_eq!([to_16_bits(2.0), to_16_bits(-2.0), to_16_bits(0.0)], [32_767, -32_767, 0]);
    }
}
