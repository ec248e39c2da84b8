//! `earwitness capture`, which a program of its own carries out where only that one has the right.

use earwitness_capture::command::{self, Args};
use earwitness_capture::rights;

use super::Outcome;
use crate::say;

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    // The words behind `earwitness capture`: the other program takes the same.
    if let Some(error) = rights::hand_over(std::env::args_os().skip(2)) {
        // It may lack the right all the same, as in a container: what follows says what to do.
        say::line(&format!("the program that may capture cannot be started: {error}"));
    }
    command::run(args)?;
    Ok(Outcome::Done)
}
