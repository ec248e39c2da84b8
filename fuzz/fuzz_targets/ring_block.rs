//! Blocks of the kernel's ring, as a kernel of another version might lay them out: frames lie inside, and there is an end.
#![no_main]

use earwitness_ring::Frames;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|block: &[u8]| {
    let whole = block.as_ptr_range();
    // A header may send the walk back to its own place; how often is a number of 32 bits in the block.
    for frame in Frames::new(block).take(10_000) {
        let inside = frame.bytes.as_ptr_range();
        assert!(whole.start <= inside.start && inside.end <= whole.end);
    }
});
