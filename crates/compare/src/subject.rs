//! What is compared: one device over a stretch of time, with what it truly sent and what the detectors saw.

use earwitness_core::findings::{DeviceFindings, DeviceId, Estimate, Series, Sighting, SightingKind};
use earwitness_core::time::Window;
use earwitness_core::verdict::Evidence;

use super::features::Seconds;
use super::pairs::Pairs;
use super::spans::{joined, seconds};

/// A device in one recording.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Which recording: the capture, or the scenario with its seed.
    pub recording: String,
    /// Which device.
    pub device: DeviceId,
    /// Recordings of one configuration are alike, and no independent observations: seeds of one home, captures of one device.
    pub configuration: String,
    /// What kind of device it is: the forest is tested on kinds that it was not trained on.
    pub kind: String,
    /// Recordings with the same number are tested together: the seed, or the number of the file.
    pub fold: usize,
    /// The stretch that was watched.
    pub watched: Window,
    /// Uploads that hold sound, oldest first: what should be found.
    pub uploads: Vec<Window>,
    /// What is known of each of these: what kind it is, and how many seconds of sound it holds.
    pub truths: Vec<UploadTruth>,
    /// Other uploads that sound caused (words, alerts): finding one is neither right nor wrong.
    pub aside: Vec<Window>,
    /// Outgoing payload octets.
    pub sent: Series,
    /// Live audio that the `clock` detector saw.
    pub audio: Vec<Window>,
    /// How many seconds of sound it counted in each.
    pub counted: Vec<Option<Estimate>>,
    /// Large uploads that `bulk` saw.
    pub large_uploads: Vec<Window>,
    /// What the forest judges: the seconds in which the device sent something.
    pub seconds: Seconds,
    /// What the t-test said of pairs of windows.
    pub pairs: Pairs,
    /// What a session said of it, where there was one.
    pub probed: Option<Probed>,
}

/// What is known of an upload.
#[derive(Clone, PartialEq, Debug)]
pub struct UploadTruth {
    /// What kind of upload it is.
    pub kind: String,
    /// Seconds of sound in it, where they are known.
    pub seconds: Option<f64>,
}

/// What a session of probes came to, for one device.
#[derive(Clone, Debug)]
pub struct Probed {
    /// Whether sound caused it to send anything: the truth.
    pub reacts: bool,
    /// What was found.
    pub evidence: Evidence,
    /// Rounds that counted.
    pub rounds: u32,
    /// Slots of a round.
    pub slots: u32,
}

/// What detectors saw, as windows of time with the seconds of sound in each.
pub(super) fn seen(device: &DeviceFindings, kind: SightingKind) -> (Vec<Window>, Vec<Option<Estimate>>) {
    let local = device.local_sightings.iter();
    let mut all: Vec<&Sighting> = device.sightings.iter().chain(local).filter(|it| it.kind == kind).collect();
    all.sort_by_key(|it| it.window.from);
    all.into_iter().map(|it| (it.window, it.audio_seconds)).unzip()
}

impl Subject {
    /// Seconds that were watched and lie outside of all uploads.
    #[must_use]
    pub fn quiet_seconds(&self) -> f64 {
        let during = |window: &Window| {
            let (from, until) = (window.from.max(self.watched.from), window.until.min(self.watched.until));
            until.since(from).max(0)
        };
        // Uploads of one device hardly overlap; where they do, the time is counted as if they did not.
        let during: i64 = joined(self.uploads.iter().chain(&self.aside)).iter().map(during).sum();
        seconds(self.watched.length().saturating_sub(during).max(0))
    }
}
