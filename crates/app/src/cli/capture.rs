//! `earwitness capture`, which a program of its own carries out where only that one has the right.

use earwitness_capture::command::{self, Args};
use earwitness_capture::rights;

use super::Outcome;

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    // The words behind `earwitness capture`: the other program takes the same.
    if let Some(error) = rights::hand_over(std::env::args_os().skip(2)) {
        anyhow::bail!("cannot start the program that may capture: {error}; look at it: ls -l /usr/libexec/earwitness");
    }
    command::run(args)?;
    Ok(Outcome::Done)
}
