//! Messages by which devices get addresses and names: DHCP, DNS, mDNS and SSDP.

use std::net::{IpAddr, Ipv4Addr};

use earwitness_core::mac::Mac;

/// A DNS query for the address of `name` (RFC 1035, 4.1); asks for AAAA when `wide`.
#[must_use]
pub fn dns_query(id: u16, name: &str, wide: bool) -> Vec<u8> {
    let mut message = header(id, 0x0100, 1, 0);
    question(&mut message, name, if wide { 28 } else { 1 });
    message
}

/// The answer to that query: an alias that a content network would give, then its address, both for `ttl` seconds.
#[must_use]
pub fn dns_answer(id: u16, name: &str, address: IpAddr, ttl: u32) -> Vec<u8> {
    let (kind, octets) = match address {
        IpAddr::V4(address) => (1, address.octets().to_vec()),
        IpAddr::V6(address) => (28, address.octets().to_vec()),
    };
    let mut message = header(id, 0x8180, 1, 2);
    question(&mut message, name, kind);
    let mut alias = Vec::new();
    labels(&mut alias, &format!("edge.{}", name.replace('.', "-")));
    // The alias ends in the last label of the name asked for: a pointer would do, spelling it out is as legal.
    alias.pop();
    labels(&mut alias, "cdn.example");
    // 0xc00c points at the name in the question (RFC 1035, 4.1.4).
    answer(&mut message, &[0xc0, 0x0c], 5, ttl, &alias);
    answer(&mut message, &alias, kind, ttl, &octets);
    message
}

/// An unsolicited `mDNS` answer (RFC 6762, 8.3): the host's address and a service that it offers.
#[must_use]
pub fn mdns_announcement(host: &str, service: &str, address: Ipv4Addr) -> Vec<u8> {
    let mut message = header(0, 0x8400, 0, 3);
    let (mut host_name, mut service_name, mut instance) = (Vec::new(), Vec::new(), Vec::new());
    labels(&mut host_name, &format!("{host}.local"));
    labels(&mut service_name, &format!("{service}.local"));
    labels(&mut instance, &format!("{host}.{service}.local"));
    answer(&mut message, &service_name, 12, 4_500, &instance);
    let mut target = vec![0, 0, 0, 0, 0x1f, 0x40];
    target.extend_from_slice(&host_name);
    answer(&mut message, &instance, 33, 120, &target);
    answer(&mut message, &host_name, 1, 120, &address.octets());
    message
}

/// An SSDP notification that a device is there (`UPnP` Device Architecture 2.0, 1.2.2).
#[must_use]
pub fn ssdp_alive(server: &str, address: Ipv4Addr) -> Vec<u8> {
    format!(
        "NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nCACHE-CONTROL: max-age=1800\r\n\
         LOCATION: http://{address}:8008/description.xml\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nSERVER: {server}\r\n\
         USN: uuid:00000000-0000-1000-8000-00005e0053ff::upnp:rootdevice\r\n\r\n"
    )
    .into_bytes()
}

/// Kinds of DHCP messages (RFC 2132, 9.6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DhcpKind {
    /// Looks for servers.
    Discover = 1,
    /// Offers an address.
    Offer = 2,
    /// Asks for the offered address.
    Request = 3,
    /// Grants it.
    Acknowledge = 5,
}

/// What a DHCP exchange is about.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// Whose.
    pub mac: Mac,
    /// Which address.
    pub address: Ipv4Addr,
    /// Who grants it; also gateway and name server.
    pub server: Ipv4Addr,
    /// What the device calls itself (option 12).
    pub host_name: &'a str,
    /// What it says of its kind (option 60).
    pub vendor_class: &'a str,
    /// Transaction number.
    pub transaction: u32,
}

/// One message of a DHCP exchange (RFC 2131, 2).
#[must_use]
pub fn dhcp(kind: DhcpKind, lease: &Lease<'_>) -> Vec<u8> {
    let from_server = matches!(kind, DhcpKind::Offer | DhcpKind::Acknowledge);
    let mut message = vec![if from_server { 2 } else { 1 }, 1, 6, 0];
    message.extend_from_slice(&lease.transaction.to_be_bytes());
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(&if from_server { lease.address.octets() } else { [0; 4] });
    message.extend_from_slice(&if from_server { lease.server.octets() } else { [0; 4] });
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(&lease.mac.0);
    message.resize(236, 0);
    message.extend_from_slice(&[99, 130, 83, 99, 53, 1, kind as u8]);
    let mut option = |code: u8, value: &[u8]| {
        message.extend_from_slice(&[code, u8::try_from(value.len()).unwrap_or(0)]);
        message.extend_from_slice(value);
    };
    if from_server {
        option(54, &lease.server.octets());
        option(51, &86_400_u32.to_be_bytes());
        option(1, &[255, 255, 255, 0]);
        option(3, &lease.server.octets());
        option(6, &lease.server.octets());
    } else {
        option(12, lease.host_name.as_bytes());
        option(60, lease.vendor_class.as_bytes());
        option(55, &[1, 3, 6, 15, 42]);
        if kind == DhcpKind::Request {
            option(50, &lease.address.octets());
            option(54, &lease.server.octets());
        }
    }
    message.push(255);
    message.resize(message.len().max(300), 0);
    message
}

fn header(id: u16, flags: u16, questions: u16, answers: u16) -> Vec<u8> {
    [id, flags, questions, answers, 0, 0].iter().flat_map(|field| field.to_be_bytes()).collect()
}

fn question(message: &mut Vec<u8>, name: &str, kind: u16) {
    labels(message, name);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&[0, 1]);
}

fn answer(message: &mut Vec<u8>, name: &[u8], kind: u16, ttl: u32, body: &[u8]) {
    message.extend_from_slice(name);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&[0, 1]);
    message.extend_from_slice(&ttl.to_be_bytes());
    message.extend_from_slice(&u16::try_from(body.len()).unwrap_or(0).to_be_bytes());
    message.extend_from_slice(body);
}

fn labels(message: &mut Vec<u8>, name: &str) {
    for label in name.split('.') {
        message.push(u8::try_from(label.len()).unwrap_or(0));
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
}
