//! Sounds are played in one thread while the appliance watches in another: what experiments and searches for words have in common.

mod speaker;
mod watched;

pub(super) use self::speaker::{Heard, Speaker};
pub(super) use self::watched::{conduct, watches};
