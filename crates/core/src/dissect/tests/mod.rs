//! Claims about [`super::dissect`], on frames built octet by octet, on arbitrary octets, and against another dissector.

mod build;
mod ip;
mod links;
mod mirror;
mod off_port;
mod peer;
mod properties;
mod wifi;
mod wrapped;

use proptest::test_runner::Config;

use super::*;

/// Frames are cheap: more of them than by default.
fn many() -> Config {
    Config { cases: 4096, failure_persistence: None, ..Config::default() }
}

/// Dissects a frame that was captured whole.
fn whole(link: Link, bytes: &[u8]) -> Dissection<'_> {
    dissect(link, bytes, u32::try_from(bytes.len()).unwrap())
}

/// The IP facts of a dissection.
fn ip(facts: &Dissection) -> Ip {
    match facts.net {
        Net::Ip(ip) => ip,
        other => panic!("no IP but {other:?}, {:?}", facts.stop),
    }
}
