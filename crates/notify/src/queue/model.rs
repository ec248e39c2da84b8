//! What the lines of the file come to.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::Letter;

/// A line of the file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// How it stood when the file was written anew; letters that wait follow.
    Stands { last: u64, channels: BTreeMap<String, Position> },
    /// A letter was put in.
    Letter(Letter),
    /// A channel has sent all up to this one.
    Done { channel: String, number: u64 },
    /// A channel will not send this one.
    GivenUp { channel: String, number: u64 },
    /// A channel has said how many were dropped.
    Told { channel: String },
    /// A letter was dropped, for want of room.
    Dropped { number: u64 },
    /// A letter was not even put in.
    Missed,
}

/// Where a channel stands.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub(super) struct Position {
    /// It has sent all up to this number.
    done: u64,
    /// Letters that were dropped before it could send them, and that it has not told of.
    lost: u32,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Model {
    /// The greatest number so far.
    pub(super) last: u64,
    pub(super) channels: BTreeMap<String, Position>,
    pub(super) letters: VecDeque<Letter>,
}

impl Model {
    /// Takes a line.
    pub(super) fn take(&mut self, line: &Line) {
        match line {
            Line::Stands { last, channels } => {
                (self.last, self.channels) = (*last, channels.clone());
                self.letters.clear();
            }
            Line::Letter(letter) => {
                self.last = self.last.max(letter.number);
                self.letters.push_back(letter.clone());
            }
            Line::Done { channel, number } => self.position(channel, |it| it.done = it.done.max(*number)),
            Line::GivenUp { channel, number } => self.position(channel, |it| {
                it.done = it.done.max(*number);
                it.lost = it.lost.saturating_add(1);
            }),
            Line::Told { channel } => self.position(channel, |it| it.lost = 0),
            Line::Dropped { number } => {
                self.letters.retain(|it| it.number != *number);
                for position in self.channels.values_mut().filter(|it| it.done < *number) {
                    position.lost = position.lost.saturating_add(1);
                }
            }
            Line::Missed => {
                for position in self.channels.values_mut() {
                    position.lost = position.lost.saturating_add(1);
                }
            }
        }
        let done = self.channels.values().map(|it| it.done).min().unwrap_or_default();
        while self.letters.front().is_some_and(|it| it.number <= done) {
            self.letters.pop_front();
        }
    }

    fn position(&mut self, channel: &str, change: impl FnOnce(&mut Position)) {
        if let Some(position) = self.channels.get_mut(channel) {
            change(position);
        }
    }

    /// Forgets channels that are no more; new ones begin behind what was there before.
    pub(super) fn keep_channels(&mut self, names: &[&str]) {
        let old = std::mem::take(&mut self.channels);
        let new = Position { done: self.last, lost: 0 };
        self.channels = names.iter().map(|name| ((*name).to_owned(), old.get(*name).copied().unwrap_or(new))).collect();
        let done = self.channels.values().map(|it| it.done).min().unwrap_or(self.last);
        self.letters.retain(|it| it.number > done);
    }

    /// The oldest letter that a channel has not sent.
    pub(super) fn next_of(&self, channel: &str) -> Option<&Letter> {
        let done = self.channels.get(channel)?.done;
        self.letters.iter().find(|it| it.number > done)
    }

    pub(super) fn lost_of(&self, channel: &str) -> u32 {
        self.channels.get(channel).map_or(0, |it| it.lost)
    }

    /// The fewest lines that come to the same.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let stands = Line::Stands { last: self.last, channels: self.channels.clone() };
        std::iter::once(stands).chain(self.letters.iter().cloned().map(Line::Letter))
    }
}
