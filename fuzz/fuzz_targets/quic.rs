//! A stranger's QUIC datagrams: the first two octets say how long the first of two is.
#![no_main]

use earwitness_core::name_protocols::{quic::QuicHello, tls::HelloOutcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Some((length, datagrams)) = octets.split_first_chunk() else { return };
    let length = usize::from(u16::from_be_bytes(*length)).min(datagrams.len());
    let (first, second) = datagrams.split_at(length);
    let mut flow = QuicHello::new();
    if flow.datagram(first) == HelloOutcome::NeedMore {
        let _ = flow.datagram(second);
    }
});
