//! What an appliance decides by itself: whether anything may sound, whether somebody is at home, whose clock is right, and what
//! a household is told. Time is an argument.

mod clocks;
mod holds;
pub mod notices;
mod presence;

pub use self::clocks::{Offset, Steps};
pub use self::holds::{Hold, Holds};
pub use self::presence::{Phones, Presence};
