//! Where live frames come from: our own `earwitness capture`, or any command that writes pcap or pcapng to its standard output.
//!
//! A source is a child process behind a pipe. Nothing here reads a clock or waits longer than a fraction of a second: the caller polls
//! [`Source::fd`], calls [`Source::read_frames`] when it is ready, and [`Source::start_when_due`] now and then.

mod backoff;
mod child;
mod input;
mod lines;

#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use earwitness_core::frame::Frame;
use earwitness_core::pcap::{Description, Note, Stop};

use backoff::Backoff;
use child::Running;

/// Most octets taken at one call, so that a source that floods leaves its reader time for other things.
const AT_ONCE: usize = 4 << 20;

/// An event of a source.
#[derive(Debug)]
pub enum Event<'a> {
    /// An interface of the capture. Numbers begin at 0 again each time the source starts.
    Interface {
        /// What [`Frame::interface`] says of its frames.
        number: u32,
        /// As it stands in the capture.
        description: &'a Description,
    },
    /// A frame.
    Frame(Frame<'a>),
    /// The capturing machine says that it lost frames.
    Lost {
        /// On this interface.
        interface: u32,
        /// So many since the last such event of the interface.
        frames: u64,
    },
    /// Something odd in the capture that did not end the reading.
    Odd(Note),
    /// A line that the command wrote to standard error, without what could move a cursor.
    Said(&'a str),
    /// What came is no capture (any more): where and why. The command is ended; [`Event::Ended`] follows.
    Rubbish(Stop),
    /// The command has ended.
    Ended(Ended),
}

/// How a source ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The exit status; none where it could not be had.
    pub status: Option<ExitStatus>,
    /// For a person: status, what was cut, what the command said last.
    pub why: String,
}

/// A command line that cannot be understood.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadLine {
    /// A quotation mark that is not closed.
    #[error("a quotation mark is not closed; close it, or put a backslash before it")]
    Quotes,
    /// No word in it.
    #[error("the command is empty; write one that prints a capture, such as `ssh router tcpdump -U -w -`")]
    Empty,
}

/// The command could not be started; it will be tried again.
#[derive(Debug, thiserror::Error)]
#[error("cannot start `{}`: {source}; check its name, or write its whole path", program.display())]
pub struct CannotStart {
    /// Its first word.
    pub program: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// A capture that goes on, and begins again when it ends.
#[derive(Debug)]
pub struct Source {
    name: String,
    words: Vec<String>,
    running: Option<Running>,
    backoff: Backoff,
}

impl Source {
    /// Our own capture of these interfaces, in a process that holds the only privilege and gives it up; `more` are further arguments of
    /// `earwitness capture`.
    ///
    /// # Errors
    /// When the program's own path cannot be found, or is no text.
    pub fn interfaces(names: &[&str], more: &[&str]) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let program = program.to_str().ok_or_else(|| io::Error::other("the path of the program is not UTF-8; move it"))?;
        Ok(Self::of_program(program, names, more))
    }

    fn of_program(program: &str, names: &[&str], more: &[&str]) -> Self {
        let mut words = vec![program.to_owned(), "capture".to_owned()];
        words.extend(names.iter().flat_map(|name| ["-i".to_owned(), (*name).to_owned()]));
        words.extend(more.iter().map(|&word| word.to_owned()));
        Self::new(names.join(", "), words)
    }

    /// Any command that writes pcap or pcapng to its standard output, as one line: words and quotation marks as in a shell, but no shell
    /// reads it (no variables, pipes or wildcards; write `sh -c '...'` for those).
    ///
    /// # Errors
    /// A line without words or with an open quotation mark.
    pub fn command(line: &str) -> Result<Self, BadLine> {
        let words = shell_words::split(line).map_err(|_| BadLine::Quotes)?;
        if words.is_empty() {
            return Err(BadLine::Empty);
        }
        Ok(Self::new(line.trim().to_owned(), words))
    }

    fn new(name: String, words: Vec<String>) -> Self {
        Self { name, words, running: None, backoff: Backoff::default() }
    }

    /// What to call it: the interfaces, or the line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its command runs, as far as is known.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Ready for reading when [`Source::read_frames`] has something to do; none while nothing runs, another after each start.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.running.as_ref().map(Running::fd)
    }

    /// Starts the command, if it does not run and its time has come; says when to ask again (none: it runs, and [`Event::Ended`] follows).
    /// `now` is any clock that nobody sets, such as [`earwitness_base::clock::since_boot`].
    ///
    /// After an end, the next start is a second away, then two, four and so on up to a minute; what ran for a minute begins with a second again.
    ///
    /// # Errors
    /// When it cannot be started; that counts as a start that ended at once, so asking again with a later `now` is all there is to do.
    pub fn start_when_due(&mut self, now: Duration) -> Result<Option<Duration>, CannotStart> {
        if self.running.is_some() {
            return Ok(None);
        }
        let due = self.backoff.due(now);
        if now < due {
            return Ok(Some(due));
        }
        self.backoff.started(now);
        match Running::start(&self.words) {
            Ok(running) => {
                tracing::info!(source = self.name, "started");
                self.running = Some(running);
                Ok(None)
            }
            Err(source) => Err(CannotStart { program: self.words.first().map(PathBuf::from).unwrap_or_default(), source }),
        }
    }

    /// Gives `each` what has come, without waiting; at the end of the command, [`Event::Ended`] as the last event.
    pub fn read_frames(&mut self, each: &mut dyn FnMut(Event<'_>)) {
        if let Some(running) = &mut self.running
            && let Some(ended) = running.read(AT_ONCE, each)
        {
            self.running = None;
            tracing::info!(source = self.name, why = ended.why, "ended");
            each(Event::Ended(ended));
        }
    }

    /// Asks the command to end (SIGTERM to it and to what it started). What it still writes can be read until [`Event::Ended`]; dropping the
    /// source ends it for certain.
    pub fn stop(&mut self) {
        if let Some(running) = &self.running {
            running.ask_to_end();
        }
    }
}
