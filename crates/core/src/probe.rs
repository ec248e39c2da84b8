//! What is played, when, and what really sounded: the round of one probe and its shams.

use crate::time::{SECOND, Timestamp, Window};
use crate::timeline::{Arrangement, Condition};

/// What kind of sound a probe is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SoundKind {
    /// Somebody speaks.
    Speech,
    /// Broken glass, a bark, a tone, pink noise.
    Noise,
    /// Music, or the sound of a film.
    Music,
}

/// A sound that can be played.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stimulus {
    /// What is said, or what the noise is: its name in the log.
    pub name: String,
    /// What kind of sound it is.
    pub kind: SoundKind,
}

/// What the name of several sounds begins with, and what stands between them.
const ROW: (&str, char) = ("row:", '|');

/// How long each sound of a row and the pause after it take together on average, nanoseconds: a wake word of 0.7 s, or a noise or a question of 1.2 s, and a
/// pause in which devices notice that they were called.
pub const ROW_PART: i64 = 2 * SECOND;

impl Stimulus {
    /// Several sounds, one after the other in one slot: whoever reacts to any of them reacts in it. None of fewer than two, of rows, and of sounds whose names
    /// (a text, a path) hold what stands between names.
    #[must_use]
    pub fn row(sounds: &[Self]) -> Option<Self> {
        let (first, rest) = sounds.split_first()?;
        if rest.is_empty() || sounds.iter().any(|it| it.is_row() || it.name.contains(ROW.1)) {
            return None;
        }
        let names: Vec<&str> = sounds.iter().map(|it| it.name.as_str()).collect();
        let speech = sounds.iter().find(|it| it.kind == SoundKind::Speech);
        Some(Self { name: [ROW.0, &names.join(&ROW.1.to_string())].concat(), kind: speech.unwrap_or(first).kind })
    }

    /// Whether it is several sounds.
    #[must_use]
    pub fn is_row(&self) -> bool {
        is_row(&self.name)
    }

    /// The names of the sounds in it; its own where it is one.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let most = if self.is_row() { usize::MAX } else { 1 };
        self.name.strip_prefix(ROW.0).unwrap_or(&self.name).splitn(most, ROW.1)
    }

    /// How long it sounds about, nanoseconds, if the lot drew this length for a single sound.
    #[must_use]
    pub fn length(&self, drawn: i64) -> i64 {
        if self.is_row() { i64::try_from(self.parts().count()).unwrap_or(i64::MAX).saturating_mul(ROW_PART) } else { drawn }
    }
}

/// Whether the sound of this name is several.
#[must_use]
pub fn is_row(name: &str) -> bool {
    name.starts_with(ROW.0)
}

/// Whether somebody heard the probe: the microphone beside the loudspeaker, or a device that is known to react.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// It was heard.
    Yes,
    /// It was not heard.
    No,
    /// Nobody listened.
    Unknown,
}

/// What happened to a round. What it means for the scores is its [`Effect`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Void {
    /// The capture lost frames, or covers the round in part only.
    FramesLost,
    /// The clock was set.
    ClockStepped,
    /// The loudspeaker glitched.
    Glitch,
    /// Another sound was played or heard.
    OtherSound,
    /// The microphone did not hear the probe.
    NotHeard,
    /// It was broken off.
    Interrupted,
    /// The capture had ended before it began, or began only after its end.
    Outside,
    /// A reason that a log gives and this program does not know.
    Unexplained,
}

/// What becomes of the scores of a round.
///
/// The guarantee of the lottery rests on this: apart from [`Effect::Void`], whose reasons cannot depend on the draw of the round, no reason keeps a round from
/// being counted; and where scores are unknown, each bet is paid the least that any scores could have paid it, which is at most what the true ones
/// would have. `docs/design/detection.md` has the proofs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// All slots are scored as if nothing had happened.
    Scored,
    /// No score is known.
    Unknown,
    /// The round does not count at all.
    Void,
}

impl Void {
    /// What it does to the scores.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match self {
            Self::OtherSound | Self::NotHeard => Effect::Scored,
            Self::FramesLost | Self::Glitch | Self::Interrupted | Self::Unexplained => Effect::Unknown,
            Self::ClockStepped | Self::Outside => Effect::Void,
        }
    }
}

/// What was played in the drawn slot of a round.
#[derive(Clone, PartialEq, Debug)]
pub struct Played {
    /// Which sound.
    pub stimulus: Stimulus,
    /// The level of each factor of an experiment.
    pub condition: Condition,
    /// When it began to sound, by the capture's clock.
    pub onset: Timestamp,
    /// How long it sounded, nanoseconds.
    pub length: i64,
    /// Whether it was heard.
    pub heard: Heard,
    /// What was sent to the loudspeaker, to the sample; `None` where nobody knows it: in logs of others, simulations, and rounds of earlier versions.
    pub timelines: Option<Arrangement>,
}

impl Played {
    /// A sound of which no more is known.
    #[must_use]
    pub fn new(stimulus: Stimulus, onset: Timestamp, length: i64, heard: Heard) -> Self {
        Self { stimulus, condition: Condition::default(), onset, length, heard, timelines: None }
    }
}

/// One round: slots of equal length, in one of which, drawn by lot, a probe was played; the others are shams.
#[derive(Clone, PartialEq, Debug)]
pub struct Round {
    /// Its number within the session, from 0.
    pub number: u32,
    /// The slots in order of time; none overlaps another, all have one length.
    pub slots: Vec<Window>,
    /// Index of the slot in which the probe was played.
    pub drawn: usize,
    /// What was played.
    pub played: Played,
    /// What happened to it, if anything did.
    pub void: Option<Void>,
}

impl Round {
    /// What becomes of its scores.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.void.map_or(Effect::Scored, Void::effect)
    }

    /// Whether it does not count at all.
    #[must_use]
    pub fn is_void(&self) -> bool {
        self.effect() == Effect::Void
    }

    /// Notes that something happened; of several reasons the one with the greatest effect stays, of equal ones the first.
    pub fn note(&mut self, why: Void) {
        note(&mut self.void, why);
    }

    /// Whether the probe may have been heard: what a device does after one that nobody could hear says nothing of how it answers.
    #[must_use]
    pub fn was_audible(&self) -> bool {
        self.played.heard != Heard::No && !matches!(self.void, Some(Void::NotHeard | Void::Glitch))
    }

    /// From the first moment of the first slot to the last of the last one.
    #[must_use]
    pub fn span(&self) -> Option<Window> {
        Some(Window { from: self.slots.first()?.from, until: self.slots.last()?.until })
    }

    /// The slots as they are scored: all of them begin as long after their planned moment as the probe did after its own. The delay
    /// between order and sound is the loudspeaker's, so it says nothing about which slot was drawn.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        let planned = self.slots.get(self.drawn).map_or(self.played.onset, |slot| slot.from);
        let delay = self.played.onset.since(planned);
        self.slots.iter().map(|slot| Window { from: slot.from.plus(delay), until: slot.until.plus(delay) }).collect()
    }
}

/// Notes a reason where another may be noted already: the one with the greatest effect stays, of equal ones the first.
pub fn note(before: &mut Option<Void>, why: Void) {
    if before.is_none_or(|before| before.effect() < why.effect()) {
        *before = Some(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(names: &[&str]) -> Vec<Stimulus> {
        let kind = |name: &&str| if *name == "glass" { SoundKind::Noise } else { SoundKind::Speech };
        names.iter().map(|name| Stimulus { name: (*name).to_owned(), kind: kind(name) }).collect()
    }

    #[test]
    fn a_row_is_the_sounds_that_it_was_made_of() {
        let row = Stimulus::row(&sounds(&["glass", "alexa", "say:what time is it"])).unwrap();
        assert!(row.is_row() && row.kind == SoundKind::Speech);
        assert_eq!(row.parts().collect::<Vec<_>>(), ["glass", "alexa", "say:what time is it"]);
        assert_eq!((row.length(SECOND), sounds(&["alexa"])[0].length(SECOND)), (3 * ROW_PART, SECOND));
    }

    #[test]
    fn what_could_not_be_taken_apart_again_is_no_row() {
        for names in [vec![], vec!["alexa"], vec!["alexa", "say:either | or"], vec!["alexa", "row:glass|bark"]] {
            assert_eq!(Stimulus::row(&sounds(&names)), None, "{names:?}");
        }
        assert_eq!(sounds(&["say:either | or"])[0].parts().count(), 1);
    }
}
