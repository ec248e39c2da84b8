//! DNS and multicast DNS messages of strangers.
#![no_main]

use earwitness_core::name_protocols::{dns::{dns_addresses, dns_question}, mdns::mdns_names, text::LONGEST_NAME};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    if let Some(question) = dns_question(payload) {
        assert!((1..=LONGEST_NAME).contains(&question.name.len()));
    }
    dns_addresses(payload, &mut |_| {});
    mdns_names(payload, &mut |name| assert!((1..=LONGEST_NAME).contains(&name.text.len())));
});
