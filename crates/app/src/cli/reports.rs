//! What a session came to, written as was asked: for people, for programs, as a page.

use std::path::{Path, PathBuf};

use earwitness_core::findings::Findings;

use earwitness_base::outfile::{self, Sink};
use earwitness_report::terminal::Terminal;
use earwitness_report::{Context, html, json, verdicts};

/// Which reports are written besides the table, and where.
#[derive(clap::Args, Debug)]
pub(super) struct Reports {
    /// Report for programs instead of the table, or beside it with =FILE (see docs/schema/analyze-2.json); without =FILE, whatever else is told goes to
    /// standard error.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write a page for people, complete in one file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl Reports {
    /// Whether one of them takes the place of the table on standard output.
    pub(super) fn to_stdout(&self) -> bool {
        [&self.json, &self.html].into_iter().flatten().any(|path| path == Path::new("-"))
    }

    /// Whether there will be a page.
    pub(super) const fn has_page(&self) -> bool {
        self.html.is_some()
    }

    /// Writes them, and the table where standard output is free for it.
    pub(super) fn write(&self, probing: &verdicts::Probing, findings: &Findings, context: &Context<'_>) -> anyhow::Result<()> {
        if let Some(path) = &self.html {
            outfile::write_whole(path, |out: &mut Sink<'_>| html::write(findings, context, out))?;
        }
        if let Some(path) = &self.json {
            outfile::write_whole(path, |out: &mut Sink<'_>| json::write(findings, context, out))?;
        }
        if !self.to_stdout() {
            let table = |out: &mut Sink<'_>| verdicts::table(probing, findings, context, Terminal::detect(), out);
            outfile::write_whole(Path::new("-"), table)?;
        }
        Ok(())
    }
}
