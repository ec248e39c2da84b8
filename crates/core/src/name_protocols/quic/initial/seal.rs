//! The sender's side of Initial packets, for the tests.

use super::*;

/// An Initial packet of a client, with a packet number of four octets and no token.
pub(in super::super) fn client_initial(version: u32, destination: &[u8], number: u32, frames: &[u8]) -> Vec<u8> {
    let facts = Version::of(version).unwrap();
    let keys = Keys::of_client(facts, destination).unwrap();
    let mut packet = vec![0xc3 | facts.initial << 4];
    packet.extend(version.to_be_bytes());
    packet.push(u8::try_from(destination.len()).unwrap());
    packet.extend(destination);
    packet.extend([0, 0]);
    packet.extend((0x4000 | u16::try_from(4 + frames.len() + 16).unwrap()).to_be_bytes());
    packet.extend(number.to_be_bytes());

    let mut nonce = keys.vector;
    nonce[8..].iter_mut().zip(number.to_be_bytes()).for_each(|(octet, part)| *octet ^= part);
    let mut sealed = frames.to_vec();
    let tag = keys.packet.encrypt_inout_detached(&nonce.into(), &packet, sealed.as_mut_slice().into()).unwrap();
    let number_at = packet.len() - 4;
    packet.extend(sealed);
    packet.extend(tag);

    let mut mask = <[u8; 16]>::try_from(&packet[number_at + 4..number_at + 20]).unwrap().into();
    keys.header.encrypt_block(&mut mask);
    packet[0] ^= mask[0] & 0x0f;
    packet[number_at..number_at + 4].iter_mut().zip(&mask[1..]).for_each(|(octet, mask)| *octet ^= mask);
    packet
}
