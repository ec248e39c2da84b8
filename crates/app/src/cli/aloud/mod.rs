//! Sounds are played in one thread while the appliance watches in another, and what happens is written down: what experiments and searches for words have in common.

mod begin;
mod lines;
mod speaker;
mod watched;

pub(super) use self::begin::{config, folder, needs_loudspeaker};
pub(super) use self::lines::{Lines, each_line};
pub(super) use self::speaker::{Heard, Speaker};
pub(super) use self::watched::{conduct, watches};
