//! How a word is said: in which voice, how loud.

use earwitness_core::lot::Stream;

/// A voice at a level. Two manners may have one voice.
#[derive(Clone, PartialEq, Debug)]
pub struct Manner {
    /// The voice's name.
    pub voice: String,
    /// How loud, in decibels against the usual level of the session.
    pub level_db: f32,
}

impl Manner {
    /// A voice at the usual level.
    #[must_use]
    pub fn usual(voice: impl Into<String>) -> Self {
        Self { voice: voice.into(), level_db: 0.0 }
    }
}

/// Manners by voice, each voice's levels together, in the order in which voices come first.
pub(crate) fn by_voice(manners: &[Manner]) -> Vec<Vec<usize>> {
    let mut voices: Vec<Vec<usize>> = Vec::new();
    for (place, manner) in manners.iter().enumerate() {
        match voices.iter_mut().find(|it| manners[it[0]].voice == manner.voice) {
            Some(voice) => voice.push(place),
            None => voices.push(vec![place]),
        }
    }
    voices
}

/// The voice of a manner at one of its levels, by lot.
pub(crate) fn at_any_level(manners: &[Manner], manner: usize, chance: &mut Stream) -> usize {
    let levels: Vec<usize> = (0..manners.len()).filter(|&it| manners[it].voice == manners[manner].voice).collect();
    // Where there is nothing to draw nothing is drawn, so that a seed gives the same search as without levels.
    if levels.len() < 2 {
        return manner;
    }
    let drawn = usize::try_from(chance.below(levels.len() as u64)).unwrap_or(0);
    levels.get(drawn).copied().unwrap_or(manner)
}

/// Manners at the loudest level.
#[must_use]
pub fn loudest(manners: &[Manner]) -> Vec<usize> {
    let most = manners.iter().map(|it| it.level_db).fold(f32::MIN, f32::max);
    (0..manners.len()).filter(|&it| manners[it].level_db >= most).collect()
}

/// One play: a word of a pool, in a manner of a search, each by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Play {
    /// Which word.
    pub word: usize,
    /// Which manner.
    pub manner: usize,
}

/// What came of a play.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    /// The device did not wake.
    Silent,
    /// The device woke.
    Woke,
    /// Nothing can be said: the device was away, or the play was spoilt.
    Unknown,
}
