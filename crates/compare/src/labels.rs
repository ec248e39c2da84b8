//! Labels of captures: when which device truly uploaded sound. The one format of `--labels`, told in `docs/guide/compare.md`.

use earwitness_core::mac::Mac;
use earwitness_core::time::{SECOND, Timestamp, Window};
use serde::Deserialize;

use super::spans::nanos;
use super::subject::UploadTruth;

/// What is known of one device in one capture.
#[derive(Clone, PartialEq, Debug)]
pub struct Label {
    /// Name of the capture.
    pub file: String,
    /// The device.
    pub device: Mac,
    /// What kind of device it is; the capture's name if that is not given.
    pub role: String,
    /// Captures with the same one are alike: the device, unless something else is given.
    pub configuration: String,
    /// Seed of a generator, where the capture was not recorded.
    pub seed: Option<u64>,
    /// The first packet of the capture, from which times count; where it is not given, that of the capture itself.
    pub first: Option<Timestamp>,
    /// First and last moment of each upload with sound, nanoseconds after the first packet; `None`: not known.
    pub uploads: Option<Vec<(i64, i64)>>,
    /// What else is known of each of these.
    pub truths: Vec<UploadTruth>,
    /// Stretches without any upload, likewise; `None`: everything from 15 s after an upload on.
    pub idle: Option<Vec<(i64, i64)>>,
}

/// What is wrong with labels.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LabelError {
    /// Not JSON, or not of this form: what is expected, with line and column.
    #[error("{0}; labels are a list of entries with file, device_mac and uploads")]
    Form(String),
    /// An address that is none.
    #[error("the entry of {file} has the device_mac {text:?}; write it like 02:42:ac:11:00:02")]
    Address {
        /// Of which capture.
        file: String,
        /// What stands there.
        text: String,
    },
    /// A stretch that ends before it begins, or begins before the capture.
    #[error(
        "stretch {number} of {file} does not end after it begins, or begins before the capture; times are seconds after its first packet"
    )]
    Stretch {
        /// Of which capture.
        file: String,
        /// Which one, from 1.
        number: usize,
    },
    /// An upload that holds no positive number of seconds of sound.
    #[error("the seconds of sound in upload {number} of {file} are not above 0; leave them out where they are not known")]
    Seconds {
        /// Of which capture.
        file: String,
        /// Which one, from 1.
        number: usize,
    },
    /// No entry at all.
    #[error("there is no entry in it")]
    Empty,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Document {
    Files { files: Vec<serde_json::Value> },
    Bare(Vec<serde_json::Value>),
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    device_mac: String,
    role: Option<String>,
    configuration: Option<String>,
    seed: Option<u64>,
    t0_ns: Option<i64>,
    uploads: Option<Vec<Upload>>,
    idle: Option<Vec<(f64, f64)>>,
}

/// First and last moment, kind, and seconds of sound where they are known.
#[derive(Deserialize)]
#[serde(untagged)]
enum Upload {
    Timed(f64, f64, String, Option<f64>),
    Plain(f64, f64, String),
}

/// Longest time that a label may hold, seconds: a century.
const LONGEST: f64 = 3.2e9;

/// Reads labels.
///
/// # Errors
/// When they are not of the form, or contradict themselves.
pub fn read(text: &str) -> Result<Vec<Label>, LabelError> {
    let form = |error: serde_json::Error| LabelError::Form(error.to_string());
    // Twice, so that a fault in the text is reported with its place.
    let value: serde_json::Value = serde_json::from_str(text).map_err(form)?;
    let document: Document =
        serde_json::from_value(value).map_err(|_| LabelError::Form("no list of entries was found".to_owned()))?;
    let (Document::Files { files: entries } | Document::Bare(entries)) = document;
    if entries.is_empty() {
        return Err(LabelError::Empty);
    }
    let number = |(number, entry)| {
        let entry: Entry =
            serde_json::from_value(entry).map_err(|error| LabelError::Form(format!("entry {}: {error}", number + 1)))?;
        label(entry)
    };
    entries.into_iter().enumerate().map(number).collect()
}

fn label(entry: Entry) -> Result<Label, LabelError> {
    let Entry { file, device_mac, role, configuration, seed, t0_ns, uploads, idle } = entry;
    let device: Mac = device_mac.parse().map_err(|_| LabelError::Address { file: file.clone(), text: device_mac })?;
    let stretch = |(number, (first, last)): (usize, (f64, f64))| {
        let good = (0.0..=LONGEST).contains(&first) && (first..=LONGEST).contains(&last);
        good.then(|| (nanos(first), nanos(last))).ok_or_else(|| LabelError::Stretch { file: file.clone(), number: number + 1 })
    };
    let stretches = |all: Vec<(f64, f64)>| all.into_iter().enumerate().map(stretch).collect::<Result<Vec<_>, _>>();
    let mut truths = Vec::new();
    let plain = |it: Upload| {
        let (first, last, kind, seconds) = match it {
            Upload::Timed(first, last, kind, seconds) => (first, last, kind, seconds),
            Upload::Plain(first, last, kind) => (first, last, kind, None),
        };
        truths.push(UploadTruth { kind, seconds });
        (first, last)
    };
    let uploads = uploads.map(|all| stretches(all.into_iter().map(plain).collect())).transpose()?;
    if let Some(place) = truths.iter().position(|it| it.seconds.is_some_and(|it| !(it > 0.0 && it <= LONGEST))) {
        return Err(LabelError::Seconds { file, number: place + 1 });
    }
    let idle = idle.map(stretches).transpose()?;
    let first = t0_ns.map(Timestamp::from_nanos);
    let configuration = configuration.unwrap_or_else(|| device.to_string());
    Ok(Label { role: role.unwrap_or_else(|| file.clone()), file, device, configuration, seed, first, uploads, truths, idle })
}

/// How long after an upload a device counts as idle, where the labels do not say.
const RESTING: i64 = 15 * SECOND;

impl Label {
    /// The uploads, by the capture's clock, which began at `first`.
    #[must_use]
    pub fn uploads(&self, first: Timestamp) -> Vec<Window> {
        let all = self.uploads.iter().flatten();
        all.map(|it| Window { from: first.plus(it.0), until: first.plus(it.1).plus(1) }).collect()
    }

    /// The stretches without an upload, of a capture over `watched`.
    #[must_use]
    pub fn idle(&self, watched: Window) -> Vec<Window> {
        if let Some(idle) = &self.idle {
            return idle.iter().map(|it| Window { from: watched.from.plus(it.0), until: watched.from.plus(it.1) }).collect();
        }
        let mut from = watched.from;
        let mut found = Vec::new();
        for upload in super::spans::joined(&self.uploads(watched.from)) {
            found.push(Window { from, until: upload.from });
            from = upload.until.plus(RESTING);
        }
        found.push(Window { from, until: watched.until });
        found.retain(|it| it.length() > 0);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::window;

    const ENTRY: &str =
        r#"{"file": "a.pcap", "device_mac": "02:00:5e:00:53:07", "uploads": [[10.5, 12, "voice"]], "sha256": "beside"}"#;

    #[test]
    fn a_list_may_stand_alone_or_under_files() {
        let bare = read(&format!("[{ENTRY}]")).unwrap();
        assert_eq!(bare, read(&format!("{{\"set\": \"dev\", \"files\": [{ENTRY}]}}")).unwrap());
        let label = &bare[0];
        assert_eq!((label.role.as_str(), label.first), ("a.pcap", None));
        assert_eq!(label.uploads, Some(vec![(10_500_000_000, 12_000_000_000)]));
    }

    #[test]
    fn an_upload_may_tell_its_seconds_and_a_capture_its_seed() {
        let entry = ENTRY
            .replace("\"voice\"", "\"voice\", 1.25")
            .replace("\"sha256\": \"beside\"", "\"seed\": 6, \"configuration\": \"a home\"");
        let label = &read(&format!("[{entry}]")).unwrap()[0];
        assert_eq!((label.seed, label.configuration.as_str(), label.truths[0].seconds), (Some(6), "a home", Some(1.25)));
        let usual = &read(&format!("[{ENTRY}]")).unwrap()[0];
        assert_eq!((usual.seed, usual.configuration.as_str(), usual.truths[0].seconds), (None, "02:00:5e:00:53:07", None));
        let wrong = read(&format!("[{}]", entry.replace("1.25", "-1"))).unwrap_err().to_string();
        assert!(wrong.contains("upload 1 of a.pcap"), "{wrong}");
    }

    #[test]
    fn idle_is_what_lies_between_uploads_unless_given() {
        let label = &read(&format!("[{ENTRY}]")).unwrap()[0];
        let idle = label.idle(window(0, 100));
        assert_eq!(idle.len(), 2);
        assert_eq!((idle[0].length(), idle[1].length()), (10_500_000_000, 73 * SECOND - 1));
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert!(error("[{").contains("line 1"), "{}", error("[{"));
        assert!(error("[]").contains("no entry"));
        assert!(error("{\"a\": 1}").contains("no list of entries"));
        assert!(error("[{\"file\": \"a\"}]").contains("entry 1: missing field `device_mac`"));
        assert!(error(&format!("[{}]", ENTRY.replace("02:00", "2 00"))).contains("a.pcap"));
        let reversed = error(&format!("[{}]", ENTRY.replace("12,", "9,")));
        assert!(reversed.contains("stretch 1 of a.pcap does not end"), "{reversed}");
    }
}
