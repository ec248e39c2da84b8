//! BSD loopback: an address family, then the packet.

use super::rest::Rest;
use super::{Dissection, Layer, Stop, ip};

/// Reads a frame of link type `NULL` or `LOOP`. The family stands in the byte order of whoever captured it (`NULL`) or
/// in network order (`LOOP`); families are small numbers, so that the wrong order is never taken for the right one.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let family = *rest.take::<4>(Layer::BsdLoopback)?;
    let family = u32::from_be_bytes(family).min(u32::from_le_bytes(family));
    match family {
        2 => ip::v4(facts, rest),
        // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin.
        10 | 23 | 24 | 28 | 30 => ip::v6(facts, rest),
        _ => Err(Stop::UnknownProtocol(Layer::BsdLoopback, family)),
    }
}
