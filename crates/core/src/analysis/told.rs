//! What devices tell about themselves and about addresses: DHCP, mDNS, SSDP, DNS.

use super::address_names::AddressNames;
use crate::names::dhcp::{dhcp, dhcpv6};
use crate::names::dns::dns_answers;
use crate::names::mdns::{SelfNameKind, mdns_names};
use crate::names::ssdp::ssdp_name;
use crate::private::Private;
use crate::roster::Index;

/// Names kept per device.
const NAMES: usize = 8;

/// Announcements (mDNS, SSDP) that are read per device: they repeat, some by the thousand.
const ANNOUNCEMENTS: u32 = 32;

const DNS: u16 = 53;
const DHCP_SERVER: u16 = 67;
const DHCP_CLIENT: u16 = 68;
const DHCPV6_CLIENT: u16 = 546;
const SSDP: u16 = 1_900;
const MDNS: u16 = 5_353;

/// What one device told.
#[derive(Clone, Default, Debug)]
pub(super) struct Told {
    pub(super) host_name: Option<Private<String>>,
    pub(super) vendor_class: Option<Private<String>>,
    names: Vec<(SelfNameKind, String)>,
    /// Announcements that were read.
    announcements: u32,
}

impl Told {
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

/// Whether datagrams of a port tell names.
#[inline]
pub(super) fn is_of_interest(port: u16) -> bool {
    matches!(port, DNS | DHCP_SERVER | DHCP_CLIENT | DHCPV6_CLIENT | SSDP | MDNS)
}

/// Reads a datagram that the device of `told` sent; `ports` are source and destination. Names of addresses go to `names`, for the device that
/// the datagram went to; where none are wanted, only DHCP is read.
#[cold]
pub(super) fn datagram(told: &mut Told, names: Option<(&mut AddressNames, Index)>, ports: (u16, u16), payload: &[u8]) {
    if matches!(ports, (MDNS | SSDP, _) | (_, MDNS | SSDP)) {
        told.announcements += 1;
        if told.announcements > ANNOUNCEMENTS || names.is_none() {
            told.announcements = ANNOUNCEMENTS;
            return;
        }
    }
    match ports {
        (DNS, _) => {
            if let Some((names, asker)) = names {
                dns_answers(payload, &mut |name, address| names.answered(asker, name, address));
            }
        }
        (MDNS, _) => mdns_names(payload, &mut |own| told.name(own.kind, own.text)),
        (DHCP_CLIENT, _) | (_, DHCP_SERVER) => {
            let Some(request) = dhcp(payload).filter(|message| !message.from_server) else { return };
            told.host_name = request.host_name.map(Private::new).or(told.host_name.take());
            told.vendor_class = request.vendor_class.map(Private::new).or(told.vendor_class.take());
        }
        (DHCPV6_CLIENT, _) => {
            if let Some(name) = dhcpv6(payload).and_then(|request| request.host_name) {
                told.host_name.get_or_insert(Private::new(name));
            }
        }
        (SSDP, _) | (_, SSDP) => {
            if let Some(name) = ssdp_name(payload) {
                told.name(SelfNameKind::Model, name);
            }
        }
        _ => {}
    }
}
