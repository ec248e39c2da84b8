//! Frames from the inside out: each function puts one header in front of what it is given.

use crate::mac::Mac;

pub(super) const DEVICE: Mac = Mac([0x02, 0x42, 0, 0, 0, 0x11]);
pub(super) const GATEWAY: Mac = Mac([0x02, 0x42, 0, 0, 0, 0x01]);
pub(super) const CELL: Mac = Mac([0x02, 0x42, 0, 0, 0, 0xcc]);

pub(super) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

fn length(octets: usize) -> [u8; 2] {
    u16::try_from(octets).unwrap().to_be_bytes()
}

/// From the device to the gateway.
pub(super) fn ethernet(kind: u16, body: &[u8]) -> Vec<u8> {
    join(&[&GATEWAY.0, &DEVICE.0, &kind.to_be_bytes(), body])
}

/// A tag of network 5, to stand before an `EtherType` that is part of `body`.
pub(super) fn tagged(kind: u16, body: &[u8]) -> Vec<u8> {
    join(&[&[0, 5], &kind.to_be_bytes(), body])
}

pub(super) fn snap(kind: u16, body: &[u8]) -> Vec<u8> {
    join(&[&[0xaa, 0xaa, 3, 0, 0, 0], &kind.to_be_bytes(), body])
}

/// An IPv4 packet from 192.168.1.17 to 8.8.4.4.
pub(super) fn ipv4(protocol: u8, body: &[u8]) -> Vec<u8> {
    ipv4_with(&[], 0x4000, protocol, body)
}

/// The same with options (a multiple of 4 octets) and any flags and fragment offset.
pub(super) fn ipv4_with(options: &[u8], position: u16, protocol: u8, body: &[u8]) -> Vec<u8> {
    let words = 5 + u8::try_from(options.len() / 4).unwrap();
    join(&[
        &[0x40 | words, 0],
        &length(20 + options.len() + body.len()),
        &[0xab, 0xcd],
        &position.to_be_bytes(),
        &[64, protocol, 0, 0, 192, 168, 1, 17, 8, 8, 4, 4],
        options,
        body,
    ])
}

/// An IPv6 packet from `fd00::11` to `2001:db8::44`.
pub(super) fn ipv6(next: u8, body: &[u8]) -> Vec<u8> {
    let source = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11];
    let destination = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x44];
    join(&[&[0x60, 0, 0, 0], &length(body.len()), &[next, 64], &source, &destination, body])
}

/// An extension header of 8 octets.
pub(super) fn extension(next: u8, body: &[u8]) -> Vec<u8> {
    join(&[&[next, 0, 1, 4, 0, 0, 0, 0], body])
}

/// A TCP segment from port 50000 to 443 with options (a multiple of 4 octets).
pub(super) fn tcp_with(options: &[u8], payload: &[u8]) -> Vec<u8> {
    let words = 5 + u8::try_from(options.len() / 4).unwrap();
    let ports_and_numbers = [0xc3, 0x50, 0x01, 0xbb, 0, 0, 3, 0xe8, 0, 0, 7, 0xd0];
    join(&[&ports_and_numbers, &[words << 4, 0x18, 1, 0, 0, 0, 0, 0], options, payload])
}

pub(super) fn tcp(payload: &[u8]) -> Vec<u8> {
    tcp_with(&[], payload)
}

/// A datagram from port 50000.
pub(super) fn udp(destination: u16, payload: &[u8]) -> Vec<u8> {
    join(&[&[0xc3, 0x50], &destination.to_be_bytes(), &length(8 + payload.len()), &[0xbe, 0xef], payload])
}

/// An ARP packet of the device for 192.168.1.17.
pub(super) fn arp() -> Vec<u8> {
    join(&[&[0, 1, 8, 0, 6, 4, 0, 1], &DEVICE.0, &[192, 168, 1, 17], &[0; 6], &[192, 168, 1, 1]])
}

/// An 802.11 data frame: subtype, flags of the second control octet, the three addresses, and what follows.
pub(super) fn data_frame(subtype: u8, flags: u8, addresses: [Mac; 3], body: &[u8]) -> Vec<u8> {
    let [first, second, third] = addresses;
    join(&[&[(subtype << 4) | 0x08, flags, 0, 0], &first.0, &second.0, &third.0, &[0x10, 0], body])
}
