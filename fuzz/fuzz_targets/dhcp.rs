//! DHCP messages of strangers, for IPv4 and IPv6.
#![no_main]

use earwitness_core::name_protocols::dhcp::{dhcp, dhcpv6};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| {
    if let Some(facts) = dhcp(payload) {
        assert_ne!(facts.host_name.as_deref(), Some(""));
    }
    let _ = dhcpv6(payload);
});
