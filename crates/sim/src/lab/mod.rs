//! A home for measurements: wake-word speakers whose pre-roll, tail, cut-off and gap are parameters, some quiet devices, and the truth of each upload.
//!
//! Somebody plays [`Played`] sounds in a [`LabNight`]; its frames come in order of time, as they pass the gateway. A night is made as it advances, one
//! upload at a time, so that a campaign of many nights needs no more memory than one upload. Everything follows from the settings, the seed, the number of the night and what is
//! played when. Devices other than the speakers, and all that speakers say while nobody speaks to them, come from a [`crate::house::House`] whose microphones are off.

mod homes;
mod listen;
mod mistakes;
mod night;
mod settings;
mod speaker;
mod stimulus;
mod timers;
mod truth;

pub use homes::NamedHome;
pub use night::LabNight;
pub use settings::{Backlog, LabHome, LabSpeaker, Listening, Timer, Transport};
pub use stimulus::{Piece, Played, Said, Segment};
pub use truth::LabUpload;

#[cfg(test)]
mod tests;
