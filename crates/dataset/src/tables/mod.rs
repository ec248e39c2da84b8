//! The tables: one record type and one list of columns each.

pub mod captures;
pub mod rounds;
pub mod series;
pub mod sightings;
pub mod verdicts;

use earwitness_base::words::as_f64;
use earwitness_report::grid::{Cell, Holds};

use crate::column::Column;

const SECONDS: &str = "s";
const OCTETS: &str = "octets";
const MOMENT: &str = "µs since 1970-01-01T00:00:00Z";
const CAPTURE: &str = "SHA-256 of the octets of the capture file, as it lies on disk, in 64 hexadecimal digits; of what a store holds of a day, of the words `store HOME DATE`";

/// A column of words.
const fn text<R>(name: &'static str, meaning: &'static str, empty: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, holds: Holds::Text, unit: "", meaning, empty, cell }
}

/// A column of moments.
const fn time<R>(name: &'static str, meaning: &'static str, empty: &'static str, cell: fn(&R) -> Cell) -> Column<R> {
    Column { name, holds: Holds::Time, unit: MOMENT, meaning, empty, cell }
}

/// A column of numbers.
const fn number<R>(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    empty: &'static str,
    cell: fn(&R) -> Cell,
) -> Column<R> {
    Column { name, holds: Holds::Number, unit, meaning, empty, cell }
}

/// A column of whole numbers.
const fn whole<R>(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    empty: &'static str,
    cell: fn(&R) -> Cell,
) -> Column<R> {
    Column { name, holds: Holds::Whole, unit, meaning, empty, cell }
}

/// Nanoseconds as seconds.
fn seconds(nanos: i64) -> Cell {
    (as_f64(nanos) / 1e9).into()
}

/// Words that may be missing.
fn some(text: Option<impl Into<String>>) -> Cell {
    text.map(Into::into).into()
}
