//! The frames of a bundle: what is kept of them, and reading them.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Decoder, Description, Note, Step, write};
use earwitness_core::probe::Round;
use earwitness_core::time::{SECOND, Timestamp, Window};
use serde::{Deserialize, Serialize};

/// Octets that are read at once.
const READ: usize = 256 << 10;

/// Octets that are gathered before they are written.
const GATHER: usize = 64 << 10;

/// Before and after a round frames are kept whole for so long, nanoseconds: the level before it is measured there, and what it caused is over.
const AROUND: i64 = 120 * SECOND;

/// Most interfaces that are told apart.
const INTERFACES: usize = 4_096;

/// Which frames are in a bundle, as `settings.json` says it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Where they come from: `captures`, or `store` (the recent frames that were kept while a home was watched).
    pub from: String,
    /// Octets that are left of frames farther than two minutes from a round; nothing where these are as they were.
    pub cut_outside_rounds: Option<u32>,
    /// Octets that were left of every frame before the bundle was made, where that is known.
    pub cut_before: Option<u32>,
}

/// Writes frames as one pcapng.
#[derive(Debug)]
pub struct Keeper<W> {
    out: W,
    gathered: Vec<u8>,
    /// Number of each interface in the file being written.
    interfaces: BTreeMap<(u32, u32, u32), u32>,
    around: Vec<Window>,
    cut: Option<usize>,
    latest: Timestamp,
}

impl<W: Write> Keeper<W> {
    /// Nothing yet. Frames that do not lie around one of the rounds are cut to so many octets, if to any.
    pub fn new(out: W, rounds: &[Round], cut: Option<u32>) -> Self {
        let mut around: Vec<Window> = rounds.iter().filter_map(Round::span).map(widened).collect();
        around.sort_by_key(|it| it.from);
        around.dedup_by(|after, before| {
            let joins = after.from <= before.until;
            if joins {
                before.until = before.until.max(after.until);
            }
            joins
        });
        let mut gathered = Vec::new();
        write::section(&mut gathered, concat!("earwitness ", env!("CARGO_PKG_VERSION")));
        let cut = cut.map(|octets| usize::try_from(octets).unwrap_or(usize::MAX));
        Self { out, gathered, interfaces: BTreeMap::new(), around, cut, latest: Timestamp::default() }
    }

    /// Keeps a frame of the capture with this number.
    ///
    /// # Errors
    /// What the writer says.
    pub fn frame(&mut self, capture: u32, frame: &Frame<'_>) -> io::Result<()> {
        let whole = self.cut.is_none() || self.is_around(frame.at);
        let bytes = if whole { frame.bytes } else { self.cut.and_then(|most| frame.bytes.get(..most)).unwrap_or(frame.bytes) };
        let interface = self.interface(capture, frame.interface, frame.link);
        write::packet(&mut self.gathered, &Frame { bytes, interface, ..*frame }, &write::Remarks::default());
        self.latest = self.latest.max(frame.at);
        if self.gathered.len() >= GATHER {
            self.out.write_all(&self.gathered)?;
            self.gathered.clear();
        }
        Ok(())
    }

    fn is_around(&self, at: Timestamp) -> bool {
        let after = self.around.partition_point(|it| it.from <= at);
        after.checked_sub(1).and_then(|place| self.around.get(place)).is_some_and(|it| it.contains(at))
    }

    fn interface(&mut self, capture: u32, interface: u32, link: Link) -> u32 {
        let next = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let key = (capture, interface, link.number());
        if self.interfaces.len() >= INTERFACES && !self.interfaces.contains_key(&key) {
            return next.saturating_sub(1);
        }
        let number = *self.interfaces.entry(key).or_insert(next);
        if number == next {
            let name = format!("capture {capture}, interface {interface}");
            let description = Description { link_type: link.number(), snaplen: 0, name, description: String::new() };
            write::interface(&mut self.gathered, &description);
        }
        number
    }

    /// Writes what is left, and how many frames the capturing machine is known to have lost.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self, lost: u64) -> io::Result<()> {
        if lost > 0 && !self.interfaces.is_empty() {
            write::statistics(&mut self.gathered, 0, self.latest, 0, lost);
        }
        self.out.write_all(&self.gathered)?;
        self.out.flush()
    }
}

fn widened(span: Window) -> Window {
    Window { from: span.from.plus(-AROUND), until: span.until.plus(AROUND) }
}

/// Gives `each` all frames of a capture that is read piece by piece; says how many frames its writer lost.
///
/// # Errors
/// When it cannot be read, or is not whole, in words.
pub fn read(mut from: impl Read, mut each: impl FnMut(&Frame<'_>)) -> Result<u64, String> {
    let (mut decoder, mut octets, mut lost) = (Decoder::new(), Vec::new(), 0_u64);
    let mut wanted = READ;
    loop {
        let have = octets.len();
        let more = u64::try_from(wanted.saturating_sub(have).max(READ)).unwrap_or(u64::MAX);
        let read =
            from.by_ref().take(more).read_to_end(&mut octets).map_err(|error| format!("the frames cannot be read: {error}"))?;
        let (used, need) = whole_steps(&mut decoder, &octets, &mut lost, &mut each)?;
        octets.drain(..used);
        wanted = need;
        if read == 0 {
            return match decoder.finish(&octets) {
                Some(stop) => Err(format!("the frames are not whole: {stop}")),
                None => Ok(lost),
            };
        }
    }
}

/// Takes what is whole; says how many octets that were, and how many the next step needs.
fn whole_steps(
    decoder: &mut Decoder,
    octets: &[u8],
    lost: &mut u64,
    each: &mut impl FnMut(&Frame<'_>),
) -> Result<(usize, usize), String> {
    let mut rest = octets;
    loop {
        let (used, _) = decoder.run(rest, |frame| {
            each(frame);
            ControlFlow::Continue(())
        });
        rest = rest.get(used..).unwrap_or_default();
        let used = match decoder.next(rest).map_err(|stop| format!("the frames are damaged: {stop}"))? {
            Step::Frame { frame, used } => {
                each(&frame);
                used
            }
            Step::Skip { used, note } => {
                match note {
                    Some(Note::Drops { dropped, .. }) => *lost = lost.saturating_add(dropped),
                    Some(odd) => return Err(format!("the frames are not as a bundle's are: {odd}")),
                    None => {}
                }
                used
            }
            Step::More { need } => return Ok((octets.len().saturating_sub(rest.len()), need)),
        };
        rest = rest.get(used..).unwrap_or_default();
    }
}
