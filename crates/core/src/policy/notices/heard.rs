//! What sounded in the room in the latest minutes, and from when on the microphone listens.

use std::collections::VecDeque;

use super::{ANSWER, LEAD};
use crate::time::{SECOND, Timestamp, Window};

/// Sounds that are remembered at most of each kind: a sound that goes on is reported twice a second.
const MOST: usize = 2_048;
/// For so long they are remembered, nanoseconds: an upload is judged within six minutes.
const KEPT: i64 = 1_800 * SECOND;
/// A sound is reported when it begins, and again only after forty seconds if it goes on, nanoseconds.
const GOES_ON: i64 = 40 * SECOND;
/// Clocks and codecs may make an upload begin a little before the sound that caused it, nanoseconds.
const EARLY: i64 = 2 * SECOND;

/// What sounded.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Room {
    heard: VecDeque<Window>,
    probes: VecDeque<Window>,
    /// From when on the microphone has listened without a pause.
    listens_since: Option<Timestamp>,
}

impl Room {
    pub(super) fn new(listens: bool, now: Timestamp) -> Self {
        Self { heard: VecDeque::new(), probes: VecDeque::new(), listens_since: listens.then_some(now) }
    }

    pub(super) fn hears(&mut self, hears: bool, now: Timestamp) {
        self.listens_since = if hears { self.listens_since.or(Some(now)) } else { None };
    }

    pub(super) fn heard(&mut self, window: Window, now: Timestamp) {
        // A sound that goes on is one: else an hour of a television would push out all else.
        if let Some(last) = self.heard.back_mut().filter(|last| window.from <= last.until && last.from <= window.from) {
            last.until = last.until.max(window.until);
        } else {
            put(&mut self.heard, window, now);
        }
    }

    pub(super) fn probe(&mut self, window: Window, now: Timestamp) {
        put(&mut self.probes, window, now);
    }

    /// Whether an upload answers a probe.
    pub(super) fn is_answer(&self, upload: Window) -> bool {
        self.probes.iter().any(|probe| probe.from.plus(-EARLY) <= upload.from && upload.from <= probe.until.plus(ANSWER))
    }

    /// Whether a sound was heard that explains an upload.
    pub(super) fn explains(&self, upload: Window) -> bool {
        self.heard
            .iter()
            .any(|sound| sound.from <= upload.until.plus(EARLY) && upload.from <= sound.until.plus(LEAD.max(GOES_ON)))
    }

    /// Whether the microphone has listened from before an upload began until now.
    pub(super) fn listened(&self, upload: Window) -> bool {
        self.listens_since.is_some_and(|since| since <= upload.from.plus(-LEAD))
    }
}

fn put(all: &mut VecDeque<Window>, window: Window, now: Timestamp) {
    // Also where the clock was set back.
    all.retain(|it| now.since(it.until).abs() <= KEPT);
    if all.len() >= MOST {
        all.pop_front();
    }
    all.push_back(window);
}
