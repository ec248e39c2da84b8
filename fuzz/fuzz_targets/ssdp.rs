//! SSDP messages of strangers.
#![no_main]

use earwitness_core::name_protocols::ssdp::ssdp_name;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|payload: &[u8]| assert_ne!(ssdp_name(payload).as_deref(), Some("")));
