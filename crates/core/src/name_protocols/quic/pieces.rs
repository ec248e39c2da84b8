//! The handshake that arrives in pieces: CRYPTO frames (RFC 9000, 19.6) in any order, some of them twice.

use super::super::tls::LONGEST_HELLO;
use super::initial::{take, varint};

/// Separate pieces that are kept; browsers shuffle a hello into about ten.
const MOST_PIECES: usize = 64;

/// Handshake octets by their offset.
#[derive(Default)]
pub(super) struct Pieces {
    octets: Vec<u8>,
    /// Ranges `[from, until)` of what has come, ascending, apart from each other.
    come: Vec<(usize, usize)>,
}

impl Pieces {
    /// Takes the CRYPTO frames among the frames of a packet. `None` if there is more than is kept.
    pub(super) fn take_from(&mut self, frames: &[u8]) -> Option<()> {
        let mut rest = frames;
        while let Some((&kind, after)) = rest.split_first() {
            rest = after;
            match kind {
                PADDING | PING => {}
                ACK | ACK_ECN => {
                    if skip_ack(&mut rest, kind == ACK_ECN).is_none() {
                        break;
                    }
                }
                CRYPTO => match crypto(&mut rest) {
                    Some((offset, piece)) => self.put(offset, piece)?,
                    None => break,
                },
                // CONNECTION_CLOSE, or what may not stand in an Initial packet (RFC 9000, 17.2.2).
                _ => break,
            }
        }
        Some(())
    }

    /// What has come from the first octet on without a hole.
    pub(super) fn beginning(&self) -> &[u8] {
        match self.come.first() {
            Some(&(0, until)) => self.octets.get(..until).unwrap_or_default(),
            _ => &[],
        }
    }

    fn put(&mut self, offset: u64, piece: &[u8]) -> Option<()> {
        let mut from = usize::try_from(offset).ok()?;
        let mut until = from.checked_add(piece.len()).filter(|&until| until <= LONGEST_HELLO)?;
        if piece.is_empty() {
            return Some(());
        }
        if self.octets.len() < until {
            self.octets.resize(until, 0);
        }
        self.octets.get_mut(from..until)?.copy_from_slice(piece);
        self.come.retain(|&(other_from, other_until)| {
            let apart = other_until < from || until < other_from;
            if !apart {
                from = from.min(other_from);
                until = until.max(other_until);
            }
            apart
        });
        let place = self.come.partition_point(|&(other, _)| other < from);
        self.come.insert(place, (from, until));
        (self.come.len() <= MOST_PIECES).then_some(())
    }
}

const PADDING: u8 = 0;
const PING: u8 = 1;
const ACK: u8 = 2;
const ACK_ECN: u8 = 3;
const CRYPTO: u8 = 6;

fn crypto<'a>(rest: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let offset = varint(rest)?;
    let length = varint(rest)?;
    Some((offset, take(rest, length)?))
}

/// Largest acknowledged, delay, number of further ranges, first range; two numbers for each further range; three counters
/// (RFC 9000, 19.3). Ends with the packet, however many ranges are announced.
fn skip_ack(rest: &mut &[u8], counters: bool) -> Option<()> {
    varint(rest)?;
    varint(rest)?;
    let ranges = varint(rest)?;
    varint(rest)?;
    for _ in 0..ranges {
        varint(rest)?;
        varint(rest)?;
    }
    for _ in 0..if counters { 3 } else { 0 } {
        varint(rest)?;
    }
    Some(())
}
