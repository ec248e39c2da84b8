//! Writes small valid inputs for the fuzz targets to begin with:
//!     cargo run --manifest-path fuzz/Cargo.toml --bin seed

use std::path::Path;
use std::{fs, io};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Description, write};
use earwitness_core::time::Timestamp;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/capture_file");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("classic"), classic())?;
    fs::write(folder.join("pcapng"), pcapng())?;
    fs::write(folder.join("two-sections"), [pcapng(), pcapng()].concat())?;
    // The same in the other byte order and in microseconds: the magic decides, the rest is for the fuzzer to mend.
    let mut swapped = classic();
    swapped[..24].chunks_exact_mut(4).for_each(<[u8]>::reverse);
    fs::write(folder.join("classic-swapped"), swapped)?;
    let mut micro = classic();
    micro[..4].copy_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
    fs::write(folder.join("classic-micro"), micro)
}

fn frame(bytes: &[u8], interface: u32) -> Frame<'_> {
    let at = Timestamp::from_nanos(1_700_000_000_123_456_789);
    Frame { at, link: Link::Ethernet, wire_len: 60, bytes, interface }
}

fn classic() -> Vec<u8> {
    let mut out = vec![];
    write::classic_header(&mut out, 1, 65_535);
    write::classic_record(&mut out, &frame(&[7; 30], 0));
    write::classic_record(&mut out, &frame(&[], 0));
    out
}

fn pcapng() -> Vec<u8> {
    let mut out = vec![];
    write::section(&mut out, "earwitness");
    for (link_type, name) in [(1, "eth0"), (113, "any")] {
        let (name, description) = (name.to_owned(), String::new());
        write::interface(&mut out, &Description { link_type, snaplen: 96, name, description });
    }
    write::packet(&mut out, &frame(&[7; 30], 0), &write::Remarks::default());
    write::packet(&mut out, &frame(&[7; 3], 1), &write::Remarks { comment: Some("heard"), flags: Some(1) });
    // A simple packet block, a packet block as it was before 2009, a block of no known type.
    for block in
        [&[3_u32, 20, 60, 0x0707_0707, 20][..], &[2, 36, 0x0005_0001, 0, 9, 4, 60, 0x0707_0707, 36], &[0x0bad, 16, 1, 16]]
    {
        out.extend(block.iter().flat_map(|word| word.to_le_bytes()));
    }
    write::statistics(&mut out, 0, Timestamp::from_nanos(0), 10, 3);
    out
}
