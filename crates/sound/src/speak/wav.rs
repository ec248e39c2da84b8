//! A loudspeaker that writes: every sound is appended to one WAV file.
//!
//! One growing file, 16 bits, one channel at the rate of the first sound, a second of silence between two sounds; whole after every sound, so
//! that it can be read while it grows. Sounds take their time, so that a session runs as it would with a real loudspeaker.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use earwitness_core::sound::{duration, samples_in};
use earwitness_core::time::SECOND;
use hound::{SampleFormat, WavSpec, WavWriter};

use super::stream::Pieces;
use super::{Loudspeaker, LoudspeakerSettings, Played, STOPPED, Samples, Trouble};
use earwitness_base::{clock, trust};

/// The largest file, octets: WAV counts in 32 bits.
const LARGEST: u64 = 3 << 30;
/// Sound that is written at once, nanoseconds.
const AT_ONCE: i64 = SECOND / 4;
/// How often one that waits looks whether it is to stop.
const LOOK: Duration = Duration::from_millis(100);

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

    /// The file, ready for a sound of this rate and so many samples, behind a second of silence if it is not the first.
    fn ready(&mut self, rate: u32, total: u64) -> Result<WavWriter<Medium>, hound::Error> {
        let mut writer = match self.open.take() {
            Some(writer) => writer,
            None => begin(&self.path, rate)?,
        };
        if writer.spec().sample_rate != rate {
            return Err(hound::Error::InvalidSampleFormat);
        }
        let size = u64::from(writer.len()).saturating_add(total).saturating_mul(2);
        if size > LARGEST {
            return Err(hound::Error::TooWide);
        }
        let pause = if writer.len() == 0 { 0 } else { rate };
        for _ in 0..pause {
            writer.write_sample(0_i16)?;
        }
        Ok(writer)
    }

    fn trouble(&self, error: &hound::Error, rate: u32) -> Trouble {
        let path = self.path.display();
        Trouble::Gone(match error {
            hound::Error::TooWide => format!("{path} would grow beyond 3 GiB: name another file"),
            hound::Error::InvalidSampleFormat => {
                format!("{path} holds sound of another rate than {rate} Hz: name another file")
            }
            error => format!("{path} cannot be written: {error}"),
        })
    }
}

/// Writes samples, so that the file is whole behind them.
fn append(writer: &mut WavWriter<Medium>, samples: &[i16]) -> Result<(), hound::Error> {
    samples.iter().try_for_each(|&sample| writer.write_sample(sample))?;
    writer.flush()
}

/// How much time has passed since this moment after the start of the machine, nanoseconds.
pub(super) fn passed(since: Duration) -> i64 {
    i64::try_from(clock::since_boot().saturating_sub(since).as_nanos()).unwrap_or(i64::MAX)
}

/// Waits until so many nanoseconds after a moment; false if it was stopped before.
pub(super) fn wait_until(since: Duration, nanos: i64, stop: &AtomicBool) -> bool {
    let end = since + Duration::from_nanos(nanos.max(0).unsigned_abs());
    loop {
        let left = end.saturating_sub(clock::since_boot());
        if left.is_zero() {
            return true;
        }
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        clock::sleep(left.min(LOOK));
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

impl Loudspeaker for Wav {
    fn stream(
        &mut self,
        samples: &mut dyn Samples,
        stop: &AtomicBool,
        sounded: &mut dyn FnMut(&[i16]),
    ) -> Result<Played, Trouble> {
        let (onset, began, rate) = (clock::now(), clock::since_boot(), samples.rate());
        let mut writer = self.ready(rate, samples.total()).map_err(|error| self.trouble(&error, rate))?;
        let mut written = 0;
        let mut pieces = Pieces::new(samples);
        let mut write = || -> Result<(), Trouble> {
            while !pieces.is_over() {
                let piece = pieces.take(samples_in(AT_ONCE, rate).max(1))?;
                append(&mut writer, &piece).map_err(|error| self.trouble(&error, rate))?;
                written += piece.len();
                sounded(&piece);
                if !wait_until(began, duration(written, rate), stop) {
                    return Err(Trouble::Glitch(STOPPED.to_owned()));
                }
            }
            Ok(())
        };
        let result = write();
        let played = Played { onset, error: 0, length: duration(written, rate), drift: 0, limited: 0, sent: Vec::new() };
        match result {
            Ok(()) => {
                self.open = Some(writer);
                Ok(played)
            }
            Err(trouble) if written > 0 => Err(Trouble::BrokenOff(trouble.reason(), Box::new(played))),
            Err(trouble) => Err(trouble),
        }
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
}
