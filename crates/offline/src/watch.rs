//! Who is told how far a reading has come.

use earwitness_traffic::files::Progress;

/// What the captures are read for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// To find what is in them.
    Reading,
    /// Once more, with what the first reading has shown.
    ReadingAgain,
    /// Once more, for the frames around the probes.
    Testing,
    /// Once more, to write down the frames of the sightings.
    Annotating,
}

/// Is told how far a reading has come, in the thread that reads. All of it may be ignored.
pub trait Watch {
    /// A reading begins; `total` are the octets of all files as they lie on disk, unless one is a pipe or grows.
    fn begins(&mut self, stage: Stage, total: Option<u64>) {
        let _ = (stage, total);
    }

    /// So far it has come; called every few hundred thousand octets.
    fn at(&mut self, progress: Progress) {
        let _ = progress;
    }

    /// The reading has ended.
    fn ends(&mut self, stage: Stage) {
        let _ = stage;
    }
}

/// Nobody watches.
impl Watch for () {}
