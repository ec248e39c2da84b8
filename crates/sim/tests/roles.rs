//! Who is a device and who forwards, whatever else is said on the link, and in whatever order it is said.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod captured;

use std::collections::BTreeMap;
use std::net::Ipv6Addr;

use earwitness_core::analysis::{Analysis, AnalysisSettings};
use earwitness_core::findings::{DeviceId, Findings, Role, SenderSign, Sighting};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::mac::Mac;
use earwitness_core::pcap::each_frame;
use earwitness_core::probe::{Heard, Played, Round, SoundKind, Stimulus};
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::verdict::{self, Outcome, judge};
use earwitness_sim::chance::Chance;
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::house::House;
use earwitness_sim::packet::{ACK, Ends, PSH, TcpHeader, arp, tcp, udp};
use earwitness_sim::plan::Plan;
use earwitness_sim::scenario::{ALL, Kind, Scenario};

use captured::analyzed;

/// The example that is shipped, the beginning of each home that can be simulated, and one in which all is IPv6.
fn captures() -> Vec<(String, Vec<Captured>)> {
    let mut all = vec![("docs/sample.pcapng".to_owned(), sample()), ("IPv6 only".to_owned(), only_v6())];
    for (kind, name, seconds) in ALL {
        // Homes with many devices need less time to show what they are.
        let seconds = (*seconds).min(if matches!(kind, Kind::Household | Kind::Mixed) { 40 } else { 90 });
        all.push(((*name).to_owned(), home::frames(5, Scenario { kind: *kind, seconds }).0));
    }
    for (name, text) in Plan::shipped() {
        let plan = Plan::from_toml(text, name).unwrap();
        let mut house = House::new(&plan, 5);
        let mut frames = Vec::new();
        house.advance(house.begins() + 180 * SECOND, &mut |at, octets| frames.push(Captured { at, octets: octets.to_vec() }));
        all.push(((*name).to_owned(), frames));
    }
    all
}

/// A speaker in a home without IPv4.
fn only_v6() -> Vec<Captured> {
    let (mut frames, _) = home::frames(5, Scenario { kind: Kind::SpeakerQuic, seconds: 120 });
    frames.retain(|it| it.octets[12..14] == [0x86, 0xdd]);
    frames
}

fn sample() -> Vec<Captured> {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sample.pcapng")).unwrap();
    let mut frames = Vec::new();
    each_frame(&bytes, |frame| frames.push(Captured { at: frame.at.nanos(), octets: frame.bytes.to_vec() })).unwrap();
    frames
}

fn roles(findings: &Findings) -> BTreeMap<DeviceId, Role> {
    findings.devices.iter().map(|it| (it.id, it.role)).collect()
}

fn signs(findings: &Findings) -> Vec<(DeviceId, Vec<SenderSign>)> {
    findings.devices.iter().filter(|it| !it.sender_signs.is_empty()).map(|it| (it.id, it.sender_signs.clone())).collect()
}

/// Sightings without the word of the burst detector, which counts what is said on the link as well.
fn sightings(findings: &Findings) -> Vec<(DeviceId, Sighting)> {
    let all = findings.devices.iter().flat_map(|it| {
        it.sightings.iter().chain(&it.local_sightings).chain(&it.continuous).map(move |sighting| (it.id, sighting.clone()))
    });
    all.map(|(id, mut sighting)| {
        sighting.detectors.truncate(1);
        (id, sighting)
    })
    .collect()
}

/// What rounds over the whole capture would come to.
fn outcomes(findings: &Findings) -> Vec<(DeviceId, Outcome)> {
    let stimulus = Stimulus { name: "tone".into(), kind: SoundKind::Noise };
    let design = Design { seed: 1, stimuli: vec![stimulus.clone()], ..Design::default() };
    let (mut from, until) = (findings.capture.first.unwrap().plus(SECOND), findings.capture.last.unwrap());
    let mut rounds = Vec::new();
    for number in 0..200 {
        let ordered = design.round(number, from);
        let end = ordered.slots.last().unwrap().until;
        if end > until {
            break;
        }
        from = end.plus(5 * SECOND);
        let onset = ordered.slots[ordered.drawn].from;
        let played = Played::new(stimulus.clone(), onset, ordered.length, Heard::Yes);
        rounds.push(Round { number, slots: ordered.slots, drawn: ordered.drawn, played, void: None });
    }
    let verdicts = judge(findings, rounds, &BTreeMap::new(), &verdict::VerdictSettings::default());
    verdicts.devices.iter().map(|it| (it.device, it.outcome)).collect()
}

/// An `ICMPv6` message between two stations.
fn icmp(macs: (Mac, Mac), addresses: (Ipv6Addr, Ipv6Addr), message: &[u8]) -> Vec<u8> {
    let mut frame = [macs.1.0, macs.0.0].concat();
    frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
    frame.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend([58, 255]);
    frame.extend(addresses.0.octets());
    frame.extend(addresses.1.octets());
    frame.extend(message);
    frame
}

fn link_local(mac: Mac) -> Ipv6Addr {
    let [first, rest @ ..] = mac.0;
    let mut address = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 2, rest[0], rest[1], 0xff, 0xfe, 0, 0, 0];
    address[13..].copy_from_slice(&rest[2..]);
    Ipv6Addr::from(address)
}

fn neighbour(kind: u8, target: Ipv6Addr) -> Vec<u8> {
    [&[kind, 0, 0, 0, 0x60, 0, 0, 0][..], &target.octets()].concat()
}

/// Devices of a home whose verdicts are compared.
const MOST_JUDGED: usize = 6;

/// A legal frame that stays on the link, between stations that are known from the capture.
fn on_the_link(findings: &Findings, chance: &mut Chance) -> Vec<u8> {
    let stations: Vec<_> = findings
        .devices
        .iter()
        .filter_map(|it| match it.id {
            DeviceId::Mac(mac) => Some((mac, it.addresses.clone(), it.role)),
            DeviceId::Address(_) => None,
        })
        .collect();
    let mut pick = || stations[usize::try_from(chance.between(0, i64::try_from(stations.len()).unwrap() - 1)).unwrap()].clone();
    let ((from, addresses, role), (to, others, _)) = (pick(), pick());
    let v4 = |all: &[std::net::IpAddr]| all.iter().find(|it| it.is_ipv4() && !it.is_loopback()).copied();
    let v6 =
        |all: &[std::net::IpAddr]| all.iter().find_map(|it| if let std::net::IpAddr::V6(v6) = it { Some(*v6) } else { None });
    let global = v6(&addresses).unwrap_or_else(|| link_local(from));
    let other_global = v6(&others).unwrap_or_else(|| link_local(to));
    let multicast = Mac([0x33, 0x33, 0, 0, 0, 1]);
    let all_nodes: Ipv6Addr = "ff02::1".parse().unwrap();
    let (router, router_address) = (GATEWAY_MAC, link_local(GATEWAY_MAC));
    let ends = |target_mac, target: std::net::IpAddr, ports: (u16, u16), hops| {
        let source = if target.is_ipv4() { v4(&addresses) } else { Some(global.into()) };
        source.map(|source| Ends {
            source_mac: from,
            target_mac,
            source,
            target,
            source_port: ports.0,
            target_port: ports.1,
            hops,
        })
    };
    let local = v4(&others).filter(|_| from != to);
    let made = match chance.between(0, 9) {
        0 => Some(icmp((from, router), (global, router_address), &neighbour(136, global))),
        1 => Some(icmp((router, from), (router_address, global), &neighbour(135, global))),
        2 => Some(icmp((from, to), (global, other_global), &neighbour(135, other_global))),
        3 if role == Role::Device => {
            // A border router of another network says that it is no way to the internet (RFC 4861, section 6.2.3).
            let advertisement = [134, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            Some(icmp((from, multicast), (link_local(from), all_nodes), &advertisement))
        }
        4 => {
            ends(Mac([1, 0, 0x5e, 0, 0, 0xfb]), [224, 0, 0, 251].into(), (5_353, 5_353), 255).map(|ends| udp(&ends, 7, &[0; 40]))
        }
        5 => ends(Mac([1, 0, 0x5e, 0x7f, 0xff, 0xfa]), [239, 255, 255, 250].into(), (1_900, 1_900), 4)
            .map(|ends| udp(&ends, 7, b"x")),
        6 => local.and_then(|target| ends(to, target, (40_000, 1_900), 64)).map(|ends| udp(&ends, 7, b"HTTP/1.1 200 OK\r\n\r\n")),
        7 => local.and_then(|target| ends(to, target, (40_000, 8_080), 64)).map(|ends| {
            let header = TcpHeader { sequence: 9, acknowledged: 1, flags: PSH | ACK, window: 8_192, options: &[] };
            tcp(&ends, 7, &header, b"to a neighbour")
        }),
        8 => v4(&addresses).zip(local).map(|(own, other)| {
            let (std::net::IpAddr::V4(own), std::net::IpAddr::V4(other)) = (own, other) else { unreachable!("both are IPv4") };
            arp(false, (from, own), (to, other))
        }),
        _ => ends(multicast, all_nodes.into(), (40_000, 9), 1).map(|ends| udp(&ends, 7, b"to all nodes")),
    };
    made.unwrap_or_else(|| icmp((from, router), (link_local(from), router_address), &neighbour(136, link_local(from))))
}

#[test]
fn what_stays_on_the_link_changes_no_role_no_sighting_and_no_verdict() {
    let mut chance = Chance::new(20_261_128);
    let mut sighted = 0;
    for (name, frames) in captures() {
        let before = analyzed(&frames);
        sighted += sightings(&before).len();
        assert!(before.devices.iter().any(|it| it.role == Role::Gateway), "{name}");
        for turn in 0..3 {
            let mut more = frames.clone();
            for _ in 0..chance.between(1, 40) {
                let octets = on_the_link(&before, &mut chance);
                // As often among the very first frames, before anything is known, as anywhere.
                let last = i64::try_from(frames.len() - 1).unwrap();
                let most = if chance.between(0, 1) == 0 { 20 } else { last };
                let place = usize::try_from(chance.between(0, most)).unwrap();
                more.push(Captured { at: frames[place].at, octets });
            }
            more.sort_by_key(|it| it.at);
            let after = analyzed(&more);
            assert_eq!(roles(&after), roles(&before), "{name}");
            assert_eq!(sightings(&after), sightings(&before), "{name}");
            // A verdict follows from what is compared here; in large homes it takes seconds.
            if turn == 0 && before.devices.len() <= MOST_JUDGED {
                assert_eq!(outcomes(&after), outcomes(&before), "{name}");
            }
            assert_eq!(signs(&after), signs(&before), "{name}");
        }
    }
    assert!(sighted > 30, "{sighted}");
}

#[test]
fn the_order_of_the_first_minute_makes_no_role() {
    let mut chance = Chance::new(20_261_129);
    for (name, frames) in captures() {
        let before = roles(&analyzed(&frames));
        let minute = frames.iter().take_while(|it| it.at < frames[0].at + 60 * SECOND).count();
        for _ in 0..2 {
            let mut mixed = frames.clone();
            for place in (1..minute).rev() {
                let other = usize::try_from(chance.between(0, i64::try_from(place).unwrap())).unwrap();
                let (a, b) = (mixed[place].octets.clone(), mixed[other].octets.clone());
                (mixed[place].octets, mixed[other].octets) = (b, a);
            }
            assert_eq!(roles(&analyzed(&mixed)), before, "{name}");
        }
    }
}

#[test]
fn a_home_without_ipv4_is_one_like_others() {
    let frames = only_v6();
    let (findings, whole) = (analyzed(&frames), analyzed(&home::frames(5, Scenario { kind: Kind::SpeakerQuic, seconds: 120 }).0));
    let uploads =
        |findings: &Findings| -> Vec<_> { sightings(findings).into_iter().map(|(id, it)| (id, it.window, it.flow)).collect() };
    assert!(!uploads(&findings).is_empty());
    assert_eq!((roles(&findings), uploads(&findings)), (roles(&whole), uploads(&whole)));
}

/// Somebody who makes up a MAC address for each of so many frames; `to`: whom he sends them.
fn flood(frames: &[Captured], strangers: u32, to: Mac) -> Vec<Captured> {
    let (first, last) = (frames[0].at, frames.last().unwrap().at);
    let mut more = frames.to_vec();
    for number in 0..strangers {
        let [a, b, c, d] = number.to_be_bytes();
        let ends = Ends {
            source_mac: Mac([2, 0x66, a, b, c, d]),
            target_mac: to,
            source: [192, 168, 1, d].into(),
            target: if to == Mac::BROADCAST { [255; 4].into() } else { [198, 51, 100, c].into() },
            source_port: 40_000,
            target_port: 9,
            hops: 64,
        };
        let at = first + (last - first) / i64::from(strangers) * i64::from(number);
        more.push(Captured { at, octets: udp(&ends, 7, &[0; 40]) });
    }
    more.sort_by_key(|it| it.at);
    more
}

#[test]
fn a_flood_of_strangers_puts_out_no_device_and_scores_nobody() {
    for (name, frames) in [("a sample", sample()), ("a home", home::frames(5, Scenario { kind: Kind::Household, seconds: 60 }).0)]
    {
        let before = analyzed(&frames);
        for to in [Mac::BROADCAST, GATEWAY_MAC] {
            let after = analyzed(&flood(&frames, 20_000, to));
            let was_there = |id: &DeviceId| before.devices.iter().any(|it| it.id == *id);
            let mut kept = roles(&after);
            kept.retain(|id, _| was_there(id));
            assert_eq!(kept, roles(&before), "{name}");
            assert_eq!(sightings(&after).len(), sightings(&before).len(), "{name}");
            let mut scored = outcomes(&after);
            assert!(scored.iter().all(|it| was_there(&it.0)), "{name}: a stranger is scored");
            scored.retain(|it| was_there(&it.0));
            assert_eq!(scored, outcomes(&before), "{name}");
            assert!(after.devices.len() <= 512 && after.capture.others > 19_000, "{name}");
        }
    }
}

const ECHO: Mac = Mac([2, 0, 0, 0, 0, 7]);
const ECHO_V4: [u8; 4] = [192, 168, 1, 7];
const CLOUD: [u8; 4] = [198, 51, 100, 9];

/// Three seconds of 20 ms each, in TLS records, acknowledged by the other end with this many hops left.
fn upload(hops: u8) -> Vec<Captured> {
    let up = Ends {
        source_mac: ECHO,
        target_mac: GATEWAY_MAC,
        source: ECHO_V4.into(),
        target: CLOUD.into(),
        source_port: 40_000,
        target_port: 443,
        hops: 64,
    };
    let mut frames = Vec::new();
    for number in 0..150_u32 {
        let record = [&[0x17, 3, 3, 0, 113][..], &[9; 113]].concat();
        let header =
            TcpHeader { sequence: 1_000 + number * 118, acknowledged: 5_000, flags: PSH | ACK, window: 500, options: &[] };
        let at = home::START + 20 * SECOND + i64::from(number) * 20_000_000;
        frames.push(Captured { at, octets: tcp(&up, 1, &header, &record) });
        let header = TcpHeader { sequence: 5_000, acknowledged: 1_000 + number * 118, flags: ACK, window: 500, options: &[] };
        frames.push(Captured { at: at + 12_000_000, octets: tcp(&up.back(hops), 1, &header, b"") });
    }
    frames
}

#[test]
fn one_ordinary_frame_of_ipv6_hides_no_upload() {
    let global: Ipv6Addr = "2001:470:1f0b:5::7".parse().unwrap();
    let (router, ula): (Ipv6Addr, Ipv6Addr) = ("fe80::1".parse().unwrap(), "fd00::1".parse().unwrap());
    let names = Ends {
        source_mac: ECHO,
        target_mac: GATEWAY_MAC,
        source: global.into(),
        target: ula.into(),
        source_port: 50_000,
        target_port: 53,
        hops: 64,
    };
    let more = [
        icmp((ECHO, GATEWAY_MAC), (global, router), &neighbour(136, global)),
        icmp((GATEWAY_MAC, ECHO), (router, global), &neighbour(135, global)),
        udp(&names, 0, b"a question"),
        udp(&names.back(64), 0, b"its answer"),
        udp(&Ends { source_port: 9_000, target_port: 9_000, ..names }, 0, b"to a neighbour"),
        icmp((ECHO, Mac([0x33, 0x33, 0, 0, 0, 1])), (link_local(ECHO), "ff02::1".parse().unwrap()), &[134, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for hops in [50, 64] {
        let alone = upload(hops);
        for octets in &more {
            for at in [alone[0].at - SECOND, alone[100].at + 1, alone[299].at + SECOND] {
                let mut frames = alone.clone();
                frames.push(Captured { at, octets: octets.clone() });
                frames.sort_by_key(|it| it.at);
                let findings = analyzed(&frames);
                let echo = findings.devices.iter().find(|it| it.id == DeviceId::Mac(ECHO)).unwrap();
                let gateway = findings.devices.iter().find(|it| it.id == DeviceId::Mac(GATEWAY_MAC)).unwrap();
                assert_eq!((echo.role, gateway.role), (Role::Device, Role::Gateway));
                let [sighting] = echo.sightings.as_slice() else { panic!("{:?}", echo.sightings) };
                let seconds = sighting.audio_seconds.unwrap();
                assert!(seconds.low <= 3.0 && 3.0 <= seconds.high, "{seconds:?}");
            }
        }
    }
}

#[test]
fn an_address_that_a_server_offers_on_all_interfaces_is_no_second_device() {
    let cooked = |frame: &[u8], sent: bool| {
        let mut cooked = vec![0, if sent { 4 } else { 0 }, 0, 1, 0, 6];
        cooked.extend_from_slice(&frame[6..12]);
        cooked.extend_from_slice(&[0, 0]);
        cooked.extend_from_slice(&frame[12..]);
        cooked
    };
    let offer = Ends {
        source_mac: GATEWAY_MAC,
        target_mac: ECHO,
        source: [192, 168, 1, 1].into(),
        target: ECHO_V4.into(),
        source_port: 67,
        target_port: 68,
        hops: 64,
    };
    let mut frames = vec![(home::START, cooked(&udp(&offer, 1, &[2; 300]), true))];
    for frame in upload(57) {
        let sent = frame.octets[6..12] == GATEWAY_MAC.0;
        frames.push((frame.at, cooked(&frame.octets, sent)));
    }
    let mut analysis = Analysis::new(AnalysisSettings::default());
    for (at, octets) in &frames {
        let wire_len = u32::try_from(octets.len()).unwrap();
        let at = Timestamp::from_nanos(*at);
        analysis.frame(&Frame { at, link: Link::LinuxSll, wire_len, bytes: octets, interface: 0 });
    }
    let found = roles(&analysis.finish());
    assert_eq!(found, [(DeviceId::Mac(GATEWAY_MAC), Role::Gateway), (DeviceId::Mac(ECHO), Role::Device)].into());
}
