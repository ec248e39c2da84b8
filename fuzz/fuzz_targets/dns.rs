//! DNS and multicast DNS messages of strangers.
#![no_main]

use earwitness_core::names::{dns::dns_answers, mdns::mdns_names, text::LONGEST_NAME};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    dns_answers(payload, &mut |name, _| assert!((1..=LONGEST_NAME).contains(&name.len())));
    mdns_names(payload, &mut |name| assert!((1..=LONGEST_NAME).contains(&name.text.len())));
});
