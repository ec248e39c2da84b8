//! Rows of a Parquet file, whoever wrote it.

use std::fs::File;

use earwitness_core::time::Timestamp;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::Cell;

/// A row: each column's name and value.
pub type Named = Vec<(String, Cell)>;

/// The rows of a Parquet file, one at a time; of values that a [`Cell`] cannot hold (lists, decimals) the text.
///
/// # Errors
/// Where it is no Parquet file, is damaged, or is packed in a way that this program cannot unpack (it can: not at all, and Snappy); in words for a person.
pub fn read_parquet(file: File) -> Result<impl Iterator<Item = Result<Named, String>>, String> {
    let reader = SerializedFileReader::new(file).map_err(|error| told(&error))?;
    // Only what the file says of itself is asked here; rows are read as they are taken.
    reader.get_row_iter(None).map_err(|error| told(&error))?;
    Ok(reader.into_iter().map(|row| row.map(|row| named(&row)).map_err(|error| told(&error))))
}

fn told(error: &ParquetError) -> String {
    let text = error.to_string();
    let advice = if text.contains("feature") { "; write it with Snappy, or without compression" } else { "" };
    format!("{text}{advice}")
}

fn named(row: &Row) -> Named {
    row.get_column_iter().map(|(name, field)| (name.clone(), cell(field))).collect()
}

fn cell(field: &Field) -> Cell {
    match field {
        Field::Null => Cell::Empty,
        Field::Bool(it) => (*it).into(),
        Field::Byte(it) => Cell::Whole((*it).into()),
        Field::Short(it) => Cell::Whole((*it).into()),
        Field::Int(it) => Cell::Whole((*it).into()),
        Field::Long(it) => Cell::Whole(*it),
        Field::UByte(it) => Cell::Whole((*it).into()),
        Field::UShort(it) => Cell::Whole((*it).into()),
        Field::UInt(it) => (*it).into(),
        Field::ULong(it) => (*it).into(),
        // What is no number stands for nothing in programs that have no empty cells.
        Field::Float(it) if it.is_nan() => Cell::Empty,
        Field::Double(it) if it.is_nan() => Cell::Empty,
        Field::Float(it) => Cell::Number((*it).into()),
        Field::Double(it) => Cell::Number(*it),
        Field::Str(it) => it.as_str().into(),
        Field::Bytes(it) => String::from_utf8_lossy(it.data()).into_owned().into(),
        Field::TimestampMillis(it) => Cell::Time(Timestamp::from_nanos(it.saturating_mul(1_000_000))),
        Field::TimestampMicros(it) => Cell::Time(Timestamp::from_nanos(it.saturating_mul(1_000))),
        other => other.to_string().into(),
    }
}
