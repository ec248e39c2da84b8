//! The loop: from rings to the output, until somebody wants no more.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use anyhow::Context;
use earwitness_core::pcap::write;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::ADVICE;
use super::links::Links;
use super::output::Output;
use super::port::Port;
use earwitness_base::clock;

/// How often counters are read and interfaces looked for, should no news of them have come.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// Lost frames are reported to a person at most so often; the capture has every change.
const REPEAT: Duration = Duration::from_secs(10);
/// How long the end may take: for the last block, and for a reader that has stopped.
const LAST: Duration = Duration::from_secs(2);

/// When to end by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// After so long.
    pub time: Option<Duration>,
    /// After so many frames.
    pub frames: Option<u64>,
}

/// Why a recording ended well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// By a signal or a limit; everything was written.
    Asked,
    /// Nobody reads the output any more.
    ReaderGone,
}

/// A capture being written.
#[derive(Debug)]
pub struct Recording {
    ports: Vec<Port>,
    links: Links,
    out: Output,
    stop: OwnedFd,
    described: u32,
    written: u64,
    limits: Limits,
    said_losses: Option<Duration>,
}

/// What a wait was ended by.
#[derive(Clone, Copy, Default)]
struct Woken {
    stop: bool,
    links: bool,
    reader_gone: bool,
}

impl Recording {
    /// Of these interfaces, to this output; ends when `stop` can be read.
    #[must_use]
    pub fn new(ports: Vec<Port>, links: Links, out: Output, stop: OwnedFd, limits: Limits) -> Self {
        Self { ports, links, out, stop, described: 0, written: 0, limits, said_losses: None }
    }

    /// Records until the end; `say` tells a person what happens.
    ///
    /// # Errors
    /// When the output takes no more (a full disk), or the kernel answers no more.
    pub fn run(&mut self, say: &mut dyn FnMut(&str)) -> anyhow::Result<Ended> {
        match self.record(say) {
            Err(error) if error.downcast_ref().is_some_and(|it: &io::Error| it.kind() == io::ErrorKind::BrokenPipe) => {
                Ok(Ended::ReaderGone)
            }
            other => other,
        }
    }

    fn record(&mut self, say: &mut dyn FnMut(&str)) -> anyhow::Result<Ended> {
        write::section(&mut self.out.buffer, concat!("earwitness ", env!("CARGO_PKG_VERSION")));
        let begun = clock::since_boot();
        self.follow(begun, say)?;
        self.push()?;
        let (mut next_check, mut woken) = (begun.saturating_add(CHECK_EVERY), Woken::default());
        loop {
            let now = clock::since_boot();
            let over = self.limits.time.is_some_and(|time| now.saturating_sub(begun) >= time) || self.left() == 0;
            if woken.stop || over {
                return self.finish(say);
            }
            if woken.reader_gone {
                return Ok(Ended::ReaderGone);
            }
            if woken.links || now >= next_check {
                self.follow(now, say)?;
            }
            if now >= next_check {
                self.count(now, say)?;
                next_check = now.saturating_add(CHECK_EVERY);
            }
            self.drain()?;
            let until = self.limits.time.map_or(next_check, |time| next_check.min(begun.saturating_add(time)));
            woken = self.wait(until.saturating_sub(clock::since_boot()))?;
        }
    }

    /// Frames that may still be written.
    fn left(&self) -> u64 {
        self.limits.frames.map_or(u64::MAX, |most| most.saturating_sub(self.written))
    }

    fn push(&mut self) -> anyhow::Result<()> {
        self.out.push().context("cannot write the capture; is the disk full?")
    }

    /// Writes every block that is ready, one of each interface in turn, as long as the reader takes them.
    fn drain(&mut self) -> anyhow::Result<()> {
        loop {
            self.push()?;
            let mut any = false;
            for place in 0..self.ports.len() {
                let left = self.left();
                if self.out.is_waiting() {
                    return Ok(());
                }
                let Some(port) = self.ports.get_mut(place) else { continue };
                if let Some(written) = port.take(&mut self.out.buffer, left) {
                    self.written = self.written.saturating_add(written);
                    any = true;
                    self.push()?;
                }
            }
            if !any || self.left() == 0 {
                return Ok(());
            }
        }
    }

    /// Waits for frames, room, news, the reader's end or a signal.
    fn wait(&mut self, most: Duration) -> anyhow::Result<Woken> {
        let waiting = self.out.is_waiting();
        let mut fds = vec![
            PollFd::new(&self.stop, PollFlags::IN),
            PollFd::from_borrowed_fd(self.links.news(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.out.fd(), if waiting { PollFlags::OUT } else { PollFlags::empty() }),
        ];
        if !waiting {
            fds.extend(self.ports.iter().map(|port| PollFd::from_borrowed_fd(port.ring().as_fd(), PollFlags::IN)));
        }
        match poll(&mut fds, Timespec::try_from(most).ok().as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot wait for frames"),
        }
        let seen: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        drop(fds);
        let broken = PollFlags::ERR | PollFlags::HUP;
        let mut woken = Woken::default();
        for (place, flags) in seen.into_iter().enumerate() {
            match place {
                0 => woken.stop = !flags.is_empty(),
                1 => woken.links = !flags.is_empty(),
                2 => woken.reader_gone = self.out.is_pipe() && flags.intersects(broken),
                _ => {
                    if flags.intersects(broken)
                        && let Some(port) = self.ports.get(place - 3)
                    {
                        // Until the error is asked for, every wait would return at once.
                        let _ = port.ring().take_error();
                        woken.links = true;
                    }
                }
            }
        }
        Ok(woken)
    }

    /// Looks where the interfaces are; writes down what has changed.
    fn follow(&mut self, now: Duration, say: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
        self.links.forget_news();
        // Should the kernel be too busy to answer, there is another look in a second.
        let Ok(links) = self.links.list() else { return Ok(()) };
        let names: Vec<String> = self.ports.iter().map(|port| port.name().to_owned()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for port in &mut self.ports {
            let Some(change) = port.follow(&links, &names, now) else { continue };
            if change.describe {
                write::interface(&mut self.out.buffer, &port.description());
                port.number = Some(self.described);
                self.described = self.described.saturating_add(1);
            }
            if change.said.is_empty() {
                continue;
            }
            say(&change.said);
            port.count().context("cannot read the kernel's counters")?;
            if let Some(number) = port.number {
                let counts = (port.counts.received, port.counts.dropped);
                write::remarked_statistics(&mut self.out.buffer, number, clock::now(), counts, &change.said);
            }
        }
        Ok(())
    }

    /// Reads the kernel's counters; writes them down where frames were lost.
    fn count(&mut self, now: Duration, say: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
        let mut lost = Vec::new();
        for port in &mut self.ports {
            if let Some(said) = port.long_frames() {
                say(&format!("{ADVICE}{said}"));
            }
            if !port.count().context("cannot read the kernel's counters")? {
                continue;
            }
            let (received, dropped) = (port.counts.received, port.counts.dropped);
            if let Some(number) = port.number {
                write::statistics(&mut self.out.buffer, number, clock::now(), received, dropped);
            }
            lost.push(format!("{dropped} of {received} frames of {} were lost so far", port.name()));
        }
        let due = self.said_losses.is_none_or(|said| now.saturating_sub(said) >= REPEAT);
        if due && !lost.is_empty() {
            self.said_losses = Some(now);
            // Readers of the capture have its counters.
            say(&format!("{ADVICE}{}; the reader is too slow, or the ring too small (--ring)", lost.join(", ")));
        }
        Ok(())
    }

    /// Takes what still lies in the rings, writes the last counters, and gives the reader a moment.
    fn finish(&mut self, say: &mut dyn FnMut(&str)) -> anyhow::Result<Ended> {
        let end = clock::since_boot().saturating_add(LAST);
        for port in &mut self.ports {
            port.close();
            port.count().context("cannot read the kernel's counters")?;
        }
        let unsettled = |ports: &[Port]| ports.iter().any(|port| !port.is_settled());
        loop {
            self.drain()?;
            let left = end.saturating_sub(clock::since_boot());
            if left.is_zero() || self.left() == 0 || !(self.out.is_waiting() || unsettled(&self.ports)) {
                break;
            }
            self.wait(left)?;
        }
        for port in &self.ports {
            if let Some(number) = port.number {
                write::statistics(&mut self.out.buffer, number, clock::now(), port.counts.received, port.counts.dropped);
            }
        }
        self.push()?;
        while self.out.is_waiting() && clock::since_boot() < end {
            if self.wait(end.saturating_sub(clock::since_boot()))?.reader_gone {
                return Ok(Ended::ReaderGone);
            }
            self.push()?;
        }
        for port in &mut self.ports {
            if let Some(said) = port.long_frames() {
                say(&format!("{ADVICE}{said}"));
            }
            say(&format!("{ADVICE}{}", port.summary()));
        }
        if self.out.is_waiting() {
            say(&format!("the reader takes nothing; {} octets were not written", self.out.waiting()));
        }
        Ok(Ended::Asked)
    }
}
