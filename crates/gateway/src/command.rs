//! Commands of administration: run with a limit of time, and quoted when they fail.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

use earwitness_base::program::{self, Ended};

/// No command here takes longer than a moment; one that does hangs.
const LIMIT: Duration = Duration::from_secs(20);
/// Octets of a command's words that are quoted.
const QUOTED: usize = 400;

/// A command that did not do what it was asked to.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{command}` {why}")]
pub struct Failed {
    /// The command line.
    pub command: String,
    /// What became of it, with its own words.
    pub why: String,
}

/// Runs a command to its end and gives what it printed.
///
/// The command holds `lock` as its standard input: nobody can begin to undo a step while its command still runs, even if
/// the process that started it was killed.
pub(super) fn run(command: &[String], lock: Option<&File>) -> Result<String, Failed> {
    let failed = |why: String| Failed { command: shell_words::join(command), why };
    tracing::debug!(command = shell_words::join(command), "runs");
    let Some((program, arguments)) = command.split_first() else { return Err(failed("is empty".into())) };
    let program = program::find(program).ok_or_else(|| failed(format!("cannot run: there is no program `{program}`")))?;
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(lock.and_then(|it| it.try_clone().ok()).map_or_else(Stdio::null, Stdio::from));
    let Ended { status, said, complained } =
        program::run(&mut command, "", LIMIT).map_err(|failure| failed(failure.to_string()))?;
    if status.success() {
        return Ok(said);
    }
    let words = if complained.trim().is_empty() { &said } else { &complained };
    let words: String = words.trim().chars().take(QUOTED).collect();
    Err(failed(format!("failed ({status}): {words}")))
}

/// Runs a command given by its words, which changes nothing.
pub(super) fn run_words(command: &[&str]) -> Result<String, Failed> {
    run(&command.iter().map(|&it| it.to_owned()).collect::<Vec<_>>(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_quoted_with_its_own_words() {
        assert_eq!(run_words(&["sh", "-c", "echo fine"]).unwrap(), "fine\n");
        let error = run_words(&["sh", "-c", "echo no such thing >&2; exit 3"]).unwrap_err().to_string();
        assert!(error.contains("no such thing") && error.contains("exit status: 3"), "{error}");
        let error = run_words(&["no-such-program", "now"]).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program now` cannot run: there is no program `no-such-program`");
    }
}
