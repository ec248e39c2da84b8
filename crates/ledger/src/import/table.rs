//! Histories as tables: a line with the names of the columns, then a line for each record.

use earwitness_base::misread::Fault;
use earwitness_base::moment;
use earwitness_base::text::clean;

use super::column::{self, Key, all_names};
use super::{Placed, Reading};
use crate::{Kind, MOST, Record};

/// Columns that a message names.
const NAMED: usize = 12;

/// Characters of each that it shows.
const WIDEST_NAME: usize = 40;

/// Reads all records.
pub(super) fn records(text: &str, reading: &Reading, warnings: &mut Vec<String>) -> Result<Vec<Placed>, Fault> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut row = csv::StringRecord::new();
    let mut keys = None;
    let mut records = Vec::new();
    let mut last = (0, false);
    while reader.read_record(&mut row).map_err(|error| Fault::of_all(error.to_string()))? {
        let at = row.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
        // Blank lines are part of what lies before a row.
        let at = at + text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        last = (at, row.iter().any(|field| field.contains('\n')));
        let Some(keys) = &keys else {
            keys = Some(header(&row, at, reading, warnings)?);
            continue;
        };
        if row.iter().any(|field| !field.trim().is_empty()) {
            records.push((at, record(&row, keys, at, reading)?));
        }
        if records.len() > MOST {
            return Err(Fault::at(at..at, format!("more than {MOST} records; export a shorter time")));
        }
    }
    // A text that is opened and never closed takes the rest of the file into one field.
    if last.1 && text.matches('"').count() % 2 == 1 {
        return Err(Fault::at(
            last.0..last.0,
            "a quotation mark opens in this line and never closes; close it, or download the file again, whole",
        ));
    }
    Ok(records)
}

/// What the columns hold; `None` for those that are left out.
fn header(row: &csv::StringRecord, at: usize, reading: &Reading, warnings: &mut Vec<String>) -> Result<Vec<Option<Key>>, Fault> {
    let keys: Vec<Option<Key>> = row.iter().map(|name| column::key(&reading.columns, name)).collect();
    let twice = |key: &Key| keys.iter().filter(|it| it.as_ref() == Some(key)).count() > 1;
    if let Some((name, _)) = row.iter().zip(&keys).find(|(_, key)| key.as_ref().is_some_and(twice)) {
        return Err(Fault::at(at..at, format!("two columns are {:?}; leave one of them out", name.trim())));
    }
    let left = row.iter().zip(&keys).filter(|(name, key)| key.is_none() && !name.trim().is_empty());
    let left: Vec<String> = left.map(|(name, _)| format!("{:?}", clean(name.trim(), WIDEST_NAME))).collect();
    let more = left.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let left = format!("{}{more}", left.get(..NAMED).unwrap_or(&left).join(", "));
    if !keys.contains(&Some(Key::Time)) {
        let what = format!("no column is named time (there is {left}); say which it is, like --map \"Date=time\"");
        return Err(Fault::at(at..at, what));
    }
    if !left.is_empty() {
        warnings
            .push(format!("not read are the columns {left}; --map THEIRS=OURS names them, where OURS is one of {}", all_names()));
    }
    Ok(keys)
}

fn record(row: &csv::StringRecord, keys: &[Option<Key>], at: usize, reading: &Reading) -> Result<Record, Fault> {
    let field = |wanted: Key| {
        let place = keys.iter().position(|key| *key == Some(wanted))?;
        row.get(place).map(str::trim).filter(|field| !field.is_empty())
    };
    let fault = |what: String| Fault::at(at..at, what);
    if row.iter().skip(keys.len()).any(|field| !field.trim().is_empty()) {
        return Err(fault(format!(
            "more fields than the {} columns that the first line names; put texts with commas in quotes",
            keys.len()
        )));
    }
    let Some(time) = field(Key::Time) else { return Err(fault("time is missing; every record needs it".to_owned())) };
    Ok(Record {
        at: moment::read(&time.replace(',', "."), reading.zone.as_ref()).map_err(|what| fault(format!("time: {what}")))?,
        seconds: field(Key::Seconds).map(seconds).transpose().map_err(fault)?,
        kind: field(Key::Kind).map_or(Kind::Unknown, column::kind),
        device: field(Key::Device).map(str::to_owned),
        text: field(Key::Text).map(str::to_owned),
    })
}

/// A length; a comma is decimal, as much of the world writes it.
fn seconds(text: &str) -> Result<f64, String> {
    let length = text.replace(',', ".").parse().ok().filter(|length: &f64| length.is_finite() && *length >= 0.0);
    length.ok_or_else(|| format!("seconds: {text:?} is no length in seconds, like 4 or 3.25"))
}

/// The commonest of comma, semicolon, tabulator and bar in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |wanted: u8| first.bytes().filter(|it| *it == wanted).count();
    [b';', b'\t', b'|'].into_iter().filter(|it| count(*it) > count(b',')).max_by_key(|it| count(*it)).unwrap_or(b',')
}
