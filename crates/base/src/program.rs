//! Other people's programs: found, and run to their end or for as long as they may take.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::clock;

/// Where programs of administration lie although a user's path may not say so.
const ALSO: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];
/// Octets that are read of what a program says.
const MOST: u64 = 4 << 20;

/// The program of this name, by `PATH` and the places of administration.
#[must_use]
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let listed = std::env::split_paths(&path).chain(ALSO.iter().map(PathBuf::from));
    listed.map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
}

/// How a program ended, and what it said where that was asked for with a pipe.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote to its standard output, at most 4 MiB.
    pub said: String,
    /// What it wrote to its standard error, at most 4 MiB.
    pub complained: String,
}

/// Why a program did not come to its own end.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started.
    Start(io::Error),
    /// It took longer than this, and was ended with all that it had started.
    Late(Duration),
    /// It could not be waited for.
    Wait(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(out, "cannot be started: {error}"),
            Self::Late(timeout) => write!(out, "did not end within {} s", timeout.as_secs_f64()),
            Self::Wait(error) => write!(out, "cannot be waited for: {error}"),
        }
    }
}

/// Runs a program with a text on its standard input, if that is a pipe, in a group of its own.
pub fn run(command: &mut Command, input: &str, timeout: Duration) -> Result<Ended, Failure> {
    let mut child = command.process_group(0).spawn().map_err(Failure::Start)?;
    // Pipes that nobody empties would stop a program that has much to say.
    let (said, complained) = (reader(child.stdout.take()), reader(child.stderr.take()));
    if let Some(mut pipe) = child.stdin.take() {
        // Shorter than a pipe is long; a program that does not read it may still do something useful, and says so by its status.
        let _ = pipe.write_all(input.as_bytes()).and_then(|()| pipe.write_all(b"\n"));
    }
    let in_time = ends_within(&child, timeout);
    if !matches!(in_time, Ok(true)) {
        // One that ended this moment has no group left.
        let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
    }
    let status = child.wait().map_err(Failure::Wait)?;
    if !in_time.map_err(Failure::Wait)? {
        return Err(Failure::Late(timeout));
    }
    let text = |from: JoinHandle<String>| from.join().unwrap_or_default();
    Ok(Ended { status, said: text(said), complained: text(complained) })
}

fn ends_within(child: &Child, timeout: Duration) -> io::Result<bool> {
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    let begun = clock::since_boot();
    loop {
        let left = timeout.saturating_sub(clock::since_boot().saturating_sub(begun));
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&left)) {
            Err(rustix::io::Errno::INTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
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
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    #[test]
    fn a_program_hears_its_text_and_may_say_more_than_a_pipe_holds() {
        let ended =
            run(&mut shell("read x; echo $x >&2; head -c 300000 /dev/zero; exit 3"), "hello", Duration::from_secs(20)).unwrap();
        assert_eq!((ended.status.code(), ended.complained.as_str(), ended.said.len()), (Some(3), "hello\n", 300_000));
    }

    #[test]
    fn one_that_takes_too_long_is_ended_with_what_it_started() {
        let begun = clock::since_boot();
        let late = run(&mut shell("sleep 60 & sleep 60"), "", Duration::from_millis(100));
        assert_eq!(late.unwrap_err().to_string(), "did not end within 0.1 s");
        assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(30));
    }

    #[test]
    fn a_program_that_is_not_there_is_reported() {
        assert!(matches!(run(&mut Command::new("no-such-program"), "", Duration::ZERO), Err(Failure::Start(_))));
        assert!(find("no-such-program").is_none() && find("sh").is_some());
    }
}
