//! `earwitness tell`: a word to the program that runs.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueHint;

use super::Outcome;
use crate::config::Config;
use crate::daemon::{self, Request};

/// Tell a running `earwitness run` or `probe` something: to pause, that nobody is at home, to say how it stands.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness tell status
  earwitness tell pause --state home

Exit status: 0 it was told; 2 nobody is there to be told.")]
pub(in crate::cli) struct Args {
    /// What.
    request: Request,
    /// The configuration that it runs with.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// The folder that it keeps its store in.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
}

/// Tells it, and shows the answer.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let folder = match &args.state {
        Some(state) => state.clone(),
        None => Config::load(args.config.as_deref())?.state,
    };
    let answer = daemon::ask(&folder, args.request).with_context(|| {
        let folder = folder.display();
        format!("nothing that could be told runs on {folder}; start `earwitness run`, name another folder with --state, or become its owner")
    });
    let answer = answer?;
    match writeln!(std::io::stdout().lock(), "{answer}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Outcome::Done),
    }
}
