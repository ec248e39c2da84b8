//! What comes down to a device tells of what it sent by ways that do not pass here; what nobody asked for tells nothing.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod captured;

use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::mac::Mac;
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_core::visibility::{Sight, Unseen};
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::host::GATEWAY_MAC;
use earwitness_sim::packet::{ACK, Ends, PSH, TcpHeader, tcp, udp};

use captured::analyzed;

const DEVICE: Mac = Mac([2, 0, 0, 0, 0, 7]);
const NEIGHBOUR: Mac = Mac([2, 0, 0, 0, 0, 8]);
const MINUTES: i64 = 10;

fn at(millis: i64) -> i64 {
    home::START + millis * MILLISECOND
}

/// From the device to a server.
fn out(port: u16, server: ([u8; 4], u16)) -> Ends {
    Ends {
        source_mac: DEVICE,
        target_mac: GATEWAY_MAC,
        source: [192, 168, 1, 7].into(),
        target: server.0.into(),
        source_port: port,
        target_port: server.1,
        hops: 64,
    }
}

fn header(sequence: u32, acknowledged: u32) -> TcpHeader<'static> {
    TcpHeader { sequence, acknowledged, flags: ACK | PSH, window: 8_000, options: &[] }
}

/// Keep-alives that pass in both directions, one each half minute.
fn visible() -> Vec<Captured> {
    let ends = out(40_000, ([198, 51, 100, 9], 8_883));
    let beat = |n: u32| {
        let millis = i64::from(n) * 30_000;
        let sent = tcp(&ends, 1, &header(1_000 + 20 * n, 5_000 + 8 * n), &[0; 20]);
        let answer = tcp(&ends.back(50), 1, &header(5_000 + 8 * n, 1_020 + 20 * n), &[0; 8]);
        [Captured { at: at(millis), octets: sent }, Captured { at: at(millis + 40), octets: answer }]
    };
    (0..20).flat_map(beat).collect()
}

/// What is found of the device when this comes besides, at so many milliseconds each.
fn with(more: impl IntoIterator<Item = (i64, Vec<u8>)>) -> DeviceFindings {
    let mut frames = visible();
    frames.extend(more.into_iter().map(|(millis, octets)| Captured { at: at(millis), octets }));
    frames.sort_by_key(|frame| frame.at);
    let findings = analyzed(&frames);
    findings.devices.into_iter().find(|it| it.id == DeviceId::Mac(DEVICE)).unwrap()
}

fn missed(device: &DeviceFindings) -> u64 {
    device.passage.iter().flat_map(|it| it.missed.bins.iter()).map(|bin| bin.payload_octets).sum()
}

/// Why the middle of the capture says nothing of the device, if so.
fn unseen(device: &DeviceFindings) -> Option<Unseen> {
    let moment = |seconds: i64| Timestamp::from_nanos(home::START + seconds * SECOND);
    Sight::of(device, &[]).unwrap().unseen(Window { from: moment(200), until: moment(290) })
}

/// Something that happens every second.
fn each_second(what: impl Fn(u32) -> Vec<u8>) -> Vec<(i64, Vec<u8>)> {
    (0..MINUTES * 60).map(|n| (n * 1_000 + 300, what(u32::try_from(n).unwrap()))).collect()
}

#[test]
fn what_passes_in_both_directions_misses_nothing() {
    let device = with([]);
    assert!(device.passage.iter().all(|it| it.missed.bins.is_empty()));
    assert_eq!(unseen(&device), None);
}

#[test]
fn octets_that_are_acknowledged_without_an_answer_were_sent() {
    let ends = out(41_000, ([203, 0, 113, 5], 443)).back(50);
    // A hundred acknowledgements in two seconds, of three uploads, none of which is answered.
    let upload = |n: u32| {
        let (burst, step) = (n / 100, n % 100);
        let millis = 100_000 + i64::from(burst) * 60_000 + i64::from(step) * 21;
        (millis, tcp(&ends, 1, &TcpHeader { flags: ACK, ..header(7_000, 1_000 * n) }, &[]))
    };
    let device = with((0..300).map(upload));
    let octets = missed(&device);
    assert!((270_000..300_000).contains(&octets), "{octets}");
    assert_eq!(unseen(&device), Some(Unseen::OneWay));
}

#[test]
fn a_download_acknowledges_nothing_new() {
    let ends = out(41_000, ([203, 0, 113, 5], 443)).back(50);
    let device = with(each_second(|n| tcp(&ends, 1, &header(7_000 + 100 * n, 900), &[0; 100])));
    assert_eq!((missed(&device), unseen(&device)), (0, None));
    let device = with(each_second(|_| tcp(&ends, 1, &TcpHeader { flags: ACK, ..header(7_000, 900) }, &[])));
    assert_eq!((missed(&device), unseen(&device)), (0, None));
}

#[test]
fn answers_to_questions_that_did_not_pass_tell_of_them() {
    let question = [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0, 0, 1, 0, 1];
    let names = |n: u32| udp(&out(50_000 + u16::try_from(n).unwrap(), ([9, 9, 9, 9], 53)).back(50), 1, &question);
    assert_eq!(unseen(&with(each_second(names))), Some(Unseen::OneWay));
    let quic = |_: u32| udp(&out(50_000, ([203, 0, 113, 5], 443)).back(50), 1, &[0x41; 40]);
    assert_eq!(unseen(&with(each_second(quic))), Some(Unseen::OneWay));
    // A few uploads are enough: what passes besides are keep-alives.
    let uploads = each_second(quic).into_iter().filter(|it| it.0 / 1_000 % 200 < 4);
    assert_eq!(unseen(&with(uploads)), Some(Unseen::OneWay));
    let mut report = vec![0x81, 201, 0, 7];
    report.resize(32, 1);
    let reports = |_: u32| udp(&out(50_001, ([203, 0, 113, 5], 6_001)).back(50), 1, &report);
    assert_eq!(unseen(&with(each_second(reports))), Some(Unseen::OneWay));
    // Where the media pass, their reports tell nothing new.
    let media = each_second(|_| udp(&out(50_000, ([203, 0, 113, 5], 6_000)), 1, &[0x80; 60]));
    assert_eq!(unseen(&with(media.into_iter().chain(each_second(reports)))), None);
}

#[test]
fn a_flow_that_its_server_wakes_up_is_answered_and_so_seen() {
    let ends = out(50_000, ([203, 0, 113, 5], 443));
    let woken = |n: i64| {
        let millis = 5_000 + n * 60_000;
        [(millis, udp(&ends.back(50), 1, &[0x41; 40])), (millis + 20, udp(&ends, 1, &[0x41; 30]))]
    };
    let device = with((0..MINUTES).flat_map(woken));
    assert_eq!((missed(&device), unseen(&device)), (0, None));
}

#[test]
fn what_nobody_asked_for_tells_nothing() {
    // Scans, a stream of television, a datagram to a port, answers that a neighbour made up, and what is sent to all.
    let scan = each_second(|n| {
        let made_up = n.wrapping_mul(0x9e37_79b9);
        tcp(&out(22, ([203, 0, 113, 66], 55_555)).back(44), 1, &TcpHeader { flags: ACK, ..header(1, made_up) }, &[])
    });
    let television = each_second(|_| udp(&out(5_000, ([203, 0, 113, 7], 5_000)).back(50), 1, &[0x80; 1_300]));
    let noise = each_second(|n| udp(&out(5_060, ([203, 0, 113, 8], 1_024 + u16::try_from(n).unwrap())).back(50), 1, b"OPTIONS"));
    let answer = [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0, 0, 1, 0, 1];
    let made_up = each_second(|_| udp(&Ends { source_mac: NEIGHBOUR, ..out(50_000, ([9, 9, 9, 9], 53)).back(64) }, 1, &answer));
    let to_all = each_second(|_| {
        let all = Mac([1, 0, 0x5e, 1, 2, 3]);
        udp(&Ends { target_mac: all, target: [239, 1, 2, 3].into(), ..out(443, ([203, 0, 113, 9], 443)).back(5) }, 1, &[0x41; 99])
    });
    for (name, frames) in [("scan", scan), ("television", television), ("noise", noise), ("made up", made_up), ("to all", to_all)]
    {
        assert_eq!(unseen(&with(frames)), None, "{name}");
    }
}
