//! Packed and joined captures as files of anybody (gzip, xz, zstd, bzip2, lz4, zip): frames or a stated trouble, within bounded memory.
#![no_main]

use std::fs;
use std::ops::ControlFlow;

use earwitness_traffic::files::{Captures, Order};
use libfuzzer_sys::fuzz_target;

/// Frames that are read of one file: what unpacks to more is as good as any that goes on.
const MOST: u64 = 20_000;

fuzz_target!(|octets: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("capture");
    fs::write(&path, octets).unwrap();
    let Ok(mut captures) = Captures::open(&[path], Order::Merged, None) else { return };
    let mut frames = 0;
    let ended = captures.for_each(&mut |_| {}, |frame, _| {
        assert!(frame.bytes.len() <= earwitness_core::pcap::MAX_BLOCK);
        frames += 1;
        if frames < MOST { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if ended.is_continue() {
        assert_eq!(captures.frames(), frames, "what is counted is what was given");
    }
});
