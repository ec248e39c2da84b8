//! Logs as comma-separated values: a line with the names of the columns, then a line for each slot.

use std::borrow::Cow;

use super::field::{Key, all_names};
use super::local::Reading;
use super::row::{MOST_LINES, Row};
use super::trouble::{Fault, Place};

/// All rows of the text, and what to warn of.
pub(super) fn rows(text: &str, reading: &Reading, warnings: &mut Vec<String>) -> Result<Vec<Row>, Fault> {
    let delimiter = delimiter(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut keys = None;
    let mut rows = Vec::new();
    while reader.read_record(&mut record).map_err(|error| Fault::of_all(error.to_string()))? {
        let (line, from) = record.position().map_or((1, 0), |at| (at.line(), usize::try_from(at.byte()).unwrap_or(usize::MAX)));
        let mut places = Places::new(text.get(from..).unwrap_or_default(), line, delimiter);
        if keys.is_none() {
            // What spreadsheets say about the file itself.
            if record.get(0).is_none_or(|first| !first.to_ascii_lowercase().starts_with(SEPARATOR)) {
                keys = Some(header(&record, &mut places, reading, warnings)?);
            }
            continue;
        }
        let keys: &[Option<Key>] = keys.as_deref().unwrap_or_default();
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        rows.push(row(&record, keys, &mut places, reading)?);
        if rows.len() > MOST_LINES {
            return Err(Fault::of_all(format!("more than {MOST_LINES} lines; split it and analyse the parts one by one")));
        }
    }
    Ok(rows)
}

fn row(record: &csv::StringRecord, keys: &[Option<Key>], places: &mut Places<'_>, reading: &Reading) -> Result<Row, Fault> {
    let mut row = None;
    for (number, field) in record.iter().enumerate() {
        let at = places.next();
        let row = row.get_or_insert_with(|| Row::new(at.line));
        let Some(key) = keys.get(number) else {
            // Spreadsheets fill up short lines.
            if field.trim().is_empty() {
                continue;
            }
            let what = format!("a field more than the {} columns that the first line names", keys.len());
            return Err(Fault::at(at, what));
        };
        let Some(key) = *key else { continue };
        let decimal = matches!(key, Key::Start | Key::Onset | Key::Seconds | Key::SlotSeconds);
        // A comma that does not separate, or stands in quotes, is decimal, as much of the world writes it.
        let field = if decimal && field.contains(',') { Cow::Owned(field.replace(',', ".")) } else { Cow::Borrowed(field) };
        row.take(key, &field, at, reading)?;
    }
    row.unwrap_or_default().check()
}

/// What the columns hold; `None` for those that are left out.
fn header(
    record: &csv::StringRecord,
    places: &mut Places<'_>,
    reading: &Reading,
    warnings: &mut Vec<String>,
) -> Result<Vec<Option<Key>>, Fault> {
    let mut keys: Vec<Option<Key>> = Vec::new();
    let mut unknown = Vec::new();
    for name in record {
        let at = places.next();
        let key = reading.key(name);
        if key.is_some() && keys.contains(&key) {
            return Err(Fault::at(at, format!("the column {:?} comes twice; leave one of them out", name.trim())));
        }
        if key.is_none() && !name.trim().is_empty() {
            unknown.push(format!("{:?}", name.trim()));
        }
        keys.push(key);
    }
    let unknown = unknown.join(", ");
    if !keys.contains(&Some(Key::Start)) {
        let at = Place { line: places.line, column: 1 };
        let hint = if unknown.is_empty() {
            String::new()
        } else {
            format!(" (there is {unknown}; --map THEIRS=start says which it is)")
        };
        return Err(Fault::at(at, format!("no column is named start, which tells when each slot begins; add it{hint}")));
    }
    if !unknown.is_empty() {
        warnings.push(format!(
            "not read are the columns {unknown}; --map THEIRS=OURS names them, where OURS is one of {}",
            all_names()
        ));
    }
    Ok(keys)
}

/// How the line begins that tells a spreadsheet what separates the columns.
const SEPARATOR: &str = "sep=";

/// What separates the columns: what the first line that is no comment says, or the commonest of comma, semicolon, tabulator and bar in it.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let said = first.trim_matches('"').as_bytes();
    if let Some((start, [said, ..])) = said.split_at_checked(SEPARATOR.len())
        && start.eq_ignore_ascii_case(SEPARATOR.as_bytes())
        && (said.is_ascii_punctuation() || *said == b'\t')
    {
        return *said;
    }
    let count = |wanted: u8| first.bytes().filter(|it| *it == wanted).count();
    [b';', b'\t', b'|'].into_iter().filter(|it| count(*it) > count(b',')).max_by_key(|it| count(*it)).unwrap_or(b',')
}

/// Where the fields of a record begin.
struct Places<'a> {
    rest: std::str::Chars<'a>,
    line: u64,
    column: u64,
    delimiter: char,
}

impl<'a> Places<'a> {
    /// The reader says where the record before ended, so blank lines and comments may come first.
    fn new(mut text: &'a str, mut line: u64, delimiter: u8) -> Self {
        loop {
            let (first, after) = text.split_once('\n').unwrap_or((text, ""));
            let skipped = first.trim_matches('\r').is_empty() || first.starts_with('#');
            if !skipped || after.is_empty() {
                break;
            }
            (text, line) = (after, line.saturating_add(1));
        }
        Self { rest: text.chars(), line, column: 1, delimiter: char::from(delimiter) }
    }

    /// Where the next field begins.
    fn next(&mut self) -> Place {
        let at = Place { line: self.line, column: self.column };
        let mut quoted = false;
        for symbol in self.rest.by_ref() {
            self.column += 1;
            match symbol {
                '"' => quoted = !quoted,
                '\n' if quoted => (self.line, self.column) = (self.line + 1, 1),
                '\n' => break,
                _ if symbol == self.delimiter && !quoted => break,
                _ => {}
            }
        }
        at
    }
}
