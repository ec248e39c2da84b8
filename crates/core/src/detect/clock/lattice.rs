//! Records that hold one or several frames of one size: their lengths lie on a lattice, overhead + k * frame.
//!
//! What waited while a connection caught its breath leaves as fewer and longer records, and some programs send whatever number of frames is ready. A
//! codec of constant bit rate gives each frame the same octets, and each record adds the same (RFC 8446, section 5.2), so that its length tells how many it holds.

use super::lengths::Lengths;

/// How lengths tell frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lattice {
    overhead: u32,
    frame: u32,
    /// Frames in a record of the commonest length.
    usual: u32,
}

/// The commonest record is longer than a frame by at most this factor: small frames fit any length.
const USUAL: u32 = 4;

/// Most frames by which the lengths of two records differ.
const MOST: u32 = 16;

/// Shortest frame, octets: 20 ms at 4 kbit/s.
const LEAST_FRAME: u32 = 10;

/// Least that is added to a frame, octets: an RTP header (RFC 3550, section 5.1).
const LEAST_OVERHEAD: u32 = 12;

/// More than this many octets is nothing that a layer adds to each record.
const MOST_OVERHEAD: u32 = 100;

/// Of shorter records there is at least one to so many of the commonest.
const SHORTER: usize = 20;

/// Lengths that are looked at besides the commonest.
const LENGTHS: usize = 24;

/// Fewest records of other lengths on the lattice: one or two lie on some lattice by chance.
const OTHERS: usize = 3;

impl Lattice {
    /// How many frames a record of this length holds, if it lies on the lattice.
    pub(super) fn frames(&self, length: u32) -> Option<u32> {
        let sound = length.checked_sub(self.overhead).filter(|sound| *sound > 0)?;
        (sound % self.frame == 0).then_some(sound / self.frame)
    }

    /// Frames in a record of the commonest length.
    pub(super) fn usual(&self) -> u32 {
        self.usual
    }

    /// Length of a record of one frame.
    pub(super) fn single(&self) -> u32 {
        self.overhead.saturating_add(self.frame)
    }

    /// The lattices that hold the commonest length, which occurs at least `least` times, and most records of others; they differ in how many frames a record of the
    /// commonest length holds.
    pub(super) fn all(lengths: &Lengths, least: usize, datagrams: bool) -> impl Iterator<Item = Self> + use<> {
        let overheads = frame(lengths, least, datagrams).map(|(commonest, frame)| {
            // The least overhead, and more by whole frames.
            let least = LEAST_OVERHEAD + commonest.saturating_sub(LEAST_OVERHEAD) % frame;
            let most = MOST_OVERHEAD.min(commonest.saturating_sub(frame));
            (least..=most).step_by(frame as usize).map(move |overhead| Self {
                overhead,
                frame,
                usual: (commonest - overhead) / frame,
            })
        });
        overheads.into_iter().flatten().take(3)
    }
}

/// The commonest length, and the longest frame with which most records of other lengths lie on one lattice with it.
fn frame(lengths: &Lengths, least: usize, datagrams: bool) -> Option<(u32, u32)> {
    let counts = lengths.counts();
    // The longest datagrams are full: their length is the network's.
    let counts = if datagrams { counts.get(..counts.len().saturating_sub(1))? } else { counts };
    let all: usize = counts.iter().map(|length| length.1).sum();
    let &(commonest, count) = counts.iter().max_by_key(|length| length.1)?;
    if counts.len() < 2 || count < least || count * 5 < all {
        return None;
    }
    // The nearest lengths are those of a few frames more or less.
    let place = counts.partition_point(|length| length.0 < commonest);
    let others = counts.get(place.saturating_sub(LENGTHS / 2)..(place + LENGTHS / 2).min(counts.len()))?;
    let apart = |length: u32| length.abs_diff(commonest);
    let beyond = || counts.iter().filter(|other| other.0 > commonest);
    let all_beyond: usize = beyond().map(|other| other.1).sum();
    let mut best: Option<(usize, u32)> = None;
    for &(length, _) in others.iter().filter(|length| length.0 != commonest) {
        for parts in (1..=MOST).filter(|parts| apart(length) % parts == 0) {
            let frame = apart(length) / parts;
            if frame < LEAST_FRAME || frame + LEAST_OVERHEAD > commonest || frame * USUAL < commonest {
                continue;
            }
            let least = LEAST_OVERHEAD + (commonest - LEAST_OVERHEAD) % frame;
            let fits = |other: &&(u32, usize)| {
                // A few shorter records are as likely something else.
                (other.0 > commonest || other.1 * SHORTER >= count && other.0 >= least + frame && other.0 < commonest)
                    && apart(other.0) % frame == 0
            };
            let (records, distinct) = others.iter().filter(fits).fold((0, 0), |sum, length| (sum.0 + length.1, sum.1 + 1));
            let longer = best.is_none_or(|best| (records, frame) > best);
            if !longer || records < OTHERS || (distinct < 2 && parts > 1) {
                continue;
            }
            let on_lattice: usize = beyond().filter(|other| apart(other.0) % frame == 0).map(|other| other.1).sum();
            if on_lattice * 4 >= all_beyond * 3 {
                best = Some((records, frame));
            }
        }
    }
    best.map(|(_, frame)| (commonest, frame))
}

/// Most frames that a longer record may hold, where records of one frame have `single` octets; `None` if its length fits none.
pub(crate) fn most_frames(length: u32, single: u32) -> Option<u32> {
    let holds = |frames: &u32| {
        // Each frame but one saves what a record adds.
        let saved = single.saturating_mul(*frames).checked_sub(length);
        saved.is_some_and(|saved| {
            let overhead = saved / (frames - 1);
            saved % (frames - 1) == 0 && (LEAST_OVERHEAD..=MOST_OVERHEAD.min(single)).contains(&overhead)
        })
    };
    (2..=MOST).rev().find(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_as_many_frames_as_what_it_adds_allows() {
        assert_eq!(most_frames(837, 437), Some(2));
        assert_eq!(most_frames(2 * 437, 437), None, "each record adds something");
        assert_eq!(most_frames(437, 437), None);
        assert_eq!((most_frames(u32::MAX, 437), most_frames(0, 0)), (None, None));
    }
}
