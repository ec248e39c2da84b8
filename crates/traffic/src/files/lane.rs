//! One capture file on its way through the decoder.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Decoder, Note, Reason, Step, Stop};
use earwitness_core::time::Timestamp;

use super::FileId;
use super::feed::Feed;
use super::follow::Restart;
use super::trouble::{Broken, Oddities};

/// A file being read.
pub(super) struct Lane {
    file: FileId,
    feed: Feed,
    pub(super) decoder: Decoder,
    head: Option<Head>,
    pub(super) oddities: Oddities,
    /// Where the file was replaced while it was followed, each way once.
    pub(super) restarted: Vec<(u64, u64, String)>,
    pub(super) dropped: u64,
    pub(super) broken: Option<Broken>,
    /// Octets behind the place where the file is broken, but for zeros at its end.
    pub(super) behind: u64,
    /// Whether the input has an end of its own, so that what follows damage can be counted.
    ends: bool,
    /// Whether the file may end inside a frame because its writer is still at it.
    growing: bool,
    /// Set when the waiting for more was broken off, with the same effect.
    stop: Arc<AtomicBool>,
}

/// A frame that waits for its turn; its octets stay in the feed.
struct Head {
    at: Timestamp,
    link: Link,
    wire_len: u32,
    interface: u32,
    place: usize,
    count: usize,
}

/// A moment and a file: where the frames of another file come first.
pub(super) type Bound = (Timestamp, FileId);

/// Why draining paused.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Drained {
    /// The next frame is not before the bound; it is the lane's head now.
    Reached(Timestamp),
    /// The file gave all it had.
    Ended,
    /// The receiver of the frames wants no more.
    Stopped,
}

/// What ends the run through one chunk.
enum Pause {
    More(usize),
    Note(Note),
    Head(Head),
    Stop(Stop),
    Enough,
}

impl Lane {
    pub(super) fn new(file: FileId, feed: Feed, (ends, growing): (bool, bool), stop: Arc<AtomicBool>) -> Self {
        Self {
            file,
            feed,
            decoder: Decoder::new(),
            head: None,
            oddities: Oddities::default(),
            restarted: Vec::new(),
            dropped: 0,
            broken: None,
            behind: 0,
            ends,
            growing,
            stop,
        }
    }

    /// The file that is read.
    pub(super) const fn file(&self) -> FileId {
        self.file
    }

    /// Gives `each` the frames of the file, with `BOUNDED` only those before `bound`; calls `pause` at every chunk.
    pub(super) fn drain<const BOUNDED: bool, F>(&mut self, bound: Bound, pause: &mut dyn FnMut(&Decoder), each: &mut F) -> Drained
    where
        F: FnMut(&Frame<'_>, FileId) -> ControlFlow<()>,
    {
        if let Some(head) = self.head.take() {
            if BOUNDED && (head.at, self.file) >= bound {
                let at = head.at;
                self.head = Some(head);
                return Drained::Reached(at);
            }
            let Head { at, link, wire_len, interface, place, count } = head;
            let frame = Frame { at, link, wire_len, bytes: self.feed.at(place, count), interface };
            if each(&frame, self.file).is_break() {
                return Drained::Stopped;
            }
        }
        loop {
            match self.run::<BOUNDED, F>(bound, each) {
                Pause::More(need) => {
                    pause(&self.decoder);
                    match self.feed.fill(need) {
                        Ok(true) => continue,
                        Ok(false) => self.broken = self.end(),
                        Err(error) if self.restarts(&error) => continue,
                        Err(error) => {
                            let (offset, frames) = (self.decoder.offset(), self.decoder.frames());
                            self.broken = Some(Broken::Input { offset, frames, error });
                        }
                    }
                }
                Pause::Note(Note::Drops { dropped, .. }) => {
                    self.dropped = self.dropped.saturating_add(dropped);
                    continue;
                }
                Pause::Note(note) => {
                    self.oddities.add(note, self.decoder.frames());
                    continue;
                }
                Pause::Head(head) => {
                    let at = head.at;
                    self.head = Some(head);
                    return Drained::Reached(at);
                }
                Pause::Stop(stop) => {
                    self.count_behind(&stop);
                    self.broken = Some(Broken::Capture(stop));
                }
                Pause::Enough => return Drained::Stopped,
            }
            return Drained::Ended;
        }
    }

    /// The tight loop: everything whole that lies ready.
    fn run<const BOUNDED: bool, F>(&mut self, bound: Bound, each: &mut F) -> Pause
    where
        F: FnMut(&Frame<'_>, FileId) -> ControlFlow<()>,
    {
        let file = self.file;
        let Self { decoder, feed, .. } = self;
        let mut rest = feed.ready();
        let pause = loop {
            // The frame that has to wait, if that is what ended the run.
            let mut head = None;
            let mut take = |frame: &Frame<'_>| {
                if BOUNDED && (frame.at, file) >= bound {
                    let Frame { at, link, wire_len, bytes, interface } = *frame;
                    let (place, count) = (feed.place_of(bytes), bytes.len());
                    head = Some(Head { at, link, wire_len, interface, place, count });
                    return ControlFlow::Break(());
                }
                each(frame, file)
            };
            let (used, mut flow) = decoder.run(rest, &mut take);
            rest = rest.get(used..).unwrap_or_default();
            if flow.is_continue() {
                match decoder.next(rest) {
                    Ok(Step::Frame { frame, used }) => {
                        rest = rest.get(used..).unwrap_or_default();
                        flow = take(&frame);
                    }
                    Ok(Step::Skip { used, note }) => {
                        rest = rest.get(used..).unwrap_or_default();
                        if let Some(note) = note {
                            break Pause::Note(note);
                        }
                    }
                    Ok(Step::More { need }) => break Pause::More(need),
                    Err(stop) => break Pause::Stop(stop),
                }
            }
            if flow.is_break() {
                break head.map_or(Pause::Enough, Pause::Head);
            }
        };
        let left = rest.len();
        feed.keep(left);
        pause
    }

    /// Counts what follows the place where the file is broken, to the last octet that is not zero: a power cut leaves zeros where nothing was lost but the end.
    fn count_behind(&mut self, stop: &Stop) {
        if !self.ends || matches!(stop.reason, Reason::Empty | Reason::UnknownFormat { .. }) {
            return;
        }
        self.behind = self.decoder.passed_over();
        let mut passed = self.behind;
        loop {
            let ready = self.feed.ready();
            if let Some(last) = ready.iter().rposition(|octet| *octet != 0) {
                self.behind = passed.saturating_add(as_u64(last)).saturating_add(1);
            }
            passed = passed.saturating_add(as_u64(ready.len()));
            self.feed.keep(0);
            if self.stop.load(Ordering::Relaxed) || !matches!(self.feed.fill(1), Ok(true)) {
                return;
            }
        }
    }

    /// Goes on with another file, if that is what the error says. What was begun of a frame will not be completed.
    fn restarts(&mut self, error: &io::Error) -> bool {
        let Some(restart) = error.get_ref().and_then(|it| it.downcast_ref::<Restart>()) else { return false };
        let line = (self.decoder.offset(), self.decoder.frames(), restart.to_string());
        if !self.restarted.iter().any(|known| known.2 == line.2) {
            self.restarted.push(line);
        }
        self.feed.keep(0);
        self.decoder.restart();
        true
    }

    /// What to say about the end of the file.
    fn end(&mut self) -> Option<Broken> {
        let stop = self.decoder.finish(self.feed.ready())?;
        let growing = self.growing || self.stop.load(Ordering::Relaxed);
        let unfinished = growing && matches!(stop.reason, Reason::Truncated { .. });
        // A length that damage made reaches to the end of the file, and looks like a file that was cut.
        self.count_behind(&stop);
        (!unfinished).then_some(Broken::Capture(stop))
    }
}

fn as_u64(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
