//! The server's name in the first message of a TLS client (RFC 6066, section 3), by which a receiver is called.

use std::borrow::Cow;

use tls_parser::{TlsExtension, parse_tls_extension_alpn_content, parse_tls_extension_sni_content};

use super::text::clean;

/// Octets of a stream or of a QUIC flow's handshake after which the search ends. Real hellos, with post-quantum keys, take 2 KiB.
pub const LONGEST_HELLO: usize = 16 * 1024;

/// Protocols kept of the client's offer; real ones have three.
const MOST_PROTOCOLS: usize = 8;

/// What the first octets of a connection say so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HelloOutcome {
    /// It may become a hello: try again with more octets.
    NeedMore,
    /// It is none: no more octets will change that. The hello of SSL 2.0, which old devices still send before they speak TLS,
    /// counts as none: it cannot hold a name.
    NotTls,
    /// It began as one and did not end within [`LONGEST_HELLO`], or within the datagrams that are read.
    TooLong,
    /// The hello.
    Hello(ClientHello),
}

/// What a client says before anything is encrypted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClientHello {
    /// Server name, in lower case; `None` where the client connects by address or keeps it to itself.
    pub server_name: Option<String>,
    /// Application protocols offered (RFC 7301), in the client's order, at most 8.
    pub alpn: Vec<String>,
    /// The hello has an `encrypted_client_hello` extension (RFC 9849). Browsers send one filled with noise, too, and from outside
    /// the two look alike: `server_name` is the true one or that of the front.
    pub encrypted_client_hello: bool,
}

/// Reads the beginning of a client's TLS stream. The hello may be split over records and segments: call with all octets so far.
#[must_use]
pub fn client_hello(stream: &[u8]) -> HelloOutcome {
    // No octet behind the limit is looked at: whether they come one by one or all at once makes no difference.
    let Some(handshake) = handshake_of(stream.get(..LONGEST_HELLO).unwrap_or(stream)) else { return HelloOutcome::NotTls };
    match handshake_hello(&handshake) {
        HelloOutcome::NeedMore if stream.len() >= LONGEST_HELLO => HelloOutcome::TooLong,
        outcome => outcome,
    }
}

/// What can be read of a hello whose end will never be seen: cut by a snap length, or followed by a hole. `None` unless the server
/// name stands before the cut.
#[must_use]
pub fn cut_client_hello(stream: &[u8]) -> Option<ClientHello> {
    let handshake = handshake_of(stream)?;
    let (&[CLIENT_HELLO, _, _, _], body) = handshake.split_first_chunk()? else { return None };
    hello_of(body).filter(|hello| hello.server_name.is_some())
}

/// `ContentType` handshake (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;
/// `HandshakeType` `client_hello` (RFC 8446, 4).
const CLIENT_HELLO: u8 = 1;
/// Shortest body: version, random, no session, one cipher, one compression method (RFC 5246, 7.4.1.2).
const SHORTEST_BODY: usize = 2 + 32 + 1 + 4 + 2;

/// The handshake octets of the stream's records, as far as a hello needs them; `None` if the stream does not begin with such.
fn handshake_of(stream: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut handshake = Cow::Borrowed([].as_slice());
    let mut rest = stream;
    while !rest.is_empty() && !is_whole(&handshake) {
        let mut header = rest.iter();
        let fits = header.next().is_none_or(|&kind| kind == HANDSHAKE)
            && header.next().is_none_or(|&major| major == 3)
            && header.next().is_none_or(|&minor| minor <= 4);
        if !fits {
            return None;
        }
        let Some((&[_, _, _, high, low], after)) = rest.split_first_chunk() else { break };
        // RFC 8446, 5.1: at most 2^14 octets, and none of them empty.
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !(1..=1 << 14).contains(&length) {
            return None;
        }
        let (fragment, next) = after.split_at_checked(length).unwrap_or((after, &[]));
        rest = next;
        if handshake.is_empty() {
            handshake = Cow::Borrowed(fragment);
        } else {
            handshake.to_mut().extend_from_slice(fragment);
        }
    }
    Some(handshake)
}

/// Whether the handshake octets hold all of the first message, or so much that it does not matter any more.
fn is_whole(handshake: &[u8]) -> bool {
    match handshake.split_first_chunk() {
        Some((&[_, a, b, c], body)) => body.len() >= length_of(a, b, c).min(LONGEST_HELLO),
        None => false,
    }
}

fn length_of(a: u8, b: u8, c: u8) -> usize {
    u32::from_be_bytes([0, a, b, c]).try_into().unwrap_or(usize::MAX)
}

/// Reads the handshake octets of a connection, without record headers, as a QUIC client sends them.
pub(super) fn handshake_hello(handshake: &[u8]) -> HelloOutcome {
    if handshake.first().is_some_and(|&kind| kind != CLIENT_HELLO) {
        return HelloOutcome::NotTls;
    }
    let Some((&[_, a, b, c], body)) = handshake.split_first_chunk() else { return HelloOutcome::NeedMore };
    let length = length_of(a, b, c);
    if length < SHORTEST_BODY {
        return HelloOutcome::NotTls;
    }
    if length > LONGEST_HELLO {
        return HelloOutcome::TooLong;
    }
    match body.get(..length) {
        None => HelloOutcome::NeedMore,
        Some(body) => hello_of(body).map_or(HelloOutcome::NotTls, HelloOutcome::Hello),
    }
}

fn hello_of(body: &[u8]) -> Option<ClientHello> {
    let mut extensions = extensions_of(body)?;
    let mut hello = ClientHello::default();
    while let Some((&[kind_high, kind_low, high, low], after)) = extensions.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((content, next)) = after.split_at_checked(length) else { break };
        extensions = next;
        // IANA, "TLS ExtensionType Values". 0xffce is the draft that came before 0xfe0d.
        match u16::from_be_bytes([kind_high, kind_low]) {
            0 => hello.server_name = server_name(content),
            16 => hello.alpn = protocols(content),
            0xfe0d | 0xffce => hello.encrypted_client_hello = true,
            _ => {}
        }
    }
    Some(hello)
}

/// The extensions of a hello (RFC 8446, 4.1.2), passing over version, random, session, ciphers and compression; of cut ones,
/// what remains behind their length.
fn extensions_of(body: &[u8]) -> Option<&[u8]> {
    let (&session, rest) = body.get(2 + 32..)?.split_first()?;
    let (&[high, low], rest) = rest.get(usize::from(session)..).filter(|_| session <= 32)?.split_first_chunk()?;
    let ciphers = usize::from(u16::from_be_bytes([high, low]));
    let (&compression, rest) = rest.get(ciphers..).filter(|_| ciphers.is_multiple_of(2))?.split_first()?;
    let rest = rest.get(usize::from(compression)..)?;
    let Some((&[high, low], extensions)) = rest.split_first_chunk() else { return Some(&[]) };
    Some(extensions.get(..usize::from(u16::from_be_bytes([high, low]))).unwrap_or(extensions))
}

fn server_name(content: &[u8]) -> Option<String> {
    let Ok((_, TlsExtension::SNI(names))) = parse_tls_extension_sni_content(content) else { return None };
    let (_, name) = names.into_iter().find(|(kind, _)| kind.0 == 0)?;
    let name = clean(name).trim_end_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

fn protocols(content: &[u8]) -> Vec<String> {
    let Ok((_, TlsExtension::ALPN(names))) = parse_tls_extension_alpn_content(content) else { return Vec::new() };
    names.into_iter().map(clean).filter(|name| !name.is_empty()).take(MOST_PROTOCOLS).collect()
}

#[cfg(test)]
pub(super) mod tests;
