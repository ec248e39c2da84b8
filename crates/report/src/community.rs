//! Community ID, version 1, of a flow: the value by which Zeek, Suricata, Wireshark and many others join what they say of the same flow.
//!
//! <https://github.com/corelight/community-id-spec>: SHA-1 over seed, addresses, protocol, a zero octet and ports, all in network byte order, the end with the smaller address (of
//! equal ones, the smaller port) first.

use std::net::IpAddr;

use data_encoding::BASE64;
use earwitness_core::findings::FlowKey;
use sha1::{Digest, Sha1};

/// The seed that is used where nobody configured another; ids of another seed join with nothing here.
const SEED: u16 = 0;

/// The id of a flow of TCP, UDP or SCTP: the same from both ends.
#[must_use]
pub fn community_id(flow: &FlowKey) -> String {
    format!("1:{}", BASE64.encode(&digest(flow)))
}

/// A number for the flow, from the same digest, for programs that want one. It has 51 bits: numbers in JSON are exact up to 53.
pub(crate) fn flow_id(flow: &FlowKey) -> u64 {
    digest(flow).iter().take(8).fold(0, |number, octet| (number << 8) | u64::from(*octet)) >> 13
}

fn digest(flow: &FlowKey) -> [u8; 20] {
    let [(first, first_port), (second, second_port)] = ends(flow);
    let mut sha = Sha1::new_with_prefix(SEED.to_be_bytes());
    for address in [first, second] {
        match address {
            IpAddr::V4(address) => sha.update(address.octets()),
            IpAddr::V6(address) => sha.update(address.octets()),
        }
    }
    sha.update([flow.protocol, 0]);
    sha.update(first_port.to_be_bytes());
    sha.update(second_port.to_be_bytes());
    sha.finalize().into()
}

/// Both ends of a flow, the smaller one first.
fn ends(flow: &FlowKey) -> [(IpAddr, u16); 2] {
    let mut ends = [(flow.source, flow.source_port), (flow.destination, flow.destination_port)];
    ends.sort_unstable();
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn flow(protocol: u8, source: &str, source_port: u16, destination: &str, destination_port: u16) -> FlowKey {
        FlowKey {
            source: source.parse().unwrap(),
            destination: destination.parse().unwrap(),
            protocol,
            source_port,
            destination_port,
        }
    }

    #[test]
    fn ids_are_those_of_the_reference() {
        // `baseline/baseline_deflt.json` of the specification, all of its flows of protocols with ports.
        for (flow, id) in [
            (flow(6, "128.232.110.120", 34_855, "66.35.250.204", 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
            (flow(17, "192.168.1.52", 54_585, "8.8.8.8", 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
            (flow(132, "192.168.170.8", 7, "192.168.170.56", 7), "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="),
            (
                flow(6, "2001:470:e5bf:dead:4957:2174:e82c:4887", 63_943, "2607:f8b0:400c:c03::1a", 25),
                "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            ),
        ] {
            assert_eq!(community_id(&flow), id);
            assert_eq!(community_id(&flow.reversed()), id);
        }
    }

    #[test]
    fn of_equal_addresses_the_ports_decide() {
        // As `pycommunityid` has it.
        let loopback = flow(6, "127.0.0.1", 1234, "127.0.0.1", 80);
        assert_eq!(ends(&loopback)[0].1, 80);
        assert_eq!(community_id(&loopback), community_id(&loopback.reversed()));
    }

    proptest! {
        #[test]
        fn both_ends_have_one_id_and_another_port_has_another(source: [u8; 4], destination: [u8; 16], from: u16, to: u16, six: bool) {
            let destination = if six { IpAddr::from(destination) } else { IpAddr::from([destination[0], destination[1], destination[2], destination[3]]) };
            let source = if six { IpAddr::from([source; 4].concat().try_into().unwrap_or([0_u8; 16])) } else { IpAddr::from(source) };
            let flow = FlowKey { source, destination, protocol: 6, source_port: from, destination_port: to };
            prop_assert_eq!(community_id(&flow), community_id(&flow.reversed()));
            prop_assert_ne!(community_id(&flow), community_id(&FlowKey { source_port: from ^ 1, ..flow }));
        }
    }
}
