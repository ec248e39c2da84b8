//! Sound: what can be played, the loudspeaker that plays it, the microphone that hears it, and the one player that all of it passes.

pub mod hear;
pub mod player;
pub mod pulse;
pub mod reply;
pub mod speak;
pub mod spoken;
