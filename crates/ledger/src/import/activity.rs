//! Records of Google's My Activity (JSON).
//!
//! `time` is UTC with a Z; without one it is UTC as well where the name of a recording of the file, which is UTC by its name, shows the same time.

use earwitness_base::misread::Fault;
use earwitness_base::moment;
use earwitness_core::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::raw::Raw;
use super::{Placed, Reading};
use crate::{Kind, Record};

/// Reads all records.
pub(super) fn records(raws: &[Raw], reading: &Reading) -> Result<Vec<Placed>, Fault> {
    let utc = raws.iter().any(is_utc_without_saying);
    raws.iter().map(|raw| record(raw, reading, utc)).collect()
}

fn record(raw: &Raw, reading: &Reading, utc: bool) -> Result<Placed, Fault> {
    let Some(time) = raw.text(&["time"]) else {
        return Err(raw.fault("this record has no time; export My Activity again, as JSON"));
    };
    let recording = raw.text(&["audioFiles"]).and_then(|name| recorded(&name));
    let zone = if utc { Some(&TimeZone::UTC) } else { reading.zone.as_ref() };
    let at = match recording {
        Some(civil) => moment::local(&time, civil, &TimeZone::UTC),
        None => moment::read(&time, zone),
    };
    let at: Timestamp = at.map_err(|what| raw.fault(format!("time: {what}")))?;
    let kind = if raw.value.get("audioFiles").is_some() { Kind::Request } else { Kind::Unknown };
    Ok((raw.at, Record { at, seconds: None, kind, device: None, text: raw.text(&["title"]) }))
}

/// Whether a time without a Z is that of the recording to the millisecond.
fn is_utc_without_saying(raw: &Raw) -> bool {
    let time = raw.text(&["time"]).filter(|time| time.parse::<jiff::Timestamp>().is_err());
    let civil = time.and_then(|time| time.parse::<DateTime>().ok());
    civil.is_some() && civil == raw.text(&["audioFiles"]).and_then(|name| recorded(&name))
}

/// The moment in the name of a recording, like `2019-09-06_02_30_11_955_UTC.mp3`, in UTC.
fn recorded(name: &str) -> Option<DateTime> {
    let name = name.rsplit('/').next()?;
    let stem = name.split("_UTC").next().filter(|stem| stem.len() < name.len())?;
    let (date, rest) = stem.split_once('_')?;
    let parts: Vec<&str> = rest.split('_').collect();
    let [hour, minute, second, milliseconds] = parts.as_slice() else { return None };
    format!("{date}T{hour}:{minute}:{second}.{milliseconds}").parse().ok()
}
