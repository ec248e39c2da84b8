//! Time stamps, written here octet by octet.

use earwitness_evidence::time_stamp::read;
use sha2::{Digest as _, Sha256};

/// `id-signedData`, `id-ct-TSTInfo` and `id-messageDigest`; SHA-256 is the first below the last.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(long) => out.extend([0x81, long]),
        Err(_) => {
            out.push(0x82);
            out.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        }
    }
    out.extend(content);
    out
}

fn sha256() -> Vec<u8> {
    tlv(0x30, &[&tlv(6, &[SHA2, &[1]])])
}

/// What is signed: a time of a message.
fn info(message: &[u8], time: &str) -> Vec<u8> {
    let imprint = tlv(0x30, &[&sha256(), &tlv(4, &[&Sha256::digest(message)])]);
    tlv(0x30, &[&tlv(2, &[&[1]]), &tlv(6, &[&[0x2a, 3]]), &imprint, &tlv(2, &[&[0x7f]]), &tlv(0x18, &[time.as_bytes()])])
}

/// A token of such a time; `signed` is what the signer says to have signed.
fn token(info: &[u8], signed: &[u8], by_key: bool) -> Vec<u8> {
    let attribute = tlv(0x30, &[&tlv(6, &[MESSAGE_DIGEST]), &tlv(0x31, &[&tlv(4, &[&Sha256::digest(signed)])])]);
    let name = if by_key { tlv(0x80, &[&[9, 9]]) } else { tlv(0x30, &[&tlv(2, &[&[5]])]) };
    let algorithm = tlv(0x30, &[&tlv(6, &[&[0x2a, 7]])]);
    let by_whom = tlv(0x30, &[&tlv(2, &[&[1]]), &name, &sha256(), &tlv(0xa0, &[&attribute]), &algorithm, &tlv(4, &[&[1; 64]])]);
    let content = tlv(0x30, &[&tlv(6, &[TST_INFO]), &tlv(0xa0, &[&tlv(4, &[info])])]);
    let data = tlv(0x30, &[&tlv(2, &[&[3]]), &tlv(0x31, &[&sha256()]), &content, &tlv(0x31, &[&by_whom])]);
    tlv(0x30, &[&tlv(6, &[SIGNED_DATA]), &tlv(0xa0, &[&data])])
}

fn response(token: &[u8]) -> Vec<u8> {
    tlv(0x30, &[&tlv(0x30, &[&tlv(2, &[&[0]])]), token])
}

#[test]
fn a_response_and_a_token_alone_say_when_and_of_what() {
    let info = info(b"manifest", "20260302220100.5Z");
    for by_key in [false, true] {
        let token = token(&info, &info, by_key);
        for octets in [token.clone(), response(&token)] {
            let stamp = read(&octets, b"manifest").unwrap();
            assert_eq!((stamp.time.as_str(), stamp.serial.as_str()), ("2026-03-02T22:01:00.5Z", "7f"));
            assert!(read(&octets, b"manifesto").unwrap_err().contains("of other octets"));
        }
    }
}

#[test]
fn another_time_is_not_what_was_signed() {
    let (early, late) = (info(b"manifest", "20250302220100Z"), info(b"manifest", "20260302220100Z"));
    assert!(read(&token(&early, &late, false), b"manifest").unwrap_err().contains("not the one that was signed"));
    assert!(read(&token(&info(b"manifest", "20261302220100Z"), &late, false), b"manifest").is_err());
}

#[test]
fn what_is_no_token_is_refused() {
    let info = info(b"manifest", "20260302220100Z");
    let whole = response(&token(&info, &info, false));
    for length in 0..whole.len() {
        assert!(read(&whole[..length], b"manifest").is_err(), "{length}");
    }
    let refused = tlv(0x30, &[&tlv(0x30, &[&tlv(2, &[&[2]])])]);
    assert!(read(&refused, b"manifest").unwrap_err().contains("refused it"));
    assert!(read(b"<html>", b"manifest").is_err());
}
