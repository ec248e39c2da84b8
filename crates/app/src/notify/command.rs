//! One run of the household's command.

use std::process::{self, Stdio};
use std::time::Duration;

use earwitness_base::program;

/// A command that has not ended by then is ended.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A command line, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
}

impl Command {
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let words =
            shell_words::split(line).map_err(|_| "a quotation mark in the command for notices is not closed".to_owned())?;
        let (program, arguments) =
            words.split_first().ok_or("the command for notices is empty; leave it out, or name a program")?;
        Ok(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    /// Runs it with `notice` on its standard input.
    pub(super) fn run(&self, notice: &str) -> Result<(), String> {
        let Self { program, arguments } = self;
        let mut command = process::Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = program::run(&mut command, notice, TIMEOUT).map_err(|failure| format!("`{program}` {failure}"))?;
        if ended.status.success() { Ok(()) } else { Err(format!("`{program}` ended with {}", ended.status)) }
    }
}
