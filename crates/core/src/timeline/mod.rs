//! What sounds, as data: segments laid end to end and counted in samples, one or several such timelines in a slot, and the condition of a trial.
//!
//! A timeline says what *was* sent to the loudspeaker, from the first sample that sounds, silence before and after left out. Whoever has it can tell which word a
//! device heard at which sample, and by its digests whether two trials were the same sound. Texts are whole however much of them sounded.

mod arrangement;
mod bounds;
mod condition;
mod digest;
mod script;
mod segment;
mod sequence;

pub use self::arrangement::{Arrangement, Placed};
pub use self::bounds::{Fault, LONGEST, LONGEST_TEXT, MOST_COMBINATIONS, MOST_FACTORS, MOST_SEGMENTS, MOST_TIMELINES};
pub use self::condition::{Condition, Factor};
pub use self::digest::{Digest, Digesting, NoDigest};
pub use self::script::{Part, Script, Voice};
pub use self::segment::{Content, Decibels, NoiseKind, Segment, Sound, Source};
pub use self::sequence::Timeline;

#[cfg(test)]
mod tests;
