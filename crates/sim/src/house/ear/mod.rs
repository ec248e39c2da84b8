//! What devices make of what they hear.

pub(super) mod camera;
pub(super) mod later;
pub(super) mod small;
pub(super) mod speaker;
pub(super) mod wake;

use super::resident::Heard;
use super::room::happens;
use crate::chance::Chance;
use crate::plan::SoundName;

/// Whether a device that minds `kinds` of sound reacts to this one.
fn minds(kinds: &[SoundName], probability: f64, sound: &Heard<'_>, chance: &mut Chance) -> bool {
    // Drawn in any case, so that one kind more does not move what follows.
    let drawn = happens(probability, chance);
    drawn && kinds.iter().any(|kind| kind.kind() == sound.kind)
}
