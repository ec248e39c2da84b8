//! Captures as homes and routers make them: the same devices and sightings, or a word about what was not read.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use earwitness_sim::file::Captured;
use earwitness_sim::home::frames;
use earwitness_sim::scenario::Kind;
use serde_json::Value;

use crate::program::{Run, analyze_with, classic, report, save, scenario};

/// Two minutes of a home with a speaker.
fn home() -> Vec<Captured> {
    frames(11, scenario(Kind::Sample, 120)).0
}

/// The JSON report about a capture.
fn read(octets: &[u8]) -> (Value, Run) {
    let run = analyze_with(&["--json", "-"], octets);
    assert_eq!(run.status, 0, "{}", run.err);
    (serde_json::from_str(&run.out).unwrap(), run)
}

/// The ends of a mirror in a home: router, machine that collects.
const AT_HOME: [[u8; 4]; 2] = [[192, 168, 88, 1], [192, 168, 88, 7]];

/// A datagram's ports and length, and what it holds.
fn datagram(port: u16, inside: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + inside.len()).unwrap();
    [&[0x9c, 0x40][..], &port.to_be_bytes(), &length.to_be_bytes(), &[0, 0], inside].concat()
}

/// Every frame in an Ethernet frame from a router that mirrors to a machine that collects; a port, unless it is GRE.
fn mirrored(frames: &[Captured], ends: [[u8; 4]; 2], port: Option<u16>, header: &[u8]) -> Vec<Captured> {
    let length = |octets: usize| u16::try_from(octets).unwrap().to_be_bytes();
    let wrap = |octets: &[u8]| {
        let inside = [header, octets].concat();
        let (protocol, body) = port.map_or_else(|| (47, inside.clone()), |port| (17, datagram(port, &inside)));
        let [from, to] = ends;
        let packet = [&[0x45, 0][..], &length(20 + body.len()), &[0, 0, 0, 0, 64, protocol, 0, 0], &from, &to, &body];
        [&[0xb8, 0x27, 0xeb, 0, 0, 2, 0x48, 0xa9, 0x8a, 0, 0, 1, 8, 0][..], &packet.concat()].concat()
    };
    frames.iter().map(|it| Captured { at: it.at, octets: wrap(&it.octets) }).collect()
}

/// The devices of a report.
fn devices(report: &Value) -> &Value {
    &report["devices"]
}

#[test]
fn what_a_mirror_carries_is_reported_as_if_captured_there_and_the_mirror_is_no_device() {
    let native = home();
    let (plain, _) = read(&classic(&native));
    assert!(plain["devices"].as_array().unwrap().iter().any(|it| it["sightings"].as_array().is_some_and(|all| !all.is_empty())));
    let tzsp = [1, 0, 0, 1, 1];
    let erspan = [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0];
    let extended = [0x0c, 0, 0, 3, 0, 0, 42, 0];
    for (port, header) in [(Some(37_008), &tzsp[..]), (Some(4_790), &extended), (None, &erspan)] {
        let (report, _) = read(&classic(&mirrored(&native, AT_HOME, port, header)));
        assert_eq!(devices(&report), devices(&plain));
        assert_eq!(report["capture"]["not_read"], plain["capture"]["not_read"]);
    }
}

#[test]
fn a_mirror_that_stays_closed_is_named_and_nobody_is_accused_of_what_it_carries() {
    let native = home();
    let public = [[198, 51, 100, 2], [203, 0, 113, 9]];
    let outward = [[192, 168, 88, 1], [203, 0, 113, 9]];
    for (name, port, header) in [
        ("Tzsp", Some(37_008), &[1, 0, 0, 1, 1][..]),
        ("Vxlan", Some(4_789), &[8, 0, 0, 0, 0, 0, 42, 0]),
        ("Geneve", Some(6_081), &[0, 0, 0x65, 0x58, 0, 0, 42, 0]),
        ("HpErm", Some(7_932), &[7; 12]),
        ("GreBridged", None, &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0]),
    ] {
        for ends in [public, outward] {
            let octets = classic(&mirrored(&native, ends, port, header));
            let (report, _) = read(&octets);
            assert_eq!(report["capture"]["not_read"][format!("{name} left unopened")], native.len(), "{name}");
            for device in report["devices"].as_array().unwrap() {
                let all = ["sightings", "local_sightings", "continuous"].map(|it| device[it].as_array().map_or(0, Vec::len));
                assert_eq!(all, [0; 3], "{name}: {device}");
            }
            let run = analyze_with(&["--exit-code", "-"], &octets);
            assert_eq!(run.status, 2, "{name}");
            assert!(run.out.starts_with("Most of this capture could not be read"), "{name}: {}", run.out);
        }
    }
}

#[test]
fn a_mirror_at_home_on_a_port_of_its_own_is_named_and_nobody_is_accused_of_what_it_carries() {
    let native = home();
    for (name, header) in
        [("Tzsp", &[1, 0, 0, 1, 1][..]), ("Vxlan", &[8, 0, 0, 0, 0, 0, 42, 0]), ("Geneve", &[0, 0, 0x65, 0x58, 0, 0, 42, 0])]
    {
        let octets = classic(&mirrored(&native, AT_HOME, Some(50_000), header));
        let (report, _) = read(&octets);
        let closed = report["capture"]["not_read"][format!("{name} left unopened")].as_u64();
        // ARP and the like do not show what carries them.
        assert!(closed.is_some_and(|closed| closed * 10 >= native.len() as u64 * 9), "{name}: {closed:?} of {}", native.len());
        for device in report["devices"].as_array().unwrap() {
            let all = ["sightings", "local_sightings", "continuous"].map(|it| device[it].as_array().map_or(0, Vec::len));
            assert_eq!(all, [0; 3], "{name}: {device}");
        }
    }
}

#[test]
fn a_mirror_beside_what_was_captured_itself_finds_no_upload_twice() {
    let native = home();
    let (plain, _) = read(&classic(&native));
    let mirror = mirrored(&native, AT_HOME, Some(37_008), &[1, 0, 0, 1, 1]);
    let both: Vec<_> = native.into_iter().zip(mirror).flat_map(|(one, two)| [one, two]).collect();
    let (report, _) = read(&classic(&both));
    let found = |report: &Value| {
        let all = report["devices"].as_array().unwrap().iter();
        all.map(|it| (it["mac"].clone(), it["role"].clone(), it["sightings"].as_array().map_or(0, Vec::len))).collect::<Vec<_>>()
    };
    assert_eq!(found(&report), found(&plain));
}

#[test]
fn the_format_of_routers_with_longer_headers_gives_the_same_devices() {
    let native = home();
    let mut file = vec![0x34, 0xcd, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 6, 0, 0, 1, 0, 0, 0];
    // Microseconds are all that it holds.
    let native: Vec<_> = native.into_iter().map(|it| Captured { at: it.at / 1_000 * 1_000, octets: it.octets }).collect();
    let gateway = [0, 0, 0x5e, 0, 0x53, 1];
    for it in &native {
        let sent = if it.octets[6..12] == gateway { 4 } else { 0 };
        let length = u32::try_from(it.octets.len()).unwrap();
        let word = |value: i64| u32::try_from(value).unwrap();
        for value in [word(it.at / 1_000_000_000), word(it.at % 1_000_000_000 / 1_000), length, length, 3] {
            file.extend(value.to_le_bytes());
        }
        file.extend([8, 0, sent, 0]);
        file.extend(&it.octets);
    }
    assert!(native.iter().any(|it| it.octets[6..12] == gateway));
    let (report, run) = read(&file);
    assert_eq!(run.err, "");
    assert_eq!(devices(&report), devices(&read(&classic(&native)).0));
}

#[test]
fn files_joined_with_cat_are_read_to_the_end_and_that_is_reported() {
    let all = home();
    let (front, back) = all.split_at(all.len() / 2);
    let (report, run) = read(&[classic(front), classic(back)].concat());
    assert_eq!(devices(&report), devices(&read(&classic(&all)).0));
    assert!(run.err.lines().count() == 1 && run.err.contains("another capture file begins here"), "{}", run.err);
}

#[test]
fn captures_days_apart_have_time_between_them_and_no_clock_that_was_set() {
    let monday = home();
    let wednesday: Vec<_> =
        monday.iter().map(|it| Captured { at: it.at + 172_800_000_000_000, octets: it.octets.clone() }).collect();
    let folder = tempfile::tempdir().unwrap();
    let [one, two, joined, set] = [
        ("monday.pcap", classic(&monday)),
        ("wednesday.pcap", classic(&wednesday)),
        ("joined.pcap", [classic(&monday), classic(&wednesday)].concat()),
        ("set.pcap", classic(&[monday, wednesday].concat())),
    ]
    .map(|(name, octets)| save(folder.path(), name, &octets));
    for (captures, jumps) in [(vec![&two, &one], 0), (vec![&joined], 0), (vec![&set], 1)] {
        let (report, said) = report(&captures.into_iter().map(PathBuf::as_path).collect::<Vec<_>>());
        assert_eq!(report["capture"]["clock_ahead"], jumps, "{said}");
        assert_eq!(said.contains("one begins 1 day 23 h after the one before it"), jumps == 0, "{said}");
    }
}

#[test]
fn a_tail_of_zeros_is_no_frame_of_1970() {
    let all = home();
    let (report, run) = read(&[classic(&all), vec![0; 4_096]].concat());
    assert_eq!(report["capture"]["frames"], all.len());
    assert_eq!(report["capture"]["first_ns"], read(&classic(&all)).0["capture"]["first_ns"]);
    assert!(run.err.contains("zeros here instead of a packet"), "{}", run.err);
}

#[test]
fn types_that_are_not_read_are_counted_by_name() {
    let frame = |kind: [u8; 2]| Captured { at: 1_000, octets: [&[2; 12][..], &kind, &[1; 50]].concat() };
    let (report, _) = read(&classic(&[frame([0x88, 0x99]), frame([0x88, 0x99]), frame([0x77, 0x77]), frame([0x88, 0xcc])]));
    let not_read = &report["capture"]["not_read"];
    assert_eq!(not_read["EtherType 0x8899 (Realtek) not read"], 2);
    assert_eq!(not_read["EtherType 0x7777 not read"], 1);
    assert_eq!(not_read.as_object().unwrap().len(), 2, "LLDP carries nobody's data");
}

#[test]
fn a_capture_of_nothing_that_can_be_read_says_so_whatever_hides_its_packets() {
    let native = home();
    let length = |octets: usize| u16::try_from(octets).unwrap().to_be_bytes();
    let in_llc =
        |header: &[u8], octets: &[u8]| [&octets[..12], &length(header.len() + octets.len() - 14), header, &octets[14..]].concat();
    let link = |mut file: Vec<u8>, number: u8| {
        file[20] = number;
        file
    };
    let all = |wrap: &dyn Fn(&[u8]) -> Vec<u8>| {
        let short = native.iter().filter(|it| it.octets.len() < 1_400);
        classic(&short.map(|it| Captured { at: it.at, octets: wrap(&it.octets) }).collect::<Vec<_>>())
    };
    let cooked = |octets: &[u8]| [&[0, 0, 0, 1, 0, 6], &octets[6..12], &[0, 0, 0, 4], &octets[14..]].concat();
    for (file, why) in [
        (all(&|it| in_llc(&[0xe0, 0xe0, 3], it)), "LLC 0xe0 (IPX) not read"),
        (all(&|it| in_llc(&[0xaa, 0xaa, 3, 0x12, 0x34, 0x56, 8, 0], it)), "SNAP 123456 not read"),
        (all(&|it| in_llc(&[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7], it)), "SNAP 0080c2 (bridged frames) not read"),
        (link(all(&cooked), 113), "LLC 0x45 not read"),
        (link(all(&|it| [&[99, 0, 0, 0], &it[14..]].concat()), 0), "address family 99 not read"),
    ] {
        let (report, _) = read(&file);
        let frames = report["capture"]["frames"].as_u64().unwrap();
        let counted = report["capture"]["not_read"][why].as_u64().unwrap_or_default();
        assert!(counted > frames * 9 / 10, "{why}: {counted} of {frames}");
        let run = analyze_with(&["--exit-code", "-"], &file);
        assert_eq!(run.status, 2, "{why}");
        assert!(run.out.starts_with("Most of this capture could not be read"), "{}", run.out);
    }
}

#[test]
fn in_the_night_of_the_changed_clocks_the_end_comes_after_the_start() {
    let folder = tempfile::tempdir().unwrap();
    // 2026-10-25T00:59:00Z and 161 s later.
    let frame = |seconds: i64| Captured { at: seconds * 1_000_000_000, octets: vec![2; 60] };
    let path = save(folder.path(), "night.pcap", &classic(&[frame(1_792_889_940), frame(1_792_890_101)]));
    let output =
        Command::new(env!("CARGO_BIN_EXE_earwitness")).arg("analyze").arg(&path).env("TZ", "Europe/Berlin").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap().replace('\n', " ");
    assert!(printed.contains("from 2026-10-25 02:59:00+02:00 to 2026-10-25 02:01:41+01:00"), "{printed}");
}

/// Runs a command whose reader takes `lines` lines and goes.
fn read_by_head(arguments: &[&str], lines: usize, folder: &Path) -> (Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut octet = [0];
    let mut left = lines;
    while left > 0 && out.read(&mut octet).unwrap() == 1 {
        left -= usize::from(octet == *b"\n");
    }
    drop(out);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_reader_that_goes_ends_any_command_quietly() {
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "home.pcap", &classic(&home()));
    for lines in [0, 1] {
        for arguments in [
            &["analyze", "-q", "home.pcap"][..],
            &["analyze", "-q", "home.pcap", "--json"],
            &["simulate", "--list"],
            &["simulate", "every-kind", "--print"],
            &["capture", "--list"],
            &["gateway", "status", "--json"],
            &["doctor", "--no-sound", "--quiet", "--seconds", "1"],
            &["--help"],
            &["analyze", "--help"],
        ] {
            let (status, printed) = read_by_head(arguments, lines, folder.path());
            // A command may be done before its reader goes; then the status is its own (no gateway is up).
            assert!(status.is_some(), "{arguments:?} ended by a signal");
            assert_eq!(printed, "", "{arguments:?} after {lines} lines");
        }
    }
}
