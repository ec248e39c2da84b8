//! One run of the household's command.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{self, Child, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

/// A command that has not ended by then is ended.
const PATIENCE: Timespec = Timespec { tv_sec: 20, tv_nsec: 0 };

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
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        if let Some(mut input) = child.stdin.take() {
            // A notice is smaller than a pipe; who does not read it may still do something useful.
            let _ = input.write_all(notice.as_bytes()).and_then(|()| input.write_all(b"\n"));
        }
        let in_time = ended(&child).map_err(|error| error.to_string())?;
        if !in_time {
            // The group is its own, so that what it started ends with it.
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        match (in_time, status.success()) {
            (false, _) => Err(format!("`{program}` did not end within {} s", PATIENCE.tv_sec)),
            (true, false) => Err(format!("`{program}` ended with {status}")),
            (true, true) => Ok(()),
        }
    }
}

/// Waits for the end of the command, not for ever.
fn ended(child: &Child) -> io::Result<bool> {
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty())?;
    loop {
        match poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&PATIENCE)) {
            Err(rustix::io::Errno::INTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}
