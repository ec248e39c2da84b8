//! Marks of the sender in a packet.

use crate::scope::Scope;
use crate::time::Timestamp;

/// What a packet shows of who sent it. Passed by value: behind a reference, it would have to be written to memory for each packet.
#[derive(Clone, Copy)]
pub(super) struct SenderMarks {
    pub(super) at: Timestamp,
    /// The second that it is counted in.
    pub(super) bin: i64,
    /// TTL or hop limit.
    pub(super) hops: u8,
    /// IPv4 identification.
    pub(super) identification: u32,
    /// Where its sender's address lies.
    pub(super) from: Scope,
    /// Interface of the capture, and port that the link names.
    pub(super) port: (u32, u32),
}
