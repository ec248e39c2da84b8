//! What a device sent after one probe.

use crate::detect::lottery::{Rank, Top};
use crate::measure::Measure;
use crate::time::Window;

/// What a device sent after one probe.
pub(super) struct Answer<'a> {
    /// Number of the round.
    pub(super) round: u32,
    pub(super) sound: &'a str,
    /// Number of the sound.
    pub(super) number: usize,
    /// How long it sounded, seconds.
    pub(super) heard: f64,
    pub(super) sent: Measure,
    /// Whether that is all.
    pub(super) known: bool,
    /// Whether it certainly outdid all shams.
    pub(super) first: bool,
    /// Which slot came first, of how many.
    pub(super) top: Option<(Top, u32)>,
    /// Where the drawn slot stands by its score, by clocked audio alone, and by finished recordings alone.
    pub(super) rank: Option<Rank>,
    pub(super) clocked: Option<Rank>,
    pub(super) recorded: Option<Rank>,
    /// The drawn slot, or what the delay makes of it.
    pub(super) window: Window,
}
