//! `earwitness-capture`: what `earwitness capture` does, as a program that can be given the right to do it.

use std::process::ExitCode;

use clap::Parser;
use earwitness_base::say;
use earwitness_capture::command::{self, Args};

/// Capture frames of network interfaces as pcapng on standard output. `earwitness capture` starts it where it may.
#[derive(Parser, Debug)]
#[command(name = "earwitness-capture", version)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

fn main() -> ExitCode {
    match command::run(&Cli::parse().args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::line(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}
