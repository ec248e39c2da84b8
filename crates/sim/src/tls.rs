//! TLS records (RFC 8446): real hello messages, and records of ciphertext of a wanted length.

use crate::chance::Chance;

/// Content type of change-cipher-spec, handshake and application records (RFC 8446, 5.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION: u8 = 23;

/// Octets a TLS 1.3 record adds to what is written: header 5, content type 1, tag 16.
pub const RECORD_OVERHEAD: usize = 22;

/// The record of a `ClientHello` that names `server` and offers the protocols `alpn`.
#[must_use]
pub fn client_hello(server: &str, alpn: &[&str], chance: &mut Chance) -> Vec<u8> {
    record_of(HANDSHAKE, 0x0301, &client_hello_message(server, alpn, &[], chance))
}

/// The handshake message alone; `more` are further extensions, already encoded.
#[must_use]
pub fn client_hello_message(server: &str, alpn: &[&str], more: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&chance.octets(32));
    body.push(32);
    body.extend_from_slice(&chance.octets(32));
    // AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305 of TLS 1.3, and two of TLS 1.2 for old servers.
    counted(&mut body, &[0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 0xc0, 0x2b, 0xc0, 0x2f]);
    body.extend_from_slice(&[1, 0]);

    let mut extensions = Vec::new();
    // server_name (RFC 6066, 3): one entry of type host_name.
    let mut name = vec![0];
    counted(&mut name, server.as_bytes());
    extension(&mut extensions, 0, &list(&name));
    // supported_groups: x25519, secp256r1; signature_algorithms.
    extension(&mut extensions, 10, &list(&[0x00, 0x1d, 0x00, 0x17]));
    extension(&mut extensions, 13, &list(&[0x04, 0x03, 0x08, 0x04, 0x04, 0x01, 0x08, 0x05]));
    if !alpn.is_empty() {
        let mut protocols = Vec::new();
        for protocol in alpn {
            protocols.push(u8::try_from(protocol.len()).unwrap_or(0));
            protocols.extend_from_slice(protocol.as_bytes());
        }
        extension(&mut extensions, 16, &list(&protocols));
    }
    // supported_versions: 1.3 and 1.2; psk_key_exchange_modes: psk_dhe_ke.
    extension(&mut extensions, 43, &[4, 3, 4, 3, 3]);
    extension(&mut extensions, 45, &[1, 1]);
    let mut share = vec![0x00, 0x1d];
    counted(&mut share, &chance.octets(32));
    extension(&mut extensions, 51, &list(&share));
    extensions.extend_from_slice(more);
    counted(&mut body, &extensions);
    message(1, &body)
}

/// The handshake message `ServerHello` that answers with TLS 1.3 and x25519.
#[must_use]
pub fn server_hello_message(session: usize, chance: &mut Chance) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&chance.octets(32));
    body.push(u8::try_from(session).unwrap_or(0));
    body.extend_from_slice(&chance.octets(session));
    body.extend_from_slice(&[0x13, 0x01, 0]);
    let mut extensions = Vec::new();
    extension(&mut extensions, 43, &[3, 4]);
    let mut share = vec![0x00, 0x1d];
    counted(&mut share, &chance.octets(32));
    extension(&mut extensions, 51, &share);
    counted(&mut body, &extensions);
    message(2, &body)
}

/// The server's first flight: hello, change-cipher-spec, and its encrypted extensions, certificates and finished
/// message in records of the given plaintext lengths.
#[must_use]
pub fn server_flight(lengths: &[usize], chance: &mut Chance) -> Vec<u8> {
    let mut flight = record_of(HANDSHAKE, 0x0303, &server_hello_message(32, chance));
    flight.extend_from_slice(&record_of(CHANGE_CIPHER_SPEC, 0x0303, &[1]));
    for &length in lengths {
        flight.extend_from_slice(&record(length, chance));
    }
    flight
}

/// The client's second flight: change-cipher-spec and finished (32 octets of hash and 4 of header).
#[must_use]
pub fn client_finish(chance: &mut Chance) -> Vec<u8> {
    let mut flight = record_of(CHANGE_CIPHER_SPEC, 0x0303, &[1]);
    flight.extend_from_slice(&record(36, chance));
    flight
}

/// An application-data record that carries `plain` octets; [`RECORD_OVERHEAD`] longer than that.
#[must_use]
pub fn record(plain: usize, chance: &mut Chance) -> Vec<u8> {
    let ciphertext = chance.octets(plain + RECORD_OVERHEAD - 5);
    record_of(APPLICATION, 0x0303, &ciphertext)
}

fn record_of(kind: u8, version: u16, fragment: &[u8]) -> Vec<u8> {
    let mut record = vec![kind];
    record.extend_from_slice(&version.to_be_bytes());
    counted(&mut record, fragment);
    record
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind, 0];
    counted(&mut message, body);
    message
}

/// Appends an extension to a list of them.
pub(crate) fn extension(extensions: &mut Vec<u8>, kind: u16, body: &[u8]) {
    extensions.extend_from_slice(&kind.to_be_bytes());
    counted(extensions, body);
}

fn list(body: &[u8]) -> Vec<u8> {
    let mut list = Vec::new();
    counted(&mut list, body);
    list
}

/// Appends a vector with its length in two octets before it.
fn counted(target: &mut Vec<u8>, body: &[u8]) {
    target.extend_from_slice(&u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
    target.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_as_long_as_its_header_says() {
        let mut chance = Chance::new(1);
        for record in [client_hello("voice.example", &["h2"], &mut chance), record(80, &mut chance)] {
            assert_eq!(usize::from(u16::from_be_bytes([record[3], record[4]])), record.len() - 5);
        }
        assert_eq!(record(80, &mut chance).len(), 80 + RECORD_OVERHEAD);
    }
}
