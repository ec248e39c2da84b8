//! The command line: arguments are checked before anything is read; then a command does its work.

mod aloud;
mod analyze;
mod ask;
mod capture;
mod check;
mod compare;
mod completions;
mod demo;
mod doctor;
mod evidence;
#[cfg(test)]
mod examples;
mod experiment;
mod export;
mod extcap;
mod gateway;
mod interrupt;
mod kept;
mod ledger;
mod live;
mod man;
mod name;
mod night;
mod notify;
mod page;
mod probe;
mod progress;
mod report;
mod reports;
mod run;
mod scenario;
mod serve;
mod session;
mod simulate;
mod tell;
mod words;

use std::io;
use std::process::ExitCode;

use crate::{log, say};
use clap::{Parser, Subcommand};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Which of your devices send what they hear, to whom, and how many seconds of it.
#[derive(Parser, Debug)]
#[command(version, arg_required_else_help = true, max_term_width = 110)]
#[command(after_help = "\
Examples:
  earwitness demo --html demo.html
  earwitness analyze home.pcapng
  earwitness probe -i eth1 --html report.html")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Analyze(Box<analyze::Args>),
    Ask(ask::Args),
    Capture(earwitness_capture::command::Args),
    Check(check::Args),
    Compare(compare::Args),
    Demo(demo::Args),
    Doctor(doctor::Args),
    Evidence(evidence::Args),
    Experiment(experiment::Args),
    Export(export::Args),
    Extcap(extcap::Args),
    Gateway(gateway::Args),
    Ledger(Box<ledger::Args>),
    Name(name::Args),
    Notify(notify::Args),
    Page(page::Args),
    Probe(probe::Args),
    Report(report::Args),
    Run(run::Args),
    Simulate(simulate::Args),
    Tell(tell::Args),
    Words(words::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Begins the diagnostic log. Not in the child that captures: once it has given up its rights, it must not begin to look at clocks and time zones, and its parent
    /// takes each of its lines for trouble.
    fn begin_log(&self) -> anyhow::Result<()> {
        match self {
            Self::Capture(_) => Ok(()),
            Self::Probe(args) => log::begin(args.is_detailed()),
            Self::Run(args) => log::begin(args.is_detailed()),
            Self::Words(args) => log::begin(args.is_detailed()),
            _ => log::begin(false),
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// It did what it was asked to.
    Done,
    /// The same, and there is something that `--exit-code` tells by status 1.
    Found,
    /// It said on standard error what it could not do.
    Trouble,
}

/// Runs the program. Status 0: done; 1: `--exit-code` was given and a device sent audio; 2: trouble.
#[must_use]
pub fn main() -> ExitCode {
    let command = Cli::parse_from(extcap::words(std::env::args_os().collect())).command;
    if let Err(error) = command.begin_log() {
        say::line(&format!("{error:#}"));
        return ExitCode::from(2);
    }
    let outcome = match command {
        Command::Analyze(args) => analyze::run(*args),
        Command::Ask(args) => ask::run(&args),
        Command::Capture(args) => capture::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Evidence(args) => evidence::run(&args),
        Command::Experiment(args) => experiment::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Extcap(args) => extcap::run(&args),
        Command::Gateway(args) => gateway::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Name(args) => name::run(&args),
        Command::Notify(args) => notify::run(&args),
        Command::Page(args) => page::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Tell(args) => tell::run(&args),
        Command::Words(args) => words::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::Trouble) => ExitCode::from(2),
        // Whoever read the output has seen enough (`| head`): no trouble, and nobody to tell.
        Err(error) if is_closed_pipe(&error) && stdout_is_closed() => ExitCode::SUCCESS,
        Err(error) => {
            say::line(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Whether something could not be written because the reader of a pipe has gone.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind.or_else(|| cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind))
            == Some(io::ErrorKind::BrokenPipe)
    })
}

/// Whether that pipe is the standard output: other pipes lead to programs whose end is trouble.
fn stdout_is_closed() -> bool {
    let out = io::stdout();
    let mut pipes = [PollFd::new(&out, PollFlags::OUT)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut pipes, Some(&now)).is_ok() && pipes.iter().any(|it| it.revents().intersects(PollFlags::ERR | PollFlags::HUP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
