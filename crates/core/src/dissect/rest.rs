//! What is left of a frame while its headers are taken off one by one.

use super::{Layer, Stop};

/// The octets behind the headers read so far: those captured, and how many there were on the wire.
///
/// Neither bounds the other: a snap length makes `bytes` the shorter one, a lying capture file `wire`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) wire: usize,
}

impl<'a> Rest<'a> {
    /// Looks at the next `N` octets, or says why `layer` cannot be read.
    pub(super) fn peek<const N: usize>(self, layer: Layer) -> Result<&'a [u8; N], Stop> {
        self.bytes.first_chunk().ok_or_else(|| self.short(N, layer))
    }

    /// Takes the next `N` octets off, or says why `layer` cannot be read.
    pub(super) fn take<const N: usize>(&mut self, layer: Layer) -> Result<&'a [u8; N], Stop> {
        let Some((head, tail)) = self.bytes.split_first_chunk::<N>() else { return Err(self.short(N, layer)) };
        *self = Self { bytes: tail, wire: self.wire.saturating_sub(N) };
        Ok(head)
    }

    /// Takes `octets` off unread, such as options or padding of `layer`.
    pub(super) fn skip(&mut self, octets: usize, layer: Layer) -> Result<(), Stop> {
        let Some(tail) = self.bytes.get(octets..) else { return Err(self.short(octets, layer)) };
        *self = Self { bytes: tail, wire: self.wire.saturating_sub(octets) };
        Ok(())
    }

    /// The first `octets` by a length field: what follows is padding or another header's.
    pub(super) fn limited(self, octets: usize) -> Self {
        Self { bytes: self.bytes.get(..octets).unwrap_or(self.bytes), wire: octets }
    }

    /// Why `need` octets of `layer` are not there.
    fn short(self, need: usize, layer: Layer) -> Stop {
        if self.wire < need { Stop::Malformed(layer) } else { Stop::Truncated { layer, need, have: self.bytes.len() } }
    }
}

/// Octets as they are reported; what does not fit cannot come from a frame, whose length is such a number itself.
pub(super) fn octets(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
