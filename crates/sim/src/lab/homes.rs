//! Homes of a lab by name.

use earwitness_core::time::SECOND;

use super::settings::{LabHome, LabSpeaker, Listening, Timer};
use crate::device::codec::Codec;

/// A home with its name, and what is special about it.
pub struct NamedHome {
    /// Its name.
    pub name: &'static str,
    /// A line about it.
    pub title: &'static str,
    make: fn() -> LabHome,
}

/// All of them, the usual one first.
const HOMES: &[NamedHome] = &[
    NamedHome { name: "speakers", title: "two speakers that differ in everything, a plug and a sensor", make: LabHome::default },
    NamedHome {
        name: "quiet",
        title: "a speaker, and one whose microphone is off: it sends heartbeats and no sound",
        make: quiet,
    },
    NamedHome {
        name: "chatty",
        title: "two speakers with log and metrics every minute or so, and downloads of firmware",
        make: chatty,
    },
    NamedHome { name: "lossy", title: "two speakers, and a capture that misses one frame in 20,000", make: lossy },
    NamedHome { name: "same", title: "two copies of one speaker", make: same },
    NamedHome { name: "codec", title: "a speaker with a codec of variable rate, and one of constant rate", make: codec },
];

impl NamedHome {
    /// All of them, the usual one first.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        HOMES
    }

    /// The home of this name.
    #[must_use]
    pub fn home(name: &str) -> Option<LabHome> {
        HOMES.iter().find(|it| it.name == name).map(|it| (it.make)())
    }
}

fn quiet() -> LabHome {
    let deaf = Listening { missed: 1.0, false_wakes: 0.0, phrases: 0.0, ..Listening::default() };
    let muted = LabSpeaker { name: "muted".into(), listening: deaf, metrics_every: 0, timers: Vec::new(), ..LabSpeaker::brisk() };
    LabHome { speakers: vec![LabSpeaker::brisk(), muted], ..LabHome::default() }
}

fn chatty() -> LabHome {
    let mut home = LabHome::default();
    for speaker in &mut home.speakers {
        speaker.metrics_every = 80 * SECOND;
        speaker.telemetry = 30_000;
        speaker.timers.extend([
            Timer { period: 60 * SECOND, jitter: 2 * SECOND, left_out: 0.1, octets: (3_000, 12_000), answer: 400 },
            Timer { period: 3_000 * SECOND, jitter: 60 * SECOND, left_out: 0.0, octets: (400, 600), answer: 4_000_000 },
        ]);
    }
    home
}

fn lossy() -> LabHome {
    LabHome { missed_one_in: 20_000, ..LabHome::default() }
}

fn same() -> LabHome {
    let copy = |name: &str| LabSpeaker { name: name.into(), ..LabSpeaker::brisk() };
    LabHome { speakers: vec![copy("copy-1"), copy("copy-2")], ..LabHome::default() }
}

fn codec() -> LabHome {
    let variable = LabSpeaker { name: "variable".into(), codec: Codec::variable(20, 60, 8), ..LabSpeaker::brisk() };
    LabHome { speakers: vec![variable, LabSpeaker::brisk()], ..LabHome::default() }
}
