//! What is played: segments end to end.

/// What a segment is to a device that listens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// The wake word, so many nanoseconds long, and a command right after it, until the segment ends.
    Command {
        /// Length of the wake word.
        wake: i64,
    },
    /// Speech without the wake word: a prefix, a postfix.
    Speech,
    /// Music.
    Music,
    /// Noise.
    Noise,
    /// Nothing.
    Silence,
    /// A pause that is part of the stimulus; to a device the same as silence.
    Gap,
}

/// One segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    /// What it is.
    pub piece: Piece,
    /// How long it lasts, nanoseconds.
    pub length: i64,
}

/// A word that is said in a sound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The word.
    pub word: String,
    /// When it begins and ends, nanoseconds since the sound began.
    pub time: (i64, i64),
}

/// A sound that is played: segments end to end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Played {
    /// When the first segment begins, nanoseconds since 1970.
    pub at: i64,
    /// The segments.
    pub segments: Vec<Segment>,
    /// Words of it that a speaker may take for its own, in order of time; those of a recording.
    pub words: Vec<Said>,
}

/// A segment with its place in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Placed {
    pub(super) piece: Piece,
    pub(super) from: i64,
    pub(super) until: i64,
}

impl Played {
    /// When the last segment ends.
    #[must_use]
    pub fn ends(&self) -> i64 {
        self.placed().last().map_or(self.at, |it| it.until)
    }

    /// The segments, each with when it begins and ends. A negative length counts as none.
    pub(super) fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        self.segments.iter().scan(self.at, |from, it| {
            let placed = Placed { piece: it.piece, from: *from, until: from.saturating_add(it.length.max(0)) };
            *from = placed.until;
            Some(placed)
        })
    }
}
