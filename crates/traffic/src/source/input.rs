//! Octets of a pipe on their way through the decoder.

use std::ops::ControlFlow;
use std::os::fd::AsFd;

use earwitness_core::pcap::{Decoder, MAX_BLOCK, Note, Reason, Step, Stop};

use super::Event;

/// Octets asked for at once, and those kept between two blocks that are longer than usual.
const CHUNK: usize = 256 * 1024;

/// What has come and was not understood yet.
#[derive(Debug, Default)]
pub(super) struct Input {
    decoder: Decoder,
    /// Octets in front of `start` were used, those from `end` on are room.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Octets that the decoder wants to see at once.
    need: usize,
    /// Interfaces reported so far.
    reported: usize,
    /// Octets passed over in a row, in blocks that the decoder does not know and that are longer than what came at once.
    passed: usize,
}

/// What one read gave.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Got {
    Octets(usize),
    Nothing,
    End,
}

impl Input {
    /// Reads once from a descriptor that does not block.
    pub(super) fn fill(&mut self, from: impl AsFd) -> Got {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        let room = self.need.min(MAX_BLOCK).saturating_add(CHUNK);
        if self.buffer.len() != room {
            // Grows for a long block and shrinks after it.
            self.buffer.resize(room.max(self.end), 0);
            self.buffer.shrink_to(room);
        }
        loop {
            return match rustix::io::read(&from, self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => Got::End,
                Ok(count) => {
                    self.end = self.end.saturating_add(count);
                    Got::Octets(count)
                }
                Err(rustix::io::Errno::INTR) => continue,
                Err(rustix::io::Errno::AGAIN) => Got::Nothing,
                Err(_) => Got::End,
            };
        }
    }

    /// Gives `each` everything whole that has come.
    pub(super) fn decode(&mut self, each: &mut dyn FnMut(Event<'_>)) -> Result<(), Stop> {
        let mut rest = self.buffer.get(self.start..self.end).unwrap_or_default();
        let ended = loop {
            let (used, _) = self.decoder.run(rest, |frame| {
                each(Event::Frame(*frame));
                ControlFlow::Continue(())
            });
            rest = rest.get(used..).unwrap_or_default();
            match self.decoder.next(rest) {
                Ok(Step::Frame { frame, used }) => {
                    each(Event::Frame(frame));
                    rest = rest.get(used..).unwrap_or_default();
                }
                Ok(Step::Skip { used, note }) => {
                    rest = rest.get(used..).unwrap_or_default();
                    if let Some(announced) = self.announces_too_much() {
                        // Text, for example: four letters are read as a length of a gigabyte.
                        let reason = Reason::BlockTooLong { announced };
                        let offset = self.decoder.offset().saturating_sub(u64::try_from(used).unwrap_or(0));
                        break Err(Stop { offset, frames: self.decoder.frames(), reason });
                    }
                    self.passed = if rest.is_empty() && note.is_none() { self.passed.saturating_add(used) } else { 0 };
                    if self.passed > MAX_BLOCK {
                        // A file may hold blocks of any length; here it is rubbish that looks like one, and would be passed over for hours.
                        let offset = self.decoder.offset().saturating_sub(u64::try_from(self.passed).unwrap_or(0));
                        let reason = Reason::BlockTooLong { announced: u32::try_from(self.passed).unwrap_or(u32::MAX) };
                        break Err(Stop { offset, frames: self.decoder.frames(), reason });
                    }
                    for description in self.decoder.interfaces().iter().skip(self.reported) {
                        each(Event::Interface { number: u32::try_from(self.reported).unwrap_or(u32::MAX), description });
                        self.reported = self.reported.saturating_add(1);
                    }
                    match note {
                        None => {}
                        Some(Note::Drops { interface, dropped }) => each(Event::Lost { interface, frames: dropped }),
                        Some(note) => each(Event::Odd(note)),
                    }
                }
                Ok(Step::More { need }) => {
                    self.need = need;
                    break Ok(());
                }
                Err(stop) => break Err(stop),
            }
        };
        self.start = self.end.saturating_sub(rest.len());
        ended
    }

    /// Octets that are still to come of a block longer than any that a live capture writes.
    fn announces_too_much(&self) -> Option<u32> {
        match self.decoder.finish(&[])?.reason {
            Reason::Truncated { need, .. } if need > MAX_BLOCK as u64 => Some(u32::try_from(need).unwrap_or(u32::MAX)),
            _ => None,
        }
    }

    /// What is wrong with an end at this place, if anything.
    pub(super) fn finish(&self) -> Option<Stop> {
        self.decoder.finish(self.buffer.get(self.start..self.end).unwrap_or_default())
    }
}
