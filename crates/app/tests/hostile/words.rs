//! Words from the network are text, whatever they try to be.

use std::process::Command;

use earwitness_core::mac::Mac;
use earwitness_sim::discovery::{DhcpKind, Lease, dhcp, mdns_announcement, ssdp_alive};
use earwitness_sim::file::{Captured, pcap};
use earwitness_sim::packet::{Ends, udp};

use crate::home::{analyzed, device, mixed, speaker, stranger, whole};

/// Moves the cursor, turns the writing round (U+202E), begins a script, and ends an attribute.
const NASTY: &str = "\x1b[2J\u{202e}<script>alert(1)</script>\"'&\u{7}";

const MAC: Mac = Mac([2, 0, 0, 0, 0, 9]);

fn to_group(port: u16) -> Ends {
    let group = Ends { source_mac: MAC, target_mac: Mac::BROADCAST, target: [224, 0, 0, 251].into(), ..stranger(MAC.0, port) };
    Ends { source_port: port, target_port: port, ..group }
}

/// A device that has such names in every protocol that names devices.
fn named(name: &str) -> Vec<Captured> {
    let (all, _) = speaker(400);
    let lease = Lease {
        mac: MAC,
        address: [192, 168, 1, 200].into(),
        server: [192, 168, 1, 1].into(),
        host_name: name,
        vendor_class: name,
        transaction: 1,
    };
    let asks = Ends { source_port: 68, target_port: 67, ..to_group(68) };
    let more = [
        udp(&asks, 1, &dhcp(DhcpKind::Request, &lease)),
        udp(&to_group(5_353), 2, &mdns_announcement(name, "_http._tcp", [192, 168, 1, 200].into())),
        udp(&to_group(1_900), 3, &ssdp_alive(name, [192, 168, 1, 200].into())),
    ];
    let at = all[0].at;
    mixed(all, more.map(|octets| Captured { at, octets }))
}

#[test]
fn names_cannot_write_markup_or_move_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("home.pcap");
    std::fs::write(&capture, pcap(&named(NASTY))).unwrap();
    let page = folder.path().join("report.html");
    let run =
        Command::new(env!("CARGO_BIN_EXE_earwitness")).arg("analyze").arg("--html").arg(&page).arg(&capture).output().unwrap();
    assert!(run.status.success());
    let table = String::from_utf8(run.stdout).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    for (what, text) in [("table", &table), ("page", &page)] {
        assert!(text.contains("alert(1)"), "the name is shown in the {what}");
        let harmless =
            |it: char| it == '\n' || !it.is_control() && !matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(text.chars().all(harmless), "{what}: {:?}", text.chars().find(|it| !harmless(*it)));
    }
    assert!(!page.contains("<script") && !page.contains("</script"), "markup of the name's own");
}

#[test]
fn names_cannot_break_the_json() {
    let octets = pcap(&named(NASTY));
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("home.pcap");
    std::fs::write(&capture, octets).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_earwitness")).args(["analyze", "--json"]).arg(&capture).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let named = report["devices"].as_array().unwrap().iter().find(|it| it["mac"] == MAC.to_string()).unwrap();
    assert!(named["host_name"].as_str().unwrap().contains("<script>"), "in JSON the name stands as text: {named}");
}

#[test]
fn names_as_long_as_a_datagram_holds_are_cut_or_refused() {
    for name in ["a".repeat(20_000), "a.".repeat(10_000), "\u{e9}".repeat(10_000)] {
        let findings = analyzed(named(&name).iter().map(whole));
        let found = device(&findings, MAC);
        let names = found.names.iter().chain(&found.host_name).chain(&found.vendor_class);
        assert!(names.map(|it| it.reveal().len()).all(|length| length <= 512));
    }
}

#[test]
fn a_dns_message_of_64_kib_of_pointers_is_passed_over() {
    // Each answer's name is a pointer into a chain of pointers, 30,000 long.
    let mut message = vec![0, 7, 0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 1, 0, 1];
    for n in 0..32_000_u16 {
        message.extend((0xc000 | (12 + n % 0x3ff0)).to_be_bytes());
    }
    let answer = Ends { source_port: 53, target_port: 40_000, ..stranger(MAC.0, 53) };
    let all: Vec<Captured> = (0..50).map(|at| Captured { at, octets: udp(&answer, 1, &message) }).collect();
    let findings = analyzed(all.iter().map(whole));
    assert_eq!(findings.devices.len(), 2);
}
