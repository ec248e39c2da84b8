//! The data dictionary: what each column of each table means, for the guide, for the footers of files, and for other programs.

use earwitness_report::grid::Holds;
use serde_json::{Map, Value};

use crate::column::{Column, Entry, Name, Record};
use crate::tables::captures::CaptureRow;
use crate::tables::rounds::RoundRow;
use crate::tables::series::SeriesRow;
use crate::tables::sightings::SightingRow;
use crate::tables::verdicts::VerdictRow;

/// The columns of a table, in their order.
#[must_use]
pub fn entries(table: Name) -> Vec<Entry> {
    match table {
        Name::Series => SeriesRow::COLUMNS.iter().map(Column::entry).collect(),
        Name::Sightings => SightingRow::COLUMNS.iter().map(Column::entry).collect(),
        Name::Rounds => RoundRow::COLUMNS.iter().map(Column::entry).collect(),
        Name::Verdicts => VerdictRow::COLUMNS.iter().map(Column::entry).collect(),
        Name::Captures => CaptureRow::COLUMNS.iter().map(Column::entry).collect(),
    }
}

/// A kind of value as the guide calls it, and as it lies in the files.
const fn kind(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "text",
        Holds::Time => "moment",
        Holds::Whole => "whole number",
        Holds::Number => "number",
        Holds::Truth => "yes or no",
    }
}

/// The dictionary of a table as the guide has it, in Markdown.
#[must_use]
pub fn markdown(table: Name) -> String {
    let head = ["| column | type | unit | meaning | empty where |".to_owned(), "| --- | --- | --- | --- | --- |".to_owned()];
    let line = |it: Entry| format!("| `{}` | {} | {} | {} | {} |", it.name, kind(it.holds), it.unit, it.meaning, it.empty);
    head.into_iter().chain(entries(table).into_iter().map(line)).collect::<Vec<_>>().join("\n")
}

/// Unit and meaning of each column, as a JSON object: what stands in the footer of a file.
pub(crate) fn json<R: Record>() -> String {
    let entry = |column: &Column<R>| {
        let mut about = Map::new();
        about.insert("meaning".to_owned(), column.meaning.into());
        if !column.unit.is_empty() {
            about.insert("unit".to_owned(), column.unit.into());
        }
        if !column.empty.is_empty() {
            about.insert("empty_where".to_owned(), column.empty.into());
        }
        (column.name.to_owned(), Value::Object(about))
    };
    Value::Object(R::COLUMNS.iter().map(entry).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_guide_has_the_dictionary_of_each_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/dataset.md");
        let text = std::fs::read_to_string(&path).unwrap();
        for table in Name::ALL {
            let wanted = markdown(table);
            assert!(text.contains(&wanted), "docs/guide/dataset.md is to have this for {}:\n{wanted}", table.folder());
        }
    }

    #[test]
    fn every_table_names_its_columns_once_and_says_which_capture_a_row_is_from() {
        for table in Name::ALL {
            let entries = entries(table);
            let names: BTreeSet<&str> = entries.iter().map(|it| it.name).collect();
            assert_eq!(names.len(), entries.len(), "{table:?}");
            assert!(names.contains("capture_id"), "{table:?}");
            // Columns of the folders: a reader would find two of the name.
            assert!(!names.contains("home") && !names.contains("date"), "{table:?}");
            assert!(entries.iter().all(|it| !it.meaning.is_empty()), "{table:?}");
        }
    }
}
