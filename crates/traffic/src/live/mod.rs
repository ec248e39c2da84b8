//! Live capture on this machine's own interfaces: frames from the kernel's ring to pcapng, in the one process that ever holds a privilege.
//!
//! `links` asks the kernel which interfaces there are, `port` follows one by name, `encode` turns frames into blocks, `output` hands them to
//! a reader that may be slow, `record` is the loop, `confine` gives up every right.

/// How a line of `earwitness capture` begins that is advice: it reports nothing that was missed. What was lost, the capture itself says.
pub const ADVICE: &str = "by the way: ";

mod confine;
mod encode;
pub mod links;
mod offered;
mod output;
mod port;
mod record;

pub use confine::confine;
pub use earwitness_ring::{Offloads, offloads};
pub use links::{Link, Links, cannot_hear, check_name};
pub use offered::{has_landlock, has_seccomp};
pub use output::Output;
pub use port::Port;
pub use record::{Ended, Limits, Recording};
