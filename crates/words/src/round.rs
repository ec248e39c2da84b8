//! A round: words one after another, each in a slot that is drawn by lot.

use earwitness_core::lot::Stream;

use crate::manner::Play;

/// What sounds in a slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Slot {
    /// A word of which it is not known that it wakes the device.
    Word(Play),
    /// A word that was found: it is expected to wake the device, and compared with those that are not.
    Again(Play),
    /// The wake word itself, in this manner: whether the device hears anything.
    WakeWord(usize),
    /// Nothing.
    Nothing,
}

/// What a device did in a slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Seen {
    /// It began to upload sound.
    Began,
    /// It did not.
    Quiet,
    /// An upload that began before went on.
    Busy,
    /// It could not be seen.
    Unknown,
}

/// A round that was drawn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Round {
    /// Its number, from 0.
    pub number: u32,
    /// What sounds, in the order in which it does.
    pub slots: Vec<Slot>,
}

impl Round {
    /// What is to sound, laid into so many slots by lot.
    pub(crate) fn draw(number: u32, mut said: Vec<Slot>, slots: usize, chance: &mut Stream) -> Self {
        said.resize(slots, Slot::Nothing);
        chance.shuffle(&mut said);
        Self { number, slots: said }
    }

    /// Its words, in the order in which they sound.
    pub fn plays(&self) -> impl Iterator<Item = Play> {
        self.slots.iter().filter_map(|it| match it {
            Slot::Word(play) | Slot::Again(play) => Some(*play),
            Slot::WakeWord(_) | Slot::Nothing => None,
        })
    }

    /// Slots with which what sounds in this one is compared, its own among them: those that nobody expects to wake the device.
    pub(crate) fn group(&self, own: usize) -> impl Iterator<Item = usize> {
        let places = self.slots.iter().enumerate();
        places.filter(move |(place, it)| *place == own || matches!(it, Slot::Word(_) | Slot::Nothing)).map(|it| it.0)
    }
}
