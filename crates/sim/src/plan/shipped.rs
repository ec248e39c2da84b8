//! The scenarios that come with the project.

use super::Plan;

/// The words of a verdict that `[expected]` may hold.
pub const VERDICTS: &[&str] =
    &["streams what it hears", "reacts to sound", "no reaction found", "streams all the time", "undecided", "not tested"];

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../scenarios/", $name, ".toml")))),*] };
}

const SHIPPED: &[(&str, &str)] = scenarios![
    "demo",
    "twenty",
    "every-kind",
    "bursty-home",
    "compromised-device",
    "evasion-cover",
    "evasion-delay",
    "evasion-low-rate",
    "evasion-random-delay",
    "evasion-text",
    "evasion-trickle",
    "inaccurate-wake-word",
    "injected-sound",
    "malicious-skill",
    "microphone-by-update",
    "quiet-home",
    "undocumented-microphone",
    "video-home",
];

impl Plan {
    /// Name and text of every scenario that comes with the project.
    #[must_use]
    pub fn shipped() -> &'static [(&'static str, &'static str)] {
        SHIPPED
    }
}
