use proptest::prelude::*;

use super::super::{Decoder, Description, Note, Step, write};
use super::{Owned, read};
use crate::frame::{Frame, Link};
use crate::time::Timestamp;

fn frames(limit: i64) -> impl Strategy<Value = Vec<(i64, u32, Vec<u8>, bool)>> {
    prop::collection::vec((0..limit, any::<u32>(), prop::collection::vec(any::<u8>(), 0..200), any::<bool>()), 0..12)
}

proptest! {
    #[test]
    fn pcapng_reads_back_as_written(frames in frames(i64::MAX), comment in ".{0,30}", flags: Option<u32>) {
        let mut out = vec![];
        write::section(&mut out, "earwitness");
        let first = Description { link_type: 1, snaplen: 0, name: "eth0".into(), description: "a port".into() };
        let second = Description { link_type: 113, snaplen: 96, name: String::new(), description: String::new() };
        write::interface(&mut out, &first);
        write::interface(&mut out, &second);
        let mut expected = vec![];
        for (at, wire_len, bytes, cooked) in frames {
            let (link, interface) = if cooked { (Link::LinuxSll, 1) } else { (Link::Ethernet, 0) };
            let frame = Frame { at: Timestamp::from_nanos(at), link, wire_len, bytes: &bytes, interface };
            let remarks = write::Remarks { comment: Some(&comment), flags };
            write::packet(&mut out, &frame, if cooked { &remarks } else { &write::Remarks { comment: None, flags: None } });
            expected.push(Owned { at, link, wire_len, bytes, interface });
        }
        write::statistics(&mut out, 1, Timestamp::from_nanos(5), 100, 3);
        let reading = read(&out);
        prop_assert_eq!(reading.frames, expected);
        prop_assert_eq!(reading.stop, None);
        prop_assert_eq!(reading.notes, [Note::Drops { interface: 1, dropped: 3 }]);
        let mut decoder = Decoder::new();
        let mut rest = &out[..];
        while let Ok(Step::Frame { used, .. } | Step::Skip { used, .. }) = decoder.next(rest) {
            rest = &rest[used..];
        }
        prop_assert_eq!(decoder.interfaces(), [first, second]);
    }

    #[test]
    fn classic_reads_back_as_written(frames in frames(4_294_967_296_000_000_000), link_type in 0_u32..300) {
        let mut out = vec![];
        write::classic_header(&mut out, link_type, 65_535);
        let link = Link::from_number(link_type);
        let mut expected = vec![];
        for (at, wire_len, bytes, _) in frames {
            write::classic_record(&mut out, &Frame { at: Timestamp::from_nanos(at), link, wire_len, bytes: &bytes, interface: 0 });
            expected.push(Owned { at, link, wire_len, bytes, interface: 0 });
        }
        let reading = read(&out);
        prop_assert_eq!(reading.frames, expected);
        prop_assert_eq!(reading.stop, None);
    }
}

#[test]
fn a_comment_is_cut_between_characters() {
    let mut out = vec![];
    write::section(&mut out, "earwitness");
    write::interface(&mut out, &Description { link_type: 1, snaplen: 0, name: String::new(), description: String::new() });
    let frame = Frame { at: Timestamp::from_nanos(1), link: Link::Ethernet, wire_len: 1, bytes: b"a", interface: 0 };
    let comment = "€".repeat(30_000);
    write::packet(&mut out, &frame, &write::Remarks { comment: Some(&comment), flags: None });
    write::packet(&mut out, &frame, &write::Remarks::default());
    assert_eq!(read(&out).frames.len(), 2);
    let text: Vec<u8> = out.windows(3).filter(|three| *three == "€".as_bytes()).flatten().copied().collect();
    assert_eq!(text.len(), 65_535, "21,845 whole characters");
}

#[test]
fn a_time_before_1970_is_written_as_1970() {
    let frame = Frame { at: Timestamp::MIN, link: Link::Ethernet, wire_len: 1, bytes: b"a", interface: 0 };
    let mut out = vec![];
    write::classic_header(&mut out, 1, 0);
    write::classic_record(&mut out, &frame);
    assert_eq!(read(&out).frames[0].at, 0);
}
