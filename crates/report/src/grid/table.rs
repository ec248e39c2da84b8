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

/// The cells of a column, from the first row to the last; `None` is an empty one.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// Words.
    Text(Vec<Option<Arc<str>>>),
    /// Microseconds since 1970-01-01T00:00:00Z; what a moment has below is cut off.
    Time(Vec<Option<i64>>),
    /// Whole numbers.
    Whole(Vec<Option<i64>>),
    /// Any numbers that are finite.
    Number(Vec<Option<f64>>),
    /// Yes or no.
    Truth(Vec<Option<bool>>),
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

impl Values {
    const fn of(holds: Holds) -> Self {
        match holds {
            Holds::Text => Self::Text(Vec::new()),
            Holds::Time => Self::Time(Vec::new()),
            Holds::Whole => Self::Whole(Vec::new()),
            Holds::Number => Self::Number(Vec::new()),
            Holds::Truth => Self::Truth(Vec::new()),
        }
    }

    fn push(&mut self, cell: Cell) {
        match self {
            Self::Text(cells) => {
                let text = if let Cell::Text(text) = cell { Some(text) } else { None };
                // Neighbours mostly hold the same words, such as the name of a device.
                let before = cells.last().and_then(Option::as_ref);
                let same = before.filter(|before| text.as_deref().is_some_and(|text| text == &***before)).cloned();
                cells.push(same.or_else(|| text.map(Arc::from)));
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
        assert!(Arc::ptr_eq(names[0].as_ref().unwrap(), names[1].as_ref().unwrap()), "the same words are kept once");
        assert_eq!(
            table.values()[1],
            Values::Time(vec![Some(-1), None]),
            "a moment before 1970 is cut off downwards, and a number is no moment"
        );
        assert_eq!(table.values()[2], Values::Whole(vec![Some(7), None]));
        assert_eq!(table.values()[3], Values::Number(vec![None, None]), "what is no number is left out");
        assert_eq!(table.values()[4], Values::Truth(vec![Some(true), None]));
    }
}
