//! How it stands, as it is shown.

use std::collections::BTreeMap;

use earwitness_core::mac::Mac;
use earwitness_core::private::Private;

/// How it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Snapshot {
    /// Whether a person paused probing.
    pub paused: bool,
    /// What it does, or why nothing sounds, in words.
    pub doing: String,
    /// What came of the last order, in words.
    pub answer: Option<String>,
    /// The day, since 1970.
    pub day: i64,
    /// The devices that are known to be there, each once. One that leaves is shown as away, and taken back after thirty days.
    pub devices: Vec<Device>,
    /// Devices that a person had forgotten, and on which day: taken back at once where they were not there since.
    pub forgotten: BTreeMap<Mac, i64>,
}

/// How a device stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Device {
    /// Its address.
    pub mac: Mac,
    /// What it is called, by itself or by a person.
    pub name: Private<String>,
    /// Who made it.
    pub manufacturer: Option<&'static str>,
    /// What is known now; `None` where its traffic is not watched at the moment.
    pub seen: Option<Seen>,
    /// The latest verdict in words.
    pub verdict: Option<String>,
}

/// What traffic says of a device now.
#[derive(Clone, PartialEq, Debug)]
pub struct Seen {
    /// Whether an upload of sound is in progress.
    pub uploads: bool,
    /// Seconds of sound that it sent since midnight.
    pub seconds_today: f64,
}

/// An upload of sound that has ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Upload {
    /// Who sent it.
    pub mac: Mac,
    /// Its first octet, by RFC 3339.
    pub begin: String,
    /// Seconds of sound; `None` where the codec is not known.
    pub seconds: Option<f64>,
    /// Whom it was sent to.
    pub receiver: String,
}
