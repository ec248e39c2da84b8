//! Recognising a wake word, or believing to.

use earwitness_core::probe::SoundKind;
use earwitness_core::time::MILLISECOND;

use super::super::resident::Heard;
use super::super::room::happens;
use super::super::words;
use crate::chance::Chance;

/// A recogniser of wake words.
#[derive(Clone, Debug)]
pub(in crate::house) struct Wake {
    /// The words; none for a device that needs none.
    pub(in crate::house) words: Vec<String>,
    /// How often a word of them is recognised.
    pub(in crate::house) probability: f64,
    /// How often something is that differs in one, two, three sounds.
    pub(in crate::house) near_miss: Vec<f64>,
}

/// A recogniser that woke up.
#[derive(Clone, Copy, Debug)]
pub(in crate::house) struct Woken {
    /// When.
    pub(in crate::house) at: i64,
    /// Whether it was not the word itself.
    pub(in crate::house) by_mistake: bool,
}

impl Wake {
    /// Whether and when the sound wakes the device.
    pub(in crate::house) fn listen(&self, sound: &Heard<'_>, chance: &mut Chance) -> Option<Woken> {
        let delay = chance.between(80, 300) * MILLISECOND;
        if self.words.is_empty() {
            return Some(Woken { at: sound.at + delay, by_mistake: false });
        }
        if sound.kind != SoundKind::Speech {
            return None;
        }
        let nearest = self.words.iter().filter_map(|word| words::nearest(word, sound.name));
        let nearest = nearest.min_by_key(|likeness| likeness.distance)?;
        let probability = match nearest.distance.checked_sub(1) {
            None => self.probability,
            Some(off) => self.near_miss.get(off).copied().unwrap_or(0.0),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a sound lasts far below 2^53 ns")]
        let over = (sound.length as f64 * nearest.over_at) as i64;
        let woken = Woken { at: sound.at + over + delay, by_mistake: nearest.distance > 0 };
        happens(probability, chance).then_some(woken)
    }
}
