//! Tables as Arrow: the `PyCapsule` interface, by which polars, pandas, duckdb and pyarrow take them without a copy.
//!
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>. The structures that lie in the capsules, and their release,
//! are those of the `arrow` crates; a capsule owns its structure and releases what nobody took over.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, PrimitiveArray, RecordBatch, RecordBatchIterator, RecordBatchOptions,
    StringArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use earwitness_dataset::column::Entry;
use earwitness_report::grid::{self, Holds, Values};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use crate::error;

/// A table of what was found. Whatever takes Arrow takes it: `polars.DataFrame(table)`, `pyarrow.table(table)`, which has `to_pandas()`, and
/// `duckdb.from_arrow(pyarrow.table(table))`.
///
/// Moments are microseconds of UTC. `columns` says what each column means and in which unit; so does the metadata of its Arrow field.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct Table {
    name: &'static str,
    entries: Vec<Entry>,
    batch: RecordBatch,
}

impl Table {
    /// # Errors
    /// When Arrow refuses the arrays, which would be a fault of ours.
    pub(crate) fn new(name: &'static str, entries: Vec<Entry>, table: &grid::Table) -> PyResult<Self> {
        let batch = batch(name, &entries, table).map_err(|error| error::of(&error))?;
        Ok(Self { name, entries, batch })
    }
}

#[pymethods]
impl Table {
    /// An Arrow C stream of the rows, for libraries that take Arrow. `requested_schema` is a wish that is not granted.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = RecordBatchIterator::new([Ok(self.batch.clone())], self.batch.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
    }

    /// The Arrow C schema of the columns.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.batch.schema()).map_err(|error| error::of(&error))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        let names: Vec<&str> = self.entries.iter().map(|it| it.name).collect();
        format!("<earwitness.Table {}: {} rows of {}>", self.name, self.batch.num_rows(), names.join(", "))
    }

    /// What the table is called.
    #[getter]
    const fn name(&self) -> &'static str {
        self.name
    }

    /// A dict for each column: `name`, `type`, `unit` ("" where there is none), `meaning`, and `empty`, which says when a cell is empty ("" for never).
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let column = |it: &Entry| {
            let about = PyDict::new(py);
            about.set_item("name", it.name)?;
            about.set_item("type", kind(it.holds).to_string())?;
            about.set_item("unit", it.unit)?;
            about.set_item("meaning", it.meaning)?;
            about.set_item("empty", it.empty)?;
            Ok(about)
        };
        self.entries.iter().map(column).collect()
    }
}

/// The Arrow type of a column.
fn kind(holds: Holds) -> DataType {
    match holds {
        Holds::Text => DataType::Utf8,
        Holds::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Holds::Whole => DataType::Int64,
        Holds::Number => DataType::Float64,
        Holds::Truth => DataType::Boolean,
    }
}

fn array(values: &Values) -> ArrayRef {
    match values {
        Values::Text(cells) => Arc::new(cells.iter().collect::<StringArray>()),
        Values::Time(cells) => {
            let moments: PrimitiveArray<TimestampMicrosecondType> = cells.iter().map(Option::<&i64>::copied).collect();
            Arc::new(moments.with_timezone("UTC"))
        }
        Values::Whole(cells) => Arc::new(cells.iter().map(Option::<&i64>::copied).collect::<Int64Array>()),
        Values::Number(cells) => Arc::new(cells.iter().map(Option::<&f64>::copied).collect::<Float64Array>()),
        Values::Truth(cells) => Arc::new(cells.iter().map(Option::<&bool>::copied).collect::<BooleanArray>()),
    }
}

fn batch(name: &str, entries: &[Entry], table: &grid::Table) -> Result<RecordBatch, ArrowError> {
    let field = |(it, about): (&grid::Field, &Entry)| {
        let notes = [("unit", about.unit), ("meaning", about.meaning), ("empty", about.empty)];
        let notes = notes.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, text)| (key.to_owned(), text.to_owned()));
        Field::new(it.name, kind(it.holds), it.optional).with_metadata(notes.collect::<BTreeMap<_, _>>())
    };
    let fields: Vec<Field> = table.fields().iter().zip(entries).map(field).collect();
    let notes = [("table", name), ("program", concat!("earwitness ", env!("CARGO_PKG_VERSION")))];
    let notes = notes.map(|(key, text)| (key.to_owned(), text.to_owned())).into_iter().collect::<BTreeMap<_, _>>();
    let schema = Arc::new(Schema::new_with_metadata(fields, notes));
    let arrays = table.values().iter().map(array).collect();
    let rows = RecordBatchOptions::new().with_row_count(Some(table.rows()));
    RecordBatch::try_new_with_options(schema, arrays, &rows)
}
