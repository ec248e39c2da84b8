//! `earwitness report`: what a session showed, told again from the store.

use std::path::PathBuf;

use anyhow::bail;
use clap::ValueHint;
use earwitness_core::verdict;
use earwitness_store::{Reader, SessionRow};

use super::Outcome;
use super::reports::Reports;
use super::session;
use crate::config::Config;
use crate::names::Names;
use crate::{say, stored};

/// Report on a session of probes that is in the store: the verdict on each device, to whom it sent, and how many seconds.
///
/// Verdicts are computed from what the store holds, as they were when they were told first. The store may be in use.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  sudo earwitness report
  earwitness report home --session 3 --html report.html

Exit status: 0 it was told; 2 there is no such session, or it could not be read.")]
pub(in crate::cli) struct Args {
    /// The folder of the store, or its file. Without it: the store that the configuration names.
    #[arg(value_name = "STORE", value_hint = ValueHint::AnyPath)]
    store: Option<PathBuf>,
    /// The configuration that names the store.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "store")]
    config: Option<PathBuf>,
    /// Which session; without it, the last one with a round.
    #[arg(long, value_name = "NUMBER")]
    session: Option<i64>,
    #[command(flatten)]
    reports: Reports,
}

/// Reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let path = match &args.store {
        Some(path) => path.clone(),
        None => Config::load(args.config.as_deref())?.state,
    };
    let reader = Reader::open(&path)?;
    reader.hold()?;
    let row = chosen(&reader, args.session)?;
    if row.retired.is_some() {
        bail!("session {}: what it showed was deleted because of its age; `earwitness export verdicts` has its verdicts", row.id);
    }
    if row.rules != verdict::RULES {
        say::line(&format!(
            "session {} was scored by other rules than those of this version: `earwitness export verdicts` has its verdicts as they were told",
            row.id
        ));
    }
    let mut material = reader.material(row.id)?;
    let probing = stored::probing(&row, &mut material, &Names::read(&reader)?);
    let inputs = [format!("session {} in {}", row.id, reader.path().display())];
    session::report(&material, &probing, &inputs, &args.reports)?;
    Ok(Outcome::Done)
}

/// The session that is wanted.
fn chosen(reader: &Reader, number: Option<i64>) -> anyhow::Result<SessionRow> {
    let sessions = reader.sessions()?;
    if let Some(number) = number {
        let known: Vec<String> = sessions.iter().map(|it| it.id.to_string()).collect();
        let found = sessions.into_iter().find(|it| it.id.0 == number);
        return match found {
            Some(row) => Ok(row),
            None => bail!("there is no session {number}; there are: {}", known.join(", ")),
        };
    }
    for row in sessions.into_iter().rev() {
        if !reader.rounds(row.id)?.is_empty() {
            return Ok(row);
        }
    }
    bail!("no round of probes has been played yet: `earwitness probe` begins a session")
}
