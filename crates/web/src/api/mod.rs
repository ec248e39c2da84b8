//! What programs read: the same facts as the pages, in JSON and as metrics. `docs/schema/page-1.json` says what each key means.

pub(crate) mod deeds;
pub(crate) mod metrics;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use earwitness_core::time::Timestamp;
use earwitness_report::json;
use serde::Serialize;
use serde_json::Value;

use crate::dress;
use crate::household::Session;
use crate::kept::{Kept, MOST_COUNTS, MOST_KEPT};
use crate::slice::{self, Slice};
use crate::snapshot::{Entry, Snapshot};

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
struct Sessions<'a> {
    version: u32,
    sessions: Vec<Played<'a>>,
}

#[derive(Serialize)]
struct Played<'a> {
    id: i64,
    begun_ns: i64,
    ended_ns: Option<i64>,
    rounds: usize,
    outcome: &'a str,
}

#[derive(Serialize)]
struct Experiments<'a> {
    version: u32,
    experiments: Vec<Progress<'a>>,
}

#[derive(Serialize)]
struct Progress<'a> {
    name: &'a str,
    kind: &'static str,
    title: &'a str,
    question: &'a str,
    begun_ns: Option<i64>,
    done: u64,
    planned: u64,
    left_ns: Option<i64>,
    course: &'static str,
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct Experiment<'a> {
    version: u32,
    #[serde(flatten)]
    progress: Progress<'a>,
    counts: Vec<Count<'a>>,
    files: Vec<String>,
}

#[derive(Serialize)]
struct Count<'a> {
    name: &'a str,
    done: u64,
    of: u64,
}

#[derive(Serialize)]
struct Trouble<'a> {
    version: u32,
    error: &'a str,
}

/// The answer, and what it rests on.
pub(crate) fn home(home: &Snapshot) -> Response<Body> {
    let capture = &home.home.findings().capture;
    answered(&Summary {
        version: VERSION,
        program: concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        answer: &home.answer,
        caution: home.caution,
        first_ns: capture.first.map(Timestamp::nanos),
        last_ns: capture.last.map(Timestamp::nanos),
        devices: home.entries.len(),
    })
}

/// Devices, most telling first.
pub(crate) fn devices(home: &Snapshot, asked: slice::Asked) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(Slice::range) else { return wrong() };
    let devices = home.entries.iter().skip(range.start).take(range.len()).map(short).collect();
    answered(&Listed { version: VERSION, offset: range.start, total: home.entries.len(), devices })
}

fn short(entry: &Entry) -> Short<'_> {
    let it = &entry.line;
    Short {
        id: entry.number,
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
pub(crate) fn device(home: &Snapshot, number: Option<usize>) -> Response<Body> {
    let found = number.and_then(|it| home.entry(it)).and_then(|entry| {
        let device = home.home.reported(|findings, context| json::device_at(findings, context, entry.place?))?;
        Some(Detailed { version: VERSION, id: entry.number, sightings: entry.line.uploads, device })
    });
    found.map_or_else(missing, |it| answered(&it))
}

/// Some sightings of a device, oldest first.
pub(crate) fn sightings(home: &Snapshot, number: Option<usize>, asked: slice::Asked) -> Response<Body> {
    let Some(range) = Slice::of(asked).map(Slice::range) else { return wrong() };
    let offset = range.start;
    let found = number.and_then(|it| home.entry(it)).and_then(|entry| {
        let sightings = json::sightings_at(home.home.findings(), entry.place?, range)?;
        Some(Sent { version: VERSION, id: entry.number, offset, total: entry.line.uploads, sightings })
    });
    found.map_or_else(missing, |it| answered(&it))
}

/// Sessions, the latest first.
pub(crate) fn sessions(all: &[Session]) -> Response<Body> {
    answered(&Sessions { version: VERSION, sessions: all.iter().map(played).collect() })
}

fn played(it: &Session) -> Played<'_> {
    let Session { id, begun, ended, rounds, outcome } = it;
    Played { id: *id, begun_ns: begun.nanos(), ended_ns: ended.map(Timestamp::nanos), rounds: *rounds, outcome }
}

/// Experiments, the latest first.
pub(crate) fn experiments(all: &[Kept]) -> Response<Body> {
    answered(&Experiments { version: VERSION, experiments: all.iter().take(MOST_KEPT).map(progress).collect() })
}

/// An experiment with its counts and files.
pub(crate) fn experiment(it: &Kept) -> Response<Body> {
    answered(&Experiment {
        version: VERSION,
        progress: progress(it),
        counts: it.counts.iter().take(MOST_COUNTS).map(|it| Count { name: &it.name, done: it.done, of: it.of }).collect(),
        files: it.exports.iter().map(|export| format!("/experiment/{}/{}", it.name, export.file())).collect(),
    })
}

fn progress(it: &Kept) -> Progress<'_> {
    Progress {
        name: &it.name,
        kind: it.kind.word(),
        title: &it.title,
        question: &it.question,
        begun_ns: it.begun.map(Timestamp::nanos),
        done: it.done,
        planned: it.planned,
        left_ns: it.left,
        course: it.course.word(),
        why: it.course.why(),
    }
}

/// Before anything was read, or when it cannot be.
pub(crate) fn unread() -> Response<Body> {
    told(StatusCode::SERVICE_UNAVAILABLE, &Trouble { version: VERSION, error: "what was seen cannot be read yet; try again" })
}

/// What was asked for was not done.
fn refused_for(why: &str) -> Response<Body> {
    told(StatusCode::CONFLICT, &Trouble { version: VERSION, error: why })
}

/// Where nothing is.
pub(crate) fn missing() -> Response<Body> {
    told(StatusCode::NOT_FOUND, &Trouble { version: VERSION, error: "there is no such thing" })
}

/// For who was let in, and asked in a way that is not answered.
pub(crate) fn refused(status: StatusCode, why: &str) -> Response<Body> {
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
