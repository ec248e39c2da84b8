//! What a device says on a flow: its TCP octets in order, the TLS records in them, or its datagrams.

pub mod records;
pub mod tcp;
