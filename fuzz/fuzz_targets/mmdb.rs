//! Tables of countries and networks of anybody: refused in a sentence, or asked for any address.
#![no_main]

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};

use earwitness_report::geo::Geo;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.mmdb");
    fs::write(&path, octets).unwrap();
    match Geo::open(&[path]) {
        Ok(geo) => {
            for address in [Ipv4Addr::LOCALHOST.into(), Ipv4Addr::new(198, 51, 100, 7).into(), Ipv6Addr::LOCALHOST.into()] {
                let _ = geo.lookup(address);
            }
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
});
