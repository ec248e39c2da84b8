//! Where one capture follows another: several files, files joined with `cat`, sections of one file.

use std::collections::BTreeSet;

use earwitness_core::frame::Frame;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_traffic::files::FileId;

use crate::trouble::Trouble;

/// Time between two captures that is told, nanoseconds: what else looks like a clock that was set.
const LONG: i64 = 86_400 * SECOND;

/// Interfaces that are told apart; files with more have each of them taken for one that was there.
const MOST: usize = 65_536;

/// The captures that have begun so far. Each numbers its interfaces, joined ones on from those before.
pub struct Seams {
    /// File and interface of the frame before.
    latest: u64,
    begun: BTreeSet<u64>,
    /// How often one began long after all before it, and after how long at most.
    apart: (u32, i64),
}

impl Default for Seams {
    fn default() -> Self {
        // No file has such a number.
        Self { latest: u64::MAX, begun: BTreeSet::new(), apart: (0, 0) }
    }
}

impl Seams {
    /// Whether this frame is the first of another capture; `latest` says when the latest frame before it was.
    #[inline]
    pub fn begins(&mut self, frame: &Frame<'_>, file: FileId, latest: impl FnOnce() -> Option<Timestamp>) -> bool {
        let place = u64::from(file.0) << 32 | u64::from(frame.interface);
        place != self.latest && self.turn(frame.at, place, latest())
    }

    /// The same of a frame from elsewhere than the one before; `latest` is the moment that all before it had reached.
    #[cold]
    #[inline(never)]
    fn turn(&mut self, at: Timestamp, place: u64, before: Option<Timestamp>) -> bool {
        self.latest = place;
        let is_new = self.begun.len() < MOST && self.begun.insert(place);
        let passed = before.map_or(0, |before| at.since(before));
        if is_new && passed >= LONG {
            self.apart = (self.apart.0.saturating_add(1), self.apart.1.max(passed));
        }
        is_new && before.is_some()
    }

    /// What to say of the time between captures, if it is long.
    #[must_use]
    pub fn apart(&self) -> Option<Trouble> {
        let (times, longest) = self.apart;
        (times > 0).then_some(Trouble::Apart { times, longest })
    }
}
