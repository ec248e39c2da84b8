//! How long it takes until a device is decided, if it goes on as before.

use super::limit::{LEAST_ANSWER, SILENT, least_answer, top};
use super::{SHOWS, Session, Standing};
use crate::detect::lottery::{AT_ONCE, Bound};
use crate::findings::DeviceId;

/// Rounds that are looked ahead: what takes longer is not known.
const AHEAD: u32 = 100;

/// How a device stands while a session goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stand {
    /// A reaction is proven.
    Reacts,
    /// More often than a stated share of the probes it does not react.
    Silent,
    /// It may react: the evidence grows.
    Promising,
    /// Neither.
    Open,
}

impl Standing {
    /// How it stands.
    #[must_use]
    pub fn stand(&self) -> Stand {
        match (self.proven_after, self.silent_after) {
            (Some(_), _) => Stand::Reacts,
            (None, Some(_)) => Stand::Silent,
            (None, None) if self.lottery.log_e() >= SHOWS.ln() => Stand::Promising,
            (None, None) => Stand::Open,
        }
    }

    /// How many more rounds like those before make it silent.
    fn rounds_to_silence(&self) -> Option<u32> {
        let rounds = || self.latest.iter().map(|(scores, drawn)| (scores.as_slice(), *drawn));
        let least = least_answer(rounds()).unwrap_or(LEAST_ANSWER);
        let tops: Vec<_> = rounds().filter_map(|round| top(round, least)).collect();
        Bound::default().after(tops.iter().copied()).rounds_to(SILENT, &tops, AHEAD)
    }
}

impl Session {
    /// How many more rounds it takes until a device is decided; 0 where it is, nothing where nobody can tell.
    #[must_use]
    pub fn rounds_left(&self, device: DeviceId) -> Option<u32> {
        let standing = self.standings().get(&device)?;
        match standing.stand() {
            Stand::Reacts | Stand::Silent => Some(0),
            Stand::Promising => standing.lottery.rounds_to_go(self.threshold(device) - AT_ONCE.ln()),
            Stand::Open => standing.rounds_to_silence(),
        }
    }
}
