//! Histories as JSON: which layout it is, and where in the text each record stands.

use earwitness_base::misread::Fault;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::raw::Raw;
use super::{Placed, Reading, activity, alexa};

/// What Amazon answers to a question for a history, in one of three generations; all of them are read where a file was put together of several.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Answer<'a> {
    #[serde(borrow)]
    customer_history_records: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    alexa_history_records: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    activities: Option<Vec<&'a RawValue>>,
}

/// Reads a history, and says which it is.
pub(super) fn read(text: &str, reading: &Reading) -> Result<(&'static str, Vec<Placed>), Fault> {
    let (layout, records) = if text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = parsed(text, text)?;
        let answer = items.first().and_then(|it| parsed::<Answer<'_>>(it.get(), text).ok());
        if answer.and_then(Answer::records).is_none() {
            return Ok(("My Activity (JSON)", activity::records(&raws(items, text)?, reading)?));
        }
        pages(&items, text)?
    } else {
        page(parsed(text, text)?, text)?
    };
    Ok((layout, records.iter().map(alexa::record).collect::<Result<_, _>>()?))
}

impl<'a> Answer<'a> {
    /// All records, with what the newest generation of them is called.
    fn records(self) -> Option<(&'static str, Vec<&'a RawValue>)> {
        let all = [
            ("Alexa voice history (alexaHistoryRecords)", self.alexa_history_records),
            ("Alexa voice history (customerHistoryRecords)", self.customer_history_records),
            ("Alexa activities", self.activities),
        ];
        let given = all.into_iter().filter_map(|(layout, items)| Some((layout, items?)));
        given.reduce(|(layout, mut items), next| {
            items.extend(next.1);
            (layout, items)
        })
    }
}

/// The answers to several questions, one after the other in a list.
fn pages(items: &[&RawValue], text: &str) -> Result<(&'static str, Vec<Raw>), Fault> {
    let mut all = ("", Vec::new());
    for item in items {
        let at = offset(item.get(), text);
        let here = |fault: Fault| Fault { at: fault.at.or(Some(at..at)), what: fault.what };
        let (layout, records) = page(parsed(item.get(), text)?, text).map_err(here)?;
        all.0 = layout;
        all.1.extend(records);
    }
    Ok(all)
}

fn page(answer: Answer<'_>, text: &str) -> Result<(&'static str, Vec<Raw>), Fault> {
    let Some((layout, items)) = answer.records() else {
        let what = "this JSON holds neither customerHistoryRecords nor alexaHistoryRecords, nor is it a list of My Activity; \
                    save the history as a table (CSV), and say with --map which of its columns is the time";
        return Err(Fault::of_all(what));
    };
    Ok((layout, raws(items, text)?))
}

fn raws(items: Vec<&RawValue>, text: &str) -> Result<Vec<Raw>, Fault> {
    items.into_iter().map(|it| Ok(Raw { at: offset(it.get(), text), value: parsed(it.get(), text)? })).collect()
}

/// Where a part of the text begins.
fn offset(part: &str, text: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// Reads a part of the text.
fn parsed<'a, T: Deserialize<'a>>(part: &'a str, text: &str) -> Result<T, Fault> {
    serde_json::from_str(part).map_err(|error| {
        let at = offset(part, text).saturating_add(octet(part, error.line(), error.column())).min(text.len());
        let message = error.to_string();
        let message = message.split(" at line").next().unwrap_or_default();
        let remedy = if error.is_eof() {
            "it ends in the middle; download it again, whole"
        } else {
            "download it again, and leave it as it was"
        };
        Fault::at(at..at, format!("this is no JSON that can be read ({message}): {remedy}"))
    })
}

/// The octet of a line and a column, both from 1; the reader counts columns in octets.
fn octet(part: &str, line: usize, column: usize) -> usize {
    let before: usize = part.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = before.saturating_add(column.saturating_sub(1)).min(part.len());
    while !part.is_char_boundary(at) {
        at -= 1;
    }
    at
}
