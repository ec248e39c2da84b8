//! `earwitness simulate`: from a scenario to a capture, a probe log and the truth.

use std::io::Write;
use std::path::PathBuf;

use anyhow::bail;
use clap::ValueHint;
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::event::{Event, What};
use earwitness_core::plan::Done;
use earwitness_sim::file;

use super::Outcome;
use super::night::{Night, Seen, night};
use super::progress::Evening;
use super::scenario::{list, load, session, text};
use crate::say;
use earwitness_base::outfile;
use earwitness_report::probelog;

/// Write capture, probe log and truth of a simulated home that is probed for a night.
///
/// The home comes from a scenario: a name from --list, or a file of your own (--print shows one to begin with). One seed gives the same
/// octets every time. Hand the capture to `earwitness analyze --probes`, or to any other program.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  earwitness simulate --list
  earwitness simulate demo -o night
  earwitness simulate demo --print > my-home.toml")]
pub(in crate::cli) struct Args {
    /// Name of a scenario, or a TOML file.
    #[arg(value_name = "SCENARIO", value_hint = ValueHint::FilePath, default_value = "demo")]
    scenario: String,
    /// Where to: PREFIX.pcapng, PREFIX.probes.jsonl and PREFIX.truth.json. Default: the scenario's name.
    #[arg(short, long, value_name = "PREFIX", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Decides everything that is left to chance.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Tell which scenarios come with the program.
    #[arg(long)]
    list: bool,
    /// Print the scenario instead of simulating it.
    #[arg(long, conflicts_with = "list")]
    print: bool,
    /// Say nothing on standard error but why something could not be done.
    #[arg(short, long)]
    quiet: bool,
}

/// So many octets of the capture are written at once.
const ENOUGH: usize = 1 << 20;

/// Simulates.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let mut out = std::io::stdout().lock();
    if args.list {
        for (name, title) in list()? {
            writeln!(out, "{name:24} {title}")?;
        }
        return Ok(Outcome::Done);
    }
    if args.print {
        let Some(text) = text(&args.scenario) else {
            bail!("{:?} does not come with the program; --list tells what does", args.scenario);
        };
        out.write_all(text.as_bytes())?;
        return Ok(Outcome::Done);
    }
    let plan = load(&args.scenario)?;
    let session = session(&plan, args.seed)?;
    let prefix = args.output.clone().unwrap_or_else(|| PathBuf::from(&plan.name));
    let place = |end: &str| {
        let mut name = prefix.clone().into_os_string();
        name.push(end);
        PathBuf::from(name)
    };
    let mut evening = Evening::new(&plan, args.quiet);
    let mut simulated: Option<Night> = None;
    outfile::write_whole(&place(".pcapng"), |out| {
        let (mut waiting, mut trouble) = (file::pcapng(&[]), Ok(()));
        simulated = Some(night(
            &plan,
            args.seed,
            &session,
            AnalysisSettings { clock: None, burst: None, ..AnalysisSettings::default() },
            &mut |seen| match seen {
                Seen::Frame(frame) => {
                    file::pcapng_frame(&mut waiting, frame.at.nanos(), frame.bytes);
                    if waiting.len() >= ENOUGH && trouble.is_ok() {
                        trouble = out.write_all(&waiting);
                        waiting.clear();
                    }
                }
                Seen::Now(now) => evening.at(now),
                Seen::Event(Event { what: What::NoFurtherRound(Done::NoRoom), .. }) => {
                    say::line("the quiet hours left no time for a further round");
                }
                Seen::Event(_) => {}
            },
        ));
        trouble.and_then(|()| out.write_all(&waiting))
    })?;
    let Some(simulated) = simulated else { bail!("nothing was simulated") };
    let header = probelog::Header::of(&session.design, session.alpha);
    outfile::write_whole(&place(".probes.jsonl"), |out| probelog::write_jsonl(&header, &simulated.rounds, out))?;
    outfile::write_whole(&place(".truth.json"), |out| {
        serde_json::to_writer_pretty(&mut *out, &simulated.truth)?;
        writeln!(out)
    })?;
    if !args.quiet {
        let (rounds, frames) = (simulated.rounds.len(), simulated.findings.capture.frames);
        let prefix = prefix.display();
        say::line(&format!(
            "{frames} frames and {rounds} rounds of probes; read them with\n  \
             earwitness analyze {prefix}.pcapng --probes {prefix}.probes.jsonl"
        ));
    }
    Ok(Outcome::Done)
}
