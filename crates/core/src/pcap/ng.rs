//! Blocks of pcapng, whatever their state (draft-ietf-opsawg-pcapng).

use super::blocks::{BYTE_ORDER, EPB, FRAME, IDB, ISB, PB, SECTION, SECTION_LEAST, SPB, code, is_packet};
use super::clock::Clock;
use super::note::Note;
use super::options::{self, Options};
use super::section::{Description, Interface, MAX_DESCRIPTIONS, MAX_INTERFACES, Section};
use super::step::Step;
use super::stop::{Part, Reason};
use super::{MAX_BLOCK, index, octets, word};
use crate::frame::{Frame, Link};
use crate::time::Timestamp;

/// Whether a section header begins here, by both of its magics.
pub(super) fn is_section(bytes: &[u8]) -> bool {
    let Some([kind @ .., _, _, _, _, m0, m1, m2, m3]) = bytes.first_chunk::<12>() else { return false };
    let magic = [*m0, *m1, *m2, *m3];
    *kind == SECTION
        && (u32::from_be_bytes(magic) == u32::from_be_bytes(BYTE_ORDER)
            || u32::from_le_bytes(magic) == u32::from_be_bytes(BYTE_ORDER))
}

/// The state of reading a pcapng file.
#[derive(Clone, Debug, Default)]
pub(super) struct Ng {
    pub(super) section: Section,
    /// Octets to pass over of a block that is too long to be held and of no interest.
    pub(super) passing: u64,
    /// Octets of it that were passed over so far.
    pub(super) passed: u64,
    /// What was already noted of the block at an offset, so that it is noted once.
    noted: (u64, u8),
}

/// That the two lengths of a block differ.
const NOTED_LENGTHS: u8 = 1;
/// That frames were lost before the packet.
const NOTED_DROPS: u8 = 2;
/// That packets carry no time.
const NOTED_NO_TIME: u8 = 4;

/// Where a block is in the file and what came before it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) last: Timestamp,
}

/// A block that is there from end to end.
struct Block<'a> {
    kind: u32,
    body: &'a [u8],
    leading: u32,
    trailing: u32,
    used: usize,
}

/// The fields that the three packet blocks share.
struct Packet<'a> {
    interface: u32,
    at: Option<u64>,
    wire_len: u32,
    bytes: &'a [u8],
    dropped: u64,
}

impl Ng {
    /// The start of a file whose interfaces are numbered from `base` on.
    pub(super) fn after(base: u32) -> Self {
        Self { section: Section { base, ..Section::default() }, ..Self::default() }
    }

    /// Reads the block at the start of `bytes`.
    pub(super) fn any<'a>(&mut self, bytes: &'a [u8], place: Place, known: &mut Vec<Description>) -> Result<Step<'a>, Reason> {
        if self.passing > 0 {
            return Ok(self.pass(bytes));
        }
        let Some((&[k0, k1, k2, k3, .., m0, m1, m2, m3], _)) = bytes.split_first_chunk::<12>() else {
            return Ok(Step::More { need: index(FRAME) });
        };
        if bytes.first_chunk() == Some(&[0; FRAME as usize]) {
            return Err(Reason::Zeros);
        }
        if [k0, k1, k2, k3] == SECTION {
            return match [m0, m1, m2, m3] {
                BYTE_ORDER => self.enter::<true>(bytes, place),
                [0x4d, 0x3c, 0x2b, 0x1a] => self.enter::<false>(bytes, place),
                magic => Err(Reason::ByteOrder { magic }),
            };
        }
        if self.section.big { self.block::<true>(bytes, place, known) } else { self.block::<false>(bytes, place, known) }
    }

    /// How many octets the block at the start of `bytes` takes, where its lengths make no sense.
    pub(super) fn doubtful(&self, bytes: &[u8]) -> Option<usize> {
        let doubtful = |block: Result<Result<Block<'_>, usize>, Reason>| match block {
            Ok(Ok(block)) if block.leading != block.trailing => Some(block.used),
            Ok(_) => None,
            Err(_) => Some(index(FRAME)),
        };
        match self.section.big {
            _ if self.passing > 0 || is_section(bytes) => None,
            true if long_and_unknown::<true>(bytes).is_none() => doubtful(whole::<true>(bytes, FRAME)),
            false if long_and_unknown::<false>(bytes).is_none() => doubtful(whole::<false>(bytes, FRAME)),
            _ => None,
        }
    }

    /// Passes over as much of a long block as is there.
    fn pass<'a>(&mut self, bytes: &'a [u8]) -> Step<'a> {
        let used = bytes.len().min(usize::try_from(self.passing).unwrap_or(usize::MAX));
        self.passing = self.passing.saturating_sub(octets(used));
        self.passed = if self.passing == 0 { 0 } else { self.passed.saturating_add(octets(used)) };
        if used == 0 { Step::More { need: 1 } } else { Step::Skip { used, note: None } }
    }

    /// What the file ends in, when `rest` is not a whole block.
    pub(super) fn cut(&mut self, rest: &[u8], place: Place, known: &mut Vec<Description>) -> Reason {
        let have = octets(rest.len());
        if self.passing > 0 {
            return Reason::Truncated { part: Part::Block, need: self.passing, have };
        }
        match self.any(rest, place, known) {
            Err(reason) => reason,
            Ok(Step::More { need }) if rest.len() < index(FRAME) => {
                Reason::Truncated { part: Part::BlockHeader, need: octets(need), have }
            }
            Ok(Step::More { need }) => Reason::Truncated { part: Part::Block, need: octets(need), have },
            Ok(_) => Reason::Truncated { part: Part::Block, need: have, have },
        }
    }

    /// A new section, of this byte order.
    fn enter<'a, const BIG: bool>(&mut self, bytes: &'a [u8], place: Place) -> Result<Step<'a>, Reason> {
        let block = match whole::<BIG>(bytes, SECTION_LEAST)? {
            Ok(block) => block,
            Err(need) => return Ok(Step::More { need }),
        };
        let half = |octets| if BIG { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) };
        if let Some(&[_, _, _, _, a, b, c, d]) = block.body.first_chunk() {
            let (major, minor) = (half([a, b]), half([c, d]));
            if major != 1 {
                return Err(Reason::Version { major, minor });
            }
        }
        let note = block.differ(place.offset);
        let base = self.section.end();
        self.section = Section { big: BIG, interfaces: Vec::new(), base, untimed: self.section.untimed };
        Ok(Step::Skip { used: block.used, note })
    }

    fn block<'a, const BIG: bool>(
        &mut self,
        bytes: &'a [u8],
        place: Place,
        known: &mut Vec<Description>,
    ) -> Result<Step<'a>, Reason> {
        if let Some(octets) = long_and_unknown::<BIG>(bytes) {
            self.passing = octets;
            return Ok(self.pass(bytes));
        }
        let block = match whole::<BIG>(bytes, FRAME)? {
            Ok(block) => block,
            Err(need) => return Ok(Step::More { need }),
        };
        // A note uses up no octets: the block is read again after it, which is why it must be noted only once.
        if let Some(note) = block.differ(place.offset)
            && self.first_time(place.offset, NOTED_LENGTHS)
        {
            return Ok(Step::Skip { used: 0, note: Some(note) });
        }
        let left_out = |note| Ok(Step::Skip { used: block.used, note });
        let packet = match block.kind {
            IDB => return left_out(self.describe::<BIG>(&block, place.offset, known)),
            ISB => return left_out(self.statistics::<BIG>(&block)),
            kind if is_packet(kind) => self.packet::<BIG>(&block, place.offset),
            _ => return left_out(None),
        };
        let packet = match packet {
            Ok(packet) => packet,
            Err(note) => return left_out(Some(note)),
        };
        let known = self.section.interfaces.len();
        let Some(interface) = self.section.interfaces.get(index(packet.interface)) else {
            let known = u32::try_from(known).unwrap_or(u32::MAX);
            return left_out(Some(Note::MissingInterface { offset: place.offset, interface: packet.interface, known }));
        };
        // A packet without a time (simple packet block) takes that of the one before.
        let at = packet.at.map_or(place.last, |ticks| interface.clock.at(ticks));
        let (link, number) = (interface.link, self.section.number(packet.interface));
        if packet.dropped > 0 && self.first_time(place.offset, NOTED_DROPS) {
            if let Some(interface) = self.section.interfaces.get_mut(index(packet.interface)) {
                interface.dropped = interface.dropped.saturating_add(packet.dropped);
            }
            return Ok(Step::Skip { used: 0, note: Some(Note::Drops { interface: number, dropped: packet.dropped }) });
        }
        if packet.at.is_none() && !self.section.untimed && self.first_time(place.offset, NOTED_NO_TIME) {
            self.section.untimed = true;
            return Ok(Step::Skip { used: 0, note: Some(Note::NoTime { offset: place.offset }) });
        }
        let frame = Frame { at, link, wire_len: packet.wire_len, bytes: packet.bytes, interface: number };
        Ok(Step::Frame { frame, used: block.used })
    }

    /// Whether this has not been noted of the block at `offset` yet; from now on it has.
    fn first_time(&mut self, offset: u64, what: u8) -> bool {
        if self.noted.0 != offset {
            self.noted = (offset, 0);
        }
        let first = self.noted.1 & what == 0;
        self.noted.1 |= what;
        first
    }

    /// Reads the fields of a packet block, or says why that cannot be.
    fn packet<'a, const BIG: bool>(&self, block: &Block<'a>, offset: u64) -> Result<Packet<'a>, Note> {
        let fixed = if block.kind == SPB { 4 } else { 20 };
        let Some((fields, rest)) = block.body.split_at_checked(index(fixed)) else {
            return Err(block.too_short(offset, fixed));
        };
        let field = |n: usize| {
            let octets = fields.get(n * 4..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
            word::<BIG>(octets)
        };
        let room = u32::try_from(rest.len()).unwrap_or(u32::MAX);
        if block.kind == SPB {
            let wire_len = field(0);
            // The number of octets kept is not written down: it follows from the snap length of interface 0.
            let snaplen = self.section.interfaces.first().map_or(0, |interface| interface.snaplen);
            let captured = if snaplen == 0 { wire_len } else { wire_len.min(snaplen) };
            let bytes = rest.get(..index(captured)).unwrap_or(rest);
            return Ok(Packet { interface: 0, at: None, wire_len, bytes, dropped: 0 });
        }
        let captured = field(3);
        let Some((bytes, tail)) = rest.split_at_checked(index(captured)) else {
            return Err(Note::PacketOutsideBlock { offset, announced: captured, room });
        };
        let at = Some((u64::from(field(1)) << 32) | u64::from(field(2)));
        let (interface, mut dropped) = if block.kind == PB {
            let (high, low) = (field(0) >> 16, field(0) & 0xffff);
            let (interface, dropped) = if BIG { (high, low) } else { (low, high) };
            // 0xffff stands for "not known".
            (interface, if dropped == 0xffff { 0 } else { u64::from(dropped) })
        } else {
            (field(0), 0)
        };
        let padding = bytes.len().next_multiple_of(4) - bytes.len();
        if block.kind == EPB {
            for (code, value) in Options::<BIG>::new(tail.get(padding..).unwrap_or_default()) {
                if code == code::EPB_DROPCOUNT {
                    dropped = options::counter::<BIG>(value).unwrap_or(0);
                }
            }
        }
        Ok(Packet { interface, at, wire_len: field(4), bytes, dropped })
    }

    /// Takes an interface description into the section.
    fn describe<const BIG: bool>(&mut self, block: &Block<'_>, offset: u64, known: &mut Vec<Description>) -> Option<Note> {
        if self.section.interfaces.len() >= MAX_INTERFACES {
            return Some(Note::TooManyInterfaces { offset });
        }
        let mut description = Description { link_type: u32::MAX, snaplen: 0, name: String::new(), description: String::new() };
        let (mut resolution, mut seconds) = (Clock::MICROSECONDS, 0);
        let mut note = None;
        if let Some((&[a, b, _, _, s0, s1, s2, s3], rest)) = block.body.split_first_chunk() {
            description.link_type = u32::from(if BIG { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) });
            description.snaplen = word::<BIG>([s0, s1, s2, s3]);
            for (code, value) in Options::<BIG>::new(rest) {
                match code {
                    code::IF_NAME => description.name = options::text(value),
                    code::IF_DESCRIPTION => description.description = options::text(value),
                    code::IF_TSRESOL => resolution = value.first().copied().unwrap_or(resolution),
                    code::IF_TSOFFSET => seconds = options::counter::<BIG>(value).map_or(seconds, u64::cast_signed),
                    _ => {}
                }
            }
        } else {
            // It still takes a number, so that packets of the interfaces after it find theirs.
            note = Some(block.too_short(offset, 8));
        }
        let link = Link::from_number(description.link_type);
        let clock = Clock::new(resolution, seconds);
        self.section.interfaces.push(Interface { link, clock, snaplen: description.snaplen, dropped: 0 });
        if known.len() < MAX_DESCRIPTIONS {
            known.push(description);
        }
        note
    }

    /// Reports by how much an interface's drop counters have grown.
    fn statistics<const BIG: bool>(&mut self, block: &Block<'_>) -> Option<Note> {
        let (&[a, b, c, d], rest) = block.body.split_first_chunk()?;
        let id = word::<BIG>([a, b, c, d]);
        let number = self.section.number(id);
        let interface = self.section.interfaces.get_mut(index(id))?;
        let mut total = 0_u64;
        for (code, value) in Options::<BIG>::new(rest.get(8..)?) {
            if matches!(code, code::ISB_IFDROP | code::ISB_OSDROP) {
                total = total.saturating_add(options::counter::<BIG>(value).unwrap_or(0));
            }
        }
        let dropped = total.saturating_sub(interface.dropped);
        interface.dropped = interface.dropped.max(total);
        (dropped > 0).then_some(Note::Drops { interface: number, dropped })
    }
}

/// The length of the block at the start of `bytes`, if it exceeds [`MAX_BLOCK`] and nothing in it would be read: some
/// writers put whole files into custom blocks. That it may be a lie does no harm, since it takes no memory.
fn long_and_unknown<const BIG: bool>(bytes: &[u8]) -> Option<u64> {
    let &[k0, k1, k2, k3, t0, t1, t2, t3] = bytes.first_chunk()?;
    let (kind, length) = (word::<BIG>([k0, k1, k2, k3]), word::<BIG>([t0, t1, t2, t3]));
    let read = is_packet(kind) || kind == IDB || kind == ISB;
    (!read && index(length) > MAX_BLOCK).then(|| u64::from(length).next_multiple_of(4))
}

/// The block at the start of `bytes` (at least 12 octets), or how many octets it takes to see all of it.
fn whole<const BIG: bool>(bytes: &[u8], least: u32) -> Result<Result<Block<'_>, usize>, Reason> {
    let Some((&[k0, k1, k2, k3, t0, t1, t2, t3], rest)) = bytes.split_first_chunk::<8>() else {
        return Ok(Err(index(FRAME)));
    };
    let (kind, leading) = (word::<BIG>([k0, k1, k2, k3]), word::<BIG>([t0, t1, t2, t3]));
    if leading < least {
        return Err(Reason::BlockTooShort { announced: leading, least });
    }
    if index(leading) > MAX_BLOCK {
        return Err(Reason::BlockTooLong { announced: leading });
    }
    // Some writers leave the padding out of the length (Wireshark reads their files too), some out of the file.
    let padded = index(leading).next_multiple_of(4);
    let mut trailing = 0;
    for used in [index(leading), padded] {
        let Some((body, &trailer)) = rest.get(..used - 8).and_then(<[u8]>::split_last_chunk::<4>) else {
            return Ok(Err(used));
        };
        trailing = word::<BIG>(trailer);
        if trailing == leading || used == padded {
            return Ok(Ok(Block { kind, body, leading, trailing, used }));
        }
    }
    Ok(Ok(Block { kind, body: &[], leading, trailing, used: padded }))
}

impl Block<'_> {
    /// Says that the lengths in front and behind differ, if they do.
    fn differ(&self, offset: u64) -> Option<Note> {
        let Self { leading, trailing, .. } = *self;
        (leading != trailing).then_some(Note::LengthsDiffer { offset, leading, trailing })
    }

    fn too_short(&self, offset: u64, need: u32) -> Note {
        let have = u32::try_from(self.body.len()).unwrap_or(u32::MAX);
        Note::FieldsMissing { offset, kind: self.kind, have, need }
    }
}
