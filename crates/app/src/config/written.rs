//! The file as it is written: every key with its unit, nothing checked against anything else.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use earwitness_gateway as gateway;
use earwitness_sound::hear;
use earwitness_sound::reply;
use earwitness_sound::speak;
use earwitness_sound::speak::sounds;
use earwitness_sound::spoken;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    pub(super) state: Option<PathBuf>,
    pub(super) capture: Capture,
    pub(super) probing: Probing,
    pub(super) presence: Presence,
    pub(super) sounds: sounds::SoundSettings,
    pub(super) loudspeaker: Option<Spanned<speak::LoudspeakerSettings>>,
    pub(super) microphone: Option<Spanned<hear::MicrophoneSettings>>,
    pub(super) recogniser: Option<Spanned<reply::RecogniserSettings>>,
    pub(super) voice: Option<Spanned<spoken::VoiceSettings>>,
    pub(super) store: Store,
    pub(super) notify: super::notify::Written,
    pub(super) gateway: gateway::GatewaySettings,
    pub(super) skill: Skill,
    pub(super) web: Web,
    pub(super) mqtt: Option<Spanned<super::mqtt::Written>>,
    pub(super) eve: Eve,
    pub(super) dataset: Dataset,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Dataset {
    pub(super) folder: Option<PathBuf>,
    pub(super) home: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Eve {
    pub(super) file: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Capture {
    pub(super) interfaces: Vec<Spanned<String>>,
    pub(super) commands: Vec<Spanned<String>>,
    pub(super) keep_megabytes: Spanned<u64>,
    pub(super) keep_hours: Spanned<f64>,
    pub(super) keep_octets_per_frame: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Probing {
    pub(super) enabled: bool,
    pub(super) sounds: Vec<Spanned<String>>,
    pub(super) quiet: Vec<Spanned<String>>,
    pub(super) only_when_away: bool,
    pub(super) alpha: Spanned<f64>,
    pub(super) rounds: Spanned<u32>,
    pub(super) slots: Spanned<usize>,
    pub(super) slot_seconds: Spanned<f64>,
    pub(super) guard_seconds: Spanned<f64>,
    pub(super) rest_seconds: Spanned<[f64; 2]>,
    pub(super) probe_seconds: Spanned<Vec<f64>>,
    pub(super) warm_up_seconds: Spanned<f64>,
    pub(super) seed: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "the keys of the file, which name their unit")]
pub(super) struct Store {
    pub(super) series_days: Spanned<u32>,
    pub(super) sightings_days: Spanned<u32>,
    pub(super) journal_days: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Skill {
    pub(super) application_id: Option<Spanned<String>>,
    pub(super) listen: Spanned<String>,
    pub(super) beyond_this_machine: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Web {
    pub(super) enabled: bool,
    pub(super) listen: Option<Spanned<String>>,
    pub(super) names: Vec<Spanned<String>>,
    pub(super) tls: bool,
    pub(super) certificate: Option<Spanned<PathBuf>>,
    pub(super) key: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Presence {
    pub(super) phones: Vec<Spanned<String>>,
    pub(super) away_after_minutes: Spanned<f64>,
}

/// A default has no place in the file.
fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

impl Default for Capture {
    /// A gigabyte of headers holds a busy home's day.
    fn default() -> Self {
        Self {
            interfaces: Vec::new(),
            commands: Vec::new(),
            keep_megabytes: unplaced(1_000),
            keep_hours: unplaced(48.0),
            keep_octets_per_frame: unplaced(200),
        }
    }
}

impl Default for Probing {
    fn default() -> Self {
        let sounds = ["alexa", "hey-google", "hey-siri", "speech", "glass"];
        Self {
            enabled: true,
            sounds: sounds.map(|sound| unplaced(sound.to_owned())).to_vec(),
            quiet: vec![unplaced("21:00-08:00".to_owned())],
            only_when_away: false,
            alpha: unplaced(0.01),
            rounds: unplaced(60),
            slots: unplaced(8),
            slot_seconds: unplaced(20.0),
            guard_seconds: unplaced(4.0),
            rest_seconds: unplaced([2.0, 12.0]),
            probe_seconds: unplaced(vec![2.0, 3.0, 4.0, 6.0, 8.0]),
            warm_up_seconds: unplaced(60.0),
            seed: None,
        }
    }
}

impl Default for Store {
    /// A season of series, a year of the rest.
    fn default() -> Self {
        Self { series_days: unplaced(90), sightings_days: unplaced(365), journal_days: unplaced(365) }
    }
}

impl Default for Skill {
    fn default() -> Self {
        Self { application_id: None, listen: unplaced("127.0.0.1:8265".to_owned()), beyond_this_machine: false }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self { enabled: true, listen: None, names: Vec::new(), tls: false, certificate: None, key: None }
    }
}

impl Default for Presence {
    fn default() -> Self {
        Self { phones: Vec::new(), away_after_minutes: unplaced(20.0) }
    }
}
