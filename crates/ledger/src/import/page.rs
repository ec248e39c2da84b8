//! Records of Google's My Activity (HTML): the last line of each cell is its time, local, with the abbreviation of a zone.
//!
//! Abbreviations name no zone (CST is three), so that one must be named, unless it is UTC or GMT, or says its offset (GMT+3). In the night in which clocks are set back they tell the hours apart.

use earwitness_base::misread::Fault;
use earwitness_base::moment;
use earwitness_core::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::{Placed, Reading};
use crate::{Kind, Record};

/// How a cell with an activity begins; those beside it have another class.
const CELL: &str = "<div class=\"content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1\">";

/// How the time is written: English of the United States, of Britain, and with dots.
const FORMATS: [&str; 4] = ["%b %d, %Y, %I:%M:%S %p", "%b %d, %Y, %H:%M:%S", "%d %b %Y, %H:%M:%S", "%d.%m.%Y, %H:%M:%S"];

/// Reads all records.
pub(super) fn records(text: &str, reading: &Reading) -> Result<Vec<Placed>, Fault> {
    let mut records = Vec::new();
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find(CELL)) {
        let at = from + found;
        let begin = at + CELL.len();
        let Some(length) = text.get(begin..).and_then(|rest| rest.find("</div>")) else {
            return Err(Fault::at(at..at, "it ends in the middle of this activity; download it again, whole"));
        };
        records.extend(record(text.get(begin..begin + length).unwrap_or_default(), at, reading)?);
        from = begin + length;
    }
    if records.is_empty() {
        return Err(Fault::of_all("this page holds no activity in a layout that is known; export My Activity as JSON"));
    }
    Ok(records)
}

/// A cell as a record; none where it is empty, as the cell to the right of each.
fn record(cell: &str, at: usize, reading: &Reading) -> Result<Option<Placed>, Fault> {
    let mut lines: Vec<String> = cell.split("<br>").map(plain).filter(|line| !line.is_empty()).collect();
    let Some(time) = lines.pop() else { return Ok(None) };
    let at_moment = moment(&time, reading).map_err(|what| Fault::at(at..at, what))?;
    let text = Some(lines.join(" ")).filter(|text| !text.is_empty());
    Ok(Some((at, Record { at: at_moment, seconds: None, kind: Kind::Unknown, device: None, text })))
}

fn moment(text: &str, reading: &Reading) -> Result<Timestamp, String> {
    let unknown = || format!("{text:?} is no time in a language that is known here; export My Activity as JSON, or in English");
    let (time, abbreviation) = text.rsplit_once(' ').ok_or_else(unknown)?;
    // The one month that Britain abbreviates to four letters.
    let time = time.replacen("Sept ", "Sep ", 1);
    let civil = FORMATS.iter().find_map(|format| DateTime::strptime(format, &time).ok()).ok_or_else(unknown)?;
    let told = offset(abbreviation).map(TimeZone::fixed);
    let ((Some(zone), _) | (None, Some(zone))) = (&told, &reading.zone) else {
        let what = format!(
            "{abbreviation} stands for more than one time zone; say where the clock stood, like --time-zone Europe/Berlin"
        );
        return Err(format!("{text:?}: {what}"));
    };
    told_apart(civil, zone, abbreviation).map_or_else(|| moment::local(text, civil, zone), Ok)
}

/// The offset that an abbreviation itself says, such as UTC, GMT+3 or GMT-03:30.
fn offset(abbreviation: &str) -> Option<Offset> {
    let rest = abbreviation.strip_prefix("GMT").or_else(|| abbreviation.strip_prefix("UTC"));
    let rest = if abbreviation == "Z" { "" } else { rest? };
    let (sign, digits) = match rest.chars().next() {
        None => return Some(Offset::UTC),
        Some('+') => (1, rest.get(1..)?),
        Some('-') => (-1, rest.get(1..)?),
        Some(_) => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60)).ok()
}

/// The moment of a time that clocks showed twice, where the abbreviation is that of one of them only.
fn told_apart(civil: DateTime, zone: &TimeZone, abbreviation: &str) -> Option<Timestamp> {
    let AmbiguousOffset::Fold { before, after } = zone.to_ambiguous_timestamp(civil).offset() else { return None };
    let moments = [before, after].map(|offset| offset.to_timestamp(civil).ok());
    let mut named = moments.into_iter().flatten().filter(|at| zone.to_offset_info(*at).abbreviation() == abbreviation);
    let at = named.next().filter(|_| named.next().is_none())?;
    i64::try_from(at.as_nanosecond()).ok().map(Timestamp::from_nanos)
}

/// The text of a piece of HTML, blanks of any width as one.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for symbol in html.chars() {
        match symbol {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(symbol),
            _ => {}
        }
    }
    let text =
        text.replace("&nbsp;", " ").replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}
