//! A time stamp that an authority gave (RFC 3161): of which octets it is, and which time it says. Its signature is not checked here.

use der::asn1::AnyRef;
use der::{Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// `id-signedData` (RFC 5652, 5.1).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// `id-ct-TSTInfo` (RFC 3161, 2.4.2).
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// `id-messageDigest` (RFC 5652, 11.2).
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// Digests by their last octet below 2.16.840.1.101.3.4.2 (RFC 5754).
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeStamp {
    /// The time, as the authority wrote it, in RFC 3339.
    pub time: String,
    /// Serial number at its authority, hexadecimal.
    pub serial: String,
}

/// An element and what is in it.
type Element<'a> = (Tag, &'a [u8]);

/// Reads a response (`TimeStampResp`) or a token alone, and compares it with the octets that it should be of.
///
/// # Errors
/// What is wrong with it, in words.
pub fn read(token: &[u8], message: &[u8]) -> Result<TimeStamp, String> {
    let outer = elements(token)?;
    let [(Tag::Sequence, outer)] = outer.as_slice() else {
        return Err("it is no response of a time-stamping authority".to_owned());
    };
    let outer = elements(outer)?;
    // A token begins with the kind of its content, a response with its status.
    let content = match outer.as_slice() {
        [(Tag::ObjectIdentifier, _), ..] => outer,
        [(Tag::Sequence, status), rest @ ..] => match rest.first() {
            Some((Tag::Sequence, token)) => elements(token)?,
            _ => return Err(format!("the authority refused it (status {:?})", elements(status)?.first().map(|it| it.1))),
        },
        _ => return Err("it is no response of a time-stamping authority".to_owned()),
    };
    let signed = explicit(&content, SIGNED_DATA).ok_or("it is no signed token")?;
    let signed = elements(sequence(&elements(signed)?, 0).ok_or("it is no signed token")?)?;
    let of = elements(sequence(&signed, 0).ok_or("its content is missing")?)?;
    let info = explicit(&of, TST_INFO).ok_or("what it signs is no time")?;
    let info = elements(info)?;
    let [(Tag::OctetString, info)] = info.as_slice() else { return Err("what it signs is no time".to_owned()) };
    is_signed(&signed, info)?;
    time(info, message)
}

/// The time, where it is of the message.
fn time(info: &[u8], message: &[u8]) -> Result<TimeStamp, String> {
    let info = elements(info)?;
    let [(Tag::Sequence, info)] = info.as_slice() else { return Err("what it signs is no time".to_owned()) };
    let info = elements(info)?;
    let imprint = elements(sequence(&info, 0).ok_or("it does not say what it is of")?)?;
    let algorithm = elements(sequence(&imprint, 0).ok_or("it does not say by which digest it is")?)?;
    let [(Tag::ObjectIdentifier, algorithm), ..] = algorithm.as_slice() else { return Err("its digest has no name".to_owned()) };
    let stamped = imprint.iter().find(|it| it.0 == Tag::OctetString).map(|it| it.1).ok_or("its digest is missing")?;
    if !digest(algorithm, message)?.as_slice().eq(stamped) {
        return Err("it is of other octets than the tag manifest of this bundle".to_owned());
    }
    let serial = info.iter().filter(|it| it.0 == Tag::Integer).nth(1).map(|it| crate::bag::hex(it.1)).unwrap_or_default();
    let time = info.iter().find(|it| it.0 == Tag::GeneralizedTime).map(|it| it.1).ok_or("it says no time")?;
    let time = moment(time).ok_or("its time cannot be read")?;
    Ok(TimeStamp { time, serial })
}

/// Whether what a signer signs is the digest of the time (RFC 5652, 5.4): one who changes the time must change this as well, and with it the signature.
fn is_signed(signed: &[Element<'_>], info: &[u8]) -> Result<(), String> {
    let signers = signed.iter().rfind(|it| it.0 == Tag::Set).map(|it| it.1).ok_or("it is signed by nobody")?;
    let mut any = false;
    for (_, fields) in elements(signers)? {
        let fields = elements(fields)?;
        let context = |it: &&Element<'_>| matches!(it.0, Tag::ContextSpecific { number, .. } if number.value() == 0);
        // The first may be the key of the signer; its attributes are the last before the algorithm of the signature.
        let Some((_, attributes)) = fields.iter().rfind(context) else { continue };
        // A signer is named by a sequence, or by the number of its key.
        let named = usize::from(fields.get(1).is_some_and(|it| it.0 == Tag::Sequence));
        let algorithm = elements(sequence(&fields, named).ok_or("its signer names no digest")?)?;
        let [(Tag::ObjectIdentifier, algorithm), ..] = algorithm.as_slice() else { continue };
        for (_, attribute) in elements(attributes)? {
            let attribute = elements(attribute)?;
            let [(Tag::ObjectIdentifier, MESSAGE_DIGEST), (Tag::Set, value)] = attribute.as_slice() else { continue };
            let value = elements(value)?;
            let [(Tag::OctetString, value)] = value.as_slice() else { continue };
            if digest(algorithm, info)?.as_slice() != *value {
                return Err("its time is not the one that was signed".to_owned());
            }
            any = true;
        }
    }
    if any { Ok(()) } else { Err("it does not say what its signer signed".to_owned()) }
}

/// The digest of a message by an algorithm of the SHA-2 family.
fn digest(algorithm: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
    match algorithm.strip_prefix(SHA2) {
        Some([1]) => Ok(Sha256::digest(message).to_vec()),
        Some([2]) => Ok(Sha384::digest(message).to_vec()),
        Some([3]) => Ok(Sha512::digest(message).to_vec()),
        _ => Err("it is made with a digest other than SHA-256, SHA-384 and SHA-512".to_owned()),
    }
}

/// What the elements one after the other are.
fn elements(octets: &[u8]) -> Result<Vec<Element<'_>>, String> {
    let odd = |_| "it is not written by the rules (DER)".to_owned();
    let mut reader = SliceReader::new(octets).map_err(odd)?;
    let mut all = Vec::new();
    while !reader.is_finished() {
        let any = AnyRef::decode(&mut reader).map_err(odd)?;
        all.push((any.tag(), any.value()));
    }
    Ok(all)
}

/// The content of the sequence at this place among the sequences.
fn sequence<'a>(all: &[Element<'a>], place: usize) -> Option<&'a [u8]> {
    all.iter().filter(|it| it.0 == Tag::Sequence).nth(place).map(|it| it.1)
}

/// What stands in `[0]` behind a kind of content.
fn explicit<'a>(all: &[Element<'a>], kind: &[u8]) -> Option<&'a [u8]> {
    match all {
        [(Tag::ObjectIdentifier, found), (Tag::ContextSpecific { .. }, content), ..] if *found == kind => Some(content),
        _ => None,
    }
}

/// `20260302220100.5Z` as RFC 3339.
fn moment(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let part = |from, until| text.get(from..until);
    let written =
        format!("{}-{}-{}T{}:{}:{}Z", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, text.get(12..)?);
    written.parse::<jiff::Timestamp>().ok().map(|at| at.to_string())
}
