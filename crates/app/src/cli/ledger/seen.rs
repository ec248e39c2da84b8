//! What was seen and played, whichever file it is from.

use earwitness_core::time::{Timestamp, Window};
use earwitness_ledger::Upload;

/// A sound that was played.
pub(super) struct Sound {
    pub(super) at: Timestamp,
    /// Its name.
    pub(super) name: String,
}

/// An upload of a device.
pub(super) struct SeenUpload {
    pub(super) upload: Upload,
    /// Names by which the device may be asked for: its MAC address, else its IP addresses. The first is shown.
    pub(super) device: Vec<String>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) sounds: Vec<Sound>,
    pub(super) uploads: Vec<SeenUpload>,
    /// When it was watched.
    pub(super) watched: Vec<Window>,
    /// The devices, also those that uploaded nothing.
    pub(super) devices: Vec<Vec<String>>,
}

impl Seen {
    /// Keeps the uploads of some devices.
    pub(super) fn only(&mut self, devices: &[String]) {
        self.uploads.retain(|it| devices.iter().any(|wanted| it.device.contains(&wanted.to_lowercase())));
    }
}
