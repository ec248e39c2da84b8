//! What could not be read of a stream.

/// Octets of a stream of records in which no record could be made out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Unread {
    /// When they were sent, nanoseconds since the epoch.
    pub(super) at: i64,
    /// How many they are.
    pub(super) octets: u64,
}
