//! Requests to the household's page as strangers may send them: nobody is let in, nothing may be changed, and nobody is led to another host.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| earwitness_web::fuzzing::request(octets));
