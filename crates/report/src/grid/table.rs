//! Rows in memory, column by column: what Parquet files are written from, and what arrays of other programs can be made from.

use std::sync::Arc;

use super::{Cell, Holds};

/// A column: its name, what it holds, and whether a cell of it may be empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether a cell may be empty.
    pub optional: bool,
}

/// The cells of a column, from the first row to the last, some of which may be empty. They lie as Parquet takes them, since most columns have no empty one.
#[derive(Clone, PartialEq, Debug)]
pub struct Cells<T> {
    /// Those that are not empty.
    filled: Vec<T>,
    /// For each cell 1, and 0 where it is empty (definition levels); none while no cell is.
    levels: Vec<i16>,
}

/// The cells of a column by their kind.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// Words.
    Text(Cells<Arc<str>>),
    /// Microseconds since 1970-01-01T00:00:00Z; what a moment has below is cut off.
    Time(Cells<i64>),
    /// Whole numbers.
    Whole(Cells<i64>),
    /// Any numbers that are finite.
    Number(Cells<f64>),
    /// Yes or no.
    Truth(Cells<bool>),
}

/// Rows, column by column; all columns are equally long.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    fields: Vec<Field>,
    values: Vec<Values>,
    rows: usize,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(fields: impl IntoIterator<Item = Field>) -> Self {
        let fields: Vec<Field> = fields.into_iter().collect();
        let values = fields.iter().map(|field| Values::of(field.holds)).collect();
        Self { fields, values, rows: 0 }
    }

    /// Adds a row; a cell that is missing, or of another kind than its column, is empty.
    pub fn push(&mut self, row: impl IntoIterator<Item = Cell>) {
        let mut cells = row.into_iter();
        for column in &mut self.values {
            column.push(cells.next().unwrap_or(Cell::Empty));
        }
        self.rows += 1;
    }

    /// Its columns.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Their cells, in the same order.
    #[must_use]
    pub fn values(&self) -> &[Values] {
        &self.values
    }

    /// How many rows it has.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Removes all rows; the memory stays for those to come.
    pub(super) fn clear(&mut self) {
        self.rows = 0;
        for column in &mut self.values {
            match column {
                Values::Text(cells) => cells.clear(),
                Values::Time(cells) | Values::Whole(cells) => cells.clear(),
                Values::Number(cells) => cells.clear(),
                Values::Truth(cells) => cells.clear(),
            }
        }
    }
}

impl<T> Cells<T> {
    const fn new() -> Self {
        Self { filled: Vec::new(), levels: Vec::new() }
    }

    /// Each cell; `None` is an empty one.
    pub fn iter(&self) -> impl Iterator<Item = Option<&T>> {
        let mut filled = self.filled.iter();
        (0..self.len()).map(move |row| if self.levels.get(row) == Some(&0) { None } else { filled.next() })
    }

    /// How many there are, empty ones as well.
    pub(super) fn len(&self) -> usize {
        self.filled.len().max(self.levels.len())
    }

    /// The cells that are not empty, and 1 or 0 for each that is or is not; none of these where no cell is empty.
    pub(super) fn parts(&self) -> (&[T], &[i16]) {
        (&self.filled, &self.levels)
    }

    fn push(&mut self, cell: Option<T>) {
        if cell.is_none() && self.levels.is_empty() {
            self.levels.resize(self.filled.len(), 1);
        }
        if cell.is_none() || !self.levels.is_empty() {
            self.levels.push(i16::from(cell.is_some()));
        }
        self.filled.extend(cell);
    }

    fn clear(&mut self) {
        self.filled.clear();
        self.levels.clear();
    }
}

impl Values {
    const fn of(holds: Holds) -> Self {
        match holds {
            Holds::Text => Self::Text(Cells::new()),
            Holds::Time => Self::Time(Cells::new()),
            Holds::Whole => Self::Whole(Cells::new()),
            Holds::Number => Self::Number(Cells::new()),
            Holds::Truth => Self::Truth(Cells::new()),
        }
    }

    fn push(&mut self, cell: Cell) {
        match self {
            Self::Text(cells) => {
                let text = if let Cell::Text(text) = cell { Some(text) } else { None };
                // Neighbours mostly hold the same words, such as the name of a device.
                let before = cells.filled.last().filter(|before| text.as_deref().is_some_and(|text| text == &***before)).cloned();
                cells.push(before.or_else(|| text.map(Arc::from)));
            }
            Self::Time(cells) => cells.push(if let Cell::Time(at) = cell { Some(at.nanos().div_euclid(1_000)) } else { None }),
            Self::Whole(cells) => cells.push(if let Cell::Whole(number) = cell { Some(number) } else { None }),
            Self::Number(cells) => {
                cells.push(if let Cell::Number(number) = cell { Some(number).filter(|it| it.is_finite()) } else { None });
            }
            Self::Truth(cells) => cells.push(if let Cell::Truth(truth) = cell { Some(truth) } else { None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use earwitness_core::time::Timestamp;

    fn cells<T, const MANY: usize>(all: [Option<T>; MANY]) -> Cells<T> {
        let mut cells = Cells::new();
        for it in all {
            cells.push(it);
        }
        cells
    }

    #[test]
    fn a_row_becomes_one_cell_of_each_column() {
        let kinds =
            [("name", Holds::Text), ("at", Holds::Time), ("n", Holds::Whole), ("x", Holds::Number), ("yes", Holds::Truth)];
        let mut table = Table::new(kinds.map(|(name, holds)| Field { name, holds, optional: true }));
        let at = Timestamp::from_nanos(-1);
        table.push(["a".into(), at.into(), 7_u32.into(), f64::NAN.into(), true.into()]);
        table.push(["a".into(), 1_u32.into()]);
        assert_eq!(table.rows(), 2);
        let Values::Text(names) = &table.values()[0] else { panic!("words") };
        let names: Vec<_> = names.iter().flatten().collect();
        assert!(Arc::ptr_eq(names[0], names[1]), "the same words are kept once");
        assert_eq!(
            table.values()[1],
            Values::Time(cells([Some(-1), None])),
            "a moment before 1970 is cut off downwards, and a number is no moment"
        );
        assert_eq!(table.values()[2], Values::Whole(cells([Some(7), None])));
        assert_eq!(table.values()[3], Values::Number(cells([None, None])), "what is no number is left out");
        assert_eq!(table.values()[4], Values::Truth(cells([Some(true), None])));
    }

    #[test]
    fn empty_cells_stay_where_they_are_until_all_rows_are_removed() {
        let all = [Some(1), Some(2), None, Some(3), None];
        let mut cells = cells(all);
        assert!(cells.iter().map(Option::<&i32>::copied).eq(all));
        assert_eq!(cells.parts(), (&[1, 2, 3][..], &[1, 1, 0, 1, 0][..]));
        cells.clear();
        cells.push(Some(4));
        assert_eq!(cells.parts(), (&[4][..], &[][..]));
    }
}
