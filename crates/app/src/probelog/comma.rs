//! Logs as comma-separated values: a line with the names of the columns, then a line for each slot.

use super::field::{Key, all_names};
use super::row::{MOST_LINES, Row};
use super::trouble::{Fault, Place};

/// All rows of the text.
pub(super) fn rows(text: &str) -> Result<Vec<Row>, Fault> {
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
            keys = Some(header(&record, &mut places)?);
            continue;
        }
        let keys: &[Key] = keys.as_deref().unwrap_or_default();
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        rows.push(row(&record, keys, &mut places)?);
        if rows.len() > MOST_LINES {
            return Err(Fault::of_all(format!("more than {MOST_LINES} lines; split it and analyse the parts one by one")));
        }
    }
    Ok(rows)
}

fn row(record: &csv::StringRecord, keys: &[Key], places: &mut Places<'_>) -> Result<Row, Fault> {
    let mut row = None;
    for (number, field) in record.iter().enumerate() {
        let at = places.next();
        let row = row.get_or_insert_with(|| Row::new(at.line));
        let Some(key) = keys.get(number) else {
            let what = format!("a field more than the {} columns that the first line names", keys.len());
            return Err(Fault::at(at, what));
        };
        row.take(*key, field, at)?;
    }
    row.unwrap_or_default().check()
}

/// What the columns hold.
fn header(record: &csv::StringRecord, places: &mut Places<'_>) -> Result<Vec<Key>, Fault> {
    let mut keys: Vec<Key> = Vec::new();
    for name in record {
        let at = places.next();
        let name = name.trim();
        let Some(key) = Key::of(&name.to_ascii_lowercase()) else {
            let what =
                format!("the column {name:?} is not known; the first line names the columns, which may be {}", all_names());
            return Err(Fault::at(at, what));
        };
        if keys.contains(&key) {
            return Err(Fault::at(at, format!("the column {name:?} comes twice; leave one of them out")));
        }
        keys.push(key);
    }
    if !keys.contains(&Key::Start) {
        let at = Place { line: places.line, column: 1 };
        return Err(Fault::at(at, "no column is named start, which tells when each slot begins; add it"));
    }
    Ok(keys)
}

/// What separates the columns: the commonest of comma, semicolon and tabulator in the first line that is no comment.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    let count = |wanted: u8| first.bytes().filter(|it| *it == wanted).count();
    [b';', b'\t'].into_iter().filter(|it| count(*it) > count(b',')).max_by_key(|it| count(*it)).unwrap_or(b',')
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
