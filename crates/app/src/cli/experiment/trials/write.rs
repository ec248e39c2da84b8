//! A table of trials as a file: CSV with its metadata beside, or Parquet with them inside.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use earwitness_base::outfile::{self, Sink};
use earwitness_lab::experiment::Experiment;
use earwitness_report::grid::{self, Format, Take};

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
    let design = experiment.design();
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let about = metadata(&name, &design.name, &design.question);
    let hand = |take: Take<'_>| rows.iter().try_for_each(|row| take(COLUMNS.iter().map(|it| (it.cell)(row)).collect()));
    if is_parquet(path) {
        let notes = [(KEY, about.to_string())];
        outfile::write_whole(path, |out: &mut Sink<'_>| grid::write_parquet("trials", &notes, &columns(), hand, out))?;
        return Ok(());
    }
    outfile::write_whole(path, |out: &mut Sink<'_>| grid::write("trials", Format::Csv, &columns(), hand, out))?;
    if let Some(beside) = beside(path) {
        outfile::write_whole(&beside, |out: &mut Sink<'_>| {
            serde_json::to_writer_pretty(&mut *out, &about).map_err(io::Error::from)?;
            writeln!(out)
        })?;
    }
    Ok(())
}

/// Where the metadata of a file are looked for (Model for Tabular Data, W3C Recommendation, 17 December 2015, section 5.3); nowhere for a pipe.
fn beside(path: &Path) -> Option<PathBuf> {
    let is_file = path != Path::new("-") && path.metadata().is_ok_and(|it| it.is_file());
    let mut name = OsString::from(path.file_name().filter(|_| is_file)?);
    name.push("-metadata.json");
    Some(path.with_file_name(name))
}
