//! The devices of a home. Each lives through a stretch of time and returns what it uploaded.

pub mod camera;
pub mod codec;
pub mod datagram;
pub mod laptop;
pub mod machine;
pub mod realtime;
pub mod speaker;

use crate::host::Host;
use crate::truth::Upload;

/// Something that lives in a home.
pub trait Device {
    /// Lives from `from` until `until` (nanoseconds since 1970): leaves its frames in `host` and says what it uploaded.
    fn live(&self, host: &mut Host, from: i64, until: i64) -> Vec<Upload>;
}
