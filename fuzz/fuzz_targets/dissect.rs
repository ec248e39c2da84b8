//! Any octets on any link: no panic, and a payload that lies inside the frame and is no longer than its length fields say.
//!
//! Input: the link type (one octet, an index), the length on the wire (four octets, little end first), the captured octets.
#![no_main]

use earwitness_core::dissect::{Net, dissect};
use earwitness_core::frame::Link;
use libfuzzer_sys::fuzz_target;

/// One number of each link type that is read, and one of those that are not.
const LINKS: [u32; 18] = [1, 0, 9, 51, 101, 105, 108, 113, 127, 276, 147, 119, 163, 192, 239, 258, 281, 282];

fuzz_target!(|input: &[u8]| {
    let Some(([link, w0, w1, w2, w3], bytes)) = input.split_first_chunk::<5>() else { return };
    let link = Link::from_number(LINKS[usize::from(*link) % LINKS.len()]);
    let wire_len = u32::from_le_bytes([*w0, *w1, *w2, *w3]);
    for wire_len in [wire_len, u32::try_from(bytes.len()).unwrap_or(u32::MAX)] {
        let facts = dissect(link, bytes, wire_len);
        assert!(facts.outer == 0 || facts.outer <= wire_len);
        assert!(facts.payload.len() <= facts.payload_len as usize);
        assert!(facts.payload.is_empty() || matches!(facts.net, Net::Ip(_)));
        let (frame, payload) = (bytes.as_ptr_range(), facts.payload.as_ptr_range());
        assert!(facts.payload.is_empty() || (frame.start <= payload.start && payload.end <= frame.end));
    }
});
