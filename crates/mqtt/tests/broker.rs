//! The client against mosquitto, on loopback.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "what a test needs and is not there fails it, or is said")]

#[path = "broker/connection.rs"]
mod connection;
#[path = "broker/home.rs"]
mod home;
#[path = "../../notify/tests/channels/mosquitto.rs"]
mod mosquitto;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::mac::Mac;
use earwitness_core::private::Private;
use earwitness_mqtt::{Client, Command, Device, Form, Report, Seen, Settings, Snapshot, Topic};
use earwitness_notify::Broker;

use self::mosquitto::{Mosquitto, USER};

/// A test waits for so long at most.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = clock::since_boot() + PATIENCE;
    while !holds() {
        assert!(clock::since_boot() < end, "waited in vain until {what}");
        clock::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn settings(form: Form) -> Settings {
    let topic = |text| Topic::new(text).unwrap();
    Settings {
        base: topic("earwitness"),
        prefix: topic("homeassistant"),
        form,
        except: BTreeSet::new(),
        version: "0.0.0".to_owned(),
    }
}

pub(crate) fn broker(folder: &Path, broker: &Mosquitto, password: &str) -> Broker {
    let path = folder.join("password");
    fs::write(&path, password).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Broker {
        section: "mqtt",
        host: "localhost".to_owned(),
        port: Some(broker.port),
        tls: false,
        ca_file: None,
        user: Some(USER.to_owned()),
        password_file: Some(path),
        password_in_plain_text: false,
    }
}

pub(crate) fn device(last: u8, name: &str) -> Device {
    Device {
        mac: Mac([2, 0, 0x5e, 0, 0x53, last]),
        name: Private::new(name.to_owned()),
        manufacturer: None,
        seen: Some(Seen { uploads: false, seconds_today: 0.0 }),
        verdict: None,
    }
}

pub(crate) fn snapshot(devices: Vec<Device>) -> Snapshot {
    Snapshot { paused: false, doing: "probing is allowed".to_owned(), answer: None, day: 0, devices, forgotten: BTreeMap::new() }
}

/// A client, what it says of itself, and what it was told to do.
pub(crate) struct Running {
    pub(crate) client: Client,
    pub(crate) reports: Receiver<Report>,
    pub(crate) orders: Receiver<Command>,
}

pub(crate) fn start(broker: &Broker, form: Form) -> Running {
    start_with(broker, &settings(form))
}

pub(crate) fn start_with(broker: &Broker, settings: &Settings) -> Running {
    let ((say, reports), (tell, orders)) = (channel(), channel());
    let report = move |it| drop(say.send(it));
    let order = move |it| tell.send(it).unwrap();
    let client = Client::start(broker, settings, report, order).unwrap();
    Running { client, reports, orders }
}
