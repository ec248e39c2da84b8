//! `--json`: what programs read, described by `docs/schema/compare-1.json`.

use std::io::{self, Write};

use super::results::Report;

/// Writes the comparison as one JSON object and a line feed.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
