//! Logs as JSON Lines: perhaps an object that describes the session, then an object for each slot.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Header;
use super::field::{self, all_names};
use super::local::Reading;
use super::row::{MOST_LINES, Row};
use super::sounded::{self, FACTORS, TIMELINES};
use super::trouble::{Fault, Place};

/// The key that tells the header from a slot; its value is the version of the format.
pub(super) const MARK: &str = "earwitness_probes";
/// The version that is written and read.
pub(super) const VERSION: u32 = 1;

/// The header, and the rows.
pub(super) type Read = (Option<Header>, Vec<Row>);

/// All rows of the text, the header if there is one, and what to warn of.
pub(super) fn rows(text: &str, reading: &Reading, warnings: &mut Vec<String>) -> Result<Read, Fault> {
    let (mut header, mut rows, mut unknown) = (None, Vec::new(), BTreeSet::new());
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let object: Object<'_> = serde_json::from_str(line).map_err(|error| syntax(number, line, &error))?;
        let is_header = object.0.iter().any(|(key, _)| key == MARK);
        if is_header && rows.is_empty() && header.is_none() {
            header = Some(self::header(&object, number, line, warnings)?);
            continue;
        }
        rows.push(row(&object, number, line, (reading, header.is_some()), &mut unknown)?);
        if rows.len() > MOST_LINES {
            return Err(Fault::of_all(format!("more than {MOST_LINES} lines; split it and analyse the parts one by one")));
        }
    }
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.iter().map(|name| format!("{name:?}")).collect();
        let (unknown, known) = (unknown.join(", "), all_names());
        warnings.push(format!("not read are the keys {unknown}; --map THEIRS=OURS names them, where OURS is one of {known}"));
    }
    Ok((header, rows))
}

/// Most unknown keys that are listed.
const MOST_UNKNOWN: usize = 20;

/// One slot. In logs of our own, which have a header, keys may hold more than a text; what others mean by these is not known.
fn row(
    object: &Object<'_>,
    number: u64,
    line: &str,
    (reading, is_ours): (&Reading, bool),
    unknown: &mut BTreeSet<String>,
) -> Result<Row, Fault> {
    let mut row = Row::new(number);
    let mut seen = BTreeSet::new();
    for (name, value) in &object.0 {
        let at = Place { line: number, column: column(line, value.get()) };
        let Some(key) = reading.key(name) else {
            let wrong = |what: String| Fault::at(at, format!("{name}: {what}"));
            match name.as_ref() {
                TIMELINES | FACTORS if is_ours && !seen.insert(name.as_ref()) => {
                    return Err(Fault::at(at, format!("{name:?} comes twice; leave one of them out")));
                }
                TIMELINES if is_ours => {
                    row.timelines = sounded::read_timelines(value.get()).map_err(wrong)?;
                    continue;
                }
                FACTORS if is_ours => {
                    row.condition = sounded::read_factors(value.get()).map_err(wrong)?;
                    continue;
                }
                _ => {}
            }
            if unknown.len() < MOST_UNKNOWN {
                unknown.insert(name.to_string());
            }
            continue;
        };
        if row.has(key) {
            return Err(Fault::at(at, format!("{name:?} comes twice; leave one of them out")));
        }
        row.take(key, &text(value, name, at)?, at, reading)?;
    }
    row.check()
}

/// The text of a string, the digits of a number, nothing for null.
fn text<'a>(value: &'a RawValue, name: &str, at: Place) -> Result<Cow<'a, str>, Fault> {
    let raw = value.get();
    match raw.bytes().next() {
        Some(b'"') => {
            serde_json::from_str::<String>(raw).map(Cow::Owned).map_err(|error| Fault::at(at, format!("{name}: {error}")))
        }
        Some(b'{' | b'[' | b't' | b'f') => Err(Fault::at(
            at,
            format!("{name}: a text or a number belongs here, not {}", raw.chars().take(20).collect::<String>()),
        )),
        Some(b'n') | None => Ok(Cow::Borrowed("")),
        Some(_) => Ok(Cow::Borrowed(raw)),
    }
}

fn header(object: &Object<'_>, number: u64, line: &str, warnings: &mut Vec<String>) -> Result<Header, Fault> {
    let mut header = Header::default();
    for (name, value) in &object.0 {
        let at = Place { line: number, column: column(line, value.get()) };
        let wrong = |what: String| Fault::at(at, format!("{name}: {what}"));
        let text = text(value, name, at)?;
        if text.is_empty() {
            continue;
        }
        match name.as_ref() {
            MARK => {
                if field::whole(&text).map_err(wrong)? != VERSION {
                    return Err(wrong(format!("version {text} of the format is not known, only {VERSION}; use a newer program")));
                }
            }
            "seed" => header.seed = Some(text.parse().map_err(|_| wrong(format!("{text:?} is not a whole number")))?),
            "alpha" => {
                let alpha = text.parse::<f64>().ok().filter(|alpha| *alpha > 0.0 && *alpha < 1.0);
                header.alpha = Some(alpha.ok_or_else(|| wrong(format!("{text:?} does not lie between 0 and 1")))?);
            }
            "slots" => header.slots = Some(field::whole(&text).map_err(wrong)?),
            "slot_seconds" => header.slot = Some(field::seconds(&text).map_err(wrong)?),
            "guard_seconds" if text == "0" => header.guard = Some(0),
            "guard_seconds" => header.guard = Some(field::seconds(&text).map_err(wrong)?),
            "title" => header.title = Some(text.into_owned()),
            _ => warnings.push(format!("line {number}: the key {name:?} of the header is not known and has no effect")),
        }
    }
    Ok(header)
}

fn syntax(number: u64, line: &str, error: &serde_json::Error) -> Fault {
    let column = u64::try_from(error.column()).unwrap_or(u64::MAX).max(1);
    let message = error.to_string();
    let message = message.split(" at line").next().unwrap_or_default();
    let hint = if line.trim_start().starts_with('{') { "" } else { "; in JSON Lines every line is an object" };
    Fault::at(Place { line: number, column }, format!("{message}{hint}"))
}

/// The column at which a part of a line begins.
fn column(line: &str, part: &str) -> u64 {
    let octets = (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize);
    let before = line.get(..octets).map_or(0, |before| before.chars().count());
    u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1)
}

/// The members of an object in their order, values as they are written.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        from.deserialize_map(Members)
    }
}
