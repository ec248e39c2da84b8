//! `earwitness gateway`: this machine as the gateway of the home, and back.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Subcommand, ValueHint};

use super::Outcome;
use crate::config::USUAL_PATH;
use crate::say;
use earwitness_gateway::plan::show::{self, Secrets};
use earwitness_gateway::{self as gateway, Observed, Place, Written};

/// Turn this machine into the gateway of the home, so that it sees what every device sends; and back.
///
/// An access point, a wired gateway, or a bridge between router and switch, from the section [gateway] of a configuration file. See
/// docs/guide/gateway.md.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness gateway plan --config home.toml
  sudo earwitness gateway up --config home.toml
  sudo earwitness gateway down")]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand, Debug)]
enum Task {
    /// Tell every file and command of `up` in order, and what undoes each. Changes nothing.
    #[command(after_help = "Examples:\n  earwitness gateway plan --config home.toml")]
    Plan {
        #[command(flatten)]
        config: Config,
        /// For programs.
        #[arg(long)]
        json: bool,
        /// Show the passphrase too.
        #[arg(long)]
        show_secrets: bool,
    },
    /// Do what `plan` tells. Undone by `down`, by a crash of the program, or by a reboot.
    #[command(
        after_help = "Examples:\n  sudo earwitness gateway up\n  sudo earwitness gateway up --config home.toml --foreground"
    )]
    Up {
        #[command(flatten)]
        config: Config,
        /// Stay, and undo everything on Ctrl-C or SIGTERM: for systemd, and for trying.
        #[arg(long)]
        foreground: bool,
        /// Say nothing but why something could not be done.
        #[arg(short, long)]
        quiet: bool,
    },
    /// Undo everything that `up` did, also after a crash. Can be repeated.
    #[command(after_help = "Examples:\n  sudo earwitness gateway down")]
    Down {
        #[command(flatten)]
        run: Run,
    },
    /// Tell how the gateway stands.
    #[command(after_help = "Examples:\n  sudo earwitness gateway status\n\nExit status: 0 it is up and whole; 2 it is not.")]
    Status {
        #[command(flatten)]
        run: Run,
        /// For programs.
        #[arg(long)]
        json: bool,
    },
    /// Bring the gateway up and keep it (started by `up`).
    #[command(hide = true)]
    Keep {
        #[command(flatten)]
        config: Config,
    },
    /// Undo what the keeper leaves (started by the keeper).
    #[command(hide = true)]
    Guard {
        #[command(flatten)]
        run: Run,
    },
    /// Become a daemon that ends with the keeper (started by the keeper).
    #[command(name = "leash", hide = true)]
    ExecDaemon {
        #[arg(long)]
        parent: u32,
        #[arg(long)]
        record: PathBuf,
        #[arg(last = true, required = true)]
        command: Vec<OsString>,
    },
}

#[derive(clap::Args, Debug)]
struct Config {
    /// Configuration (TOML) with a section [gateway].
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, default_value = USUAL_PATH)]
    config: PathBuf,
    #[command(flatten)]
    run: Run,
}

#[derive(clap::Args, Debug)]
struct Run {
    /// Where everything is kept while it is up.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, default_value = Place::USUAL)]
    run: PathBuf,
}

impl Run {
    fn place(&self) -> Place {
        Place::new(&self.run)
    }
}

/// Does one of the tasks.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.task {
        Task::Plan { config, json, show_secrets } => {
            plan(config, *json, if *show_secrets { Secrets::Shown } else { Secrets::Hidden })
        }
        Task::Up { config, foreground, quiet } => up(config, *foreground, *quiet),
        Task::Down { run } => down(&run.place()),
        Task::Status { run, json } => status(&run.place(), *json),
        Task::Keep { config } => keep(config),
        Task::Guard { run } => gateway::guard(&run.place()).map(|()| Outcome::Done),
        Task::ExecDaemon { parent, record, command } => gateway::exec_daemon(*parent, record, command).map(|()| Outcome::Done),
    }
}

fn read(path: &Path) -> anyhow::Result<Written> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {}; name the configuration with --config", path.display()))?;
    Ok(gateway::read(&text, &path.display().to_string())?)
}

fn plan(config: &Config, json: bool, secrets: Secrets) -> anyhow::Result<Outcome> {
    let written = read(&config.config)?;
    let plan =
        gateway::plan::plan(&written.settings, &Observed::now()?, &config.run.place()).map_err(|fault| written.locate(&fault))?;
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &show::json(&plan, secrets))?;
        writeln!(out)?;
    } else {
        out.write_all(show::text(&plan, secrets).as_bytes())?;
    }
    Ok(Outcome::Done)
}

fn up(config: &Config, foreground: bool, quiet: bool) -> anyhow::Result<Outcome> {
    let (written, place) = (read(&config.config)?, config.run.place());
    let mut notify = |line: &str| {
        if !quiet {
            say::line(line);
        }
        Ok(())
    };
    if foreground && written.settings.mode != gateway::Mode::Bridge {
        gateway::keep(&written, &place, false, &mut notify)?;
        return Ok(Outcome::Done);
    }
    let is_new = gateway::up(&written, &config.config, &place, &mut notify)?;
    if !quiet {
        let inside = gateway::status(&place)?.inside.unwrap_or_default();
        say::line(&format!("the gateway {} up; devices are seen on {inside}", if is_new { "is" } else { "was already" }));
    }
    Ok(Outcome::Done)
}

fn keep(config: &Config) -> anyhow::Result<Outcome> {
    let mut notify = |line: &str| {
        let mut out = io::stdout().lock();
        writeln!(out, "{line}").and_then(|()| out.flush())
    };
    let outcome = read(&config.config).and_then(|written| gateway::keep(&written, &config.run.place(), true, &mut notify));
    if let Err(error) = &outcome {
        // Whoever waits prints it; nobody may.
        let _ = notify(&format!("{}{error:#}", gateway::FAILED).replace('\n', "; "));
    }
    outcome.map(|()| Outcome::Done)
}

fn down(place: &Place) -> anyhow::Result<Outcome> {
    match gateway::down(place)? {
        None => say::line("no gateway is up; there is nothing to undo"),
        Some(leftovers) if leftovers.is_empty() => say::line("the gateway is down; everything is as it was"),
        Some(leftovers) => {
            for leftover in &leftovers {
                say::line(&leftover.to_string());
            }
            return Ok(Outcome::Trouble);
        }
    }
    Ok(Outcome::Done)
}

fn status(place: &Place, json: bool) -> anyhow::Result<Outcome> {
    let status = gateway::status(place)?;
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, &status)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", status.state)?;
        if let (Some(mode), Some(inside), Some(uplink)) = (&status.mode, &status.inside, &status.uplink) {
            writeln!(out, "{mode}: devices on {inside}, internet behind {uplink}, {} addresses lent", status.leases)?;
        }
        for (name, pid) in &status.daemons {
            writeln!(out, "{name}: {}", pid.map_or_else(|| "does not run".to_owned(), |pid| format!("process {pid}")))?;
        }
        for trouble in &status.troubles {
            writeln!(out, "{trouble}")?;
        }
    }
    Ok(if status.state == "up" { Outcome::Done } else { Outcome::Trouble })
}
