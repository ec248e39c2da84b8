//! ARP (RFC 826): who says which address is theirs.

use std::net::Ipv4Addr;

use super::kinds::kind;
use super::rest::Rest;
use super::{Dissection, Layer, Net, Stop};
use crate::mac::Mac;

/// Reads the sender of an ARP packet; a probe (RFC 5227) has the address 0.0.0.0.
pub(super) fn read<'a>(facts: &mut Dissection<'a>, mut rest: Rest<'a>) -> Result<(), Stop> {
    let [_, hardware, protocol @ .., 6, 4, _, _] = *rest.take::<8>(Layer::Arp)? else { return Ok(()) };
    // Hardware types 1 (Ethernet) and 6 (IEEE 802 networks) both have such addresses.
    if !matches!(hardware, 1 | 6) || u16::from_be_bytes(protocol) != kind::IPV4 {
        return Ok(());
    }
    let mac = Mac(*rest.take(Layer::Arp)?);
    let address = Ipv4Addr::from(*rest.take::<4>(Layer::Arp)?);
    facts.net = Net::Arp { mac, address };
    Ok(())
}
