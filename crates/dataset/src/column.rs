//! A column of a table: what it is called, what it holds, in which unit, what it means, when it is empty, and how its value is taken from a record. The Parquet
//! schema, the data dictionary of the guide, and arrays for other programs are made from it.

use earwitness_core::time::Timestamp;
use earwitness_report::grid::{Cell, Field, Holds, Table};

/// A column of a table of `R`.
pub struct Column<R> {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Unit of its numbers; none of words and plain counts.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// When it is empty; it never is where nothing is said.
    pub empty: &'static str,
    /// Its value in the row of a record.
    pub cell: fn(&R) -> Cell,
}

impl<R> Column<R> {
    /// As the schema of a file has it.
    #[must_use]
    pub const fn field(&self) -> Field {
        Field { name: self.name, holds: self.holds, optional: !self.empty.is_empty() }
    }

    /// As the dictionary has it.
    #[must_use]
    pub const fn entry(&self) -> Entry {
        Entry { name: self.name, holds: self.holds, unit: self.unit, meaning: self.meaning, empty: self.empty }
    }
}

/// A line of the data dictionary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Name of the column.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Unit of its numbers.
    pub unit: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// When it is empty.
    pub empty: &'static str,
}

/// What one row of a table is made from.
pub trait Record: Sized + 'static {
    /// Its table.
    const TABLE: Name;
    /// The columns of the table, in their order.
    const COLUMNS: &'static [Column<Self>];

    /// The moment that says to which day it belongs; a capture without frames has none.
    fn at(&self) -> Option<Timestamp>;

    /// Its row.
    fn row(&self) -> impl Iterator<Item = Cell> {
        Self::COLUMNS.iter().map(|column| (column.cell)(self))
    }

    /// The columns as the schema of a file has them.
    fn fields() -> impl Iterator<Item = Field> {
        Self::COLUMNS.iter().map(Column::field)
    }
}

/// A table in memory, of which arrays of other programs can be made.
pub fn table<R: Record>(records: impl IntoIterator<Item = R>) -> Table {
    let mut table = Table::new(R::fields());
    for record in records {
        table.push(record.row());
    }
    table
}

/// The tables of a dataset.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Name {
    /// What devices sent and received, by the second.
    Series,
    /// Uploads that look like audio, and large ones.
    Sightings,
    /// Rounds of probes.
    Rounds,
    /// What the rounds say of each device.
    Verdicts,
    /// The capture files.
    Captures,
}

impl Name {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Series, Self::Sightings, Self::Rounds, Self::Verdicts, Self::Captures];

    /// The folder of the table.
    #[must_use]
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Sightings => "sightings",
            Self::Rounds => "rounds",
            Self::Verdicts => "verdicts",
            Self::Captures => "captures",
        }
    }
}
