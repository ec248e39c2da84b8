//! `earwitness name`: what a person calls a device.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueHint;
use earwitness_core::mac::Mac;

use super::Outcome;
use crate::config::Config;
use crate::names;

/// Give a device a name, for reports, notices and answers; without a name: tell those that were given.
///
/// Names are kept in `names.toml` in the folder of the store. A program that runs takes a new one when it is started or reloaded (SIGHUP).
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness name 02:00:5e:10:00:01 \"Speaker in the kitchen\"
  earwitness name 02:00:5e:10:00:01 --forget
  earwitness name

Exit status: 0 done; 2 it could not be done.")]
pub(in crate::cli) struct Args {
    /// The MAC address of the device, as reports show it.
    #[arg(value_name = "MAC")]
    mac: Option<String>,
    /// What it is called.
    #[arg(requires = "mac", conflicts_with = "forget")]
    name: Option<String>,
    /// Take its name away.
    #[arg(long, requires = "mac")]
    forget: bool,
    /// The folder of the store. Without it: the one that the configuration names.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
    /// The configuration that names the folder.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "state")]
    config: Option<PathBuf>,
}

/// Gives, forgets or tells.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let state = match &args.state {
        Some(state) => state.clone(),
        None => Config::load(args.config.as_deref())?.state,
    };
    let mac = args
        .mac
        .as_deref()
        .map(|mac| mac.parse::<Mac>().map_err(|_| anyhow::anyhow!("{mac:?} is no MAC address: write it like 02:00:5e:10:00:01")));
    let mac = mac.transpose()?;
    if let Some(mac) = mac.filter(|_| args.forget || args.name.is_some()) {
        std::fs::create_dir_all(&state).with_context(|| format!("{} cannot be made", state.display()))?;
        names::give(&state, mac, args.name.as_deref())?;
        return Ok(Outcome::Done);
    }
    let mut out = std::io::stdout().lock();
    for (of, name) in names::given(&state)?.iter().filter(|it| mac.is_none_or(|mac| mac == *it.0)) {
        writeln!(out, "{of}  {name}")?;
    }
    Ok(Outcome::Done)
}
