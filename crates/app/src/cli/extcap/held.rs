//! Frames on their way to Wireshark. A comment is written with its packet, and what a packet belongs to is known a little later: so frames are held back for a moment, then
//! written in the order in which they came, each once.

use std::collections::VecDeque;
use std::time::Duration;

use earwitness_core::dissect::dissect;
use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::write;
use earwitness_core::time::Timestamp;

use super::uploads::Uploads;

/// Octets that are held back at most; with more the oldest frames are written sooner.
const MOST: usize = 64 << 20;

/// What is written of what comes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// How long frames are held back.
    pub(super) delay: Duration,
    /// Whether packets of uploads get comments.
    pub(super) comments: bool,
    /// Whether only frames of devices that sent sound are written.
    pub(super) only_senders: bool,
}

#[derive(Debug)]
struct Waiting {
    at: Timestamp,
    link: Link,
    wire_len: u32,
    interface: u32,
    bytes: Box<[u8]>,
    /// When it may go.
    due: Duration,
}

/// The frames that are held back.
#[derive(Debug)]
pub(super) struct Held {
    uploads: Uploads,
    wanted: Wanted,
    frames: VecDeque<Waiting>,
    octets: usize,
}

impl Held {
    pub(super) fn new(uploads: Uploads, wanted: Wanted) -> Self {
        Self { uploads, wanted, frames: VecDeque::new(), octets: 0 }
    }

    /// Takes a frame at `now`, by a clock that nobody sets.
    pub(super) fn push(&mut self, frame: &Frame<'_>, now: Duration) {
        self.uploads.frame(frame);
        let Frame { at, link, wire_len, bytes, interface } = *frame;
        self.octets = self.octets.saturating_add(bytes.len());
        let due = now.saturating_add(self.wanted.delay);
        self.frames.push_back(Waiting { at, link, wire_len, interface, bytes: bytes.into(), due });
    }

    /// Writes what has been held back for long enough at `now`; at [`Duration::MAX`] everything.
    pub(super) fn release(&mut self, now: Duration, out: &mut Vec<u8>) {
        while self.frames.front().is_some_and(|it| it.due <= now || self.octets > MOST) {
            let Some(frame) = self.frames.pop_front() else { break };
            self.octets = self.octets.saturating_sub(frame.bytes.len());
            self.write(&frame, out);
        }
    }

    fn write(&mut self, waiting: &Waiting, out: &mut Vec<u8>) {
        let Waiting { at, link, wire_len, interface, bytes, .. } = waiting;
        let packet = dissect(*link, bytes, *wire_len);
        if self.wanted.only_senders && !self.uploads.is_of_sender(&packet) {
            return;
        }
        let remark = if self.wanted.comments { self.uploads.remark(*at, &packet) } else { None };
        let frame = Frame { at: *at, link: *link, wire_len: *wire_len, bytes, interface: *interface };
        write::packet(out, &frame, &write::Remarks { comment: remark.as_deref(), flags: None });
    }

    /// When the next frame goes.
    pub(super) fn due(&self) -> Option<Duration> {
        self.frames.front().map(|it| it.due)
    }
}
