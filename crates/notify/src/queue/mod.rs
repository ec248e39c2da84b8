//! Letters that wait, each until every channel has sent it or given it up.
//!
//! A file of lines of its own, not a table of the store: the store has one writer, which must not wait for channels, and its schema is what verdicts
//! rest on. What happens is added as a line with a checksum and written through to the disk before a letter is tried; a line that a power cut tore is
//! left out, and costs a letter that was not tried yet or one that is sent twice. Whoever puts letters in waits for no disk.

mod file;
mod model;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::file::Lines;
use self::model::{Line, Model};
use crate::Letter;

pub use self::file::FILE;

/// Letters that wait at most: a home gets a few in a day, so that this is weeks without a channel that works.
pub(crate) const MOST: usize = 256;
/// How long the end waits for what is being sent.
const GRACE: Duration = Duration::from_secs(2);

/// What became of letters since the start, besides being sent.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Dropped, since too many waited.
    pub lost: u64,
    /// Tries that failed.
    pub failed: u64,
}

/// The queue. Locks are taken in the order of its fields.
#[derive(Debug)]
pub(crate) struct Queue {
    lines: Mutex<Option<Lines>>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    model: Model,
    /// Not on the disk yet.
    incoming: VecDeque<Letter>,
    unwritten: Vec<Line>,
    counts: Counts,
    /// Letters that are being sent.
    sending: usize,
    closed: bool,
}

/// What a channel is to do next.
#[derive(Debug)]
pub(crate) enum Next {
    /// Send this.
    Letter(Letter),
    /// Say that so many were dropped before this channel could send them, the last of them with this number.
    Lost(u32),
}

impl Queue {
    /// Opens the queue of a folder, for these channels; one that is new gets what comes from now on.
    pub(crate) fn open(folder: &Path, channels: &[&str]) -> io::Result<Self> {
        let mut model = file::read(folder)?;
        model.keep_channels(channels);
        let lines = Lines::begin(folder, &model)?;
        let state = State {
            model,
            incoming: VecDeque::new(),
            unwritten: Vec::new(),
            counts: Counts::default(),
            sending: 0,
            closed: false,
        };
        Ok(Self { lines: Mutex::new(Some(lines)), state: Mutex::new(state), changed: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The greatest number that was put in.
    pub(crate) fn last(&self) -> u64 {
        let state = self.state();
        state.incoming.back().map_or(state.model.last, |it| it.number.max(state.model.last))
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state().counts
    }

    /// Puts a letter in, without waiting for a disk or a channel; one that is there already is not put in again.
    pub(crate) fn put(&self, letter: Letter) {
        if letter.number <= self.last() {
            return;
        }
        let mut state = self.state();
        if state.model.letters.len() + state.incoming.len() >= MOST && !state.make_room(letter.importance) {
            return;
        }
        state.incoming.push_back(letter);
        self.changed.notify_all();
    }

    /// Waits for what a channel has to send; `None` once the queue is closed.
    pub(crate) fn take(&self, channel: &str) -> Option<Next> {
        loop {
            self.flush();
            let mut state = self.state();
            if state.closed {
                return None;
            }
            let lost = state.model.lost_of(channel);
            let next = state.model.next_of(channel).cloned().map(Next::Letter);
            let next = if lost > 0 { Some(Next::Lost(lost)) } else { next };
            if next.is_some() {
                state.sending += 1;
                return next;
            }
            if state.incoming.is_empty() && state.unwritten.is_empty() {
                drop(self.changed.wait(state).unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    /// A channel has sent a letter.
    pub(crate) fn sent(&self, channel: &str, number: u64) {
        self.ended(Line::Done { channel: channel.to_owned(), number });
    }

    /// A channel has said how many were dropped.
    pub(crate) fn said_lost(&self, channel: &str) {
        self.ended(Line::Told { channel: channel.to_owned() });
    }

    /// A channel never will send a letter.
    pub(crate) fn give_up(&self, channel: &str, number: u64) {
        self.state().counts.lost += 1;
        self.ended(Line::GivenUp { channel: channel.to_owned(), number });
    }

    /// A channel has not sent a letter, and tries again after a pause.
    pub(crate) fn failed(&self, pause: Duration) {
        let mut state = self.state();
        state.sending -= 1;
        state.counts.failed += 1;
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(state, pause, |state| !state.closed);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn ended(&self, line: Line) {
        let mut state = self.state();
        state.model.take(&line);
        state.unwritten.push(line);
        state.sending -= 1;
        self.changed.notify_all();
        drop(state);
        self.flush();
    }

    /// Writes down what is not on the disk yet. Where the disk refuses, letters are sent all the same, and all is written when it works.
    fn flush(&self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = lines.as_mut() else { return };
        let mut state = self.state();
        if state.incoming.is_empty() && state.unwritten.is_empty() {
            return;
        }
        let mut new = std::mem::take(&mut state.unwritten);
        new.extend(state.incoming.iter().cloned().map(Line::Letter));
        let written = state.incoming.back().map_or(0, |it| it.number);
        drop(state);
        let fresh = file.add(&new);
        let mut state = self.state();
        while state.incoming.front().is_some_and(|it| it.number <= written) {
            if let Some(letter) = state.incoming.pop_front() {
                state.model.take(&Line::Letter(letter));
            }
        }
        if !fresh {
            let model = state.model.clone();
            drop(state);
            file.rewrite(&model);
        }
    }

    /// Lets channels end; what is being sent is waited for a moment.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(state, GRACE, |state| state.sending > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        self.flush();
        // The next process, or the next configuration, has the file from now on.
        *self.lines.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl State {
    /// Drops the oldest of those that matter least; says whether there is room for a letter, or none matters less.
    fn make_room(&mut self, importance: u8) -> bool {
        self.counts.lost += 1;
        let all = self.model.letters.iter().chain(&self.incoming);
        let least = all.filter(|it| it.importance <= importance).min_by_key(|it| it.importance).map(|it| it.number);
        let Some(number) = least else {
            // Nobody will be told of the new one.
            let line = Line::Missed;
            self.model.take(&line);
            self.unwritten.push(line);
            return false;
        };
        self.incoming.retain(|it| it.number != number);
        let line = Line::Dropped { number };
        self.model.take(&line);
        self.unwritten.push(line);
        true
    }
}
