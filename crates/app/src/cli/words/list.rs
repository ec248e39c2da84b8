//! `earwitness words list`.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueHint;
use earwitness_base::outfile::{self, Sink};

use super::super::Outcome;
use super::json::Told;
use super::{beside, earlier, page, table};

/// Show again what a search found: the words that woke the device, with how often, and in which voices; or several searches beside each other.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness words list found.json
  earwitness words list found.json --html found.html
  earwitness words list before-update.json after-update.json

Exit status: 0 done; 2 it could not be read.")]
pub(super) struct Args {
    /// What `words search --json=FILE` or `words replay --json=FILE` wrote; of several, what each says of every word.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
    found: Vec<PathBuf>,
    /// Write a page for people instead, complete in one file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    html: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let name = |path: &PathBuf| path.file_stem().map_or_else(String::new, |it| it.to_string_lossy().into_owned());
    let all: Vec<(String, Told)> =
        args.found.iter().map(|path| Ok((name(path), earlier::checked(path)?))).collect::<anyhow::Result<_>>()?;
    match (all.as_slice(), &args.html) {
        ([(_, told)], Some(path)) => page::write(told, path)?,
        (_, Some(_)) => bail!("--html shows one search: name one file"),
        ([(_, told)], None) => outfile::write_whole("-".as_ref(), |out: &mut Sink<'_>| table::write(told, out))?,
        (several, None) => outfile::write_whole("-".as_ref(), |out: &mut Sink<'_>| beside::write(several, out))?,
    }
    Ok(Outcome::Done)
}
