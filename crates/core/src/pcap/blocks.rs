//! Types of blocks of pcapng and codes of their options (draft-ietf-opsawg-pcapng).

/// Section header block; reads the same in both byte orders.
pub(super) const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// The byte-order magic of a section, in big-endian order.
pub(super) const BYTE_ORDER: [u8; 4] = [0x1a, 0x2b, 0x3c, 0x4d];
/// Interface description block.
pub(super) const IDB: u32 = 1;
/// The obsolete packet block.
pub(super) const PB: u32 = 2;
/// Simple packet block.
pub(super) const SPB: u32 = 3;
/// Interface statistics block.
pub(super) const ISB: u32 = 5;
/// Enhanced packet block.
pub(super) const EPB: u32 = 6;

/// Octets of a block without a body: type, length, length.
pub(super) const FRAME: u32 = 12;
/// Octets of a section header without options.
pub(super) const SECTION_LEAST: u32 = 28;

/// Option codes of the blocks (section 4 of the draft).
pub(super) mod code {
    pub(crate) const SHB_USERAPPL: u16 = 4;
    pub(crate) const IF_NAME: u16 = 2;
    pub(crate) const IF_DESCRIPTION: u16 = 3;
    pub(crate) const IF_TSRESOL: u16 = 9;
    pub(crate) const IF_TSOFFSET: u16 = 14;
    pub(crate) const EPB_FLAGS: u16 = 2;
    pub(crate) const EPB_DROPCOUNT: u16 = 4;
    pub(crate) const ISB_IFRECV: u16 = 4;
    pub(crate) const ISB_IFDROP: u16 = 5;
    pub(crate) const ISB_OSDROP: u16 = 7;
}

/// Whether a block of this type carries a packet.
pub(super) const fn is_packet(kind: u32) -> bool {
    matches!(kind, EPB | PB | SPB)
}
