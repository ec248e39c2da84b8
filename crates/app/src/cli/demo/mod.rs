//! `earwitness demo`: a simulated home, a night of probing in seconds, and what it says of each device.

use clap::ValueHint;
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::verdict::{self, judge};
use jiff::tz::TimeZone;

use super::Outcome;
use super::night::{Seen, night};
use super::progress::Evening;
use super::reports::Reports;
use super::scenario::{load, session};
use super::serve::Serve;
use crate::say;
use earwitness_report::probelog::Header;
use earwitness_report::{Context, verdicts};
use earwitness_web::Material;

/// Probe a simulated home for a night, in seconds, and report on each device. Needs no network and no root.
///
/// A home of the program's own making, with devices that are known to listen and others that are not, is watched and probed by the same
/// machine that watches a real one; the report shows each verdict beside the truth.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness demo
  earwitness demo --serve
  earwitness demo --test --seed 2 --html demo.html

Exit status: 0 done, and each verdict is the truth; 1 done, and some is not; 2 something could not be done.")]
pub(in crate::cli) struct Args {
    /// Name of a scenario (`earwitness simulate --list`), or a TOML file.
    #[arg(value_name = "SCENARIO", value_hint = ValueHint::FilePath, default_value = "demo")]
    scenario: String,
    /// Decides everything that is left to chance.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Test the home as `earwitness probe` does, instead of the night of `earwitness run`: all sounds in a row in one of three short slots until every device is
    /// decided, then single ones, for about 40 minutes of the home. What needs a night, such as how much more a device sends the longer it hears, stays open.
    #[arg(long)]
    test: bool,
    #[command(flatten)]
    reports: Reports,
    #[command(flatten)]
    serve: Serve,
    /// Exit with status 1 when a verdict is not the truth.
    #[arg(long)]
    exit_code: bool,
    /// Say nothing on standard error but why something could not be done.
    #[arg(short, long)]
    quiet: bool,
}

/// Simulates, judges and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let plan = load(&args.scenario)?;
    let session = session(&plan, args.seed)?;
    let session = if args.test { session.test() } else { session };
    let mut evening = Evening::new(&plan, args.quiet);
    let simulated = night(&plan, args.seed, &session, AnalysisSettings::default(), &mut |seen| match seen {
        Seen::Now(now) => evening.at(now),
        Seen::Event(event) => evening.event(&event),
        Seen::Frame(_) => {}
    });
    evening.weighing();
    let settings = verdict::VerdictSettings { alpha: session.alpha, seed: args.seed, ..verdict::VerdictSettings::default() };
    let expected = simulated.expected();
    let verdicts = judge(&simulated.findings, simulated.rounds, &simulated.tested, &settings);
    drop(evening);
    let right = verdicts.devices.iter().all(|it| expected.get(&it.device).is_none_or(|words| words == it.outcome.words()));
    let design = Some(Header::of(&session.design, session.alpha));
    let probing = verdicts::Probing { verdicts, expected, design, warnings: Vec::new() };
    let inputs = [format!("simulated home \"{}\", seed {}", plan.name, args.seed)];
    let context = Context {
        published: None,
        inputs: &inputs,
        options: &[],
        troubles: &[],
        probing: Some(&probing),
        // The addresses are made up.
        vendor: &|_| None,
        zone: TimeZone::UTC,
    };
    args.reports.write(&probing, &simulated.findings, &context)?;
    if !args.reports.to_stdout() && !args.reports.has_page() && !args.quiet && !args.serve.is_wanted() {
        say::line("--serve shows the same in a browser, --html FILE writes it as a page with pictures");
    }
    args.serve.until_stopped(|| Material {
        findings: simulated.findings,
        probing: Some(probing),
        inputs: inputs.to_vec(),
        options: Vec::new(),
        troubles: Vec::new(),
        vendor: |_| None,
        zone: TimeZone::UTC,
    })?;
    Ok(if args.exit_code && !right { Outcome::Found } else { Outcome::Done })
}
