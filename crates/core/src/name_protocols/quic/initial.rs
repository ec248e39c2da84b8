//! Long-header packets and the protection of Initial packets.

use aes::Aes128;
use aes::cipher::BlockCipherEncrypt;
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, KeyInit};
use hkdf::Hkdf;
use sha2::Sha256;

/// Packets read in one datagram: an Initial, 0-RTT, a Handshake packet, and some more that make no sense.
const MOST_PACKETS: usize = 8;

/// What differs between the versions of QUIC as far as Initial packets go.
pub(super) struct Version {
    salt: [u8; 20],
    /// Two type bits of the first octet that mean Initial.
    initial: u8,
    /// The same for Retry, which has no length.
    retry: u8,
    /// Labels of key, initialization vector and header protection key.
    labels: [&'static [u8]; 3],
}

const LABELS: [&[u8]; 3] = [b"quic key", b"quic iv", b"quic hp"];

/// RFC 9001, 5.2; drafts 33 and 34 already had its salt.
const V1: Version = Version {
    salt: [
        0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a,
    ],
    initial: 0,
    retry: 3,
    labels: LABELS,
};

/// RFC 9369, 3.2 and 3.3.
const V2: Version = Version {
    salt: [
        0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9,
    ],
    initial: 1,
    retry: 0,
    labels: [b"quicv2 key", b"quicv2 iv", b"quicv2 hp"],
};

/// draft-ietf-quic-tls-29, 5.2, to draft 32.
const DRAFT_29: Version = Version {
    salt: [
        0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99,
    ],
    initial: 0,
    retry: 3,
    labels: LABELS,
};

impl Version {
    const fn of(number: u32) -> Option<&'static Self> {
        match number {
            1 | 0xff00_0021 | 0xff00_0022 => Some(&V1),
            0x6b33_43cf => Some(&V2),
            0xff00_001d..=0xff00_0020 => Some(&DRAFT_29),
            _ => None,
        }
    }
}

/// A protected Initial packet.
pub(super) struct Packet<'a> {
    pub(super) version: &'static Version,
    /// Destination connection identifier.
    pub(super) destination: &'a [u8],
    /// From the first octet up to the packet number.
    header: &'a [u8],
    /// Packet number, frames and authentication tag.
    body: &'a [u8],
}

/// The Initial packets of a datagram (RFC 9000, 12.2). What stands behind a packet that cannot be read is left out.
pub(super) fn packets(datagram: &[u8]) -> impl Iterator<Item = Packet<'_>> {
    let mut rest = datagram;
    std::iter::from_fn(move || long_packet(&mut rest)).take(MOST_PACKETS).filter_map(|long| match long {
        Long::Initial(packet) => Some(packet),
        Long::Other => None,
    })
}

/// A packet with a long header (RFC 9000, 17.2).
enum Long<'a> {
    Initial(Packet<'a>),
    /// 0-RTT or Handshake.
    Other,
}

/// Takes the next packet with a long header off the datagram.
fn long_packet<'a>(datagram: &mut &'a [u8]) -> Option<Long<'a>> {
    let whole = *datagram;
    let (&[first, a, b, c, d], mut rest) = whole.split_first_chunk()?;
    // Header form, and the fixed bit, which only later packets may clear (RFC 9287, 3.1).
    if first & 0xc0 != 0xc0 {
        return None;
    }
    let version = Version::of(u32::from_be_bytes([a, b, c, d]))?;
    let destination = connection(&mut rest)?;
    connection(&mut rest)?;
    let kind = first >> 4 & 3;
    if kind == version.retry {
        return None;
    }
    let initial = kind == version.initial;
    if initial {
        let token = varint(&mut rest)?;
        take(&mut rest, token)?;
    }
    let length = varint(&mut rest)?;
    let header = whole.get(..whole.len().checked_sub(rest.len())?)?;
    let body = take(&mut rest, length)?;
    *datagram = rest;
    Some(if initial { Long::Initial(Packet { version, destination, header, body }) } else { Long::Other })
}

/// A connection identifier: at most 20 octets (RFC 9000, 17.2).
fn connection<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (&length, after) = rest.split_first()?;
    *rest = after;
    if length > 20 { None } else { take(rest, length.into()) }
}

/// A variable-length integer (RFC 9000, 16).
pub(super) fn varint(rest: &mut &[u8]) -> Option<u64> {
    let (&first, mut after) = rest.split_first()?;
    let more = take(&mut after, (1 << (first >> 6)) - 1)?;
    *rest = after;
    Some(more.iter().fold(u64::from(first & 0x3f), |value, &octet| value << 8 | u64::from(octet)))
}

/// The next `length` octets.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

/// What opens a client's Initial packets.
pub(super) struct Keys {
    packet: Aes128Gcm,
    vector: [u8; 12],
    header: Aes128,
}

impl Keys {
    /// The client's keys that follow from the destination connection identifier of its first packet (RFC 9001, 5.2).
    pub(super) fn of_client(version: &Version, destination: &[u8]) -> Option<Self> {
        let [key, vector, header] = version.labels;
        let secret: [u8; 32] = expand(&Hkdf::new(Some(&version.salt), destination), b"client in")?;
        let secret = Hkdf::from_prk(&secret).ok()?;
        Some(Self {
            packet: Aes128Gcm::new(&expand::<16>(&secret, key)?.into()),
            vector: expand(&secret, vector)?,
            header: Aes128::new(&expand::<16>(&secret, header)?.into()),
        })
    }

    /// The frames of a packet, if these are its keys.
    pub(super) fn open(&self, packet: &Packet<'_>) -> Option<Vec<u8>> {
        // Header protection (RFC 9001, 5.4): the sample stands where the packet number ends if it had four octets.
        let mut mask = (*packet.body.get(4..)?.first_chunk::<16>()?).into();
        self.header.encrypt_block(&mut mask);
        let [mask, mask_number @ ..] = mask.0;
        let mut header = packet.header.to_vec();
        let first = header.first_mut()?;
        *first ^= mask & 0x0f;
        let (number, sealed) = packet.body.split_at_checked(usize::from(*first & 3).saturating_add(1))?;
        let number: Vec<u8> = number.iter().zip(mask_number).map(|(octet, mask)| octet ^ mask).collect();
        header.extend_from_slice(&number);
        // A client sends a handful of Initial packets, so the number's low octets are all of it.
        let mut nonce = self.vector;
        nonce.iter_mut().rev().zip(number.iter().rev()).for_each(|(octet, part)| *octet ^= part);
        let (sealed, tag) = sealed.split_last_chunk::<16>()?;
        let mut frames = sealed.to_vec();
        let opened = self.packet.decrypt_inout_detached(&nonce.into(), &header, frames.as_mut_slice().into(), &(*tag).into());
        if opened.is_err() {
            if !cfg!(fuzzing) {
                return None;
            }
            // A fuzzer cannot forge a tag: behind one that is wrong, its octets are taken as they are, so that it reaches the frames.
            frames.copy_from_slice(sealed);
        }
        Some(frames)
    }
}

/// HKDF-Expand-Label with an empty context (RFC 8446, 7.1).
fn expand<const LENGTH: usize>(secret: &Hkdf<Sha256>, label: &[u8]) -> Option<[u8; LENGTH]> {
    let mut key = [0; LENGTH];
    let length = u16::try_from(LENGTH).ok()?.to_be_bytes();
    let label_length = u8::try_from(label.len()).ok()?.checked_add(6)?;
    secret.expand_multi_info(&[&length, &[label_length], b"tls13 ", label, &[0]], &mut key).ok()?;
    Some(key)
}

#[cfg(test)]
pub(super) mod seal;
