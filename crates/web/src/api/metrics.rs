//! Metrics in the text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use earwitness_report::html::Line;

use crate::dress;
use crate::home::{Home, number_of};

/// Devices that are told apart.
const DEVICES: usize = 500;

/// All of them.
pub(crate) fn metrics(home: &Home) -> Response<Body> {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    dress::text(StatusCode::OK, kind, text(home))
}

fn text(home: &Home) -> String {
    let mut out = String::new();
    let capture = &home.findings().capture;
    one(&mut out, "earwitness_devices", "Devices that were seen.", &home.lines().len().to_string());
    one(&mut out, "earwitness_frames_read", "Frames that were read.", &capture.frames.to_string());
    one(&mut out, "earwitness_frames_lost", "Frames that the capture says it lost.", &capture.dropped.to_string());
    let seconds = |it: &Line| it.seconds.filter(|it| it.is_finite()).unwrap_or_default().to_string();
    each(&mut out, home, "earwitness_audio_seconds", "Seconds of sound that a device sent, as far as they are known.", seconds);
    each(&mut out, home, "earwitness_sightings", "Times that a device was seen to send what may be sound.", |it| {
        it.uploads.to_string()
    });
    each(&mut out, home, "earwitness_sending", "Whether a device was sending when the capture ended (1) or not (0).", |it| {
        u8::from(it.sending).to_string()
    });
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

fn each(out: &mut String, home: &Home, name: &str, help: &str, value: impl Fn(&Line) -> String) {
    begin(out, name, help);
    for it in home.lines().iter().take(DEVICES) {
        let (id, label) = (number_of(it.device), escaped(&it.name));
        let _ =
            writeln!(out, "{name}{{device=\"{id}\",name=\"{label}\",verdict=\"{}\"}} {}", it.verdict.unwrap_or(""), value(it));
    }
}

/// A label's value, as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
