//! Experiments of a laboratory: the file that describes one, the presets that come with the program, and the plan of what is played when.
//!
//! Nothing here reads a clock, a file or a network: what the machine knows (how long a recording is, what a file of subtitles holds) is asked of the caller.

pub mod experiment;
pub mod file;
pub mod plan;
pub mod preset;
pub mod subtitles;
