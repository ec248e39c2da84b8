//! What a kernel of another version tells of its interfaces: no more of them than there are messages, each with a name, and each read
//! again as it was when it is written down as the kernel would.
#![no_main]

use earwitness_traffic::live::{Link, links::parse_links};
use libfuzzer_sys::fuzz_target;

/// `nlmsghdr` and `ifinfomsg`.
const SHORTEST: usize = 32;
/// `RTM_NEWLINK`.
const NEW_LINK: u16 = 16;

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).expect("inputs are short");
    let mut octets = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
    octets.resize(octets.len().next_multiple_of(4), 0);
    octets
}

fn written(link: &Link, number: u32) -> Vec<u8> {
    let flags = u32::from(link.up) | u32::from(link.running) << 6;
    let mut body = [&[0, 0][..], &link.hardware.to_ne_bytes(), &link.index.to_ne_bytes(), &flags.to_ne_bytes(), &[0; 4]].concat();
    body.extend(attribute(3, link.name.as_bytes()));
    body.extend(attribute(4, &link.mtu.to_ne_bytes()));
    body.extend(link.below.iter().flat_map(|below| attribute(5, &below.to_ne_bytes())));
    body.extend(link.master.iter().flat_map(|master| attribute(10, &master.to_ne_bytes())));
    body.extend(attribute(18, &attribute(1, link.kind.as_bytes())));
    let length = u32::try_from(16 + body.len()).expect("inputs are short");
    let head = [&length.to_ne_bytes()[..], &NEW_LINK.to_ne_bytes(), &[0; 2], &number.to_ne_bytes(), &[0; 4]].concat();
    [head, body].concat()
}

fuzz_target!(|octets: &[u8]| {
    // The number of the first message is that of the request.
    let Some(number) = octets.get(8..).and_then(|rest| rest.first_chunk()) else { return };
    let number = u32::from_ne_bytes(*number);
    let mut links = vec![];
    let whole = parse_links(octets, number, &mut links);
    assert!(links.len() <= octets.len() / SHORTEST);
    assert!(links.iter().all(|link| !link.name.is_empty()));
    // What is no UTF-8 becomes a sign of three octets.
    assert!(links.iter().map(|link| link.name.len()).sum::<usize>() <= 3 * octets.len());
    if whole.is_ok_and(|done| done) {
        assert!(octets.len() >= 16, "an end is a message too");
    }
    let again: Vec<u8> = links.iter().flat_map(|link| written(link, number)).collect();
    let mut read = vec![];
    assert!(!parse_links(&again, number, &mut read).expect("no message is an error"), "nothing says that this is the end");
    assert_eq!(read, links);
    // Answers to somebody else's question are none.
    assert!(parse_links(&again, number.wrapping_add(1), &mut read).is_ok_and(|done| !done));
    assert_eq!(read.len(), links.len());
});
