//! What devices announce about themselves and about addresses: DHCP, mDNS, SSDP, DNS.

use std::net::{IpAddr, Ipv4Addr};

use super::address_names::{AddressNames, Question};
use super::pairs::Ends;
use crate::name_protocols::dhcp::{DhcpFacts, dhcp, dhcpv6};
use crate::name_protocols::dns::{dns_addresses, dns_question};
use crate::name_protocols::mdns::{SelfNameKind, mdns_names};
use crate::name_protocols::ssdp::ssdp_name;
use crate::private::Private;
use crate::scope::Network;
use crate::time::Timestamp;

/// Names kept per device.
const NAMES: usize = 8;

/// Announcements (mDNS, SSDP) that are read per device: they repeat, some by the thousand.
const ANNOUNCEMENTS: u32 = 32;

pub(super) const DNS: u16 = 53;
/// Servers of the time (RFC 5905).
pub(super) const NTP: u16 = 123;
const DHCP_SERVER: u16 = 67;
const DHCP_CLIENT: u16 = 68;
const DHCPV6_CLIENT: u16 = 546;
const DHCPV6_SERVER: u16 = 547;
const LLMNR: u16 = 5_355;
const SSDP: u16 = 1_900;
const MDNS: u16 = 5_353;

/// What one device announced of itself.
#[derive(Clone, Default, Debug)]
pub(super) struct Announced {
    pub(super) host_name: Option<Private<String>>,
    pub(super) vendor_class: Option<Private<String>>,
    names: Vec<(SelfNameKind, String)>,
    /// Announcements that were read.
    announcements: u32,
}

impl Announced {
    fn name(&mut self, kind: SelfNameKind, text: String) {
        if self.names.len() < NAMES && self.names.iter().all(|(_, other)| *other != text) {
            self.names.push((kind, text));
        }
    }

    /// The names, the one that a person gave first.
    pub(super) fn names(&self) -> Vec<Private<String>> {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(kind, _)| *kind);
        names.into_iter().map(|(_, text)| Private::new(text.clone())).collect()
    }
}

/// What a DHCP server says of the network in which it gives out an address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub(super) network: Option<Network>,
    pub(super) router: Option<Ipv4Addr>,
}

impl Lease {
    fn of(reply: &DhcpFacts) -> Self {
        let length = |mask: Ipv4Addr| u8::try_from(mask.to_bits().leading_ones()).unwrap_or(0);
        let network = reply.assigned.zip(reply.mask).map(|(address, mask)| Network::new(address.into(), length(mask)));
        Self { network, router: reply.router }
    }
}

/// Whether datagrams of a port never leave a link, so that neither of their ends was reached by a router.
pub(super) fn stays_on_link(port: u16) -> bool {
    matches!(port, DHCP_SERVER | DHCP_CLIENT | DHCPV6_CLIENT | DHCPV6_SERVER | SSDP | MDNS | LLMNR)
}

/// Whether a program that asks for any port may be given this one: those of the system are not (RFC 6335, section 6), the others are where a system counts up
/// from 1,024.
pub(super) fn may_be_anybodys(port: u16) -> bool {
    port >= 1_024
}

/// Whether datagrams of a port may hold names.
#[inline]
pub(super) fn is_of_interest(port: u16) -> bool {
    matches!(port, DNS | DHCP_SERVER | DHCP_CLIENT | DHCPV6_CLIENT | SSDP | MDNS)
}

/// Between whom a datagram went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) ends: Ends,
    /// Source and destination. Not lent: the facts of a packet whose address is taken would leave the registers.
    pub(super) addresses: (IpAddr, IpAddr),
    /// Source and destination.
    pub(super) ports: (u16, u16),
    pub(super) at: Timestamp,
}

/// Reads a datagram of the device to which `announced` belongs. Names of addresses go to `names`, for the device that asked for them; where none are wanted,
/// only DHCP is read. Returns what a DHCP server said.
#[cold]
pub(super) fn datagram(announced: &mut Announced, names: Option<&mut AddressNames>, way: Way, payload: &[u8]) -> Option<Lease> {
    let ports = way.ports;
    if matches!(ports, (MDNS | SSDP, _) | (_, MDNS | SSDP)) {
        announced.announcements += 1;
        if announced.announcements > ANNOUNCEMENTS || names.is_none() {
            announced.announcements = ANNOUNCEMENTS;
            return None;
        }
    }
    match ports {
        (DNS, _) | (_, DNS) => resolved(names?, way, payload),
        (MDNS, _) => mdns_names(payload, &mut |own| announced.name(own.kind, own.text)),
        (DHCP_SERVER, _) => return dhcp(payload).filter(|message| message.from_server).map(|reply| Lease::of(&reply)),
        (DHCP_CLIENT, _) | (_, DHCP_SERVER) => {
            let request = dhcp(payload).filter(|message| !message.from_server)?;
            announced.host_name = request.host_name.map(Private::new).or(announced.host_name.take());
            announced.vendor_class = request.vendor_class.map(Private::new).or(announced.vendor_class.take());
        }
        (DHCPV6_CLIENT, _) => {
            if let Some(name) = dhcpv6(payload).and_then(|request| request.host_name) {
                announced.host_name.get_or_insert(Private::new(name));
            }
        }
        (SSDP, _) | (_, SSDP) => {
            if let Some(name) = ssdp_name(payload) {
                announced.name(SelfNameKind::Model, name);
            }
        }
        _ => {}
    }
    None
}

/// A question to a server of names, or its answer.
fn resolved(names: &mut AddressNames, way: Way, payload: &[u8]) {
    let Some(message) = dns_question(payload) else { return };
    let Way { ends, addresses, ports, at } = way;
    let (asker, station, server, port) = if message.is_answer {
        (ends.destination, ends.source, addresses.0, ports.1)
    } else {
        (ends.source, ends.destination, addresses.1, ports.0)
    };
    let question = Question { asker, station, server, port, id: message.id, name: Private::new(message.name) };
    if !message.is_answer {
        names.asks(question, at);
    } else if ports.0 == DNS && names.was_asked(&question, at) {
        let mut answer = Vec::new();
        dns_addresses(payload, &mut |address| answer.push(address));
        names.answers(&question, at, answer);
    }
}
