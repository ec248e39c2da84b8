//! Linux cooked capture (link types `LINUX_SLL` and `LINUX_SLL2`): the kernel's summary in place of the link header.

use super::ethernet;
use super::rest::Rest;
use super::{Dissection, Layer, Net, Stop};
use crate::mac::Mac;

/// Packet type of what the capturing host sent (`PACKET_OUTGOING`).
const OUTGOING: u16 = 4;
/// `ARPHRD_NETLINK`: the protocol is a netlink family, not an `EtherType`.
const NETLINK: u16 = 824;
/// Protocol number of frames that begin with LLC (`LINUX_SLL_P_802_2`).
const LLC: u16 = 4;

/// Reads a frame of version 1.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::LinuxSll;
    let packet_type = u16::from_be_bytes(*rest.take(layer)?);
    let hardware = u16::from_be_bytes(*rest.take(layer)?);
    let address_len = u16::from_be_bytes(*rest.take(layer)?);
    let address = *rest.take::<8>(layer)?;
    let protocol = u16::from_be_bytes(*rest.take(layer)?);
    summarised(facts, packet_type, address_len, address);
    carried(facts, hardware, protocol, rest)
}

/// Reads a frame of version 2.
pub(super) fn read_v2<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let layer = Layer::LinuxSll2;
    let protocol = u16::from_be_bytes(*rest.take(layer)?);
    let [_, _, port @ ..] = *rest.take::<6>(layer)?;
    facts.port = u32::from_be_bytes(port);
    let hardware = u16::from_be_bytes(*rest.take(layer)?);
    let [packet_type, address_len] = *rest.take(layer)?;
    let address = *rest.take::<8>(layer)?;
    summarised(facts, packet_type.into(), address_len.into(), address);
    carried(facts, hardware, protocol, rest)
}

/// Notes the sender. The receiver is not in the header: for the host itself it is left open which of its addresses.
fn summarised(facts: &mut Dissection<'_>, packet_type: u16, address_len: u16, address: [u8; 8]) {
    facts.sent = Some(packet_type == OUTGOING);
    if address_len == 6 {
        facts.source = address.first_chunk().copied().map(Mac);
    }
}

/// Reads what the frame carries.
fn carried<'a>(facts: &mut Dissection<'a>, hardware: u16, protocol: u16, rest: Rest<'a>) -> Result<(), Stop> {
    match protocol {
        _ if hardware == NETLINK => Ok(()),
        LLC => ethernet::llc(facts, rest),
        // Other small numbers are Linux's own (`linux/if_ether.h`), none of them IP.
        0..0x0600 => {
            facts.net = Net::Other(0);
            Err(Stop::UnknownProtocol(Layer::LinuxSll, protocol.into()))
        }
        _ => ethernet::typed(facts, protocol, rest),
    }
}
