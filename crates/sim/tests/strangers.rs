//! Strangers who come and go, answered or not, in whatever number: they change nothing that is said of the devices of the home.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod captured;

use std::net::{IpAddr, Ipv6Addr};

use std::collections::BTreeMap;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceFindings, DeviceId, Findings, Role, Sighting};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::measure::Joined;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp};
use earwitness_core::verdict::{self, judge};
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::packet::{Ends, arp, udp};
use proptest::prelude::*;

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

/// A device sends four seconds of sound in slices of 20 ms.
fn uploads(number: u8, from: i64) -> Vec<Captured> {
    let ends = outward(number, [203, 0, 113, 9], 6_000);
    let mut frames = Vec::new();
    for slice in 0..200 {
        let at = home::START + from * SECOND + slice * 20 * MILLISECOND;
        let sound = [u8::try_from(slice % 251).unwrap(); 160];
        frames.push(Captured { at, octets: udp(&ends, 1, &sound) });
        if slice % 10 == 0 {
            frames.push(Captured { at: at + 10 * MILLISECOND, octets: udp(&ends.back(57), 1, &[8; 40]) });
        }
    }
    frames
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
fn who_comes_in_a_flood_or_after_it_and_uploads_is_found() {
    for visit in VISITS {
        for strangers in [600, 3_000] {
            let home = (0..2).map(|number| keeps_alive(number, 0, 20));
            let comes = [uploads(2, 6), uploads(3, 12)];
            let findings = analyzed(&together(home.chain(comes).chain([flood(visit, strangers, (1, 10))])));
            for number in [2, 3] {
                let found = of(&findings, device(number)).map(|it| it.sightings.as_slice());
                let Some([sighting]) = found else { panic!("{visit:?} {strangers} {number}: {found:?}") };
                let seconds = sighting.audio_seconds.unwrap();
                assert!((seconds.value - 4.0).abs() < 0.1, "{visit:?} {strangers} {number}: {seconds:?}");
            }
        }
    }
}

#[test]
fn strangers_that_nobody_answers_are_counted_and_not_scored() {
    for visit in [Visit::Arp, Visit::Silent] {
        let home = (0..2).map(|number| keeps_alive(number, 0, 180)).chain([plug(3, 180)]);
        let findings = analyzed(&together(home.chain([flood(visit, 600, (20, 40))])));
        let scored: Vec<_> = findings.devices.iter().filter(|it| Joined::of(it).is_some()).map(|it| it.id).collect();
        let expected: Vec<_> = [GATEWAY_MAC, device(0), device(1), device(3)].map(DeviceId::Mac).into();
        assert_eq!(scored, expected, "{visit:?}");
        let rows = judge(&findings, Vec::new(), &BTreeMap::new(), &verdict::VerdictSettings::default()).devices;
        assert_eq!(rows.iter().map(|it| it.device).collect::<Vec<_>>(), expected[1..], "{visit:?}");
        assert!(findings.devices.len() > 500, "{visit:?}: they are counted");
    }
}

/// A plug that says a word every twenty seconds.
fn plug(number: u8, seconds: i64) -> Vec<Captured> {
    let ends = outward(number, [198, 51, 100, 7], 5_050);
    (0..seconds / 20).flat_map(|turn| asked(home::START + (3 + 20 * turn) * SECOND, &ends, 44)).collect()
}

/// A device, its part, its uploads, and whether it is scored.
type Said = (Mac, Role, Vec<Upload>, bool);

/// When it began and ended, and its seconds of sound.
type Upload = (Timestamp, Timestamp, f64);

/// What is said of the devices of the home: part, uploads, and whether they are scored.
fn said(findings: &Findings) -> Vec<Said> {
    let own = [GATEWAY_MAC, device(0), device(1), device(2), device(3)];
    let found = own.into_iter().filter_map(|mac| of(findings, mac).map(|it| (mac, it)));
    found
        .map(|(mac, it)| {
            let seconds = |sighting: &Sighting| sighting.audio_seconds.map_or(0.0, |sound| sound.value);
            let uploads = it.sightings.iter().map(|it| (it.window.from, it.window.until, seconds(it))).collect();
            (mac, it.role, uploads, Joined::of(it).is_some())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_flood_at_any_place_changes_nothing_that_is_said_of_who_sends(
        visit in 0_usize..VISITS.len(),
        strangers in 1_u32..3_000,
        from in 0_i64..100,
        length in 1_i64..30,
        speaks in 5_i64..120,
    ) {
        let home = together([keeps_alive(0, 0, 200), keeps_alive(1, 2, 198), uploads(2, speaks), plug(3, 200)]);
        let before = said(&analyzed(&home));
        prop_assert!(before.len() == 5 && before.iter().any(|it| !it.2.is_empty()), "{:?}", before);
        let after = said(&analyzed(&together([home, flood(VISITS[visit], strangers, (from, from + length))])));
        prop_assert_eq!(after, before);
    }
}

#[test]
fn a_flood_is_not_told_of_one_by_one_and_hides_nobody_who_is_new() {
    for visit in VISITS {
        let home = (0..2).map(|number| keeps_alive(number, 30, 100));
        let mut analysis = Analysis::new(AnalysisSettings::default());
        let (mut reported, mut looked) = (Vec::new(), home::START);
        for Captured { at, octets } in together(home.chain([flood(visit, 4_000, (0, 100))])) {
            let wire_len = u32::try_from(octets.len()).unwrap();
            let at = Timestamp::from_nanos(at);
            analysis.frame(&Frame { at, link: Link::Ethernet, wire_len, bytes: &octets, interface: 0 });
            if at.nanos() - looked >= SECOND {
                reported.extend(analysis.fresh().devices);
                looked = at.nanos();
            }
        }
        assert!(reported.len() <= 20, "{visit:?}: {}", reported.len());
        assert!([device(0), device(1)].iter().all(|mac| reported.contains(&DeviceId::Mac(*mac))), "{visit:?}");
    }
}
