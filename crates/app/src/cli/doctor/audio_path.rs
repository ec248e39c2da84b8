//! The loudspeaker and the microphone that the doctor tests: both of the sound server's own choice.

use std::time::Duration;

use earwitness_core::sound::noise::sweep;
use earwitness_core::time::MILLISECOND;

use crate::doctor::sound::{AudioPath, Hearing};
use earwitness_base::clock;
use earwitness_sound::hear::{self, Microphone, Search, State};
use earwitness_sound::speak;

/// Samples a second of the sound that is played, and how many: a rising tone of a second, which is found to a millisecond.
const RATE: u32 = 48_000;
/// See [`RATE`].
const COUNT: usize = 48_000;
/// How long a microphone may take to open.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How far from the sound server's own time a sound is looked for: wireless loudspeakers are late by a third of a second.
const WITHIN: i64 = 700 * MILLISECOND;
/// The microphone listens for so long before the sound: what is searched begins before the earliest moment at which it may sound.
const BEFORE: Duration = Duration::from_millis(1_200);

/// Loudspeaker and microphone of the sound server.
pub(super) struct Server {
    speaker: speak::LoudspeakerSettings,
    microphone: hear::MicrophoneSettings,
}

impl Server {
    /// The default devices; `monitor`: what the sink plays stands in for the microphone.
    pub(super) fn new(monitor: bool) -> Self {
        let device = if monitor { hear::Device::Monitor } else { hear::Device::Source };
        Self {
            speaker: speak::LoudspeakerSettings::default(),
            microphone: hear::MicrophoneSettings { device, ..hear::MicrophoneSettings::default() },
        }
    }
}

impl AudioPath for Server {
    fn reach(&mut self) -> Result<String, String> {
        let speakers = speak::list(&self.speaker).map_err(|trouble| trouble.to_string())?;
        let microphones = hear::list(&self.microphone)?;
        let speaker = speakers.iter().find(|it| it.default).map_or("no default loudspeaker", |it| it.description.as_str());
        let microphone = microphones.iter().find(|it| it.default).map_or("no default microphone", |it| it.description.as_str());
        let muted = if speakers.iter().any(|it| it.default && it.muted) { " (muted)" } else { "" };
        Ok(format!("the sound server answers: {speaker}{muted}; {microphone}"))
    }

    fn probe(&mut self) -> Hearing {
        let sound = sweep(RATE, COUNT);
        let mut speaker = match speak::open(&self.speaker) {
            Ok(speaker) => speaker,
            Err(trouble) => return Hearing::Mute(trouble.to_string()),
        };
        let microphone = match Microphone::open(&self.microphone) {
            Ok(Some(microphone)) => microphone,
            Ok(None) => return Hearing::Deaf("no microphone is set".into()),
            Err(why) => return Hearing::Deaf(why),
        };
        // A source that is silent before the sound may still hear it.
        if let State::Lost(why) = microphone.wait(TIMEOUT) {
            return Hearing::Deaf(why);
        }
        clock::sleep(BEFORE);
        let played = match speaker.play(&sound) {
            Ok(played) => played,
            Err(trouble) => return Hearing::Mute(trouble.to_string()),
        };
        match microphone.find(&sound, played.onset, WITHIN) {
            Search::Heard(heard) => Hearing::Heard {
                level: heard.level_dbfs,
                late: milliseconds(heard.onset.nanos().saturating_sub(played.onset.nanos())),
                error: milliseconds(heard.error.saturating_add(played.error)),
            },
            Search::NotHeard => Hearing::NotHeard,
            Search::Deaf(why) => Hearing::Deaf(why),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a difference of moments of one second")]
fn milliseconds(nanos: i64) -> f64 {
    nanos as f64 * 1e-6
}
