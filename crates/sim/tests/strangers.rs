//! Strangers who come and go, answered or not, in whatever number: they change nothing that is said of the devices of the home.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod captured;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role};
use earwitness_core::mac::Mac;
use earwitness_core::measure::Joined;
use earwitness_core::time::{MILLISECOND, SECOND};
use earwitness_core::verdict::{self, judge};
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::packet::{Ends, arp, udp};

use captured::analyzed;

/// What a stranger does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Visit {
    /// Asks who has an address, and is not answered.
    Arp,
    /// Sends a datagram to the internet.
    Silent,
    /// Sends one, and is answered.
    Answered,
    /// The same with addresses of the internet.
    AnsweredV6,
    /// Asks for an address and is given one, which takes four messages.
    Dhcp,
}

const VISITS: [Visit; 5] = [Visit::Arp, Visit::Silent, Visit::Answered, Visit::AnsweredV6, Visit::Dhcp];

/// The device with this number.
fn device(number: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, 0x10 + number])
}

/// From a device to the internet, by way of the gateway.
fn outward(number: u8, to: [u8; 4], port: u16) -> Ends {
    Ends {
        source_mac: device(number),
        target_mac: GATEWAY_MAC,
        source: [192, 168, 1, 10 + number].into(),
        target: to.into(),
        source_port: port,
        target_port: 443,
        hops: 64,
    }
}

/// A datagram, and its answer a millisecond later.
fn asked(at: i64, ends: &Ends, octets: usize) -> [Captured; 2] {
    let question = Captured { at, octets: udp(ends, 1, &vec![9; octets]) };
    [question, Captured { at: at + MILLISECOND, octets: udp(&ends.back(57), 1, &vec![8; octets]) }]
}

/// Twice a second a device talks to its service.
fn keeps_alive(number: u8, from: i64, seconds: i64) -> Vec<Captured> {
    let ends = outward(number, [198, 51, 100, 7], 5_000);
    let offset = i64::from(number) * 10 * MILLISECOND;
    (0..2 * seconds).flat_map(|half| asked(home::START + from * SECOND + half * SECOND / 2 + offset, &ends, 60)).collect()
}

/// So many strangers come evenly within a stretch of seconds, each of which makes a visit.
fn flood(visit: Visit, strangers: u32, (from, until): (i64, i64)) -> Vec<Captured> {
    let mut frames = Vec::new();
    for number in 0..strangers {
        let [a, b, c, d] = number.to_be_bytes();
        let mac = Mac([2, 0x77, a, b, c, d]);
        let at = home::START + from * SECOND + (until - from) * SECOND / i64::from(strangers) * i64::from(number);
        let own = [192, 168, 2 + c % 250, d];
        let v6 = |network: u16, host: u32| {
            IpAddr::from(Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(network) << 80 | u128::from(host)))
        };
        let port = 1_024 + u16::try_from(number % 50_000).unwrap();
        let out = Ends {
            source_mac: mac,
            target_mac: GATEWAY_MAC,
            source: own.into(),
            target: [203, 0, 113, 80].into(),
            source_port: port,
            target_port: 443,
            hops: 64,
        };
        match visit {
            Visit::Arp => {
                let octets = arp(false, (mac, own.into()), (GATEWAY_MAC, [192, 168, 1, 1].into()));
                frames.push(Captured { at, octets });
            }
            Visit::Silent => frames.push(Captured { at, octets: udp(&out, 1, &[9; 30]) }),
            Visit::Answered => frames.extend(asked(at, &out, 30)),
            Visit::AnsweredV6 => {
                frames.extend(asked(at, &Ends { source: v6(1, 1 + number), target: v6(0xffff, 1), ..out }, 30));
            }
            Visit::Dhcp => {
                let ask = Ends {
                    target_mac: Mac::BROADCAST,
                    source: [0; 4].into(),
                    target: [255; 4].into(),
                    source_port: 68,
                    target_port: 67,
                    ..out
                };
                let server = Ends {
                    source_mac: GATEWAY_MAC,
                    target_mac: mac,
                    source: [192, 168, 1, 1].into(),
                    target: own.into(),
                    source_port: 67,
                    target_port: 68,
                    hops: 64,
                };
                for turn in 0..2 {
                    let at = at + turn * 500 * MILLISECOND;
                    frames.push(Captured { at, octets: udp(&ask, 1, &[1; 300]) });
                    frames.push(Captured { at: at + MILLISECOND, octets: udp(&server, 1, &[2; 300]) });
                }
            }
        }
    }
    frames
}

fn together(parts: impl IntoIterator<Item = Vec<Captured>>) -> Vec<Captured> {
    let mut frames: Vec<Captured> = parts.into_iter().flatten().collect();
    frames.sort_by_key(|it| it.at);
    frames
}

fn of(findings: &Findings, mac: Mac) -> Option<&DeviceFindings> {
    findings.devices.iter().find(|it| it.id == DeviceId::Mac(mac))
}

#[test]
fn a_flood_leaves_the_gateway_what_it_is() {
    for visit in VISITS {
        for strangers in [100, 600, 1_000, 3_000] {
            let home = (0..3).map(|number| keeps_alive(number, 0, 14));
            let findings = analyzed(&together(home.chain([flood(visit, strangers, (3, 9))])));
            let role = |mac| of(&findings, mac).map(|it| it.role);
            assert_eq!(role(GATEWAY_MAC), Some(Role::Gateway), "{visit:?} {strangers}");
            assert!((0..3).all(|number| role(device(number)) == Some(Role::Device)), "{visit:?} {strangers}");
        }
    }
}

#[test]
fn strangers_are_counted_and_not_scored() {
    for visit in VISITS {
        let home = (0..2).map(|number| keeps_alive(number, 0, 180)).chain([plug(3, 180)]);
        let findings = analyzed(&together(home.chain([flood(visit, 600, (20, 40))])));
        let scored: Vec<_> = findings.devices.iter().filter(|it| Joined::of(it).is_some()).map(|it| it.id).collect();
        let expected: Vec<_> = [GATEWAY_MAC, device(0), device(1), device(3)].map(DeviceId::Mac).into();
        assert_eq!(scored, expected, "{visit:?}");
        let rows = judge(&findings, Vec::new(), &BTreeMap::new(), &verdict::Settings::default()).devices;
        assert_eq!(rows.iter().map(|it| it.device).collect::<Vec<_>>(), expected[1..], "{visit:?}");
        assert!(findings.devices.len() > 500, "{visit:?}: they are counted");
    }
}

/// A plug that says a word every twenty seconds.
fn plug(number: u8, seconds: i64) -> Vec<Captured> {
    let ends = outward(number, [198, 51, 100, 7], 5_050);
    (0..seconds / 20).flat_map(|turn| asked(home::START + (3 + 20 * turn) * SECOND, &ends, 44)).collect()
}
