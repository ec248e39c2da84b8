//! What really happened in a simulated home: the answer that an analysis is scored against.

use std::fmt::Write as _;

use earwitness_core::mac::Mac;

/// What kind of upload it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Sound sent while it was heard.
    Audio,
    /// A finished recording with sound, sent in one go.
    Recording,
    /// Both sides of a conversation, sent as long as it lasts.
    Call,
}

impl Kind {
    /// Its name in the JSON file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Recording => "recording",
            Self::Call => "call",
        }
    }
}

/// One upload of sound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Upload {
    /// What kind.
    pub kind: Kind,
    /// When the frame with the first octet of sound passed the place of capture, nanoseconds since 1970.
    pub start_ns: i64,
    /// When the frame with the last octet of sound passed.
    pub end_ns: i64,
    /// Nanoseconds of sound that were sent, pre-roll included.
    pub audio_ns: i64,
}

/// What one device did.
#[derive(Clone, PartialEq, Debug)]
pub struct DeviceTruth {
    /// Its link-layer address.
    pub mac: Mac,
    /// What it is, such as `speaker-cbr`.
    pub name: String,
    /// What it uploaded, oldest first.
    pub uploads: Vec<Upload>,
}

/// What all devices of a home did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Truth {
    /// The devices, in the order in which they joined the home.
    pub devices: Vec<DeviceTruth>,
}

impl Truth {
    /// The truth as JSON: `{"devices": [{"mac", "name", "uploads": [{"kind", "start_ns", "end_ns", "audio_seconds"}]}]}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::from("{\"devices\": [");
        for (number, device) in self.devices.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\n {{\"mac\": \"{}\", \"name\": \"{}\", \"uploads\": [", device.mac, device.name);
            for (number, upload) in device.uploads.iter().enumerate() {
                let comma = if number > 0 { "," } else { "" };
                let Upload { kind, start_ns, end_ns, audio_ns } = upload;
                let (whole, part) = (audio_ns / 1_000_000_000, audio_ns % 1_000_000_000 / 1_000_000);
                let _ = write!(
                    text,
                    "{comma}\n  {{\"kind\": \"{}\", \"start_ns\": {start_ns}, \"end_ns\": {end_ns}, \"audio_seconds\": {whole}.{part:03}}}",
                    kind.name()
                );
            }
            text.push_str("]}");
        }
        text.push_str("\n]}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_holds_what_is_known() {
        let upload = Upload { kind: Kind::Audio, start_ns: 5, end_ns: 9, audio_ns: 2_040_000_000 };
        let mac = "02:00:5e:00:53:07".parse().unwrap();
        let truth = Truth { devices: vec![DeviceTruth { mac, name: "speaker".into(), uploads: vec![upload, upload] }] };
        let upload = "\n  {\"kind\": \"audio\", \"start_ns\": 5, \"end_ns\": 9, \"audio_seconds\": 2.040}";
        let expected = format!(
            "{{\"devices\": [\n {{\"mac\": \"02:00:5e:00:53:07\", \"name\": \"speaker\", \"uploads\": [{upload},{upload}]}}\n]}}\n"
        );
        assert_eq!(truth.to_json(), expected);
    }
}
