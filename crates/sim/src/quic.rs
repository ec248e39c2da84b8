//! QUIC version 1 (RFC 9000) as a capture sees it: a handshake whose Initial packets can be opened, then ciphertext.

use aes::Aes128;
use aes::cipher::BlockCipherEncrypt;
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, KeyInit};
use earwitness_core::time::MILLISECOND;
use hkdf::Hkdf;
use sha2::Sha256;

use crate::chance::Chance;
use crate::host::Datagrams;
use crate::tls;

/// Salt of the Initial secrets (RFC 9001, 5.2).
const INITIAL_SALT: [u8; 20] =
    [0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a];
/// A client's first datagram has at least so many octets (RFC 9000, 14.1).
const INITIAL_DATAGRAM: usize = 1_200;

/// A packet with a short header: `length` octets after the flags and the eight octets of connection id.
#[must_use]
pub fn short_packet(length: usize, chance: &mut Chance) -> Vec<u8> {
    let mut packet = chance.octets(9 + length);
    packet[0] = 0x40 | packet[0] & 0x3f;
    // The peer's connection id: the same throughout a flow.
    packet[1..9].copy_from_slice(&SERVER_ID);
    packet
}

/// Connection id that the simulated server chooses.
const SERVER_ID: [u8; 8] = *b"earwitns";

/// Puts the handshake of a connection to `server` into `flow`.
pub fn shake_hands(flow: &mut Datagrams, at: i64, server: &str, delay: i64, chance: &mut Chance) {
    let id = chance.octets(8);
    // quic_transport_parameters (RFC 9001, 8.2): max_idle_timeout 30 s, initial_max_data 1 MiB.
    let mut more = Vec::new();
    tls::extension(&mut more, 57, &[0x01, 0x04, 0x80, 0x00, 0x75, 0x30, 0x04, 0x04, 0x80, 0x10, 0x00, 0x00]);
    let hello = tls::client_hello_message(server, &["h3"], &more, chance);
    let first = initial(false, &id, &id, &[], &hello, INITIAL_DATAGRAM);
    flow.up.push((at, first));
    let answer = tls::server_hello_message(0, chance);
    let mut datagram = initial(true, &id, &[], &SERVER_ID, &answer, 0);
    let room = INITIAL_DATAGRAM - datagram.len();
    datagram.extend_from_slice(&handshake(&[], &SERVER_ID, room, chance));
    let now = at + delay + 3 * MILLISECOND;
    flow.down.push((now, datagram));
    flow.down.push((now, handshake(&[], &SERVER_ID, 1_100, chance)));
    let now = now + delay + 5 * MILLISECOND;
    flow.up.push((now, handshake(&SERVER_ID, &[], 90, chance)));
    flow.up.push((now + MILLISECOND, short_packet(60, chance)));
    flow.down.push((now + delay + MILLISECOND, short_packet(250, chance)));
}

/// A Handshake packet of `length` octets; its keys are nobody's.
fn handshake(to: &[u8], from: &[u8], length: usize, chance: &mut Chance) -> Vec<u8> {
    let mut packet = long_header(0xe0, to, from);
    let left = length.saturating_sub(packet.len() + 2).max(20);
    packet.extend_from_slice(&variable(left));
    packet.extend_from_slice(&chance.octets(left));
    packet
}

/// An Initial packet (RFC 9000, 17.2.2) with one CRYPTO frame, protected with the keys that follow from `id`, the
/// connection id that the client chose for the server. Padded so that the whole has at least `total` octets.
#[must_use]
pub fn initial(from_server: bool, id: &[u8], to: &[u8], from: &[u8], crypto: &[u8], total: usize) -> Vec<u8> {
    let secret = Hkdf::<Sha256>::new(Some(&INITIAL_SALT), id);
    let side: [u8; 32] = expand(&secret, if from_server { "server in" } else { "client in" });
    let Ok(secret) = Hkdf::<Sha256>::from_prk(&side) else { return Vec::new() };
    let key: [u8; 16] = expand(&secret, "quic key");
    let mut nonce: [u8; 12] = expand(&secret, "quic iv");
    let mask_key: [u8; 16] = expand(&secret, "quic hp");

    // CRYPTO frame: type 6, offset 0, length.
    let mut plain = vec![6, 0];
    plain.extend_from_slice(&variable(crypto.len()));
    plain.extend_from_slice(crypto);
    // Packet number length 4; no token. What is sent is header, length (2), number (4), text and tag (16).
    let mut header = long_header(0xc3, to, from);
    header.push(0);
    plain.resize(plain.len().max(total.saturating_sub(header.len() + 22)), 0);
    header.extend_from_slice(&variable(4 + plain.len() + 16));
    let number_at = header.len();
    header.extend_from_slice(&[0, 0, 0, 1]);
    nonce[11] ^= 1;
    let cipher = Aes128Gcm::new(&key.into());
    let Ok(tag) = cipher.encrypt_inout_detached(&nonce.into(), &header, plain.as_mut_slice().into()) else {
        return Vec::new();
    };
    let mut packet = header;
    packet.extend_from_slice(&plain);
    packet.extend_from_slice(&tag);
    // Header protection (RFC 9001, 5.4): the mask comes from the 16 octets that start 4 after the packet number.
    let mut mask = [0_u8; 16];
    mask.copy_from_slice(&packet[number_at + 4..number_at + 20]);
    let mut mask = mask.into();
    Aes128::new(&mask_key.into()).encrypt_block(&mut mask);
    packet[0] ^= mask[0] & 0x0f;
    for (octet, mask) in packet[number_at..number_at + 4].iter_mut().zip(&mask[1..]) {
        *octet ^= mask;
    }
    packet
}

fn long_header(first: u8, to: &[u8], from: &[u8]) -> Vec<u8> {
    let mut header = vec![first, 0, 0, 0, 1];
    for id in [to, from] {
        header.push(u8::try_from(id.len()).unwrap_or(0));
        header.extend_from_slice(id);
    }
    header
}

/// A variable-length integer of two octets (RFC 9000, 16).
fn variable(value: usize) -> [u8; 2] {
    (u16::try_from(value).unwrap_or(0) & 0x3fff | 0x4000).to_be_bytes()
}

/// HKDF-Expand-Label with an empty context (RFC 8446, 7.1).
fn expand<const N: usize>(secret: &Hkdf<Sha256>, label: &str) -> [u8; N] {
    let mut place = [0; N];
    let mut about = vec![0, u8::try_from(N).unwrap_or(0), u8::try_from(label.len() + 6).unwrap_or(0)];
    about.extend_from_slice(b"tls13 ");
    about.extend_from_slice(label.as_bytes());
    about.push(0);
    // Fails only for outputs above 8,160 octets.
    let _ = secret.expand(&about, &mut place);
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_rfc_9001_appendix_a() {
        let id = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];
        let secret = Hkdf::<Sha256>::new(Some(&INITIAL_SALT), &id);
        let client: [u8; 32] = expand(&secret, "client in");
        let key: [u8; 16] = expand(&Hkdf::from_prk(&client).unwrap(), "quic key");
        assert_eq!(key, [0x1f, 0x36, 0x96, 0x13, 0xdd, 0x76, 0xd5, 0x46, 0x77, 0x30, 0xef, 0xcb, 0xe3, 0xb1, 0xa2, 0x2d]);
    }

    #[test]
    fn a_first_datagram_is_long_enough() {
        let id = [1; 8];
        assert_eq!(initial(false, &id, &id, &[], &[1; 300], INITIAL_DATAGRAM).len(), INITIAL_DATAGRAM);
    }
}
