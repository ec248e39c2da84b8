//! Sound: what can be played, the loudspeaker that plays it, the microphone that hears it, and the one mouth that all of it passes.

pub mod hear;
pub mod mouth;
pub mod pulse;
pub mod speak;
