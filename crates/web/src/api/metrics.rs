//! Metrics in the text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};

use crate::dress;
use crate::living::{Living, today};
use crate::snapshot::{Entry, Snapshot};

/// Devices that are told apart.
const DEVICES: usize = 500;

/// All of them.
pub(crate) fn metrics(home: &Snapshot, living: Option<&Living>) -> Response<Body> {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    dress::text(StatusCode::OK, kind, text(home, living))
}

fn text(home: &Snapshot, living: Option<&Living>) -> String {
    let mut out = String::new();
    let status = living.map(Living::status);
    let capture = &home.home.findings().capture;
    one(&mut out, "earwitness_devices", "Devices that were seen.", &home.entries.len().to_string());
    let (frames, lost) = status.as_ref().map_or((capture.frames, capture.dropped), |it| (it.frames, it.frames_lost));
    one(&mut out, "earwitness_frames_read", "Frames that were read.", &frames.to_string());
    one(&mut out, "earwitness_frames_lost", "Frames that the capture says it lost.", &lost.to_string());
    let seconds = |it: &Entry| it.line.seconds.filter(|it| it.is_finite()).unwrap_or_default().to_string();
    each(&mut out, home, "earwitness_audio_seconds", "Seconds of sound that a device sent, as far as they are known.", seconds);
    each(&mut out, home, "earwitness_sightings", "Times that a device was seen to send what may be sound.", |it| {
        it.line.uploads.to_string()
    });
    let sending = |it: &Entry| match &status {
        Some(status) => today(status, it).is_some_and(|it| it.sending),
        None => it.line.sending,
    };
    each(
        &mut out,
        home,
        "earwitness_sending",
        "Whether a device is sending sound, or was when the capture ended (1), or not (0).",
        |it| u8::from(sending(it)).to_string(),
    );
    out
}

fn begin(out: &mut String, name: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
}

fn one(out: &mut String, name: &str, help: &str, value: &str) {
    begin(out, name, help);
    let _ = writeln!(out, "{name} {value}");
}

fn each(out: &mut String, home: &Snapshot, name: &str, help: &str, value: impl Fn(&Entry) -> String) {
    begin(out, name, help);
    for it in home.entries.iter().take(DEVICES) {
        let (id, label) = (it.number, escaped(&it.line.name));
        let _ = writeln!(
            out,
            "{name}{{device=\"{id}\",name=\"{label}\",verdict=\"{}\"}} {}",
            it.line.verdict.unwrap_or(""),
            value(it)
        );
    }
}

/// A label's value, as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
