//! Histories as vendors hand them out: octets in, records or the place of a fault out. Nothing is half read.
//!
//! Where the layouts are from:
//! - `customerHistoryRecords`: what Amazon's page "Review voice history" loads, as read by openHAB (`CustomerHistoryRecordsTO`) and alexa-remote2; `alexaHistoryRecords`, its
//!   successor, as read by aioamazondevices; `activities`, its predecessor with `activityStatus`, as read by alexa-remote2 and alexapy. Times are milliseconds since 1970.
//! - My Activity of Google Takeout, as JSON and HTML.
//! - Tables with a line of names, whose columns may be mapped. No public layout of the archive of Amazon's "Request my data" was found; what is in it is read as a table.
//! - Zip archives with one of these in them.

mod activity;
mod alexa;
mod archive;
mod column;
mod json;
mod page;
mod raw;
mod table;

#[cfg(test)]
mod tests;

use earwitness_base::encoding;
use earwitness_base::misread::{Fault, Misread};
use earwitness_base::words;
use jiff::tz::TimeZone;

pub use self::column::Column;

use crate::{MOST, Record};

/// How a history is to be understood where it does not say so itself.
#[derive(Clone, Default, Debug)]
pub struct Reading {
    /// The file in an archive that is meant: its name, or the end of its path.
    pub member: Option<String>,
    /// Names of columns that are not ours.
    pub columns: Vec<Column>,
    /// Where clocks showed the times that have no offset.
    pub zone: Option<TimeZone>,
}

/// A history that was read.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct History {
    /// What it is, in words.
    pub layout: &'static str,
    /// Its records, in the order of the file.
    pub records: Vec<Record>,
    /// What was odd, and how it was taken; a sentence each.
    pub warnings: Vec<String>,
}

/// A record with its place in the text, octets.
type Placed = (usize, Record);

/// Most octets of a history, also unpacked: some hundred times the largest known.
pub const LARGEST: u64 = 256 << 20;

/// Reads a history; `name` is how messages call it.
///
/// # Errors
/// When it is of no known layout, or anything in it is not understood.
pub fn read(bytes: &[u8], name: &str, reading: &Reading) -> Result<History, Misread> {
    if is_zip(bytes) {
        return from_archive(bytes, name, reading);
    }
    if reading.member.is_some() {
        return Err(Misread::whole(name, "this is no zip archive; leave out --member".to_owned()));
    }
    plain(bytes, name, reading)
}

const fn is_zip(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'K', 3 | 5, ..])
}

/// The history in a zip archive: the one that was named, else the only one that can be read.
fn from_archive(bytes: &[u8], name: &str, reading: &Reading) -> Result<History, Misread> {
    let refused = |what: String| Misread::whole(name, what);
    let members = archive::members(bytes, reading.member.as_deref(), LARGEST).map_err(refused)?;
    let all: Vec<String> = members.iter().map(|it| it.name.clone()).collect();
    let read = members.into_iter().map(|it| {
        let history = plain(&it.bytes, &format!("{name}: {}", it.name), reading)?;
        Ok((it.name, history))
    });
    let (good, bad): (Vec<_>, Vec<Result<_, Misread>>) = read.partition(Result::is_ok);
    let mut good: Vec<(String, History)> = good.into_iter().flatten().collect();
    match (good.pop(), good.is_empty(), all.as_slice()) {
        (Some((member, mut history)), true, _) => {
            history.warnings.insert(0, format!("{member} was read, the history in this archive"));
            Ok(history)
        }
        (Some((last, _)), ..) => {
            let names: Vec<String> = good.into_iter().map(|it| it.0).chain([last]).collect();
            Err(refused(format!("more than one history is in this archive: {}; name one with --member", archive::listed(&names))))
        }
        (None, _, [_]) => Err(bad.into_iter().find_map(Result::err).unwrap_or_else(|| refused("it holds no history".to_owned()))),
        (None, ..) => {
            let files = words::counted(all.len() as u64, "file", "files");
            let what = format!(
                "none of {files} in this archive can be read as a history: {}; name one with --member, to see why",
                archive::listed(&all)
            );
            Err(refused(what))
        }
    }
}

/// Reads a history that is not packed.
fn plain(bytes: &[u8], name: &str, reading: &Reading) -> Result<History, Misread> {
    if let Some(what) = packed(bytes) {
        return Err(Misread::whole(name, format!("{what}; unpack it, and name the history in it (such as MyActivity.json)")));
    }
    let mut warnings = Vec::new();
    let text = encoding::text(bytes, &mut warnings).map_err(|garbled| Misread::whole(name, garbled.to_string()))?;
    let located = |fault: Fault| fault.located(name, &text);
    let (layout, placed) = match text.trim_start().as_bytes() {
        [b'{' | b'[', ..] => json::read(&text, reading),
        [b'<', ..] => page::records(&text, reading).map(|placed| ("My Activity (HTML)", placed)),
        _ => table::records(&text, reading, &mut warnings).map(|placed| ("a table", placed)),
    }
    .map_err(located)?;
    if placed.is_empty() {
        return Err(Misread::whole(name, "it holds no record; export a time in which something was said".to_owned()));
    }
    if placed.len() > MOST {
        return Err(Misread::whole(name, format!("more than {MOST} records; export a shorter time")));
    }
    let records = once(placed, &text, &mut warnings);
    Ok(History { layout, records, warnings })
}

/// What is packed in a way that is not read, by its first octets.
const fn packed(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        _ if is_zip(bytes) => Some("this is a zip archive within another"),
        [0x1f, 0x8b, ..] => Some("this is packed with gzip"),
        _ => None,
    }
}

/// The records without those that stand there twice. Of times that show no seconds, equal records may be two: they stay.
fn once(placed: Vec<Placed>, text: &str, warnings: &mut Vec<String>) -> Vec<Record> {
    let key = |it: &Record| (it.at, it.device.clone(), it.text.clone(), it.seconds.map(f64::to_bits));
    let mut seen = std::collections::BTreeSet::new();
    let (mut first, mut count) = (None, 0_usize);
    let mut kept = Vec::with_capacity(placed.len());
    for (at, record) in placed {
        let whole_minute = record.at.nanos().rem_euclid(60 * earwitness_core::time::SECOND) == 0;
        if !seen.insert(key(&record)) && !whole_minute {
            first = first.or(Some(at));
            count += 1;
            continue;
        }
        kept.push(record);
    }
    if let Some(first) = first {
        let (line, column) = earwitness_base::misread::place(text, first);
        let records = words::counted(count as u64, "record stands", "records stand");
        warnings.push(format!("{records} in it twice, the first at {line}:{column}; each was read once"));
    }
    kept
}
