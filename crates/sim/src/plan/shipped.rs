//! The scenarios that come with the project.

use super::Plan;

/// The words of a verdict that `[expected]` may hold.
pub const VERDICTS: &[&str] = &[
    "streams what it hears",
    "sends more the longer it hears",
    "reacts to sound",
    "sends less when it hears",
    "no reaction found",
    "streams all the time",
    "undecided",
    "not tested",
];

/// Written by the build script from what lies in `crates/sim/scenarios`.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

impl Plan {
    /// Name and text of every scenario that comes with the project, in order of the alphabet.
    #[must_use]
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        SHIPPED
    }
}
