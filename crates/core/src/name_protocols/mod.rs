//! What devices and receivers are called, from payloads seen on the wire.
//!
//! Each file reads one protocol. All of it is a stranger's text: lengths are bounded, and every name has passed
//! [`text::clean`]. What a device says about itself is a claim, good for recognising it and for nothing else.

pub mod dhcp;
pub mod dns;
pub mod mdns;
pub mod quic;
pub mod ssdp;
pub mod text;
pub mod tls;

#[cfg(test)]
mod message;
