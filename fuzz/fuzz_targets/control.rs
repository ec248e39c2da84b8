//! Lines on the control socket: one of the words, or nothing that is acted upon.
#![no_main]

use earwitness::daemon::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let Ok(line) = std::str::from_utf8(line) else { return };
    if let Some(request) = Request::parse(line.trim()) {
        assert!(format!("{request:?}").eq_ignore_ascii_case(line.trim()));
    }
});
