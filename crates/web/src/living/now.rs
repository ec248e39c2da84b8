//! How a home stands at this moment, for pages that are open and for those that are made now.

use earwitness_base::words;
use earwitness_core::time::Timestamp;
use earwitness_report::json::status::{Status, Today};
use earwitness_report::labels;
use serde::Serialize;

use crate::snapshot::{Entry, Snapshot};

/// What changes on a page.
#[derive(Serialize, Debug)]
pub(crate) struct Now {
    /// The stamp of what was seen: where it is another one, the page is loaded again.
    stamp: u64,
    /// In a sentence: whether it watches, and who sends sound.
    pub(crate) words: String,
    /// How a test goes.
    pub(crate) test: Option<Test>,
    devices: Vec<Device>,
}

/// A test of the home in progress.
#[derive(Serialize, Debug)]
pub(crate) struct Test {
    pub(crate) summary: String,
    pub(crate) devices: Vec<String>,
}

#[derive(Serialize, Debug)]
struct Device {
    id: usize,
    sending: bool,
    today: String,
}

impl Now {
    pub(crate) fn new(snapshot: &Snapshot, status: &Status) -> Self {
        let devices = snapshot.entries.iter().map(|entry| {
            let today = today(status, entry);
            Device { id: entry.number, sending: today.is_some_and(|it| it.sending), today: today.map(said).unwrap_or_default() }
        });
        let test = status.progress.as_ref();
        let test = test.map(|it| Test { summary: it.summary.clone(), devices: it.devices.clone() });
        Self { stamp: snapshot.stamp, words: sentence(status, snapshot), test, devices: devices.collect() }
    }

    pub(crate) fn json(&self) -> String {
        // Nothing in it can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a device sent today.
pub(crate) fn today<'a>(status: &'a Status, entry: &Entry) -> Option<&'a Today> {
    let id = labels::id(entry.device);
    status.today.iter().find(|it| it.device == id)
}

/// In a few words.
pub(crate) fn said(today: &Today) -> String {
    match today.uploads {
        0 => "none today".to_owned(),
        _ => format!("{} of sound today", words::seconds(today.audio_seconds)),
    }
}

/// Whether it watches, who sends sound, and why nothing is played.
fn sentence(status: &Status, snapshot: &Snapshot) -> String {
    if status.at_ns == 0 {
        return "Not watching yet.".to_owned();
    }
    let down: Vec<&str> = status.sources.iter().filter(|it| !it.runs).map(|it| it.name.as_str()).collect();
    let watch = match words::listed(&down) {
        Some(names) => format!("Nothing comes from {names}."),
        None if status.frames == 0 => "No frame has come yet.".to_owned(),
        None => format!("Watching {}.", words::counted(status.devices as u64, "device", "devices")),
    };
    let sending: Vec<&str> = status.today.iter().filter(|it| it.sending).map(|it| it.name.as_str()).collect();
    let sends = match words::listed(&sending) {
        Some(names) if sending.len() == 1 => format!("{names} is sending what looks like sound."),
        Some(names) => format!("{names} are sending what looks like sound."),
        None => "Nobody is sending sound.".to_owned(),
    };
    let until = status.paused_until_ns.map(|at| words::clock_time(Timestamp::from_nanos(at), snapshot.home.zone()));
    let held = match (status.progress.is_some(), words::listed(&status.held)) {
        (true, _) => " A test is in progress.".to_owned(),
        (false, Some(why)) => {
            format!(" Nothing is played: {why}{}.", until.map(|it| format!(", until {it}")).unwrap_or_default())
        }
        (false, None) => String::new(),
    };
    format!("{watch} {sends}{held}")
}
