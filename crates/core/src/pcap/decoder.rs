//! The decoder: bytes in, frames lent out.

use std::ops::ControlFlow;

use super::blocks;
use super::classic::{self, Classic};
use super::ng::{self, Ng, Place};
use super::note::Note;
use super::octets;
use super::section::{Description, MAX_DESCRIPTIONS};
use super::step::Step;
use super::stop::{Part, Reason, Stop, name_of, packed};
use crate::frame::Frame;
use crate::time::Timestamp;

/// Reads a capture file piece by piece; recognises its format from the first octets.
///
/// The caller keeps the octets: each call gets what follows the octets used so far, and more of it when asked.
#[derive(Clone, Debug)]
pub struct Decoder {
    mode: Mode,
    offset: u64,
    frames: u64,
    last: Timestamp,
    interfaces: Vec<Description>,
    /// Interfaces of the files before, where several were joined.
    base: u32,
}

#[derive(Clone, Debug)]
enum Mode {
    /// A file header comes next.
    Start,
    Classic(Classic),
    Ng(Ng),
}

/// A family of capture files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Classic pcap.
    Pcap,
    /// pcapng.
    Pcapng,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a file.
    #[must_use]
    pub const fn new() -> Self {
        Self { mode: Mode::Start, offset: 0, frames: 0, last: Timestamp::from_nanos(0), interfaces: Vec::new(), base: 0 }
    }

    /// Gives `each` the frames that `bytes` begin with, as long as they are whole and ordinary and it has not enough;
    /// says how many octets they took. [`Decoder::next`] reads what follows. This is the loop to spend the time in.
    #[inline]
    pub fn run<'a, F>(&mut self, bytes: &'a [u8], each: F) -> (usize, ControlFlow<()>)
    where
        F: FnMut(&Frame<'a>) -> ControlFlow<()>,
    {
        // One loop for each format and byte order, so that neither is asked for at every frame.
        let run = match &self.mode {
            Mode::Start => return (0, ControlFlow::Continue(())),
            Mode::Classic(file) => match file.fast() {
                Some(true) => Run::of(bytes, |bytes| file.ordinary::<true>(bytes), each),
                Some(false) => Run::of(bytes, |bytes| file.ordinary::<false>(bytes), each),
                None => return (0, ControlFlow::Continue(())),
            },
            Mode::Ng(file) if file.passing > 0 => return (0, ControlFlow::Continue(())),
            Mode::Ng(file) if file.section.big => Run::of(bytes, |bytes| file.section.ordinary::<true>(bytes), each),
            Mode::Ng(file) => Run::of(bytes, |bytes| file.section.ordinary::<false>(bytes), each),
        };
        let used = bytes.len().saturating_sub(run.rest.len());
        self.offset = self.offset.saturating_add(octets(used));
        self.frames = self.frames.saturating_add(run.frames);
        self.last = run.last.unwrap_or(self.last);
        (used, run.flow)
    }

    /// Reads what `bytes` begin with; they begin where the last step ended.
    ///
    /// # Errors
    /// A [`Stop`] when what follows cannot be told apart any more. Asked again, it says the same again.
    pub fn next<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Stop> {
        if let (Mode::Ng(file), Some(first)) = (&self.mode, bytes.first_chunk::<4>())
            && file.passing == 0
            && classic::magic(*first).is_some()
            && bytes.len() < classic::SURE
        {
            return Ok(Step::More { need: classic::SURE });
        }
        if self.is_joined(bytes) {
            self.restart();
            return Ok(Step::Skip { used: 0, note: Some(Note::Joined { offset: self.offset }) });
        }
        if let Some(used) = self.torn(bytes) {
            let lost = octets(used);
            self.offset = self.offset.saturating_add(lost);
            self.restart();
            return Ok(Step::Skip { used, note: Some(Note::Torn { offset: self.offset, lost }) });
        }
        let place = Place { offset: self.offset, last: self.last };
        let packed = packed_at(bytes);
        let step = match &mut self.mode {
            Mode::Start => self.begin(bytes),
            Mode::Classic(file) => file.any(bytes).map_err(|reason| packed.unwrap_or(reason)),
            // No block has such a type, and what looks like its length would be passed over.
            Mode::Ng(file) => match packed.filter(|_| file.passing == 0) {
                Some(reason) => Err(reason),
                None => file.any(bytes, place, &mut self.interfaces),
            },
        };
        match step {
            Ok(Step::Frame { frame, used }) => {
                self.offset = self.offset.saturating_add(octets(used));
                self.frames = self.frames.saturating_add(1);
                self.last = frame.at;
            }
            Ok(Step::Skip { used, .. }) => self.offset = self.offset.saturating_add(octets(used)),
            _ => {}
        }
        step.map_err(|reason| self.stop(reason))
    }

    /// Goes on with another file, from its first octet: for a source whose writer has begun anew. Interfaces are numbered on.
    pub fn restart(&mut self) {
        self.base = self.known();
        self.mode = Mode::Start;
    }

    /// Whether another file begins where a record or a block should. A section in a pcapng file is one of its own.
    fn is_joined(&self, bytes: &[u8]) -> bool {
        match &self.mode {
            Mode::Start => false,
            Mode::Classic(_) => classic::is_header(bytes) || ng::is_section(bytes),
            Mode::Ng(file) => file.passing == 0 && classic::is_header(bytes),
        }
    }

    /// Where another file begins inside what comes next, if that cannot be what it says: its writer was ended before it was whole, and files were joined.
    fn torn(&self, bytes: &[u8]) -> Option<usize> {
        let end = match &self.mode {
            Mode::Start => bytes.first_chunk().and_then(|first| classic::magic(*first)).map(|_| classic::HEADER),
            Mode::Classic(file) => file.doubtful(bytes),
            Mode::Ng(file) => file.doubtful(bytes),
        };
        let begins = |at: &usize| bytes.get(*at..).is_some_and(|rest| classic::is_header(rest) || ng::is_section(rest));
        (1..end?.min(bytes.len())).find(begins)
    }

    /// Interfaces numbered so far.
    fn known(&self) -> u32 {
        match &self.mode {
            Mode::Start => self.base,
            Mode::Classic(file) => file.interface.saturating_add(1),
            Mode::Ng(file) => file.section.end(),
        }
    }

    /// Recognises the format.
    fn begin<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Reason> {
        let Some(&magic) = bytes.first_chunk::<4>() else {
            return Ok(Step::More { need: 4 });
        };
        if magic == blocks::SECTION {
            let mut file = Ng::after(self.base);
            let place = Place { offset: self.offset, last: self.last };
            let step = file.any(bytes, place, &mut self.interfaces)?;
            if let Step::Skip { .. } = step {
                self.mode = Mode::Ng(file);
            }
            return Ok(step);
        }
        let Some(kind) = classic::magic(magic) else {
            return Err(Reason::UnknownFormat { magic, name: name_of(magic) });
        };
        let Some(header) = bytes.first_chunk() else {
            return Ok(Step::More { need: classic::HEADER });
        };
        let file = Classic::new(header, kind, self.base)?;
        let (link_type, snaplen) = (file.link_type, file.snaplen);
        if self.interfaces.len() < MAX_DESCRIPTIONS {
            self.interfaces.push(Description { link_type, snaplen, name: String::new(), description: String::new() });
        }
        self.mode = Mode::Classic(file);
        Ok(Step::Skip { used: classic::HEADER, note: None })
    }

    const fn stop(&self, reason: Reason) -> Stop {
        Stop { offset: self.offset, frames: self.frames, reason }
    }

    /// What to say at the end of the file, with `rest` the octets that were not used: nothing, if it ended well.
    #[must_use]
    pub fn finish(&self, rest: &[u8]) -> Option<Stop> {
        let place = Place { offset: self.offset, last: self.last };
        let reason = match &self.mode {
            // Nothing follows yet what was read before.
            Mode::Start if rest.is_empty() && self.base > 0 => return None,
            Mode::Start if rest.is_empty() => Reason::Empty,
            Mode::Start => match Self::new().next(rest) {
                Err(stop) => stop.reason,
                Ok(Step::More { need }) => {
                    Reason::Truncated { part: Part::FileHeader, need: octets(need), have: octets(rest.len()) }
                }
                Ok(_) => return None,
            },
            Mode::Ng(file) if rest.is_empty() && file.passing == 0 => return None,
            Mode::Classic(_) if rest.is_empty() => return None,
            Mode::Classic(file) => packed_at(rest).unwrap_or_else(|| file.cut(rest)),
            Mode::Ng(file) => {
                let packed = packed_at(rest).filter(|_| file.passing == 0);
                packed.unwrap_or_else(|| file.clone().cut(rest, place, &mut Vec::new()))
            }
        };
        Some(self.stop(reason))
    }

    /// Octet of the file at which the next step begins.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Octets before that which were passed over as the beginning of a long block that has not ended yet: at the end of a file, what damage has hidden.
    #[must_use]
    pub const fn passed_over(&self) -> u64 {
        if let Mode::Ng(file) = &self.mode { file.passed } else { 0 }
    }

    /// Frames handed out so far.
    #[must_use]
    pub const fn frames(&self) -> u64 {
        self.frames
    }

    /// The format, once it is known.
    #[must_use]
    pub const fn format(&self) -> Option<Format> {
        match self.mode {
            Mode::Start => None,
            Mode::Classic(_) => Some(Format::Pcap),
            Mode::Ng(_) => Some(Format::Pcapng),
        }
    }

    /// The interfaces described so far, by [`Frame::interface`]. Of a file with thousands of them only the first are
    /// kept; of a classic file there is one, of several files that were joined those of each.
    #[must_use]
    pub fn interfaces(&self) -> &[Description] {
        &self.interfaces
    }
}

/// Why nothing can be read where packed data begins.
fn packed_at(bytes: &[u8]) -> Option<Reason> {
    let by = bytes.first_chunk::<4>().and_then(|first| packed(*first))?;
    Some(Reason::Packed { by })
}

/// A run of ordinary frames.
struct Run<'a> {
    rest: &'a [u8],
    frames: u64,
    last: Option<Timestamp>,
    flow: ControlFlow<()>,
}

impl<'a> Run<'a> {
    #[inline]
    fn of(
        mut rest: &'a [u8],
        read: impl Fn(&'a [u8]) -> Option<(Frame<'a>, &'a [u8])>,
        mut each: impl FnMut(&Frame<'a>) -> ControlFlow<()>,
    ) -> Self {
        let (mut frames, mut last, mut flow) = (0_u64, None, ControlFlow::Continue(()));
        while let Some((frame, behind)) = read(rest) {
            rest = behind;
            frames += 1;
            last = Some(frame.at);
            flow = each(&frame);
            if flow.is_break() {
                break;
            }
        }
        Self { rest, frames, last, flow }
    }
}
