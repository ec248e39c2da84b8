//! Other people's programs: found, run with a limit of time, and quoted when they fail.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::clock;

/// Where programs of administration lie although a user's path may not say so.
const ALSO: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
/// No command here takes longer than a moment; one that does hangs.
const LIMIT: Duration = Duration::from_secs(20);
/// How often a running command is looked at.
const PAUSE: Duration = Duration::from_millis(3);
/// Octets of a command's words that are quoted.
const QUOTED: usize = 400;
/// Octets of a command's output that are read.
const MOST: u64 = 4 << 20;

/// A command that did not do what it was asked to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failed {
    /// The command line.
    pub command: String,
    /// What became of it, with its own words.
    pub why: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` {}", self.command, self.why)
    }
}

impl std::error::Error for Failed {}

/// The program of this name, by `PATH` and the places of administration.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let listed = std::env::split_paths(&path).chain(ALSO.iter().map(PathBuf::from));
    listed.map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// Runs a command to its end and gives what it printed.
///
/// The command holds `lock` as its standard input: nobody can begin to undo a step while its command still runs, even if
/// the process that started it was killed.
pub(super) fn run(command: &[String], lock: Option<&File>) -> Result<String, Failed> {
    let failed = |why: String| Failed { command: shell_words::join(command), why };
    let Some((program, arguments)) = command.split_first() else { return Err(failed("is empty".into())) };
    let program = find(program).ok_or_else(|| failed(format!("cannot run: there is no program `{program}`")))?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(lock.and_then(|it| it.try_clone().ok()).map_or_else(Stdio::null, Stdio::from))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot run: {error}")))?;
    // A pipe that nobody empties would stop a command that has much to say.
    let said = reader(child.stdout.take());
    let complained = reader(child.stderr.take());
    let begun = clock::since_boot();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if clock::since_boot().saturating_sub(begun) < LIMIT => clock::sleep(PAUSE),
            Ok(None) => {
                // It may have ended this moment; either way it is gone afterwards.
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!("did not end within {} s", LIMIT.as_secs())));
            }
            Err(error) => return Err(failed(format!("cannot be waited for: {error}"))),
        }
    };
    let (said, complained) = (said.join().unwrap_or_default(), complained.join().unwrap_or_default());
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

fn reader(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(pipe) = pipe {
            // What could be read until an error is still worth quoting.
            let _ = pipe.take(MOST).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_quoted_with_its_own_words() {
        assert_eq!(run_words(&["sh", "-c", "echo fine"]).unwrap(), "fine\n");
        let told = run_words(&["sh", "-c", "echo no such thing >&2; exit 3"]).unwrap_err().to_string();
        assert!(told.contains("no such thing") && told.contains("exit status: 3"), "{told}");
        let told = run_words(&["no-such-program", "now"]).unwrap_err().to_string();
        assert_eq!(told, "`no-such-program now` cannot run: there is no program `no-such-program`");
    }

    #[test]
    fn a_command_may_say_more_than_a_pipe_holds() {
        assert_eq!(run_words(&["sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x"]).unwrap().len(), 300_000);
    }
}
