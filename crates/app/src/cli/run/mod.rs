//! `earwitness run`: the appliance.

use std::cell::RefCell;

use super::Outcome;
use super::kept::Folders;
use super::live::Live;
use crate::board::Board;
use crate::config::Config;
use crate::daemon::{self, Form, Goal, Style};
use crate::mqtt::Bridge;
use crate::page;
use crate::say;
use crate::skill::Server;
use earwitness_base::clock::System;

/// Watch the home without an end, probe when allowed, keep everything in a store, and tell what is found.
///
/// SIGHUP reads the configuration again, SIGTERM and Ctrl-C end it in good order. What it found is in the store: see `earwitness check` and
/// `earwitness export`. To pause it, or say that nobody is at home: `earwitness tell`. With `[skill]` in the configuration it also answers an Alexa skill, with `[mqtt]` it
/// tells Home Assistant.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness run -i eth1
  earwitness run --source \"ssh root@router tcpdump -i br-lan -U -s 0 -w - not port 22\" --state home
  earwitness run -c /etc/earwitness.toml --no-probing --json

Exit status: 0 stopped in good order; 2 it could not begin, or not write down the last entries.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    live: Live,
    /// Only watch: play nothing.
    #[arg(long)]
    no_probing: bool,
    /// An object for each notice, one a line.
    #[arg(long)]
    json: bool,
    /// Add uploads and verdicts to this file, a line each in the format of Suricata's events, for systems that gather logs (docs/guide/siem.md).
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    eve: Option<std::path::PathBuf>,
}

impl Args {
    /// Whether a diagnostic log is wanted.
    pub(super) const fn is_detailed(&self) -> bool {
        self.live.verbose > 1
    }
}

/// Runs until it is stopped.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let read = || -> anyhow::Result<Config> {
        let mut config = args.live.config()?;
        if args.no_probing {
            config.probing = None;
            config.notify.settings.hears &= config.voice.enabled;
        }
        if let Some(path) = &args.eve {
            config.eve = Some(path.clone());
        }
        config.notify.channels.check()?;
        Ok(config)
    };
    let form = if args.json { Form::Objects } else { Form::Lines };
    let style = Style { form, quiet: args.live.quiet, rounds: args.live.verbose > 0 };
    let config = read()?;
    if config.probing.is_none() && !args.no_probing && !args.live.quiet {
        say::line("probing is switched off in the configuration: devices are only watched");
    }
    let (server, board) = (RefCell::new(Server::default()), Board::default());
    let (page, bridge) = (RefCell::new(page::Server::new(Folders)), RefCell::new(Bridge::default()));
    let follow = |config: &Config| {
        server.borrow_mut().follow(config)?;
        page.borrow_mut().follow(config, &board)?;
        bridge.borrow_mut().follow(config, &board)
    };
    follow(&config)?;
    let reread = || -> anyhow::Result<Config> {
        let config = read()?;
        follow(&config)?;
        Ok(config)
    };
    daemon::run(config, Goal::Watch, style, &reread, &System, Some(&board))?;
    Ok(Outcome::Done)
}
