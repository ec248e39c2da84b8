//! What an appliance decides by itself: whether anything may sound, whether somebody is at home, and whose clock is right. Time is an argument.

mod clocks;
mod holds;
mod presence;

pub use self::clocks::{Offset, Steps};
pub use self::holds::{Hold, Holds};
pub use self::presence::{Phones, Presence};
