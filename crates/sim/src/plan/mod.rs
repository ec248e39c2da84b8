//! A scenario file: a home, what is said in it, and what an experiment should find, in TOML.
//!
//! Every key has a default, which stands in `device`; an unknown one is refused with its line and column. The files that come
//! with the project are in `crates/sim/scenarios`; [`Plan::shipped`] holds them.

/// A table of a scenario file: each key with its meaning and what it is unless said otherwise.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $key:ident: $kind:ty = $usual:expr,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$meaning])* pub $key: $kind,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $usual,)* }
            }
        }
    };
}

mod check;
mod device;
mod error;
mod listening;
mod other;
mod parse;
mod shipped;

use std::collections::BTreeMap;

use earwitness_core::probe::Stimulus;
use serde::Deserialize;

pub use device::*;
pub use error::PlanError;
pub use listening::*;
pub use other::*;
pub use shipped::VERDICTS;

/// A home to be simulated, as a scenario file describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// Its short name: what the file is called.
    pub name: String,
    /// One line about it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// When it begins: nanoseconds since 1970.
    pub start: i64,
    /// Seconds that the home's clocks are ahead of UTC.
    pub offset_seconds: i64,
    /// How long it lasts, hours.
    pub hours: f64,
    /// What a session plays in it.
    pub sounds: Vec<Stimulus>,
    /// How a session probes it, where the scenario says so.
    pub probing: Option<Probing>,
    /// The file and the line and column of that table, for the error of a session that contradicts itself.
    pub probing_at: (String, usize, usize),
    /// How lossy its network is.
    pub network: Network,
    /// The devices, in the order in which they are written.
    pub devices: Vec<DevicePlan>,
    /// Sounds of the household.
    pub talk: Vec<Talk>,
    /// Sounds that somebody plays to the devices from outside.
    pub injected: Vec<Injected>,
    /// The verdict that an experiment should come to, by the device's name.
    pub expected: BTreeMap<String, String>,
}

impl Plan {
    /// Says where the table is that a session cannot be run by.
    #[must_use]
    pub fn probing_error(&self, what: String) -> PlanError {
        let (file, line, column) = self.probing_at.clone();
        PlanError { file, line, column, what }
    }
}

/// How a session probes the home; what is left out, the session decides.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Probing {
    /// Slots of a round.
    pub slots: Option<u32>,
    /// Length of a slot.
    pub slot_seconds: Option<f64>,
    /// Time between two slots.
    pub guard_seconds: Option<f64>,
    /// Rounds at most.
    pub rounds: Option<u32>,
    /// Bound on the chance of a false alarm.
    pub alpha: Option<f64>,
    /// Level of the sounds at the loudspeaker, dB.
    pub level_db: Option<f64>,
    /// Stretches of the clock in which nothing is played, such as `["23:00-06:00"]`.
    pub quiet: Option<Vec<String>>,
}

/// How the home's network treats frames.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// One data segment in so many is lost; 0 for none.
    pub one_lost_in: u32,
    /// Mean seconds from one stall of the radio to the next.
    pub stall_every_seconds: f64,
}

impl Default for Network {
    fn default() -> Self {
        Self { one_lost_in: 3_000, stall_every_seconds: 60.0 }
    }
}

/// The household talks, or the television does.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Talk {
    /// Hour of the home's clock from which on.
    pub from_hour: f64,
    /// Hour of the home's clock until which; before `from_hour`, it is on the next day.
    pub until_hour: f64,
    /// How often an hour, on average.
    pub per_hour: f64,
    /// Shortest and longest time, seconds.
    pub seconds: [f64; 2],
    /// Level at the loudspeaker's place, dB.
    pub level_db: f64,
    /// What may be said; ordinary sentences unless given.
    pub says: Vec<String>,
}

impl Default for Talk {
    fn default() -> Self {
        let says = Vec::new();
        Self { from_hour: 7.0, until_hour: 23.0, per_hour: 4.0, seconds: [3.0, 30.0], level_db: 60.0, says }
    }
}

/// Somebody outside makes the devices hear something.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injected {
    /// What is said.
    pub text: String,
    /// Hours after the beginning at which it is said once; or `every_minutes`.
    pub at_hours: Option<f64>,
    /// Mean minutes from one time to the next; or `at_hours`.
    pub every_minutes: Option<f64>,
    /// How long it takes.
    #[serde(default = "three")]
    pub seconds: f64,
    /// Level at the loudspeaker's place, dB.
    #[serde(default = "loud")]
    pub level_db: f64,
    /// Whether a microphone in the room hears it (a laser and ultrasound it does not).
    #[serde(default)]
    pub audible: bool,
}

const fn three() -> f64 {
    3.0
}

const fn loud() -> f64 {
    65.0
}

#[cfg(test)]
mod tests;
