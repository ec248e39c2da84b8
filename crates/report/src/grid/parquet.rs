//! Rows as Parquet, a few thousand at a time.
//!
//! Moments are microseconds of UTC: Spark reads no nanoseconds.

use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::table::{Cells, Field, Table, Values};
use super::{Cell, Holds};

/// Rows that are held in memory at once.
const GROUP: usize = 1 << 14;

/// Cells that are handed to the writer of a column at once.
const BATCH: usize = 1 << 10;

/// Levels of a batch in which no cell is empty.
const ALL: &[i16] = &[1; BATCH];

/// A Parquet file that is being written, row by row.
pub struct Writer<W: io::Write + Send> {
    file: SerializedFileWriter<W>,
    /// Rows that no group was made of yet.
    waiting: Table,
    rows: u64,
}

impl<W: io::Write + Send> Writer<W> {
    /// Begins the table `what` in `out`, with notes about the file, each a key and a text.
    ///
    /// # Errors
    /// When `out` takes no more.
    pub fn new(what: &str, notes: &[(&str, String)], fields: impl IntoIterator<Item = Field>, out: W) -> io::Result<Self> {
        let waiting = Table::new(fields);
        let notes = notes.iter().map(|(key, text)| KeyValue::new((*key).to_owned(), text.clone())).collect::<Vec<_>>();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // The form that the format's description asks for.
            .set_created_by(format!("earwitness version {} (build unknown)", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(notes).filter(|notes| !notes.is_empty()));
        for field in waiting.fields().iter().filter(|field| field.holds == Holds::Time) {
            let column = ColumnPath::from(field.name);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let schema = schema(what, waiting.fields()).map_err(io::Error::other)?;
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties.build())).map_err(io::Error::other)?;
        Ok(Self { file, waiting, rows: 0 })
    }

    /// Adds a row, a cell for each column.
    ///
    /// # Errors
    /// When the file takes no more, or a cell is empty that may not be.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) -> io::Result<()> {
        self.waiting.push(row);
        self.rows += 1;
        if self.waiting.rows() >= GROUP { self.write_group() } else { Ok(()) }
    }

    /// Writes what is left; says how many rows the file has.
    ///
    /// # Errors
    /// As [`Writer::push`].
    pub fn finish(mut self) -> io::Result<u64> {
        if self.waiting.rows() > 0 {
            self.write_group()?;
        }
        self.file.close().map_err(io::Error::other)?;
        Ok(self.rows)
    }

    fn write_group(&mut self) -> io::Result<()> {
        let done = group(&mut self.file, &self.waiting).map_err(io::Error::other);
        self.waiting.clear();
        done
    }
}

fn schema(what: &str, fields: &[Field]) -> Result<TypePtr, ParquetError> {
    let field = |it: &Field| {
        let (physical, logical) = match it.holds {
            Holds::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Holds::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
            Holds::Whole => (Physical::INT64, None),
            Holds::Number => (Physical::DOUBLE, None),
            Holds::Truth => (Physical::BOOLEAN, None),
        };
        let builder = Type::primitive_type_builder(it.name, physical).with_logical_type(logical);
        builder.with_repetition(if it.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED }).build().map(Arc::new)
    };
    let fields = fields.iter().map(field).collect::<Result<_, _>>()?;
    Type::group_type_builder(what).with_fields(fields).build().map(Arc::new)
}

fn group<W: io::Write + Send>(file: &mut SerializedFileWriter<W>, table: &Table) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for (field, values) in table.fields().iter().zip(table.values()) {
        match values {
            Values::Text(cells) => column::<ByteArrayType, _, _>(&mut group, *field, cells, |text| ByteArray::from(&**text)),
            Values::Time(cells) | Values::Whole(cells) => column::<Int64Type, _, _>(&mut group, *field, cells, |it| *it),
            Values::Number(cells) => column::<DoubleType, _, _>(&mut group, *field, cells, |it| *it),
            Values::Truth(cells) => column::<BoolType, _, _>(&mut group, *field, cells, |it| *it),
        }?;
    }
    group.close().map(drop)
}

fn column<T: DataType, V, W: io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    field: Field,
    cells: &Cells<V>,
    value: impl Fn(&V) -> T::T,
) -> Result<(), ParquetError> {
    let (mut filled, levels) = cells.parts();
    if !field.optional && !levels.is_empty() {
        return Err(ParquetError::General(format!("the column {} has an empty cell, which it may not have", field.name)));
    }
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let rows = cells.len();
    let mut values = Vec::with_capacity(BATCH.min(rows));
    for from in (0..rows).step_by(BATCH) {
        let until = (from + BATCH).min(rows);
        let levels = levels.get(from..until).unwrap_or(ALL.get(..until - from).unwrap_or_default());
        let there = levels.iter().filter(|level| **level == 1).count();
        values.clear();
        values.extend(filled.split_off(..there).unwrap_or_default().iter().map(&value));
        column.typed::<T>().write_batch(&values, field.optional.then_some(levels), None)?;
    }
    column.close()
}
