//! A made-up hour of a device, for tests.

use earwitness_core::findings::{Bin, DeviceId, Series};
use earwitness_core::time::{SECOND, Timestamp, Window};

use super::subject::Subject;

/// Between two seconds of the hour.
pub(crate) fn window(from: i64, until: i64) -> Window {
    Window { from: Timestamp::from_nanos(from * SECOND), until: Timestamp::from_nanos(until * SECOND) }
}

/// A device that sends 10,000 octets in every second of its uploads.
pub(crate) fn subject(uploads: &[Window], aside: &[Window]) -> Subject {
    let loud = uploads.iter().flat_map(|it| it.from.nanos() / SECOND..it.until.nanos() / SECOND);
    let bins = loud.map(|index| Bin { index, frames: 10, payload_octets: 10_000 }).collect();
    Subject {
        recording: "sample".to_owned(),
        device: DeviceId::Mac("02:00:5e:00:53:07".parse().unwrap()),
        configuration: "sample".to_owned(),
        kind: "speaker".to_owned(),
        fold: 0,
        watched: window(0, 3_600),
        uploads: uploads.to_vec(),
        truths: uploads.iter().map(|_| super::subject::UploadTruth { kind: "voice".to_owned(), seconds: None }).collect(),
        aside: aside.to_vec(),
        sent: Series { origin: Timestamp::default(), width: SECOND, bins },
        audio: Vec::new(),
        counted: Vec::new(),
        large_uploads: Vec::new(),
        seconds: super::features::Seconds::default(),
        pairs: super::pairs::Pairs::default(),
        probed: None,
    }
}
