//! The measurement lab: the file that describes an experiment, the presets that come with the program, the plan of what is played when, what each
//! device uploaded in each trial, and what that shows.
//!
//! Nothing here reads a clock, a file or a network: what the machine knows (how long a recording is, what a file of subtitles holds) is asked of the caller.

pub mod answer;
pub mod carry;
pub mod evaluation;
pub mod experiment;
pub mod file;
pub mod plan;
pub mod preset;
pub mod reading;
pub mod results;
pub mod subtitles;
pub mod wake;
pub mod witness;
