//! What programs read: the same facts as the pages, in JSON and as metrics. `docs/schema/page-1.json` says what each key means.

pub(crate) mod metrics;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use earwitness_core::time::Timestamp;
use earwitness_report::html::Line;
use earwitness_report::json;
use serde::Serialize;
use serde_json::Value;

use crate::dress;
use crate::home::{Home, number_of};
use crate::slice::{self, Slice};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Summary<'a> {
    version: u32,
    program: &'static str,
    answer: &'a str,
    caution: &'static str,
    first_ns: Option<i64>,
    last_ns: Option<i64>,
    devices: usize,
}

#[derive(Serialize)]
struct Listed<'a> {
    version: u32,
    offset: usize,
    total: usize,
    devices: Vec<Short<'a>>,
}

#[derive(Serialize)]
struct Short<'a> {
    id: usize,
    name: &'a str,
    words: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    audio_seconds: Option<f64>,
    sightings: usize,
    receivers: &'a [String],
    sending: bool,
}

#[derive(Serialize)]
struct Detailed {
    version: u32,
    id: usize,
    sightings: usize,
    device: Value,
}

#[derive(Serialize)]
struct Sent {
    version: u32,
    id: usize,
    offset: usize,
    total: usize,
    sightings: Vec<Value>,
}

#[derive(Serialize)]
struct Trouble {
    version: u32,
    error: &'static str,
}

/// The answer, and what it rests on.
pub(crate) fn home(home: &Home) -> Response<Body> {
    let capture = &home.findings().capture;
    answered(&Summary {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        answer: home.answer(),
        caution: home.caution(),
        first_ns: capture.first.map(Timestamp::nanos),
        last_ns: capture.last.map(Timestamp::nanos),
        devices: home.lines().len(),
    })
}

/// Devices, most telling first.
pub(crate) fn devices(home: &Home, asked: slice::Asked) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(Slice::range) else { return wrong() };
    let devices = home.lines().iter().skip(range.start).take(range.len()).map(short).collect();
    answered(&Listed { version: VERSION, offset: range.start, total: home.lines().len(), devices })
}

fn short(it: &Line) -> Short<'_> {
    Short {
        id: number_of(it.device),
        name: &it.name,
        words: it.words,
        verdict: it.verdict,
        audio_seconds: it.seconds.map(|it| (it * 1e6).round() / 1e6).filter(|it| it.is_finite()),
        sightings: it.uploads,
        receivers: &it.receivers,
        sending: it.sending,
    }
}

/// All that is known of a device, but for lists as long as there was traffic.
pub(crate) fn device(home: &Home, number: Option<usize>) -> Response<Body> {
    let found = number.and_then(|it| home.line(it)).and_then(|line| {
        let device = home.reported(|findings, context| json::device_at(findings, context, line.device))?;
        Some(Detailed { version: VERSION, id: number_of(line.device), sightings: line.uploads, device })
    });
    found.map_or_else(missing, |it| answered(&it))
}

/// Some sightings of a device, oldest first.
pub(crate) fn sightings(home: &Home, number: Option<usize>, asked: slice::Asked) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(Slice::range) else { return wrong() };
    let offset = range.start;
    let found = number.and_then(|it| home.line(it)).and_then(|line| {
        let sightings = json::sightings_at(home.findings(), line.device, range)?;
        Some(Sent { version: VERSION, id: number_of(line.device), offset, total: line.uploads, sightings })
    });
    found.map_or_else(missing, |it| answered(&it))
}

/// Where nothing is.
pub(crate) fn missing() -> Response<Body> {
    told(StatusCode::NOT_FOUND, &Trouble { version: VERSION, error: "there is no such thing" })
}

/// For who was let in, and asked in a way that is not answered.
pub(crate) fn refused(status: StatusCode, why: &'static str) -> Response<Body> {
    told(status, &Trouble { version: VERSION, error: why })
}

fn wrong() -> Response<Body> {
    told(StatusCode::BAD_REQUEST, &Trouble { version: VERSION, error: slice::WRONG })
}

fn answered(it: &impl Serialize) -> Response<Body> {
    told(StatusCode::OK, it)
}

fn told(status: StatusCode, it: &impl Serialize) -> Response<Body> {
    let kind = HeaderValue::from_static("application/json");
    match serde_json::to_string(it) {
        Ok(text) => dress::text(status, kind, text),
        Err(error) => {
            tracing::warn!(%error, "an answer cannot be written");
            dress::text(StatusCode::INTERNAL_SERVER_ERROR, kind, "{}".to_owned())
        }
    }
}
