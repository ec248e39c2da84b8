//! A notice for programs. Each key is explained in `docs/schema/notice-1.json`.

use earwitness_base::text::{WIDEST_EXACT, clean};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::notices::{Digest, Notice, OfDevice, Told, Upload};
use earwitness_core::time::Timestamp;
use serde::Serialize;

use crate::labels;
use crate::sentence::Namer;

#[derive(Serialize)]
struct Object<'a> {
    notice: u64,
    at_ns: i64,
    about: &'static str,
    urgent: bool,
    title: &'a str,
    text: &'a str,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
enum Facts {
    Proven {
        device: String,
        name: String,
        sends: bool,
    },
    Sound {
        device: String,
        name: String,
        listened: bool,
        start_ns: i64,
        end_ns: i64,
        audio_seconds: Option<f64>,
        receiver: String,
    },
    Receiver {
        device: String,
        name: String,
        start_ns: i64,
        end_ns: i64,
        audio_seconds: Option<f64>,
        receiver: String,
    },
    Device {
        device: String,
        name: String,
    },
    Trouble {
        of: &'static str,
        since_ns: i64,
        said: String,
    },
    Works {
        of: &'static str,
        since_ns: i64,
    },
    Learnt {
        devices: u32,
    },
    Digest(Box<Sums>),
    Test,
    Lost {
        notices: u32,
    },
}

#[derive(Serialize)]
struct Sums {
    from_ns: i64,
    until_ns: i64,
    usual: bool,
    told: u32,
    left_out: u32,
    joined: u32,
    failures: u32,
    frames_lost: u64,
    others: u32,
    devices: Vec<Sum>,
}

#[derive(Serialize)]
struct Sum {
    device: String,
    name: String,
    explained: u32,
    answers: u32,
    unexplained: u32,
    unknown: u32,
    large: u32,
    new_receivers: u32,
}

pub(super) fn object(notice: &Notice, name: Namer<'_>, title: &str, text: &str) -> String {
    let Notice { number, at, urgent, told } = notice;
    let about = told.about().word();
    let facts = facts(told, name);
    let object = Object { notice: *number, at_ns: at.nanos(), about, urgent: *urgent, title, text, facts };
    // Nothing in it can fail: no key is a number, and no number is none.
    serde_json::to_string(&object).unwrap_or_default()
}

pub(super) fn test(at: Timestamp, title: &str, text: &str) -> String {
    unnumbered("test", at, title, text, Facts::Test)
}

pub(super) fn lost(notices: u32, at: Timestamp, title: &str, text: &str) -> String {
    unnumbered("lost", at, title, text, Facts::Lost { notices })
}

fn unnumbered(about: &'static str, at: Timestamp, title: &str, text: &str, facts: Facts) -> String {
    let object = Object { notice: 0, at_ns: at.nanos(), about, urgent: false, title, text, facts };
    serde_json::to_string(&object).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of an upload")]
fn facts(told: &Told, name: Namer<'_>) -> Facts {
    let of = |device: &DeviceId| (labels::id(*device), name(*device));
    let seconds = |upload: &Upload| upload.milliseconds.map(|it| it as f64 / 1e3);
    let ends = |upload: &Upload| (upload.window.from.nanos(), upload.window.until.nanos());
    let to = |upload: &Upload| clean(upload.to.reveal(), WIDEST_EXACT);
    match told {
        Told::Proven { device, sends } => {
            let (device, name) = of(device);
            Facts::Proven { device, name, sends: *sends }
        }
        // Why is what the notice is about.
        Told::Sound { why: _, device, upload, listened } => {
            let ((device, name), (start_ns, end_ns)) = (of(device), ends(upload));
            let (audio_seconds, receiver) = (seconds(upload), to(upload));
            Facts::Sound { device, name, listened: *listened, start_ns, end_ns, audio_seconds, receiver }
        }
        Told::Receiver { device, upload } => {
            let ((device, name), (start_ns, end_ns)) = (of(device), ends(upload));
            Facts::Receiver { device, name, start_ns, end_ns, audio_seconds: seconds(upload), receiver: to(upload) }
        }
        Told::Device { device } => {
            let (device, name) = of(device);
            Facts::Device { device, name }
        }
        Told::Trouble { of, since, said } => Facts::Trouble { of: of.word(), since_ns: since.nanos(), said: said.clone() },
        Told::Works { of, since } => Facts::Works { of: of.word(), since_ns: since.nanos() },
        Told::Learnt { devices } => Facts::Learnt { devices: *devices },
        Told::Digest(digest) => Facts::Digest(Box::new(sums(digest, name))),
    }
}

fn sums(digest: &Digest, name: Namer<'_>) -> Sums {
    let Digest { from, until, told, left_out, devices, others, joined, failures, frames_lost } = digest;
    let of_device = |(id, of): (&DeviceId, &OfDevice)| {
        let OfDevice { explained, answers, unexplained, unknown, large, new_receivers } = *of;
        Sum { device: labels::id(*id), name: name(*id), explained, answers, unexplained, unknown, large, new_receivers }
    };
    Sums {
        from_ns: from.nanos(),
        until_ns: until.nanos(),
        usual: digest.is_usual(),
        told: *told,
        left_out: *left_out,
        joined: *joined,
        failures: *failures,
        frames_lost: *frames_lost,
        others: *others,
        devices: devices.iter().map(of_device).collect(),
    }
}
