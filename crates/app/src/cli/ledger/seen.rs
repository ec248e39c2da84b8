//! What was seen and played, whichever file it is from.

use earwitness_core::findings::SightingKind;
use earwitness_core::time::{SECOND, Timestamp, Window};
use earwitness_ledger::Upload;

/// A sound that was played, or heard by a microphone.
pub(super) struct Sound {
    pub(super) at: Timestamp,
    /// What was played; `None` where something was heard.
    pub(super) stimulus: Option<String>,
}

/// An upload of a device.
pub(super) struct SeenUpload {
    pub(super) upload: Upload,
    pub(super) kind: SightingKind,
    /// All that was sent, octets.
    pub(super) octets: u64,
    /// Names by which the device may be asked for: its MAC address, else its IP addresses. The first is shown.
    pub(super) device: Vec<String>,
}

/// All of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) sounds: Vec<Sound>,
    pub(super) uploads: Vec<SeenUpload>,
    /// Streams that are longer than any utterance, each as the names of its device.
    pub(super) continuous: Vec<Vec<String>>,
    /// When it was watched.
    pub(super) watched: Vec<Window>,
    /// The devices, also those that uploaded nothing.
    pub(super) devices: Vec<Vec<String>>,
    /// Large uploads that are not compared.
    pub(super) large_left_aside: u32,
}

/// Frames that are at most this far apart were seen without a gap, nanoseconds: in a home some device says something every few minutes.
const NO_GAP: i64 = 600 * SECOND;

impl Seen {
    /// Keeps what is of some devices.
    pub(super) fn only(&mut self, devices: &[String]) {
        let wanted = |names: &[String]| devices.iter().any(|wanted| names.contains(&wanted.to_lowercase()));
        self.uploads.retain(|it| wanted(&it.device));
        self.continuous.retain(|device| wanted(device));
    }

    /// Leaves aside what may hold no sound at all.
    pub(super) fn without_large_uploads(&mut self) {
        let before = self.uploads.len();
        self.uploads.retain(|it| it.kind != SightingKind::LargeUpload);
        self.large_left_aside = u32::try_from(before - self.uploads.len()).unwrap_or(u32::MAX);
    }

    /// Whether more than one device uploaded.
    pub(super) fn is_of_several(&self) -> bool {
        self.uploads.windows(2).any(|pair| pair.first().map(|it| &it.device) != pair.last().map(|it| &it.device))
    }
}

/// Windows in order of their beginnings, those without a gap between them as one.
pub(super) fn joined(windows: Vec<Window>) -> Vec<Window> {
    let mut joined: Vec<Window> = Vec::new();
    for window in windows {
        match joined.last_mut() {
            Some(last) if window.from <= last.until.plus(NO_GAP) => last.until = last.until.max(window.until),
            _ => joined.push(window),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_of_one_session_are_one_window_and_a_night_between_them_divides_it() {
        let at = |minute: i64| Timestamp::from_nanos(minute * 60 * SECOND);
        let window = |from, until| Window { from: at(from), until: at(until) };
        let minutes = vec![window(0, 1), window(1, 2), window(9, 30), window(10, 11), window(500, 501)];
        assert_eq!(joined(minutes), [window(0, 30), window(500, 501)]);
        assert_eq!(joined(Vec::new()), []);
    }
}
