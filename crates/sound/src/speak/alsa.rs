//! A loudspeaker behind ALSA, where the program was built with it.

use std::ffi::CString;
use std::sync::atomic::{AtomicBool, Ordering};

use alsa::device_name::HintIter;
use alsa::pcm::{Access, Format, HwParams, PCM};
use alsa::{Direction, ValueOr};
use earwitness_core::sound::duration;
use earwitness_core::time::MILLISECOND;

use super::stream::{Answers, OnTheWay, Pieces, nanos};
use super::{Device, Loudspeaker, LoudspeakerSettings, Offered, Played, STOPPED, Samples, Trouble};
use earwitness_base::clock;

/// Samples that are written at a time.
const PIECE: usize = 1_024;
/// Buffer of the device, microseconds.
const BUFFER: u32 = 200_000;
/// What a device's own account of its delay may be wrong by, nanoseconds.
const ERROR: i64 = 20 * MILLISECOND;

/// A PCM of ALSA.
pub(super) struct Alsa {
    name: String,
}

impl Alsa {
    pub(super) fn new(settings: &LoudspeakerSettings) -> Self {
        Self { name: settings.name.clone().unwrap_or_else(|| "default".to_owned()) }
    }

    fn open(&self, rate: u32) -> alsa::Result<(PCM, usize)> {
        let name = CString::new(self.name.as_str()).unwrap_or_default();
        let pcm = PCM::open(&name, Direction::Playback, false)?;
        let channels = {
            let parameters = HwParams::any(&pcm)?;
            parameters.set_access(Access::RWInterleaved)?;
            parameters.set_format(Format::s16())?;
            parameters.set_rate_resample(true)?;
            parameters.set_rate(rate, ValueOr::Nearest)?;
            let channels = parameters.set_channels_near(1)?;
            parameters.set_buffer_time_near(BUFFER, ValueOr::Nearest)?;
            pcm.hw_params(&parameters)?;
            usize::try_from(channels).unwrap_or(1).max(1)
        };
        let got = pcm.hw_params_current()?.get_rate()?;
        if got != rate {
            return Err(alsa::Error::unsupported("the rate of the sound"));
        }
        pcm.prepare()?;
        Ok((pcm, channels))
    }
}

/// How far a sound has got.
struct Progress<'a> {
    /// Samples that the device has taken.
    written: usize,
    /// Samples that had sounded when it was asked last.
    sounded: usize,
    /// When the first sample must have sounded, by each answer.
    answers: Answers,
    way: OnTheWay<'a>,
}

impl Loudspeaker for Alsa {
    fn stream(
        &mut self,
        samples: &mut dyn Samples,
        stop: &AtomicBool,
        sounded: &mut dyn FnMut(&[i16]),
    ) -> Result<Played, Trouble> {
        let gone = |error: alsa::Error| Trouble::Gone(format!("ALSA's {:?}: {error} (aplay -L lists what there is)", self.name));
        let (rate, length) = (samples.rate(), nanos(samples.total(), samples.rate()));
        let (pcm, channels) = self.open(rate).map_err(gone)?;
        let io = pcm.io_i16().map_err(gone)?;
        let mut pieces = Pieces::new(samples);
        let mut progress = Progress { written: 0, sounded: 0, answers: Answers::default(), way: OnTheWay::new(sounded) };
        let mut write = |progress: &mut Progress<'_>| -> Result<(), Trouble> {
            while !pieces.is_over() {
                if stop.load(Ordering::Relaxed) {
                    // What waits in the device is dropped; it was not yet told as sounded.
                    return pcm.drop().map_err(gone).and(Err(Trouble::Glitch(STOPPED.to_owned())));
                }
                let piece = pieces.take(PIECE)?;
                let frames: Vec<i16> = piece.iter().flat_map(|&sample| std::iter::repeat_n(sample, channels)).collect();
                let mut rest = frames.as_slice();
                while !rest.is_empty() {
                    let count = io.writei(rest).map_err(|error| match error.errno() {
                        // The only numbers that mean a broken stream and not a missing device.
                        libc_epipe if libc_epipe == EPIPE => Trouble::Glitch("the device ran out of samples".to_owned()),
                        _ => gone(error),
                    })?;
                    if count == 0 {
                        return Err(Trouble::Glitch("the device takes no samples".to_owned()));
                    }
                    progress.written += count;
                    rest = rest.get(count * channels..).unwrap_or_default();
                }
                progress.way.sent(&piece);
                if let Ok(delay) = pcm.delay() {
                    // The sample that is written next will sound after the delay.
                    progress.sounded = progress.written - usize::try_from(delay).unwrap_or(0).min(progress.written);
                    let since = duration(progress.sounded, rate);
                    progress.answers.add(since, clock::now().plus(-since), ERROR);
                    progress.way.sounded(progress.sounded);
                }
            }
            pcm.drain().map_err(gone)
        };
        let result = write(&mut progress);
        let Progress { sounded, answers, mut way, .. } = progress;
        // The scatter is the device's own: what it says of its delay moves with its periods.
        let played = |(onset, _, drift), length| Played { onset, error: ERROR, length, drift, limited: 0, sent: Vec::new() };
        match (result, answers.onset()) {
            (Ok(()), Some(onset)) => {
                way.all();
                Ok(played(onset, length))
            }
            (Ok(()), None) => Err(Trouble::Glitch("the device did not say when it played".to_owned())),
            (Err(trouble), Some(onset)) if sounded > 0 => {
                Err(Trouble::BrokenOff(trouble.reason(), Box::new(played(onset, duration(sounded, rate)))))
            }
            (Err(trouble), _) => Err(trouble),
        }
    }

    fn name(&self) -> String {
        format!("ALSA {}", self.name)
    }
}

/// Broken pipe: how ALSA says that the device ran out of samples (`errno-base.h`).
const EPIPE: i32 = 32;

/// The PCMs that can play.
pub(super) fn list() -> Result<Vec<Offered>, Trouble> {
    let hints = HintIter::new_str(None, "pcm").map_err(|error| Trouble::Gone(format!("ALSA: {error}")))?;
    let plays = hints.filter(|hint| hint.direction.is_none_or(|direction| direction == Direction::Playback));
    let offered = plays.filter_map(|hint| {
        let name = hint.name?;
        let description = hint.desc.unwrap_or_default().replace('\n', ", ");
        Some(Offered { device: Device::Alsa, default: name == "default", name, description, muted: false })
    });
    Ok(offered.collect())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use earwitness_core::sound::noise;
    use earwitness_core::time::SECOND;

    use super::super::open;
    use super::*;

    /// Environment variable by which the test calls itself, because ALSA reads its configuration once in a process.
    const INSIDE: &str = "EARWITNESS_TEST_ALSA";

    #[test]
    fn what_is_played_comes_out_of_alsa() {
        let Some(file) = std::env::var_os(INSIDE) else {
            let folder = tempfile::tempdir().unwrap();
            let (rules, out) = (folder.path().join("asoundrc"), folder.path().join("out.raw"));
            let text =
                format!("pcm.nowhere {{ type null }}\npcm.kept {{ type file slave.pcm nowhere file {out:?} format raw }}\n");
            std::fs::write(&rules, text).unwrap();
            let mut again = Command::new(std::env::current_exe().unwrap());
            again.args(["--exact", "speak::alsa::tests::what_is_played_comes_out_of_alsa", "--nocapture"]);
            let status = again.env(INSIDE, &out).env("ALSA_CONFIG_PATH", &rules).status().unwrap();
            assert!(status.success());
            return;
        };
        let settings = LoudspeakerSettings {
            device: Device::Alsa,
            name: Some("kept".to_owned()),
            padding: 0.1,
            level: -12.0,
            ..LoudspeakerSettings::default()
        };
        let mut speaker = open(&settings).unwrap();
        let played = speaker.play(&noise::tone(16_000, 16_000, 500.0)).unwrap();
        assert_eq!(played.length, SECOND);
        let written = std::fs::read(file).unwrap();
        assert_eq!(written.len(), 2 * (16_000 + 3_200), "16 bits, with silence on both sides");
        let samples: Vec<i16> = written.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
        assert!(samples[..1_600].iter().all(|&sample| sample == 0) && samples[9_000..9_032].iter().any(|&sample| sample > 5_000));
        let missing =
            LoudspeakerSettings { device: Device::Alsa, name: Some("missing".to_owned()), ..LoudspeakerSettings::default() };
        let trouble = open(&missing).unwrap().play(&noise::tone(16_000, 160, 500.0)).unwrap_err();
        assert!(matches!(&trouble, Trouble::Gone(what) if what.contains("missing")), "{trouble}");
    }
}
