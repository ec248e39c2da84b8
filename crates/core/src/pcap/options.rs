//! The options at the end of a pcapng block (draft-ietf-opsawg-pcapng, section 3.5).

/// `opt_endofopt`.
pub(super) const END: u16 = 0;
/// `opt_comment`: UTF-8 text.
pub(super) const COMMENT: u16 = 1;

/// Octets of an option's text that are kept.
const MAX_TEXT: usize = 256;

/// Walks options as code and value; ends at `opt_endofopt`, at the end of the block, or at a length that lies.
pub(super) struct Options<'a, const BIG: bool> {
    rest: &'a [u8],
}

impl<'a, const BIG: bool> Options<'a, BIG> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }
}

impl<'a, const BIG: bool> Iterator for Options<'a, BIG> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&[a, b, c, d], rest) = self.rest.split_first_chunk::<4>()?;
        let half = |octets| if BIG { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) };
        let (code, length) = (half([a, b]), usize::from(half([c, d])));
        let value = rest.get(..length)?;
        if code == END {
            return None;
        }
        // The padding of the last option may be missing; that ends the walk after this one.
        self.rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}

/// The text of an option, cut to a sane length.
pub(super) fn text(value: &[u8]) -> String {
    let kept = value.get(..MAX_TEXT).unwrap_or(value);
    String::from_utf8_lossy(kept).trim_end_matches('\0').to_owned()
}

/// A 64-bit counter of an option.
pub(super) fn counter<const BIG: bool>(value: &[u8]) -> Option<u64> {
    let octets = *value.first_chunk::<8>()?;
    Some(if BIG { u64::from_be_bytes(octets) } else { u64::from_le_bytes(octets) })
}
