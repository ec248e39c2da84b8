//! Builds capture files octet by octet, in either byte order, independent of the writer.

/// A file under construction.
#[derive(Clone, Default)]
pub(super) struct Build {
    pub(super) big: bool,
    pub(super) out: Vec<u8>,
}

impl Build {
    pub(super) fn new(big: bool) -> Self {
        Self { big, out: Vec::new() }
    }

    pub(super) fn u16(mut self, value: u16) -> Self {
        self.out.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }

    pub(super) fn u32(mut self, value: u32) -> Self {
        self.out.extend(if self.big { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }

    pub(super) fn octets(mut self, octets: &[u8]) -> Self {
        self.out.extend_from_slice(octets);
        self
    }

    /// A classic header.
    pub(super) fn classic(self, magic: u32, link_type: u32) -> Self {
        self.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(link_type)
    }

    /// A classic record.
    pub(super) fn record(self, seconds: u32, fraction: u32, wire: u32, bytes: &[u8]) -> Self {
        self.u32(seconds).u32(fraction).u32(bytes.len() as u32).u32(wire).octets(bytes)
    }

    /// A block with a body already in this byte order.
    pub(super) fn block(self, kind: u32, body: &[u8]) -> Self {
        let total = 12 + body.len() as u32;
        self.u32(kind).u32(total).octets(body).u32(total)
    }

    /// A section header in the given byte order, which what follows keeps.
    pub(super) fn section(mut self, big: bool) -> Self {
        self.big = big;
        self.u32(0x0a0d_0d0a).u32(28).u32(0x1a2b_3c4d).u16(1).u16(0).octets(&[0xff; 8]).u32(28)
    }

    fn body(&self) -> Self {
        Self::new(self.big)
    }

    /// An interface with options as code and value.
    pub(super) fn interface(self, link_type: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
        let body = self.body().u16(link_type).u16(0).u32(snaplen).options(options);
        self.block(1, &body.out)
    }

    pub(super) fn options(mut self, options: &[(u16, &[u8])]) -> Self {
        for (code, value) in options {
            self = self.u16(*code).u16(value.len() as u16).padded(value);
        }
        if options.is_empty() { self } else { self.u32(0) }
    }

    pub(super) fn padded(self, bytes: &[u8]) -> Self {
        let padding = bytes.len().next_multiple_of(4) - bytes.len();
        self.octets(bytes).octets(&[0; 3][..padding])
    }

    fn ticks(self, ticks: u64) -> Self {
        self.u32((ticks >> 32) as u32).u32(ticks as u32)
    }

    /// An enhanced packet block.
    pub(super) fn packet(self, interface: u32, ticks: u64, wire: u32, bytes: &[u8], options: &[(u16, &[u8])]) -> Self {
        let body = self.body().u32(interface).ticks(ticks).u32(bytes.len() as u32).u32(wire);
        let body = body.padded(bytes).options(options);
        self.block(6, &body.out)
    }

    /// A simple packet block.
    pub(super) fn simple(self, wire: u32, bytes: &[u8]) -> Self {
        let body = self.body().u32(wire).padded(bytes);
        self.block(3, &body.out)
    }

    /// The obsolete packet block.
    pub(super) fn obsolete(self, interface: u16, drops: u16, ticks: u64, wire: u32, bytes: &[u8]) -> Self {
        let body = self.body().u16(interface).u16(drops).ticks(ticks).u32(bytes.len() as u32).u32(wire).padded(bytes);
        self.block(2, &body.out)
    }

    /// Interface statistics with a count of lost frames.
    pub(super) fn lost(self, interface: u32, lost: u64) -> Self {
        let value = if self.big { lost.to_be_bytes() } else { lost.to_le_bytes() };
        let body = self.body().u32(interface).ticks(0).options(&[(5, &value)]);
        self.block(5, &body.out)
    }
}
