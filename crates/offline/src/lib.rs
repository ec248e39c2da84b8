//! From capture files, and a log of what was played, to findings and verdicts: what the command line and the Python package share.
//!
//! [`read`] reads the captures of a [`Plan`] as one analysis, [`ProbeLog::judge`] weighs its findings against a log, and [`annotate`] writes
//! the frames of the sightings. Nothing here prints or listens for signals: who calls hands in a flag that ends it and a [`Watch`] that is
//! told how far it has come, and takes [`Trouble`] back as facts.

mod annotate;
mod plan;
mod probes;
mod read;
mod seams;
mod trouble;
mod watch;
mod workers;

pub use self::annotate::annotate;
pub use self::plan::Plan;
pub use self::probes::{How, JudgeError, ProbeLog};
pub use self::read::{Reading, read, tested};
pub use self::seams::Seams;
pub use self::trouble::{ReadError, Reason, Trouble};
pub use self::watch::{Stage, Watch};
pub use self::workers::{helpers, spare};
