//! How things stand, each in a topic of its own, so that whoever reads MQTT can use it without Home Assistant.

use earwitness_core::mac::Mac;
use serde::Serialize;

use crate::Messages;
use crate::announced::Announced;
use crate::settings::Settings;
use crate::snapshot::{Device, Snapshot, Upload};
use crate::topics;

/// What is there, and what is not.
pub(crate) const ONLINE: &str = "online";
pub(crate) const OFFLINE: &str = "offline";
/// A device of which no verdict was told yet: Home Assistant takes any text for a state, `None` as well.
const NO_VERDICT: &str = "none yet";
/// What Home Assistant takes for a number, or for on and off, that is not known.
const UNKNOWN: &str = "None";
/// Longest text that is a state: Home Assistant refuses more than 255 characters.
const LONGEST: usize = 250;

pub(crate) fn of_program(settings: &Settings, snapshot: &Snapshot, into: &mut Messages) {
    let mut put = |what: &str, payload: String| into.insert(topics::own(&settings.base, what), payload);
    put("probing", on(!snapshot.paused));
    put("state", shortened(&snapshot.doing));
    put("answer", shortened(snapshot.answer.as_deref().unwrap_or("no order yet")));
    into.insert(topics::availability(&settings.base), ONLINE.to_owned());
}

pub(crate) fn of_device(settings: &Settings, day: i64, device: &Device, into: &mut Messages) {
    let mut put = |what: &str, payload: String| into.insert(topics::of_device(&settings.base, device.mac, what), payload);
    put("available", if device.seen.is_some() { ONLINE } else { OFFLINE }.to_owned());
    let seen = device.seen.as_ref();
    put("uploading", seen.map_or_else(|| UNKNOWN.to_owned(), |it| on(it.uploads)));
    let seconds = seen.map(|it| it.seconds_today).filter(|it| it.is_finite());
    put("seconds_today", seconds.map_or_else(|| UNKNOWN.to_owned(), |it| format!("{it:.1}")));
    put(VERDICT, shortened(device.verdict.as_deref().unwrap_or(NO_VERDICT)));
    put("announced", Announced::now(settings, day).to_string());
}

/// Of a device that is not there: its verdict stays.
pub(crate) fn of_absent(settings: &Settings, mac: Mac, announced: &Announced, into: &mut Messages) {
    let mut put = |what: &str, payload: String| into.insert(topics::of_device(&settings.base, mac, what), payload);
    put("available", OFFLINE.to_owned());
    put("uploading", UNKNOWN.to_owned());
    put("seconds_today", UNKNOWN.to_owned());
    put("announced", announced.to_string());
}

pub(crate) const VERDICT: &str = "verdict";

/// All that [`of_device`] may put.
pub(crate) const OF_DEVICE: [&str; 5] = ["available", "uploading", "seconds_today", VERDICT, "announced"];

/// An empty text would clear the topic.
fn shortened(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { text.chars().take(LONGEST).collect() }
}

fn on(is_on: bool) -> String {
    if is_on { "ON" } else { "OFF" }.to_owned()
}

#[derive(Serialize)]
struct Event<'a> {
    #[serde(rename = "event_type")]
    what: &'static str,
    begin: &'a str,
    seconds: Option<f64>,
    receiver: &'a str,
}

/// The one type of event.
pub(crate) const UPLOAD: &str = "upload";

/// Where uploads of a device are told.
pub(crate) fn upload_topic(settings: &Settings, mac: Mac) -> String {
    topics::of_device(&settings.base, mac, UPLOAD)
}

/// An upload, as Home Assistant takes events.
pub(crate) fn upload(upload: &Upload) -> String {
    let Upload { mac: _, begin, seconds, receiver } = upload;
    let seconds = seconds.filter(|it| it.is_finite()).map(|it| (it * 10.0).round() / 10.0);
    // Nothing in it can fail.
    serde_json::to_string(&Event { what: UPLOAD, begin, seconds, receiver }).unwrap_or_default()
}
