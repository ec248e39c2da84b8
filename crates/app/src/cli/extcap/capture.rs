//! The loop: frames of our own capture, held back for a moment, then Wireshark's.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use earwitness_base::clock;
use earwitness_capture::stop::signals;
use earwitness_core::pcap::{Description, write};
use earwitness_core::time::Timestamp;
use earwitness_traffic::live::ADVICE;
use earwitness_traffic::source::{Event, Source};
use jiff::tz::TimeZone;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Settings;
use super::fifo::{Fifo, ReaderGone};
use super::held::{Held, Wanted};
use super::uploads::Uploads;
use crate::daemon::random;
use crate::say;

/// The longest wait.
const MOST: Duration = Duration::from_secs(1);
/// How long the end may take: for what the capture still has, and for a reader that takes it.
const LAST: Duration = Duration::from_secs(3);

/// The program, as it names itself in the capture.
const PROGRAM: &str = concat!("earwitness ", env!("CARGO_PKG_VERSION"));

/// Why it ends well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    /// By a signal: what is held back is written.
    Asked,
    /// Nobody reads any more.
    ReaderGone,
}

/// What the capture says of one interface.
#[derive(Debug, Default)]
struct Interface {
    frames: u64,
    lost: u64,
    /// The latest of its frames.
    at: Timestamp,
}

/// A capture for Wireshark in progress.
struct Capture<'a> {
    source: Source,
    held: Held,
    fifo: Fifo,
    stop: &'a OwnedFd,
    interfaces: Vec<Interface>,
    /// Why our own capture has ended.
    ended: Option<String>,
}

/// Captures until Wireshark or a signal ends it.
///
/// # Errors
/// Nothing can be captured, or nothing written.
pub(super) fn run(name: &str, fifo: &Path, settings: &Settings) -> anyhow::Result<()> {
    let (stop, _wakes) = signals()?;
    let Some(mut fifo) = Fifo::open(fifo, &stop)? else { return Ok(()) };
    write::section(&mut fifo.buffer, PROGRAM);
    let uploads = Uploads::new(settings.gateway.0.into_iter().collect(), random()?, TimeZone::system());
    let wanted = Wanted {
        delay: Duration::from_millis(u64::from(settings.delay)),
        comments: settings.comments,
        only_senders: settings.only_senders,
    };
    let source = Source::interfaces(&[name], &["--snaplen", &settings.snaplen.to_string()])?;
    let held = Held::new(uploads, wanted);
    let mut capture = Capture { source, held, fifo, stop: &stop, interfaces: Vec::new(), ended: None };
    capture.source.start_when_due(clock::since_boot())?;
    if capture.go_on()? == End::Asked {
        capture.finish()?;
    }
    Ok(())
}

impl Capture<'_> {
    fn go_on(&mut self) -> anyhow::Result<End> {
        loop {
            let now = clock::since_boot();
            self.read(now);
            self.held.release(if self.ended.is_some() { Duration::MAX } else { now }, &mut self.fifo.buffer);
            if let Err(ReaderGone) = self.fifo.push()? {
                return Ok(End::ReaderGone);
            }
            if let Some(why) = self.ended.take() {
                self.flush(now.saturating_add(LAST))?;
                bail!("{} is captured no longer: {why}", self.source.name());
            }
            let due = self.held.due().map_or(MOST, |due| due.saturating_sub(clock::since_boot()));
            if let Some(end) = self.wait(due.min(MOST))? {
                return Ok(end);
            }
        }
    }

    /// Takes what has come, unless Wireshark is so far behind that the kernel shall keep it.
    fn read(&mut self, now: Duration) {
        if self.fifo.is_full() {
            return;
        }
        let Self { source, held, fifo, interfaces, ended, .. } = self;
        source.read_frames(&mut |event| match event {
            Event::Frame(frame) => {
                if let Some(interface) = usize::try_from(frame.interface).ok().and_then(|place| interfaces.get_mut(place)) {
                    interface.frames = interface.frames.saturating_add(1);
                    interface.at = frame.at;
                }
                held.push(&frame, now);
            }
            Event::Interface { description, .. } => {
                let text = format!("{}; with comments by {PROGRAM}", description.description);
                write::interface(&mut fifo.buffer, &Description { description: text, ..description.clone() });
                interfaces.push(Interface::default());
            }
            Event::Lost { interface, frames } => {
                if let Some(it) = usize::try_from(interface).ok().and_then(|place| interfaces.get_mut(place)) {
                    it.lost = it.lost.saturating_add(frames);
                    write::statistics(&mut fifo.buffer, interface, it.at, it.frames.saturating_add(it.lost), it.lost);
                }
            }
            // What Wireshark reads here it shows as an error.
            Event::Said(line) if line.contains(ADVICE) => {}
            Event::Said(line) => say::line(line.strip_prefix("earwitness: ").unwrap_or(line)),
            Event::Odd(_) => {}
            Event::Rubbish(stop) => say::line(&stop.to_string()),
            Event::Ended(it) => *ended = Some(it.why),
        });
    }

    /// Waits for frames, for room, for the time of a frame, the end of the reader or a signal.
    fn wait(&self, most: Duration) -> anyhow::Result<Option<End>> {
        let room = if self.fifo.is_waiting() { PollFlags::OUT } else { PollFlags::empty() };
        let mut ready = vec![PollFd::new(self.stop, PollFlags::IN), PollFd::from_borrowed_fd(self.fifo.fd(), room)];
        if let Some(fd) = self.source.fd().filter(|_| !self.fifo.is_full()) {
            ready.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
        }
        match poll(&mut ready, Timespec::try_from(most).ok().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let seen = |place: usize| ready.get(place).map_or(PollFlags::empty(), PollFd::revents);
        if seen(1).intersects(PollFlags::ERR | PollFlags::HUP) {
            return Ok(Some(End::ReaderGone));
        }
        Ok((!seen(0).is_empty()).then_some(End::Asked))
    }

    /// Takes what our own capture still has, writes everything, and gives the reader a moment.
    fn finish(&mut self) -> anyhow::Result<()> {
        let end = clock::since_boot().saturating_add(LAST);
        self.source.stop();
        while self.source.is_running() && clock::since_boot() < end {
            self.read(clock::since_boot());
            if let Err(ReaderGone) = self.fifo.push()? {
                return Ok(());
            }
            clock::sleep(Duration::from_millis(5));
        }
        self.held.release(Duration::MAX, &mut self.fifo.buffer);
        for (number, it) in (0..).zip(&self.interfaces) {
            write::statistics(&mut self.fifo.buffer, number, it.at, it.frames.saturating_add(it.lost), it.lost);
        }
        self.flush(end)
    }

    fn flush(&mut self, end: Duration) -> anyhow::Result<()> {
        while self.fifo.push()?.is_ok() && self.fifo.is_waiting() && clock::since_boot() < end {
            clock::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}
