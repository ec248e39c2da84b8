//! More of everything than there is room for.

use earwitness_sim::file::Captured;
use earwitness_sim::packet::{ACK, PSH, SYN, TcpHeader, tcp, udp};

use crate::home::{SECOND, analyzed, mixed, speaker, speaker_is_found, stranger, whole};

fn mac(n: u32) -> [u8; 6] {
    let mut octets = [0x02, 0x77, 0, 0, 0, 0];
    octets[2..].copy_from_slice(&n.to_be_bytes());
    octets
}

fn header(sequence: u32, flags: u8) -> TcpHeader<'static> {
    TcpHeader { sequence, acknowledged: 1, flags, window: 8_192, options: &[] }
}

#[test]
fn a_speaker_is_found_inside_a_flood_of_60_000_addresses() {
    let (all, truth) = speaker(400);
    // The flood begins before the speaker was ever heard, and goes on to the end.
    let (from, until) = (all[0].at - 10 * SECOND, all[all.len() - 1].at);
    let step = (until - from) / 60_000;
    let flood = (0..60_000_u32).map(|n| {
        let port = u16::try_from(n % 50_000).unwrap() + 1_024;
        Captured { at: from + i64::from(n) * step, octets: udp(&stranger(mac(n), port), 1, b"flood") }
    });
    let all = mixed(all, flood);
    let findings = analyzed(all.iter().map(whole));
    speaker_is_found(&findings, &truth);
    assert!(findings.devices.len() <= 512);
    assert!(findings.capture.others > 59_000, "{}", findings.capture.others);
}

#[test]
fn addresses_that_nobody_has_fill_no_table_either() {
    let (all, truth) = speaker(400);
    let from = all[0].at - SECOND;
    let scan = (0..5_000_u32).map(|n| {
        let mut ends = stranger(mac(1), 9);
        ends.target_mac = earwitness_core::mac::Mac(mac(1_000 + n));
        ends.target = [192, 168, 2, 2].into();
        Captured { at: from + i64::from(n), octets: udp(&ends, 1, b"who is there") }
    });
    let all = mixed(all, scan);
    speaker_is_found(&analyzed(all.iter().map(whole)), &truth);
}

#[test]
fn a_speaker_is_found_inside_a_flood_of_200_000_flows() {
    let (all, truth) = speaker(400);
    let (from, until) = (all[0].at - SECOND, all[all.len() - 1].at);
    // First as many as there is room for within a second, then evenly to the end.
    let at = |n: u32| {
        let late = i64::from(n.saturating_sub(40_000)) * ((until - from - SECOND) / 160_000);
        from + i64::from(n.min(40_000)) * (SECOND / 40_000) + late
    };
    let flood = (0..200_000_u32).map(|n| {
        let mut ends = stranger(mac(1), u16::try_from(n % 60_000).unwrap() + 1_024);
        ends.target = [203, 0, 113, u8::try_from(n / 60_000).unwrap()].into();
        Captured { at: at(n), octets: tcp(&ends, 1, &header(7, PSH | ACK), b"flood") }
    });
    let all = mixed(all, flood);
    speaker_is_found(&analyzed(all.iter().map(whole)), &truth);
}

#[test]
fn a_speaker_is_found_inside_a_flood_of_syns() {
    let (all, truth) = speaker(400);
    let (from, until) = (all[0].at, all[all.len() - 1].at);
    let flood = (0..200_000_u32).map(|n| {
        let ends = stranger(mac(1), u16::try_from(n % 60_000).unwrap() + 1_024);
        let at = from + i64::from(n) * ((until - from) / 200_000);
        Captured { at, octets: tcp(&ends, 1, &header(n, SYN), b"") }
    });
    let all = mixed(all, flood);
    let findings = analyzed(all.iter().map(whole));
    speaker_is_found(&findings, &truth);
    assert_eq!(findings.capture.flows_not_followed, 0, "a SYN alone takes no room");
}

/// Peak of resident memory of this process, octets.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

/// In a process of its own, so that other tests do not weigh in: the test runs itself again.
#[cfg(target_os = "linux")]
#[test]
fn what_waits_for_a_missing_segment_is_bounded_over_all_flows() {
    if std::env::var_os("EARWITNESS_TEST_ALONE").is_none() {
        let name = "floods::what_waits_for_a_missing_segment_is_bounded_over_all_flows";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let run = alone.args(["--exact", name, "--nocapture"]).env("EARWITNESS_TEST_ALONE", "1").output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        return;
    }
    let mut analysis = earwitness_core::analysis::Analysis::new(earwitness_core::analysis::AnalysisSettings::default());
    // 8,000 flows, each with 30 segments of 1,400 octets that come after one that never does: 336 MB.
    for round in 0..31_u32 {
        for flow in 0..8_000_u16 {
            let sequence = if round == 0 { 0 } else { 5_000 + round * 1_400 };
            let octets = tcp(&stranger(mac(1), flow + 1_024), 1, &header(sequence, ACK), &[23; 1_400]);
            let at = 1_700_000_000 * SECOND + i64::from(round) * SECOND / 30;
            analysis.frame(&whole(&Captured { at, octets }));
        }
    }
    assert_eq!(analysis.finish().capture.frames, 31 * 8_000);
    assert!(peak() < 64 << 20, "{} MB", peak() >> 20);
}

#[cfg(target_os = "linux")]
#[test]
fn unfinished_hellos_are_bounded_over_all_flows() {
    if std::env::var_os("EARWITNESS_TEST_ALONE").is_none() {
        let name = "floods::unfinished_hellos_are_bounded_over_all_flows";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let run = alone.args(["--exact", name, "--nocapture"]).env("EARWITNESS_TEST_ALONE", "1").output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        return;
    }
    let mut analysis = earwitness_core::analysis::Analysis::new(earwitness_core::analysis::AnalysisSettings::default());
    // 20,000 flows that begin a hello of 16,000 octets and go on with it: 224 MB.
    let begin = [&[22, 3, 1, 0x3f, 0, 1, 0, 0x3e, 0x80][..], &[0; 1_391]].concat();
    for round in 0..8_u32 {
        for flow in 0..20_000_u16 {
            let payload = if round == 0 { &begin[..] } else { &[0; 1_400] };
            let octets = tcp(&stranger(mac(1), flow + 1_024), 1, &header(round * 1_400, ACK), payload);
            let at = 1_700_000_000 * SECOND + i64::from(round) * SECOND / 10;
            analysis.frame(&whole(&Captured { at, octets }));
        }
    }
    assert_eq!(analysis.finish().capture.frames, 160_000);
    assert!(peak() < 64 << 20, "{} MB", peak() >> 20);
}
