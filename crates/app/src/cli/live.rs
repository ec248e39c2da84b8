//! Options of both `run` and `probe`, which take precedence over the configuration.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueHint;

use crate::config::{Config, Watched};
use earwitness_traffic::live::check_name;
use earwitness_traffic::source::Source;

/// Where frames come from, and where things are kept.
#[derive(clap::Args, Debug)]
pub(super) struct Live {
    /// The configuration; without it, /etc/earwitness.toml if that is there (docs/earwitness.toml shows every key).
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Watch this interface of this machine; may be repeated. Needs the right to capture, see `earwitness doctor`.
    #[arg(short, long, value_name = "NAME")]
    interface: Vec<String>,
    /// Watch what this command writes to its standard output as pcap or pcapng, such as "ssh router tcpdump -i br-lan -U -w -";
    /// may be repeated.
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString)]
    source: Vec<String>,
    /// Keep the store and recent frames in this folder.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    state: Option<PathBuf>,
    /// A line, or an object, for every round as well; given twice, also a diagnostic log on standard error (`RUST_LOG` says which)
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say only what was found and what is wrong.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl Live {
    /// The folder that was named.
    pub(super) fn state(&self) -> Option<&Path> {
        self.state.as_deref()
    }

    /// The configuration, with what the command line says over it.
    ///
    /// # Errors
    /// When it cannot be used.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::load(self.config.as_deref())?;
        if !self.interface.is_empty() || !self.source.is_empty() {
            config.sources.clear();
        }
        for name in &self.interface {
            // It would be waited for in vain for ever.
            check_name(name).map_err(|what| anyhow::anyhow!("-i: {what}"))?;
        }
        if !self.interface.is_empty() {
            config.sources.push(Watched::Interfaces(self.interface.clone()));
        }
        for line in &self.source {
            if let Err(error) = Source::command(line) {
                bail!("--source {line:?}: {error}");
            }
            config.sources.push(Watched::Command(line.clone()));
        }
        if let Some(state) = &self.state {
            config.state.clone_from(state);
        }
        Ok(config)
    }
}
