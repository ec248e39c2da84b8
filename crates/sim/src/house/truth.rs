//! What really happened in a house: the answer that an experiment is scored against.

use earwitness_core::mac::Mac;
use earwitness_core::probe::SoundKind;
use serde::{Serialize, Serializer};

/// What a device sent away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sent {
    /// Sound, while it was heard.
    Audio,
    /// A finished recording.
    Recording,
    /// The words that were recognised.
    Text,
    /// A fingerprint of the sound.
    Fingerprint,
    /// That there was a sound, and no more.
    Alert,
}

/// One upload.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct HouseUpload {
    /// What was sent.
    pub sent: Sent,
    /// When the first frame of it passed the gateway, nanoseconds since 1970.
    pub start_ns: i64,
    /// When the last one passed.
    pub end_ns: i64,
    /// Nanoseconds of sound in it; 0 where it holds none.
    pub audio_ns: i64,
    /// Index of the sound in [`HouseTruth::sounds`] that it followed; `None` where none did.
    pub cause: Option<usize>,
}

/// Where a sound came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The household, or its television.
    Household,
    /// Somebody outside.
    Injected,
    /// The experiment's loudspeaker.
    Loudspeaker,
}

/// A sound that could be heard in the house.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HouseSound {
    /// Where it came from.
    pub origin: Origin,
    /// When it began, nanoseconds since 1970.
    pub at_ns: i64,
    /// How long it lasted, nanoseconds.
    pub length_ns: i64,
    /// What kind of sound it was.
    #[serde(serialize_with = "kind")]
    pub kind: SoundKind,
    /// What was said, or what the noise was.
    pub name: String,
    /// Level at the loudspeaker's place, dB.
    pub level_db: f64,
    /// Whether a microphone in the room heard it.
    pub audible: bool,
}

/// What one device did.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct HouseDevice {
    /// Its link-layer address.
    #[serde(serialize_with = "mac")]
    pub mac: Mac,
    /// Its name.
    pub name: String,
    /// What kind of device it is, as the scenario says.
    pub kind: &'static str,
    /// The verdict that an experiment should come to, if the scenario says so.
    pub expected: Option<String>,
    /// What it uploaded, in the order of causes; those not over by the end of the home are left out.
    pub uploads: Vec<HouseUpload>,
}

/// What happened in a house.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct HouseTruth {
    /// Its devices, in the order of the scenario.
    pub devices: Vec<HouseDevice>,
    /// The sounds that began so far, in order of time.
    pub sounds: Vec<HouseSound>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn mac<S: Serializer>(mac: &Mac, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(mac)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn kind<S: Serializer>(kind: &SoundKind, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(match kind {
        SoundKind::Speech => "speech",
        SoundKind::Noise => "noise",
        SoundKind::Music => "music",
    })
}
