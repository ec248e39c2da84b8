//! `earwitness doctor`: can this machine do what it is asked to?

mod audio_path;
mod store;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueHint;

use super::Outcome;
use crate::doctor::sound::sound;
use crate::doctor::{Check, Questions, examine, is_well, report, voice};
use crate::say;
use earwitness_report::terminal::Terminal;

/// Look whether this machine can see the home, be heard, hear, and keep time and records; say what to do where it cannot.
///
/// Plays one short sound, and changes nothing. See docs/guide/doctor.md.
#[derive(clap::Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line")]
#[command(after_help = "\
Examples:
  earwitness doctor -i eth1
  earwitness doctor --source \"ssh root@router tcpdump -i br-lan -U -s 0 -w - not port 22\" --no-sound

Exit status: 0 all that is needed works; 2 something does not.")]
pub(in crate::cli) struct Args {
    /// The interface on which the home is watched.
    #[arg(short, long, value_name = "NAME")]
    interface: Option<String>,
    /// A command that writes a capture to its standard output, instead of the program's own.
    #[arg(long, value_name = "COMMAND")]
    source: Option<String>,
    /// Seconds for which traffic is watched.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Folder of the store.
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath, default_value = "/var/lib/earwitness")]
    state: PathBuf,
    /// Play no sound and listen for none.
    #[arg(long)]
    no_sound: bool,
    /// Listen to what the loudspeaker is given instead of the microphone.
    #[arg(long, conflicts_with = "no_sound")]
    monitor: bool,
    /// For programs (docs/schema/doctor-1.json).
    #[arg(long)]
    json: bool,
    /// Say nothing on standard error meanwhile.
    #[arg(short, long)]
    quiet: bool,
}

/// Makes the checks and reports.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let questions = Questions {
        interface: args.interface.as_deref(),
        source: args.source.as_deref(),
        watch: Duration::from_secs(args.seconds),
        state: &args.state,
    };
    let mut checks = examine(&questions, &mut |what| {
        if !args.quiet {
            say::line(&format!("looking at: {what}"));
        }
    });
    if args.no_sound {
        checks.push(Check::skipped("loudspeaker", "no sound was to be played (--no-sound)"));
    } else {
        if !args.quiet {
            say::line("looking at: the loudspeaker, with a short sound");
        }
        checks.extend(sound(&mut audio_path::Server::new(args.monitor)));
    }
    checks.push(voice());
    checks.push(store::store(&args.state));
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report::json(&checks))?;
        writeln!(out)?;
    } else {
        out.write_all(report::text(&checks, Terminal::detect()).as_bytes())?;
    }
    Ok(if is_well(&checks) { Outcome::Done } else { Outcome::Trouble })
}
