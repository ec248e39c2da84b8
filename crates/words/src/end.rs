//! Why a search is over.

/// Why a search is over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    /// All plays were made.
    Budget,
    /// A further find is improbable.
    Improbable,
    /// There is no word left to play.
    Words,
    /// What woke the device before wakes it no more: its silence since then says nothing.
    StoppedWaking,
    /// Nothing could be said of several plays in a row.
    NoAnswer,
    /// The device wakes from words that have nothing in common with its wake word.
    WakesFromAnything,
    /// The device does not wake from its own wake word.
    Deaf,
}
