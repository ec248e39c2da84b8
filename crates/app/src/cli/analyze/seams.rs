//! Where one capture follows another: several files, files joined with `cat`, sections of one file.

use std::collections::BTreeSet;

use earwitness_base::words::duration;
use earwitness_core::frame::Frame;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_traffic::files::FileId;

/// Time between two captures that is told, nanoseconds: what else looks like a clock that was set.
const LONG: i64 = 86_400 * SECOND;

/// Interfaces that are told apart; files with more have each of them taken for one that was there.
const MOST: usize = 65_536;

/// The captures that have begun so far. Each numbers its interfaces, joined ones on from those before.
#[derive(Default)]
pub(super) struct Seams {
    latest: Option<(FileId, u32, Timestamp)>,
    begun: BTreeSet<(FileId, u32)>,
    /// How often one began long after all before it, and after how long at most.
    apart: (u32, i64),
}

impl Seams {
    /// Whether this frame is the first of another capture.
    pub(super) fn begins(&mut self, frame: &Frame<'_>, file: FileId) -> bool {
        let before = self.latest.replace((file, frame.interface, frame.at));
        if before.is_some_and(|(known, interface, _)| (known, interface) == (file, frame.interface)) {
            return false;
        }
        let is_new = self.begun.len() < MOST && self.begun.insert((file, frame.interface));
        let passed = before.map_or(0, |(.., at)| frame.at.since(at));
        if is_new && passed >= LONG {
            self.apart = (self.apart.0.saturating_add(1), self.apart.1.max(passed));
        }
        is_new && before.is_some()
    }

    /// What to say of the time between captures, if it is long.
    pub(super) fn line(&self) -> Option<String> {
        let (times, longest) = self.apart;
        let (places, up_to) = if times == 1 { ("1 place".to_owned(), "") } else { (format!("{times} places"), "up to ") };
        (times > 0).then(|| {
            format!(
                "the captures lie apart in time: in {places} one begins {up_to}{} after the one before it; nothing is known of the time between them",
                duration(longest)
            )
        })
    }
}
