//! What a person may set about the loudspeaker.

use std::path::PathBuf;

use serde::Deserialize;

/// The loudest level that can be set, dBFS: speech above it would be clipped by its own peaks, and wake the neighbours first.
pub const MOST_LEVEL: f64 = -6.0;
/// The quietest, dBFS.
const LEAST_LEVEL: f64 = -80.0;
/// Longest padding, seconds.
const MOST_PADDING: f64 = 5.0;
/// Longest fade, seconds.
const MOST_FADE: f64 = 1.0;

/// What plays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// `PulseAudio` or `PipeWire`, by the native protocol of `PulseAudio`.
    #[default]
    Pulse,
    /// ALSA, where the program was built with it.
    Alsa,
    /// A WAV file that each sound is appended to.
    Wav,
    /// Nothing: sounds take their time in silence.
    None,
}

/// The table `[loudspeaker]`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct LoudspeakerSettings {
    /// What plays: `pulse`, `alsa`, `wav` or `none`.
    pub device: Device,
    /// Name of the sink (`pulse`, as `pactl list short sinks` prints it) or of the PCM (`alsa`, as in `aplay -L`); the default one
    /// without it.
    pub name: Option<String>,
    /// The sound server: `unix:/path/of/socket`, a path, or `tcp:host:port`. Without it, as `PULSE_SERVER` says, or the socket of the
    /// user or of the system.
    pub server: Option<String>,
    /// The file of `wav`.
    pub file: Option<PathBuf>,
    /// How loud speech and noises are played, dBFS: root mean square of what sounds, pauses left out.
    pub level: f64,
    /// No sound is played louder than this, dBFS, whatever `level` says.
    pub cap: f64,
    /// Length of the fades at both ends, seconds.
    pub fade: f64,
    /// Silence before and after each sound, seconds: sound servers and amplifiers that wake up swallow the beginning.
    pub padding: f64,
}

impl Default for LoudspeakerSettings {
    fn default() -> Self {
        Self {
            device: Device::default(),
            name: None,
            server: None,
            file: None,
            level: -24.0,
            cap: -12.0,
            fade: 0.005,
            padding: 0.3,
        }
    }
}

impl LoudspeakerSettings {
    /// Whether they make sense; if not, what is wrong and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        for (what, value, from, until) in [
            ("level", self.level, LEAST_LEVEL, MOST_LEVEL),
            ("cap", self.cap, LEAST_LEVEL, MOST_LEVEL),
            ("fade", self.fade, 0.0, MOST_FADE),
            ("padding", self.padding, 0.0, MOST_PADDING),
        ] {
            if !(from..=until).contains(&value) {
                let unit = if matches!(what, "level" | "cap") { "dBFS" } else { "seconds" };
                return Err(format!("loudspeaker: {what} = {value} is out of range: give {from} to {until} {unit}"));
            }
        }
        if self.level > self.cap {
            return Err(format!(
                "loudspeaker: level = {} is above cap = {}: lower the level or raise the cap (at most {MOST_LEVEL} dBFS)",
                self.level, self.cap
            ));
        }
        if self.device == Device::Wav && self.file.is_none() {
            return Err("loudspeaker: device = \"wav\" needs a file, for example file = \"probes.wav\"".to_owned());
        }
        if let Some(server) = &self.server {
            crate::pulse::Address::parse(server).map_err(|trouble| format!("loudspeaker: {trouble}"))?;
        }
        Ok(())
    }

    /// The fade in nanoseconds.
    pub(super) fn fade_nanos(&self) -> i64 {
        nanos(self.fade)
    }

    /// The padding in nanoseconds.
    pub(super) fn padding_nanos(&self) -> i64 {
        nanos(self.padding)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "some seconds")]
fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_sense_and_a_table_may_be_empty() {
        let settings: LoudspeakerSettings = toml::from_str("").unwrap();
        assert_eq!(settings, LoudspeakerSettings::default());
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn unknown_keys_and_kinds_are_refused_by_name() {
        let unknown = toml::from_str::<LoudspeakerSettings>("volume = 11").unwrap_err().to_string();
        assert!(unknown.contains("`volume`") && unknown.contains("`level`"), "{unknown}");
        let kind = toml::from_str::<LoudspeakerSettings>("device = \"bluetooth\"").unwrap_err().to_string();
        assert!(kind.contains("`pulse`, `alsa`, `wav`, `none`"), "{kind}");
    }

    #[test]
    fn contradictions_are_named() {
        let wrong = |text: &str| toml::from_str::<LoudspeakerSettings>(text).unwrap().check().unwrap_err();
        assert!(wrong("level = -10.0").contains("above cap"));
        assert!(wrong("cap = 0.0").contains("-6"));
        assert!(wrong("padding = 60.0").contains("0 to 5 seconds"));
        assert!(wrong("level = nan").contains("level"));
        assert!(wrong("device = \"wav\"").contains("needs a file"));
        assert!(wrong("server = \"http://x\"").contains("unix:"));
    }
}
