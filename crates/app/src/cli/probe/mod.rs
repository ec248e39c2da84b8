//! `earwitness probe`: one session of probes now.

mod report;

use std::time::Duration;

use anyhow::{Context as _, bail};
use earwitness_core::verdict::Verdicts;

use super::Outcome;
use super::live::Live;
use super::reports::Reports;
use crate::config::Config;
use crate::daemon::{self, Form, Goal, Style};
use crate::say;
use earwitness_base::clock::{Clock, System};
use earwitness_sound::speak::sounds::Library;

/// Test my home: play sounds at moments drawn by lot, until every device has a verdict or the budget ends.
///
/// All sounds are played one after the other in one of three slots, drawn by lot, until it is known of each device whether it reacts to any of them; then single
/// sounds, to find out which. The first takes about 20 minutes where devices answer nine times in ten, both about 40, longer where one answers seldom. Everything
/// is kept in the store as well, so that what was played and seen can be looked at and recomputed later.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness probe -i eth1 --html report.html
  earwitness probe -i eth1 --sound alexa --rounds 40 --anyway

Exit status: 0 done; 1 with --exit-code, when a device reacts to sound; 2 something could not be done.")]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    live: Live,
    /// Play these sounds instead of those in the configuration; may be repeated (docs/guide/sound.md lists them).
    #[arg(long, value_name = "NAME")]
    sound: Vec<String>,
    /// Play one sound in a round from the beginning, in the slots of the configuration.
    #[arg(long)]
    one_by_one: bool,
    /// End after so many rounds in any case.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: Option<u32>,
    /// Play in quiet hours as well, and while somebody is at home.
    #[arg(long)]
    anyway: bool,
    /// Draw all lots from this seed instead of a random one.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// End when after so many seconds no frame has come at all.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    patience: u64,
    #[command(flatten)]
    reports: Reports,
    /// Exit with status 1 when a device reacts to sound.
    #[arg(long)]
    exit_code: bool,
}

impl Args {
    /// Whether a diagnostic log is wanted.
    pub(super) const fn is_detailed(&self) -> bool {
        self.live.verbose > 1
    }
}

/// Probes and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = config(args)?;
    let rounds = config.probing.as_ref().map_or(0, |probing| probing.rounds);
    let state = config.state.clone();
    let to_stdout = args.reports.to_stdout();
    let form = if to_stdout { Form::Aside } else { Form::Lines };
    let style = Style { form, quiet: args.live.quiet, rounds: args.live.verbose > 0 };
    let inputs: Vec<String> = vec![format!("probing session on {}", names(&config))];
    if !args.live.quiet {
        say::line(&config.told());
    }
    let unchanged = || bail!("a session keeps its layout; stop it and begin another one");
    let session = daemon::run(
        config,
        Goal::Probe { rounds, timeout: Duration::from_secs(args.patience) },
        style,
        &unchanged,
        &System,
        None,
    )?;
    let session = session.context("the session ended before it had begun")?;
    let verdicts = report::write(&state, session, &inputs, &args.reports)?;
    let found = args.exit_code && reacts(&verdicts);
    Ok(if found { Outcome::Found } else { Outcome::Done })
}

fn reacts(verdicts: &Verdicts) -> bool {
    verdicts.devices.iter().any(|it| it.outcome.is_reaction())
}

fn names(config: &Config) -> String {
    let names = config.sources.iter().map(|source| match source {
        crate::config::Watched::Interfaces(names) => names.join(", "),
        crate::config::Watched::Command(line) => line.clone(),
    });
    names.collect::<Vec<_>>().join("; ")
}

/// The configuration, with what the command line says over it.
fn config(args: &Args) -> anyhow::Result<Config> {
    let mut config = args.live.config()?;
    let library = Library::new(&config.sounds)?;
    let probing = config.testable()?;
    if !args.sound.is_empty() {
        probing.design.stimuli = args.sound.iter().map(|name| library.stimulus(name)).collect::<Result<_, _>>()?;
        for stimulus in &probing.design.stimuli {
            library.fits(stimulus, probing.design.slot)?;
        }
    }
    if let Some(rounds) = args.rounds {
        probing.rounds = rounds;
    }
    if let Some(seed) = args.seed {
        (probing.design.seed, probing.seeded) = (seed, true);
    }
    if !args.one_by_one {
        config.play_in_a_row()?;
    }
    config.may_begin(args.anyway, System.moment())?;
    Ok(config)
}
