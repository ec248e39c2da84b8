//! A table of trials as a file: CSV with its metadata beside, or Parquet with them inside.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use earwitness_base::outfile::{self, Sink};
use earwitness_lab::experiment::Experiment;
use earwitness_report::grid::{self, Format, Take};
use serde_json::Value;

use super::Row;
use super::columns::{COLUMNS, columns, metadata};

/// Key of the metadata in a Parquet file.
const KEY: &str = "csvw";

/// Whether the name of a file asks for Parquet.
pub(super) fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"))
}

/// Writes rows to a file: Parquet where its name ends so, otherwise CSV. Beside a CSV file of a name its metadata are written, where programs look for them.
pub(in crate::cli::experiment) fn save(experiment: &Experiment, rows: &[Row], path: &Path) -> anyhow::Result<()> {
    let format = if is_parquet(path) { Format::Parquet } else { Format::Csv };
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    outfile::write_whole(path, |out: &mut Sink<'_>| write(experiment, rows, (&name, format), out))?;
    if let Some(beside) = beside(path).filter(|_| format == Format::Csv) {
        outfile::write_whole(&beside, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &about(experiment, &name)).map_err(io::Error::from)?;
            writeln!(out)
        })?;
    }
    Ok(())
}

/// Writes rows as the table of a name.
pub(in crate::cli::experiment) fn write(
    experiment: &Experiment,
    rows: &[Row],
    (name, format): (&str, Format),
    out: &mut Sink<'_>,
) -> io::Result<()> {
    let hand = |take: Take<'_>| rows.iter().try_for_each(|row| take(COLUMNS.iter().map(|it| (it.cell)(row)).collect()));
    if format == Format::Parquet {
        let notes = [(KEY, about(experiment, name).to_string())];
        return grid::write_parquet("trials", &notes, &columns(), hand, out);
    }
    grid::write("trials", format, &columns(), hand, out)
}

/// What the columns of the table of a name mean.
fn about(experiment: &Experiment, name: &str) -> Value {
    let design = experiment.design();
    metadata(name, &design.name, &design.question)
}

/// Where the metadata of a file are looked for (Model for Tabular Data, W3C Recommendation, 17 December 2015, section 5.3); nowhere for a pipe.
fn beside(path: &Path) -> Option<PathBuf> {
    let is_file = path != Path::new("-") && path.metadata().is_ok_and(|it| it.is_file());
    let mut name = OsString::from(path.file_name().filter(|_| is_file)?);
    name.push("-metadata.json");
    Some(path.with_file_name(name))
}
