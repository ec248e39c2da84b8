//! What lies in the folder of recent frames after a power cut: mended at the start, and what can be cut from it is a whole capture.
#![no_main]

use std::fs;
use std::time::Duration;

use earwitness_core::pcap::each_frame;
use earwitness_core::time::{Timestamp, Window};
use earwitness_traffic::recent::{FrameRing, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("01700000000000000000.pcapng"), octets).unwrap();
    let Ok(mut ring) = FrameRing::open(folder.path(), Limits::default(), Duration::ZERO) else { return };
    let mut out = Vec::new();
    let cut = ring.cut(Window { from: Timestamp::MIN, until: Timestamp::MAX }, None, &mut out).unwrap();
    let mut frames = 0;
    assert_eq!(each_frame(&out, |_| frames += 1), Ok(()), "what is cut is whole");
    assert_eq!(frames, cut.frames);
});
