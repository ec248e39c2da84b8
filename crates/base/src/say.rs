//! Lines for a person on standard error.

use crate::text::clean;
use std::io::Write;

/// Columns of the longest line.
const WIDEST: usize = 1_000;

/// Says something in as many lines as it has, each without what could move a cursor.
pub fn line(text: &str) {
    let mut out = std::io::stderr().lock();
    for (number, line) in text.lines().enumerate() {
        let start = if number == 0 { "earwitness: " } else { "  " };
        // Where standard error is closed, nobody can be told.
        let _ = writeln!(out, "{start}{}", clean(line, WIDEST));
    }
}
