//! The process behind a source.

use std::fmt::Write as _;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use earwitness_core::pcap::Reason;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::input::{Got, Input};
use super::lines::{Lines, unblock};
use super::{Ended, Event};

/// How long a command whose output has ended may take to end too, before it is asked to, and then again before it is made to.
const TIMEOUT: Duration = Duration::from_millis(250);
/// Octets that a pipe should hold (the most that an ordinary user gets, `/proc/sys/fs/pipe-max-size`): a reader that is late for a moment
/// then stops nobody.
const PIPE: usize = 1 << 20;

/// A command that runs.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    out: ChildStdout,
    err: ChildStderr,
    /// Ready when one of the two pipes is.
    watch: OwnedFd,
    input: Input,
    lines: Lines,
    err_watched: bool,
    reaped: bool,
}

impl Running {
    /// Starts a command in a process group of its own, so that Ctrl-C on the terminal reaches us first and all of it can be ended at once.
    pub(super) fn start(words: &[String]) -> io::Result<Self> {
        let (program, arguments) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(io::Error::other("the command has no output"));
        };
        let watch = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut running =
            Self { child, out, err, watch, input: Input::default(), lines: Lines::default(), err_watched: true, reaped: false };
        running.prepare()?;
        Ok(running)
    }

    fn prepare(&mut self) -> io::Result<()> {
        unblock(&self.out)?;
        unblock(&self.err)?;
        // Where the system gives less, the pipe stays as it is.
        let _ = rustix::pipe::fcntl_setpipe_size(&self.out, PIPE);
        epoll::add(&self.watch, &self.out, epoll::EventData::new_u64(0), epoll::EventFlags::IN)?;
        epoll::add(&self.watch, &self.err, epoll::EventData::new_u64(1), epoll::EventFlags::IN)?;
        Ok(())
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.watch.as_fd()
    }

    /// Passes on what has come; says how it ended, if it did.
    pub(super) fn read(&mut self, most: usize, each: &mut dyn FnMut(Event<'_>)) -> Option<Ended> {
        self.said(each);
        let mut taken = 0_usize;
        while taken < most {
            match self.input.fill(&self.out) {
                Got::Octets(count) => {
                    taken = taken.saturating_add(count);
                    if let Err(stop) = self.input.decode(each) {
                        // What was not understood once will not be later: ended now, so that it cannot fill the pipe.
                        self.ask_to_end();
                        each(Event::Rubbish(stop));
                        return Some(self.end(each, Some("it wrote something else than a capture")));
                    }
                }
                Got::Nothing => return None,
                Got::End => {
                    let cut = match self.input.finish().map(|stop| stop.reason) {
                        Some(Reason::Empty) => Some("it wrote nothing"),
                        Some(Reason::Truncated { .. }) => Some("its output ended inside a block; everything before it was read"),
                        Some(_) => Some("its output is no capture"),
                        None => None,
                    };
                    return Some(self.end(each, cut));
                }
            }
        }
        None
    }

    fn said(&mut self, each: &mut dyn FnMut(Event<'_>)) {
        self.lines.read(&self.err, &mut |line| each(Event::Said(line)));
        if self.lines.is_closed() && self.err_watched {
            self.err_watched = epoll::delete(&self.watch, &self.err).is_err();
        }
    }

    /// SIGTERM to the command and what it started.
    pub(super) fn ask_to_end(&self) {
        self.signal(Signal::TERM);
    }

    fn signal(&self, signal: Signal) {
        if !self.reaped {
            // Where the group is gone there is nothing to end.
            let _ = kill_process_group(Pid::from_child(&self.child), signal);
        }
    }

    /// Waits for the process, not for long: then asks it to end, then makes it.
    fn reap(&mut self) -> Option<ExitStatus> {
        for signal in [Some(Signal::TERM), Some(Signal::KILL), None] {
            if let Ok(Some(status)) = self.child.try_wait() {
                self.reaped = true;
                return Some(status);
            }
            self.wait_for_exit();
            if let Ok(Some(status)) = self.child.try_wait() {
                self.reaped = true;
                return Some(status);
            }
            if let Some(signal) = signal {
                self.signal(signal);
            }
        }
        None
    }

    fn wait_for_exit(&self) {
        let Ok(process) = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()) else { return };
        let timeout = Timespec::try_from(TIMEOUT).ok();
        // Ended or not, the caller looks again.
        let _ = poll(&mut [PollFd::new(&process, PollFlags::IN)], timeout.as_ref());
    }

    fn end(&mut self, each: &mut dyn FnMut(Event<'_>), cut: Option<&str>) -> Ended {
        let status = self.reap();
        self.said(each);
        let mut why = status.map_or_else(|| "it does not end".to_owned(), |status| status.to_string());
        // Writing to a string cannot fail.
        if let Some(cut) = cut {
            let _ = write!(why, "; {cut}");
        }
        if !self.lines.last().is_empty() {
            let _ = write!(why, "; it said last: {}", self.lines.last());
        }
        Ended { status, why }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            self.ask_to_end();
            self.reap();
        }
    }
}
