//! The TLS hello inside a QUIC client's first packets (RFC 9000, 9001, 9369). Their keys follow from what they show themselves.

mod initial;
mod pieces;

use self::initial::{Keys, Packet, packets};
use self::pieces::Pieces;
use super::tls::{HelloOutcome, LONGEST_HELLO, handshake_hello};

/// Datagrams of a client that are read. A hello with post-quantum keys takes two; repetitions and a retry add a few.
const MOST_DATAGRAMS: u8 = 16;

/// Reads the hello of one flow from its client's datagrams, in whatever order they come.
///
/// Holds at most 16 KiB of handshake and a few keys. Once the outcome is not [`HelloOutcome::NeedMore`] it can be dropped.
#[derive(Default)]
pub struct QuicHello {
    keys: Option<Keys>,
    handshake: Pieces,
    datagrams: u8,
}

impl QuicHello {
    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the payload of the client's next datagram and says what is known by now.
    ///
    /// [`HelloOutcome::NotTls`] where the flow does not begin with an Initial packet of QUIC version 1, version 2 or drafts
    /// 29 to 34 that was captured whole; [`HelloOutcome::TooLong`] after 16 datagrams or 16 KiB.
    pub fn datagram(&mut self, payload: &[u8]) -> HelloOutcome {
        self.datagrams = self.datagrams.saturating_add(1);
        for packet in packets(payload) {
            if let Some(frames) = self.open(&packet)
                && self.handshake.take_from(&frames).is_none()
            {
                return HelloOutcome::TooLong;
            }
        }
        if self.keys.is_none() {
            return HelloOutcome::NotTls;
        }
        match handshake_hello(self.handshake.beginning()) {
            HelloOutcome::NeedMore if self.datagrams >= MOST_DATAGRAMS => HelloOutcome::TooLong,
            outcome => outcome,
        }
    }

    /// The frames of an Initial packet. All of a connection use the keys of the first one, except after a retry (RFC 9001, 5.2).
    fn open(&mut self, packet: &Packet<'_>) -> Option<Vec<u8>> {
        if let Some(frames) = self.keys.as_ref().and_then(|keys| keys.open(packet)) {
            return Some(frames);
        }
        let keys = Keys::of_client(packet.version, packet.destination)?;
        let frames = keys.open(packet)?;
        self.keys = Some(keys);
        Some(frames)
    }
}

/// Nothing of the handshake is shown.
impl std::fmt::Debug for QuicHello {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "QuicHello({} datagrams, {} of {LONGEST_HELLO} octets)", self.datagrams, self.handshake.beginning().len())
    }
}

#[cfg(test)]
mod tests;
