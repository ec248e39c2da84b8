//! Rows as Parquet, a few thousand at a time; every column may be empty.

use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Cell, Column, Holds, Take};
use earwitness_base::outfile::Sink;

/// Rows that are held in memory at once.
const GROUP: usize = 1 << 14;

pub(super) fn write(
    (what, notes): (&str, &[(&str, String)]),
    columns: &[Column],
    rows: impl FnOnce(Take<'_>) -> io::Result<()>,
    out: &mut Sink<'_>,
) -> io::Result<()> {
    let notes = notes.iter().map(|(key, text)| KeyValue::new((*key).to_owned(), text.clone())).collect::<Vec<_>>();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("earwitness {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(notes).filter(|notes| !notes.is_empty()))
        .build();
    let schema = schema(what, columns).map_err(io::Error::other)?;
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(io::Error::other)?;
    let mut batch = Vec::with_capacity(GROUP);
    rows(&mut |row| {
        batch.push(row);
        if batch.len() >= GROUP {
            group(&mut file, columns, &batch).map_err(io::Error::other)?;
            batch.clear();
        }
        Ok(())
    })?;
    if !batch.is_empty() {
        group(&mut file, columns, &batch).map_err(io::Error::other)?;
    }
    file.close().map(drop).map_err(io::Error::other)
}

fn schema(what: &str, columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |&(name, holds): &Column| {
        let (physical, logical) = match holds {
            Holds::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Holds::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::NANOS))),
            Holds::Whole => (Physical::INT64, None),
            Holds::Number => (Physical::DOUBLE, None),
            Holds::Truth => (Physical::BOOLEAN, None),
        };
        let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical);
        builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder(what).with_fields(fields).build().map(Arc::new)
}

fn group<W: io::Write + Send>(
    file: &mut SerializedFileWriter<W>,
    columns: &[Column],
    rows: &[Vec<Cell>],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for (place, (_, holds)) in columns.iter().enumerate() {
        let cells = rows.iter().map(|row| row.get(place).unwrap_or(&Cell::Empty));
        match holds {
            Holds::Text => column::<ByteArrayType, _>(&mut group, cells, |cell| match cell {
                Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                _ => None,
            }),
            Holds::Time | Holds::Whole => column::<Int64Type, _>(&mut group, cells, |cell| match cell {
                Cell::Time(at) => Some(at.nanos()),
                Cell::Whole(number) => Some(*number),
                _ => None,
            }),
            Holds::Number => column::<DoubleType, _>(&mut group, cells, |cell| match cell {
                Cell::Number(number) if number.is_finite() => Some(*number),
                _ => None,
            }),
            Holds::Truth => column::<BoolType, _>(&mut group, cells, |cell| match cell {
                Cell::Truth(truth) => Some(*truth),
                _ => None,
            }),
        }?;
    }
    group.close().map(drop)
}

fn column<'a, T: DataType, W: io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: impl Iterator<Item = &'a Cell>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<T::T>> = cells.map(value).collect();
    // 1: there is a value; 0: there is none.
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    if let Some(mut column) = group.next_column()? {
        column.typed::<T>().write_batch(&values, Some(&there), None)?;
        column.close()?;
    }
    Ok(())
}
