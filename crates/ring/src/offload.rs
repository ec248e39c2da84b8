//! What the network card joins and splits, so that frames longer than any on the wire are seen.

use std::ffi::c_char;
use std::io;

use crate::sys;

/// `ETHTOOL_GTSO`, `ETHTOOL_GGSO`, `ETHTOOL_GGRO` (`linux/ethtool.h`).
const TSO: u32 = 0x1e;
const GSO: u32 = 0x23;
const GRO: u32 = 0x2b;

/// Which joining and splitting is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Offloads {
    /// Received segments are joined before they are seen (generic receive offload).
    pub gro: bool,
    /// Sent segments are split after they were seen, by the card.
    pub tso: bool,
    /// The same, by the kernel.
    pub gso: bool,
}

/// The offloads of an interface. Needs no privilege.
///
/// # Errors
/// When there is no such interface or its driver does not tell.
pub fn offloads(name: &str) -> io::Result<Offloads> {
    let mut field = [0; libc::IFNAMSIZ];
    if name.len() >= field.len() || name.contains('\0') {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    for (to, from) in field.iter_mut().zip(name.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
    let socket = std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let ask = |command| sys::ethtool_switch(std::os::fd::AsFd::as_fd(&socket), field, command);
    Ok(Offloads { gro: ask(GRO)?, tso: ask(TSO)?, gso: ask(GSO)? })
}
