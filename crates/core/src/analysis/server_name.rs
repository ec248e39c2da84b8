//! The server's name at the beginning of a flow, collected in bounded space until it is complete.

use std::borrow::Cow;

use crate::findings::NameSource;
use crate::name_protocols::quic::QuicHello;
use crate::name_protocols::tls::{HelloOutcome, LONGEST_HELLO, client_hello, cut_client_hello};
use crate::private::Private;

/// The search for a server name on one flow.
#[derive(Debug, Default)]
pub(super) enum ServerNameSearch {
    /// Nothing was sent yet.
    #[default]
    Start,
    /// The first octets of a TLS stream.
    Tls(Vec<u8>),
    /// A QUIC connection.
    Quic(Box<QuicHello>),
    /// The name.
    Found(Private<String>, NameSource),
    /// There is none.
    None,
}

/// First octet of a TLS handshake record (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// Long header bit of QUIC (RFC 9000, section 17.2).
const LONG_HEADER: u8 = 0x80;

impl ServerNameSearch {
    /// The name, if it was found.
    pub(super) fn name(&self) -> Option<(&Private<String>, NameSource)> {
        match self {
            Self::Found(name, source) => Some((name, *source)),
            _ => None,
        }
    }

    /// Octets of memory that an unfinished search holds, at most about.
    pub(super) fn memory(&self) -> usize {
        match self {
            Self::Tls(octets) => octets.capacity(),
            Self::Quic(_) => LONGEST_HELLO,
            Self::Start | Self::Found(..) | Self::None => 0,
        }
    }

    /// Ends an unfinished search, with the name if it was seen already.
    pub(super) fn give_up(&mut self) {
        match self {
            Self::Tls(octets) => *self = Self::cut(octets),
            Self::Quic(_) => *self = Self::None,
            Self::Start | Self::Found(..) | Self::None => {}
        }
    }

    /// Reads a segment of the stream, in order.
    #[inline]
    pub(super) fn segment(&mut self, captured: &[u8], length: u32) {
        match self {
            Self::None | Self::Found(..) => {}
            Self::Start if captured.first() != Some(&HANDSHAKE) => *self = Self::None,
            _ => self.collect(captured, length),
        }
    }

    #[cold]
    fn collect(&mut self, captured: &[u8], length: u32) {
        // Most hellos come in one segment and need not be kept.
        let octets = match std::mem::take(self) {
            Self::Tls(mut octets) => {
                octets.extend_from_slice(captured);
                Cow::Owned(octets)
            }
            _ => Cow::Borrowed(captured),
        };
        let cut = captured.len() < length as usize;
        *self = match client_hello(&octets) {
            HelloOutcome::Hello(hello) => Self::found(hello.server_name, NameSource::Tls),
            HelloOutcome::NeedMore if !cut => Self::Tls(octets.into_owned()),
            HelloOutcome::NeedMore => Self::cut(&octets),
            HelloOutcome::NotTls | HelloOutcome::TooLong => Self::None,
        };
    }

    /// What comes next was never seen.
    pub(super) fn hole(&mut self) {
        if let Self::Tls(octets) = self {
            *self = Self::cut(octets);
        }
    }

    fn cut(octets: &[u8]) -> Self {
        Self::found(cut_client_hello(octets).and_then(|hello| hello.server_name), NameSource::Tls)
    }

    /// Reads a datagram.
    #[inline]
    pub(super) fn datagram(&mut self, payload: &[u8]) {
        match self {
            Self::None | Self::Found(..) => {}
            Self::Start if payload.first().is_none_or(|first| first & LONG_HEADER == 0) => *self = Self::None,
            _ => self.collect_quic(payload),
        }
    }

    #[cold]
    fn collect_quic(&mut self, payload: &[u8]) {
        let mut quic = match std::mem::take(self) {
            Self::Quic(quic) => quic,
            _ => Box::new(QuicHello::new()),
        };
        *self = match quic.datagram(payload) {
            HelloOutcome::Hello(hello) => Self::found(hello.server_name, NameSource::Quic),
            HelloOutcome::NeedMore => Self::Quic(quic),
            HelloOutcome::NotTls | HelloOutcome::TooLong => Self::None,
        };
    }

    fn found(name: Option<String>, source: NameSource) -> Self {
        name.map_or(Self::None, |name| Self::Found(Private::new(name), source))
    }
}
