//! What is played, when, and what really sounded: the round of one probe and its shams.

use crate::time::{Timestamp, Window};

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

/// Why a round does not count. None of these may depend on the traffic's score.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Void {
    /// The capture lost frames, or does not cover the round.
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
}

/// What was played in the drawn slot of a round.
#[derive(Clone, PartialEq, Debug)]
pub struct Played {
    /// Which sound.
    pub stimulus: Stimulus,
    /// When it began to sound, by the capture's clock.
    pub onset: Timestamp,
    /// How long it sounded, nanoseconds.
    pub length: i64,
    /// Whether it was heard.
    pub heard: Heard,
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
    /// Why it does not count, if so.
    pub void: Option<Void>,
}

impl Round {
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
