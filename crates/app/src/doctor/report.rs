//! What the checks say, for people and for programs.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, TableStyle, Width};
use serde_json::{Value, json};

use super::{Check, Status, is_well};
use earwitness_report::terminal::Terminal;

/// Version of the JSON (`docs/schema/doctor-1.json`).
const VERSION: u32 = 1;
/// Columns of the longest word in the first column, and a blank.
const WORD: u16 = 8;

const fn word(status: Status) -> (&'static str, Color) {
    match status {
        Status::Ok => ("fine", Color::Green),
        Status::Warn => ("note", Color::Yellow),
        Status::Fail => ("WRONG", Color::Red),
        Status::Skipped => ("skipped", Color::Grey),
    }
}

/// The checks in a table, each with what to do below it, and the answer in the last line.
#[must_use]
pub(crate) fn text(checks: &[Check], terminal: Terminal) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::default())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(terminal.width.clamp(60, 130));
    for check in checks {
        let (word, colour) = word(check.status);
        let first = Cell::new(word);
        let first = if terminal.colours { first.fg(colour).add_attribute(Attribute::Bold) } else { first };
        let mut said = check.measured.clone();
        if let Some(advice) = &check.advice {
            let _ = write!(said, "\n-> {advice}");
        }
        table.add_row(vec![first, Cell::new(check.name), Cell::new(said)]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(WORD)));
    }
    let wrong: Vec<_> = checks.iter().filter(|check| check.status == Status::Fail).map(|check| check.name).collect();
    let answer = if is_well(checks) {
        "All that is needed works.".to_owned()
    } else {
        format!("Something that is needed does not work: {}.", wrong.join(", "))
    };
    format!("{table}\n{answer}\n")
}

/// The checks for programs.
#[must_use]
pub(crate) fn json(checks: &[Check]) -> Value {
    json!({
        "version": VERSION,
        "program": concat!("earwitness ", env!("CARGO_PKG_VERSION")),
        "well": is_well(checks),
        "checks": checks,
    })
}
