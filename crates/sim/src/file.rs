//! Writes a capture file: pcapng with one Ethernet interface and times in nanoseconds, or classic pcap with the same.

/// One captured frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Captured {
    /// When it passed the place of capture: nanoseconds since 1970-01-01T00:00:00 UTC.
    pub at: i64,
    /// The whole frame, from the Ethernet header on.
    pub octets: Vec<u8>,
}

/// The frames as a pcapng file (draft-ietf-opsawg-pcapng): section header, interface, enhanced packet blocks.
#[must_use]
pub fn pcapng(frames: &[Captured]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut section = vec![0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0];
    section.extend_from_slice(&[0xff; 8]);
    option(&mut section, 4, b"earwitness-sim");
    section.extend_from_slice(&[0; 4]);
    block(&mut file, 0x0a0d_0d0a, &section);
    // Link type 1 (Ethernet), no snap length; if_name (2), if_tsresol (9) = 10^-9 s.
    let mut interface = vec![1, 0, 0, 0, 0, 0, 0, 0];
    option(&mut interface, 2, b"home");
    option(&mut interface, 9, &[9]);
    interface.extend_from_slice(&[0; 4]);
    block(&mut file, 1, &interface);
    for frame in frames {
        pcapng_frame(&mut file, frame.at, &frame.octets);
    }
    file
}

/// Appends one frame to a pcapng file that [`pcapng`] began: an enhanced packet block.
pub fn pcapng_frame(file: &mut Vec<u8>, at: i64, octets: &[u8]) {
    let nanos = at.max(0).unsigned_abs();
    let [.., a, b, c, d] = nanos.to_le_bytes();
    let mut body = vec![0, 0, 0, 0, a, b, c, d];
    body.extend_from_slice(&nanos.to_le_bytes()[..4]);
    let length = word(octets.len());
    body.extend_from_slice(&length);
    body.extend_from_slice(&length);
    body.extend_from_slice(octets);
    pad(&mut body);
    block(file, 6, &body);
}

/// The frames as a classic pcap file with times in nanoseconds, little-endian.
#[must_use]
pub fn pcap(frames: &[Captured]) -> Vec<u8> {
    let mut file = vec![0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    file.extend_from_slice(&262_144_u32.to_le_bytes());
    file.extend_from_slice(&1_u32.to_le_bytes());
    for frame in frames {
        let nanos = frame.at.max(0).unsigned_abs();
        for half in [nanos / 1_000_000_000, nanos % 1_000_000_000] {
            file.extend_from_slice(&u32::try_from(half).unwrap_or(u32::MAX).to_le_bytes());
        }
        let length = word(frame.octets.len());
        file.extend_from_slice(&length);
        file.extend_from_slice(&length);
        file.extend_from_slice(&frame.octets);
    }
    file
}

fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = word(body.len() + 12);
    file.extend_from_slice(&kind.to_le_bytes());
    file.extend_from_slice(&length);
    file.extend_from_slice(body);
    file.extend_from_slice(&length);
}

fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&word(value.len())[..2]);
    body.extend_from_slice(value);
    pad(body);
}

/// Blocks and options end on a multiple of four octets.
fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

fn word(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_says_its_length_at_both_ends() {
        let file = pcapng(&[Captured { at: 1_700_000_000_123_456_789, octets: vec![7; 61] }]);
        let (mut rest, mut kinds) = (&file[..], Vec::new());
        while !rest.is_empty() {
            let number = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
            let length = number(4) as usize;
            assert_eq!((length % 4, number(length - 4) as usize), (0, length));
            kinds.push(number(0));
            rest = &rest[length..];
        }
        assert_eq!(kinds, [0x0a0d_0d0a, 1, 6]);
    }

    #[test]
    fn a_classic_record_holds_seconds_nanoseconds_and_the_length_twice() {
        let file = pcap(&[Captured { at: 5_000_000_009, octets: vec![7; 61] }]);
        assert_eq!(file[24..40], [5, 0, 0, 0, 9, 0, 0, 0, 61, 0, 0, 0, 61, 0, 0, 0]);
        assert_eq!(file.len(), 24 + 16 + 61);
    }
}
