//! `earwitness words list`.

use std::path::PathBuf;

use clap::ValueHint;
use earwitness_base::outfile::{self, Sink};

use super::super::Outcome;
use super::{earlier, page, table};

/// Show again what a search found: the words that woke the device, with how often, and in which voices.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words list found.json
  earwitness words list found.json --html found.html

Exit status: 0 done; 2 it could not be read.")]
pub(super) struct Args {
    /// What `words search --json=FILE` or `words replay --json=FILE` wrote.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    found: PathBuf,
    /// Write a page for people instead, complete in one file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let told = earlier::read(&args.found)?;
    if let Some(path) = &args.html {
        page::write(&told, path)?;
        return Ok(Outcome::Done);
    }
    outfile::write_whole("-".as_ref(), |out: &mut Sink<'_>| table::write(&told, out))?;
    Ok(Outcome::Done)
}
