//! A program of the household's, run once for each notice, with the notice as JSON on its standard input.

use std::process::{self, Stdio};
use std::time::Duration;

use earwitness_base::program;

use crate::Letter;
use crate::failure::Failure;
use crate::settings::{Command, Fault};

/// A command that has not ended by then is ended.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A command line, taken apart.
#[derive(Debug)]
pub(super) struct Runs {
    program: String,
    arguments: Vec<String>,
}

impl Runs {
    pub(super) fn new(command: &Command) -> Result<Self, Fault> {
        let words = shell_words::split(&command.0)
            .map_err(|_| Fault("a quotation mark in the command for notices is not closed".to_owned()))?;
        let (program, arguments) = words
            .split_first()
            .ok_or_else(|| Fault("the command for notices is empty; leave it out, or name a program".to_owned()))?;
        Ok(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let Self { program, arguments } = self;
        let mut command = process::Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let remedy = || format!("run it by hand: echo '{{}}' | {program}");
        let ended = program::run(&mut command, &letter.json, TIMEOUT)
            .map_err(|failure| Failure::new(format!("`{program}` {failure}"), remedy()))?;
        if ended.status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("`{program}` ended with {}", ended.status), remedy()))
    }
}
