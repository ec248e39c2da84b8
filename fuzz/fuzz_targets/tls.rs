//! The beginning of a stranger's stream: what is a hello as a whole was asked for more at every cut.
#![no_main]

use earwitness_core::name_protocols::tls::{HelloOutcome, client_hello, cut_client_hello};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|stream: &[u8]| {
    let whole = client_hello(stream);
    let half = stream.get(..stream.len() / 2).unwrap_or_default();
    let _ = cut_client_hello(half);
    if let HelloOutcome::Hello(_) = whole {
        let half = client_hello(half);
        assert!(half == HelloOutcome::NeedMore || half == whole);
    }
});
