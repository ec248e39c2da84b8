//! Where the results of an experiment are told: on the terminal, to programs, as a page.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::page::{self, Told};
use super::told;

/// Which reports are written, and where.
#[derive(clap::Args, Debug)]
pub(super) struct Outputs {
    /// The results for programs, also to =FILE (see docs/schema/experiment-report-1.json).
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write a page for people, complete in one file: the answer, pictures, tables, and how it was come by.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Outputs {
    /// Whether there will be a page, which wants the trials.
    pub(super) const fn has_page(&self) -> bool {
        self.html.is_some()
    }

    /// Refuses one file for two reports; `other` is a further one, with the name of its option.
    ///
    /// # Errors
    /// Where two name one file, in words that say which.
    pub(super) fn check(&self, other: (&str, Option<&Path>)) -> anyhow::Result<()> {
        let files = [other, ("--json", self.json.as_deref()), ("--html", self.html.as_deref())];
        for (place, (one, path)) in files.iter().enumerate() {
            if let Some((before, _)) = files.iter().take(place).find(|it| path.is_some() && it.1 == *path) {
                bail!("{before} and {one} name one file: name two");
            }
        }
        Ok(())
    }

    /// Writes them, and tells it on the terminal where nothing else takes its place.
    pub(super) fn tell(&self, it: Told<'_>) -> anyhow::Result<()> {
        if let Some(path) = &self.html {
            page::write(it, path)?;
        }
        if self.json.is_none() && self.html.as_deref() == Some(Path::new("-")) {
            return Ok(());
        }
        told::tell(it.experiment, it.results, it.traffic, self.json.as_deref())
    }
}
