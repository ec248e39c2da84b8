//! Inputs and actions of the machine.

use crate::event::Event;
use crate::frame::Frame;
use crate::probe::{Heard, Stimulus, Void};
use crate::record::Entry;
use crate::time::Timestamp;
use crate::timeline::{Arrangement, Condition};

/// An input of the machine.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A frame passed.
    Frame(Frame<'a>),
    /// The capture lost frames, or did not see what passed for a while.
    Lost {
        /// How many; 0 where nobody counted.
        frames: u64,
    },
    /// The clock that stamps frames was set. The round in progress is void, and so are those that are not scored yet.
    ClockStepped,
    /// Another sound than ours was heard.
    OtherSound,
    /// What became of an order to speak.
    Spoken(Spoken),
    /// What a person wants.
    Command(Command),
    /// The time that was asked for by [`Action::WakeAt`] has come.
    Tick,
}

/// What became of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spoken {
    /// Number of the round that it was ordered for.
    pub round: u32,
    /// When it began to sound, by the capture's clock.
    pub onset: Timestamp,
    /// How long it sounded, nanoseconds.
    pub length: i64,
    /// Whether it was heard.
    pub heard: Heard,
    /// What went wrong.
    pub trouble: Option<Void>,
    /// What was sent to the loudspeaker, to the sample, also of a sound that broke off; `None` where that is not known.
    pub timelines: Option<Arrangement>,
}

/// What a person wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// No new round; the one in progress is broken off.
    Pause,
    /// Go on.
    Resume,
    /// The next round need not wait for the end of its rest: it begins as soon as one may.
    Now,
    /// Somebody is at home, or nobody is: as a person said, or as is seen by telephones that join and leave the network.
    Presence {
        /// Whether somebody is.
        somebody: bool,
    },
    /// What local time is ahead of UTC from now on, nanoseconds: the quiet hours follow it.
    LocalTime {
        /// The difference.
        ahead: i64,
    },
    /// End the session.
    Stop,
}

/// A sound to be played at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Number of the round that it belongs to.
    pub round: u32,
    /// Which.
    pub stimulus: Stimulus,
    /// With which level of each factor.
    pub condition: Condition,
    /// How long, nanoseconds.
    pub length: i64,
}

/// What the machine asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Play this now, and answer with [`Input::Spoken`].
    Speak(Order),
    /// Call with [`Input::Tick`] at this moment, or as soon after as possible. A later one replaces an earlier one.
    WakeAt(Timestamp),
    /// Write this down.
    Write(Entry),
    /// Report this event.
    Report(Event),
}
