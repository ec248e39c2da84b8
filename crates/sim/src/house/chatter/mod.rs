//! What devices say by themselves, whether anything is heard or not.

pub(super) mod bulk;
pub(super) mod heartbeat;
pub(super) mod life;
pub(super) mod stream;

/// Where a connection leads: name, address and port of the server.
pub(super) type Place = (String, [u8; 4], u16);
