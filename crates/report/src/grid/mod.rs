//! Tables for programs, row by row: CSV, JSON, Parquet.

mod parquet;
mod read;
mod table;

use std::io;

use earwitness_core::time::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use earwitness_base::outfile::Sink;

pub use self::parquet::Writer;
pub use self::read::{Named, read_parquet};
pub use self::table::{Cells, Field, Table, Values};

/// Version of the JSON form: a key that is renamed, removed or changes its meaning raises it; a new one does not.
pub const VERSION: u32 = 1;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Words.
    Text,
    /// A moment; in Parquet to the microsecond, since Spark reads no finer ones.
    Time,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// Yes or no.
    Truth,
}

/// A column: its name and what it holds. Any cell may be empty.
pub type Column = (&'static str, Holds);

/// A value of a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A moment; as text it is RFC 3339 in UTC with all its digits.
    Time(Timestamp),
    /// A whole number.
    Whole(i64),
    /// Any number; what is none is left out.
    Number(f64),
    /// Yes or no.
    Truth(bool),
}

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Comma-separated values with the names of the columns on top.
    Csv,
    /// One JSON object with all rows, an object each.
    Json,
    /// Parquet.
    Parquet,
}

/// Takes one row.
pub type Take<'a> = &'a mut dyn FnMut(Vec<Cell>) -> io::Result<()>;

/// Writes the table `what`; `rows` hands over its rows, each as long as `columns`.
///
/// # Errors
/// When `out` takes no more, or `rows` fails.
pub fn write(
    what: &str,
    format: Format,
    columns: &[Column],
    rows: impl FnOnce(Take<'_>) -> io::Result<()>,
    out: &mut Sink<'_>,
) -> io::Result<()> {
    match format {
        Format::Csv => {
            let mut out = csv::Writer::from_writer(out);
            out.write_record(columns.iter().map(|column| column.0))?;
            rows(&mut |row| Ok(out.write_record(row.iter().map(Cell::text))?))?;
            out.flush()
        }
        Format::Json => json(what, columns, rows, out),
        Format::Parquet => write_parquet(what, &[], columns, rows, out),
    }
}

/// Writes the table `what` as Parquet with notes about the file, each a key and a text.
///
/// # Errors
/// As [`write()`].
pub fn write_parquet(
    what: &str,
    notes: &[(&str, String)],
    columns: &[Column],
    rows: impl FnOnce(Take<'_>) -> io::Result<()>,
    out: &mut Sink<'_>,
) -> io::Result<()> {
    let fields = columns.iter().map(|&(name, holds)| Field { name, holds, optional: true });
    let mut file = Writer::new(what, notes, fields, out)?;
    rows(&mut |row| file.push(row))?;
    file.finish().map(drop)
}

fn json(what: &str, columns: &[Column], rows: impl FnOnce(Take<'_>) -> io::Result<()>, out: &mut Sink<'_>) -> io::Result<()> {
    let program = concat!("earwitness ", env!("CARGO_PKG_VERSION"));
    write!(out, "{{\"version\":{VERSION},\"program\":\"{program}\",\"what\":\"{what}\",\"rows\":[")?;
    let mut separator = "\n";
    rows(&mut |row| {
        write!(out, "{separator}")?;
        separator = ",\n";
        serde_json::to_writer(&mut *out, &Row { columns, row: &row }).map_err(io::Error::from)
    })?;
    writeln!(out, "\n]}}")
}

struct Row<'a> {
    columns: &'a [Column],
    row: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.columns.len()))?;
        for (column, cell) in self.columns.iter().zip(self.row) {
            match cell {
                Cell::Number(number) if number.is_finite() => map.serialize_entry(column.0, number)?,
                Cell::Empty | Cell::Number(_) => map.serialize_entry(column.0, &())?,
                Cell::Whole(number) => map.serialize_entry(column.0, number)?,
                Cell::Truth(truth) => map.serialize_entry(column.0, truth)?,
                Cell::Text(_) | Cell::Time(_) => map.serialize_entry(column.0, &cell.text())?,
            }
        }
        map.end()
    }
}

impl Cell {
    /// As in a file of text.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Time(at) => {
                jiff::Timestamp::from_nanosecond(at.nanos().into()).map_or_else(|_| String::new(), |it| it.to_string())
            }
            Self::Whole(number) => number.to_string(),
            Self::Number(number) if number.is_finite() => number.to_string(),
            Self::Empty | Self::Number(_) => String::new(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell {
    fn from(number: usize) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::RowAccessor;
    use bytes::Bytes;

    const COLUMNS: [Column; 5] =
        [("name", Holds::Text), ("at", Holds::Time), ("n", Holds::Whole), ("x", Holds::Number), ("yes", Holds::Truth)];

    fn rows(take: Take<'_>) -> io::Result<()> {
        let at = Timestamp::from_nanos(1_000_000_000_123_456_789);
        take(vec!["a,\"b".into(), at.into(), 7_u32.into(), 0.1.into(), true.into()])?;
        take(vec![Cell::Empty, Cell::Empty, Cell::Empty, f64::INFINITY.into(), Cell::Empty])
    }

    fn written(format: Format) -> Vec<u8> {
        let mut out = Vec::new();
        write("things", format, &COLUMNS, rows, &mut out).unwrap();
        out
    }

    #[test]
    fn text_keeps_every_digit_and_leaves_out_what_is_no_number() {
        let text = String::from_utf8(written(Format::Csv)).unwrap();
        assert_eq!(text, "name,at,n,x,yes\n\"a,\"\"b\",2001-09-09T01:46:40.123456789Z,7,0.1,true\n,,,,\n");
        let value: serde_json::Value = serde_json::from_slice(&written(Format::Json)).unwrap();
        assert_eq!(value["what"], "things");
        assert_eq!(value["rows"][0]["at"], "2001-09-09T01:46:40.123456789Z");
        assert!(value["rows"][1]["x"].is_null() && value["rows"].as_array().unwrap().len() == 2);
    }

    #[test]
    fn parquet_reads_back_with_its_empty_cells() {
        let file = SerializedFileReader::new(Bytes::from(written(Format::Parquet))).unwrap();
        let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows[0].get_string(0).unwrap(), "a,\"b");
        assert_eq!((rows[0].get_timestamp_micros(1).unwrap(), rows[0].get_long(2).unwrap()), (1_000_000_000_123_456, 7));
        assert!((rows[0].get_double(3).unwrap() - 0.1).abs() < 1e-15 && rows[0].get_bool(4).unwrap());
        assert!(rows[1].get_string(0).is_err(), "empty");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_table_without_rows_is_whole() {
        for format in [Format::Csv, Format::Json, Format::Parquet] {
            let mut out = Vec::new();
            write("nothing", format, &COLUMNS, |_| Ok(()), &mut out).unwrap();
            assert!(out.len() > 10);
        }
        let mut out = Vec::new();
        write("nothing", Format::Json, &COLUMNS, |_| Ok(()), &mut out).unwrap();
        serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    }
}
