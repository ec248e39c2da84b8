//! What somebody wants.

use earwitness_core::time::Timestamp;

/// A time of a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    /// Hours, 0 to 23.
    pub hour: u8,
    /// Minutes, 0 to 59.
    pub minute: u8,
    /// Whether the half of the day is known; else an hour from 1 to 11 may be that of the morning or of the evening.
    pub half_known: bool,
}

/// What was asked for, and when: a time of day in it is the next one after that moment, also where the yes to it comes later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asked {
    /// What was asked for.
    pub intent: Intent,
    /// When.
    pub at: Timestamp,
}

/// The time that a question is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Period {
    /// The last session with probes.
    #[default]
    LastSession,
    /// Since midnight.
    Today,
    /// From eight in the evening to eight in the morning, the latest that has begun before today.
    LastNight,
    /// The day before today.
    Yesterday,
    /// The last seven days.
    Week,
}

/// What somebody wants. Devices are places in the list of names that was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Intent {
    /// Play nothing, for so many minutes or until somebody says otherwise.
    Pause(Option<u16>),
    /// Play again.
    Resume,
    /// Begin a round of probes as soon as it is allowed.
    ProbeNow,
    /// Play nothing until that time comes next.
    QuietUntil(Clock),
    /// Which devices send what they hear.
    WhoListens,
    /// What a session or a day brought.
    Happened(Period),
    /// Which devices reacted to probes.
    Reacted(Period),
    /// How many seconds of sound a device sent.
    HowMuch(usize, Period),
    /// Whether probes are held back.
    IsPaused,
    /// What can be asked.
    Help,
}

/// The kinds of intents, without what they are about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// [`Intent::Pause`].
    Pause,
    /// [`Intent::Resume`].
    Resume,
    /// [`Intent::ProbeNow`].
    ProbeNow,
    /// [`Intent::QuietUntil`].
    QuietUntil,
    /// [`Intent::WhoListens`].
    WhoListens,
    /// [`Intent::Happened`].
    Happened,
    /// [`Intent::Reacted`].
    Reacted,
    /// [`Intent::HowMuch`].
    HowMuch,
    /// [`Intent::IsPaused`].
    IsPaused,
    /// [`Intent::Help`].
    Help,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Pause,
        Self::Resume,
        Self::ProbeNow,
        Self::QuietUntil,
        Self::WhoListens,
        Self::Happened,
        Self::Reacted,
        Self::HowMuch,
        Self::IsPaused,
        Self::Help,
    ];

    /// Its name, as assistants and JSON have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pause => "Pause",
            Self::Resume => "Resume",
            Self::ProbeNow => "ProbeNow",
            Self::QuietUntil => "QuietUntil",
            Self::WhoListens => "WhoListens",
            Self::Happened => "Happened",
            Self::Reacted => "Reacted",
            Self::HowMuch => "HowMuch",
            Self::IsPaused => "IsPaused",
            Self::Help => "Help",
        }
    }

    /// Whether it changes what the program does, so that it is confirmed before it is carried out.
    #[must_use]
    pub const fn acts(self) -> bool {
        matches!(self, Self::Pause | Self::Resume | Self::ProbeNow | Self::QuietUntil)
    }
}

impl Intent {
    /// Its kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Pause(_) => Kind::Pause,
            Self::Resume => Kind::Resume,
            Self::ProbeNow => Kind::ProbeNow,
            Self::QuietUntil(_) => Kind::QuietUntil,
            Self::WhoListens => Kind::WhoListens,
            Self::Happened(_) => Kind::Happened,
            Self::Reacted(_) => Kind::Reacted,
            Self::HowMuch(..) => Kind::HowMuch,
            Self::IsPaused => Kind::IsPaused,
            Self::Help => Kind::Help,
        }
    }
}
