//! Writes small valid inputs for the fuzz targets to begin with:
//! `cargo run -p earwitness-sim --example fuzz_seeds`

use std::path::Path;
use std::{fs, io};

use earwitness_core::frame::{Frame, Link};
use earwitness_core::pcap::{Description, write};
use earwitness_core::time::Timestamp;
use earwitness_sim::chance::Chance;
use earwitness_sim::discovery::{self, DhcpKind, Lease};
use earwitness_sim::file::{self, Captured};
use earwitness_sim::home::frames;
use earwitness_sim::scenario::{Kind, Scenario};
use earwitness_sim::{quic, tls};

/// A request of a skill: where its certificates lie, and its body.
const SKILL_URL: &str = "https://s3.amazonaws.com/echo.api/echo-api-cert-14.pem";
const SKILL_BODY: &str = r#"{"session": {"new": true, "application": {"applicationId": "amzn1.ask.skill.1"}, "attributes": {"pending": "pause 30"}},
"context": {"System": {"application": {"applicationId": "amzn1.ask.skill.1"}}},
"request": {"type": "IntentRequest", "requestId": "1", "timestamp": "2026-06-01T12:00:00Z",
"intent": {"name": "Pause", "slots": {"duration": {"name": "duration", "value": "PT30M"}}}}}"#;

fn main() -> io::Result<()> {
    for (target, seeds) in [
        ("capture_file", capture_files()),
        ("packed", vec![classic(), gzip(&classic()), [gzip(&classic()), gzip(&pcapng())].concat()]),
        ("frames_folder", vec![pcapng(), pcapng()[..pcapng().len() - 7].to_vec()]),
        ("dissect", dissect()),
        ("tls", hellos()),
        ("dns", dns()),
        ("dhcp", dhcp()),
        ("quic", initials()),
        ("ssdp", vec![discovery::ssdp_alive("Linux UPnP/1.0 speaker/1.2", [192, 0, 2, 9].into())]),
        ("analysis", homes()),
        ("clock", beats()),
        ("probe_log", probe_logs()),
        ("ledger_history", histories()?),
        ("config", configurations()),
        ("sound_file", sound_files()),
        ("ring_block", blocks()),
        ("netlink", interfaces()),
        ("sound_server", sound_server()),
        ("mmdb", vec![table()]),
        (
            "store",
            vec![
                vec![],
                vec![1],
                [vec![1], (0..120).flat_map(|place| [place / 64, place % 64 * 4, 9, 1, place]).collect()].concat(),
            ],
        ),
        ("experiment_file", files("../lab/presets")),
        ("experiment_journal", vec![JOURNAL.as_bytes().to_vec()]),
        ("subtitles", [SRT, TTML].map(|text| text.as_bytes().to_vec()).to_vec()),
        ("control", ["pause", "resume", "status\n"].map(|word| word.as_bytes().to_vec()).to_vec()),
        ("skill_request", vec![[SKILL_URL, SKILL_BODY].join("\n").into_bytes()]),
        ("doors", [DOORS_LINK, DOORS_FORM].map(|text| text.as_bytes().to_vec()).to_vec()),
        ("scenario", earwitness_sim::plan::Plan::shipped().iter().map(|it| it.1.as_bytes().to_vec()).collect()),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}

/// A browser that comes with a link, and one with a form, a cookie and a token.
const DOORS_LINK: &str = "GET /device/2?key=00000000000000000000000000000000&offset=20\nHost: 127.0.0.1:8646\n\n";
const DOORS_FORM: &str = "POST /leave\nHost: ear.home.example\nOrigin: http://ear.home.example\nCookie: a=1; earwitness-8646=00000000000000000000000000000000\nAuthorization: Bearer 00000000000000000000000000000000\nContent-Type: application/x-www-form-urlencoded\n\ncsrf=0&to=%2F%2Fevil.example&all=yes";

/// Two trials of an experiment, of which one counts, and a line that was cut.
const JOURNAL: &str = r#"{"at_ns":1,"record":"experiment","format":1,"version":"0","file":"name = \"a\"\nquestion = \"b\"\nnights = 1\nrepeats = 2\n[[condition]]\nname = \"c\"\nparts = [{ silence_seconds = 1 }]\n[[condition]]\nname = \"d\"\nparts = [{ say = \"alexa\" }]\n","set":[],"blocks":2,"recordings":{}}
{"at_ns":2,"record":"night","night":0}
{"at_ns":3,"record":"began","trial":0,"attempt":1}
{"at_ns":9,"record":"played","trial":0,"onset_ns":4,"onset_error_ns":1,"heard":"yes","level_dbfs":-30.5,"wake_ns":4,"sound_end_ns":8,"rate":48000,"digest":"00","parts":[{"kind":"utterance","samples":3,"what":"alexa"}]}
{"at_ns":10,"record":"replied","trial":0,"from_ns":9,"until_ns":10,"level_dbfs":-40.0,"is_reply":true}
{"at_ns":11,"record":"done","trial":0}
{"at_ns":12,"record":"began","trial":1,"attempt":1}
{"at_ns":13,"record":"lo"#;

const SRT: &str = "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i>, [door] Alexander.\n\n";
const TTML: &str = "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div begin=\"1s\"><p begin=\"00:00:01:10\" dur=\"50f\">Hello<br/>there</p></div></body></tt>";

/// The files of a folder beside this crate.
fn files(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

fn capture_files() -> Vec<Vec<u8>> {
    // The same in the other byte order and in microseconds: the magic decides, the rest is for the fuzzer to mend.
    let mut swapped = classic();
    swapped[..24].chunks_exact_mut(4).for_each(<[u8]>::reverse);
    let mut micro = classic();
    micro[..4].copy_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
    // The format of routers has 8 octets more in front of each frame.
    let mut modified = classic();
    modified[..4].copy_from_slice(&0xa1b2_cd34_u32.to_le_bytes());
    modified.splice(40..40, [3, 0, 0, 0, 8, 0, 4, 0]);
    let joined = [classic(), pcapng(), micro.clone()].concat();
    let cut = [classic(), vec![0; 64]].concat();
    vec![classic(), pcapng(), [pcapng(), pcapng()].concat(), swapped, micro, modified, joined, cut]
}

/// A gzip file whose one block is stored as it is (RFC 1951, section 3.2.4; RFC 1952).
fn gzip(octets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(octets.len()).unwrap_or(u16::MAX);
    let check = octets.iter().fold(u32::MAX, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    });
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let lengths = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
    [&head[..], &lengths, octets, &(!check).to_le_bytes(), &u32::from(length).to_le_bytes()].concat()
}

/// Kinds of home that differ in what is on the wire.
const HOMES: [Kind; 5] = [Kind::Sample, Kind::SpeakerCbr, Kind::SpeakerQuic, Kind::SpeakerRtp, Kind::SpeakerLossy];

fn home(kind: Kind) -> Vec<Captured> {
    frames(1, Scenario { kind, seconds: 20 }).0
}

/// A frame of every length, in front of it the link type and the length on the wire.
fn dissect() -> Vec<Vec<u8>> {
    let mut all: Vec<Captured> = HOMES.into_iter().flat_map(home).filter(|it| it.octets.len() < 400).collect();
    all.sort_by_key(|it| it.octets.len());
    all.dedup_by_key(|it| it.octets.len());
    let ethernet = all.iter().map(|it| (0, it.octets.as_slice()));
    // The same packets on links that begin with the IP header, or with a protocol and the IP header.
    let raw = all.iter().filter_map(|it| Some((4, it.octets.get(14..)?)));
    let mirrored: Vec<Vec<u8>> = all.iter().take(4).flat_map(|it| mirrors(&it.octets)).collect();
    let mirrored = mirrored.iter().map(|octets| (0, octets.as_slice()));
    ethernet.chain(raw).chain(mirrored).map(|(link, octets)| [&[link, 0, 2, 0, 0], octets].concat()).collect()
}

/// A frame as TZSP, VXLAN and ERSPAN II carry it, in an IPv4 packet of a home.
fn mirrors(frame: &[u8]) -> Vec<Vec<u8>> {
    let erspan = &[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0][..];
    let headers = [(37_008, &[1, 0, 0, 1, 1][..]), (4_789, &[8, 0, 0, 0, 0, 0, 42, 0]), (0, erspan)];
    let length = |octets: usize| u16::try_from(octets).unwrap_or(u16::MAX).to_be_bytes();
    let all = headers.map(|(port, header): (u16, &[u8])| {
        let inside = [header, frame].concat();
        let ports = [&[0x9c, 0x40][..], &port.to_be_bytes(), &length(8 + inside.len()), &[0, 0]].concat();
        let body = if port == 0 { inside } else { [ports, inside].concat() };
        let protocol = if port == 0 { 47 } else { 17 };
        let start = [&[2; 12][..], &[8, 0, 0x45, 0], &length(20 + body.len()), &[0, 0, 0, 0, 64, protocol, 0, 0]].concat();
        [start, vec![192, 168, 88, 1, 192, 168, 88, 7], body].concat()
    });
    all.to_vec()
}

fn hellos() -> Vec<Vec<u8>> {
    let mut chance = Chance::new(1);
    let hello = tls::client_hello("voice.assistant.example", &["h2", "http/1.1"], &mut chance);
    vec![hello.clone(), [hello, tls::client_finish(&mut chance)].concat(), tls::server_flight(&[40, 300], &mut chance)]
}

fn initials() -> Vec<Vec<u8>> {
    let mut chance = Chance::new(1);
    let message = tls::client_hello_message("media.assistant.example", &["h3"], &[], &mut chance);
    let whole = quic::initial(false, b"earwitne", b"earwitne", &[], &message, 1_200);
    let empty = quic::initial(false, b"earwitne", b"earwitne", &[], &[], 300);
    let length_prefix = |datagram: &[u8]| u16::try_from(datagram.len()).unwrap_or(u16::MAX).to_be_bytes();
    vec![
        [&length_prefix(&whole)[..], &whole].concat(),
        [&length_prefix(&empty)[..], &empty, &whole].concat(),
        [&length_prefix(&whole)[..], &quic::initial(true, b"earwitne", &[], b"server", &message, 0)].concat(),
    ]
}

fn dns() -> Vec<Vec<u8>> {
    let wide = std::net::Ipv6Addr::LOCALHOST;
    vec![
        discovery::dns_query(7, "voice.assistant.example", false),
        discovery::dns_answer(7, "voice.assistant.example", [192, 0, 2, 7].into(), 60),
        discovery::dns_answer(8, "voice.assistant.example", wide.into(), 60),
        discovery::mdns_announcement("speaker", "_http._tcp", [192, 168, 1, 7].into()),
    ]
}

fn dhcp() -> Vec<Vec<u8>> {
    let lease = Lease {
        mac: earwitness_core::mac::Mac([0, 0, 0x5e, 0, 0x53, 7]),
        address: [192, 168, 1, 7].into(),
        server: [192, 168, 1, 1].into(),
        host_name: "speaker",
        vendor_class: "dhcp-client",
        transaction: 1,
    };
    // A DHCPv6 request (RFC 9915): a vendor class (16) and a full name (39).
    let mut wide = vec![1, 0, 0, 1, 0, 16, 0, 10, 0, 0, 0, 9, 0, 4];
    wide.extend_from_slice(b"kind");
    wide.extend_from_slice(&[0, 39, 0, 9, 0, 7]);
    wide.extend_from_slice(b"speaker");
    vec![discovery::dhcp(DhcpKind::Request, &lease), discovery::dhcp(DhcpKind::Acknowledge, &lease), wide]
}

/// The beginnings of homes, and stretches around sound.
fn homes() -> Vec<Vec<u8>> {
    let mut seeds = vec![pcapng()];
    for kind in HOMES {
        let mut all = home(kind);
        for it in &mut all {
            it.octets.truncate(160);
        }
        seeds.extend(all.chunks(60).take(6).map(file::pcap));
        seeds.push(file::pcapng(&all[..all.len().min(40)]));
    }
    seeds
}

/// Slices that keep a beat: of one length, of similar length, and glued together.
fn beats() -> Vec<Vec<u8>> {
    let mut chance = Chance::new(1);
    let mut seeds = vec![];
    for (spread, carrier) in [(0, 0), (40, 0), (40, 1), (300, 0)] {
        let mut seed = vec![carrier];
        seed.extend_from_slice(&1_700_000_000_000_000_000_i64.to_le_bytes());
        for number in 0..90 {
            // 20 ms, after a second in which nothing was kept back, and a stray answer.
            let gap = if number < 20 { 1_u16 } else { 200 };
            let length = u16::try_from(chance.between(120, 120 + spread)).unwrap_or(120);
            seed.extend_from_slice(&gap.to_le_bytes());
            seed.extend_from_slice(&length.to_le_bytes());
            seed.push(u8::from(number % 17 == 5) * 9);
        }
        seeds.push(seed);
    }
    seeds
}

fn frame(bytes: &[u8], interface: u32) -> Frame<'_> {
    let at = Timestamp::from_nanos(1_700_000_000_123_456_789);
    Frame { at, link: Link::Ethernet, wire_len: 60, bytes, interface }
}

fn classic() -> Vec<u8> {
    let mut out = vec![];
    write::classic_header(&mut out, 1, 65_535);
    write::classic_record(&mut out, &frame(&[7; 30], 0));
    write::classic_record(&mut out, &frame(&[], 0));
    out
}

fn pcapng() -> Vec<u8> {
    let mut out = vec![];
    write::section(&mut out, "earwitness");
    for (link_type, name) in [(1, "eth0"), (113, "any")] {
        let (name, description) = (name.to_owned(), String::new());
        write::interface(&mut out, &Description { link_type, snaplen: 96, name, description });
    }
    write::packet(&mut out, &frame(&[7; 30], 0), &write::Remarks::default());
    write::packet(&mut out, &frame(&[7; 3], 1), &write::Remarks { comment: Some("heard"), flags: Some(1) });
    // A simple packet block, a packet block as it was before 2009, a block of no known type.
    for block in
        [&[3_u32, 20, 60, 0x0707_0707, 20][..], &[2, 36, 0x0005_0001, 0, 9, 4, 60, 0x0707_0707, 36], &[0x0bad, 16, 1, 16]]
    {
        out.extend(block.iter().flat_map(|word| word.to_le_bytes()));
    }
    write::statistics(&mut out, 0, Timestamp::from_nanos(0), 10, 3);
    out
}

/// A round in either format, and no more than moments.
fn probe_logs() -> Vec<Vec<u8>> {
    let comma = "round,slot,kind,start,slot_seconds,onset,seconds,stimulus,sound,heard,void\n\
        0,0,sham,2026-01-01T22:00:00Z,20,,,,,,\n\
        0,1,probe,2026-01-01T22:00:24Z,20,2026-01-01T22:00:24.25Z,3,\"glass, breaking\",noise,yes,glitch\n";
    let lines = "{\"earwitness_probes\":1,\"seed\":7,\"alpha\":0.01,\"slots\":2,\"slot_seconds\":20,\"guard_seconds\":4}\n\
        {\"round\":0,\"slot\":0,\"kind\":\"probe\",\"start\":1767304800.25,\"slot_seconds\":20,\"seconds\":3,\"stimulus\":\"glass\"}\n\
        {\"round\":0,\"slot\":1,\"kind\":\"sham\",\"start\":1767304824250000000,\"slot_seconds\":20}\n";
    [comma, lines, "start;stimulus\n1767304800;alexa\n2026-01-01T23:01:00+01:00;alexa\n"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
}

/// Each layout of a vendor's history, and an archive.
fn histories() -> io::Result<Vec<Vec<u8>>> {
    let alexa = r#"{"customerHistoryRecords":[{"timestamp":1694872943965,"device":{"deviceName":"Bedroom"},"utteranceType":"FALSE_WAKE_WORD",
        "voiceHistoryRecordItems":[{"recordItemType":"CUSTOMER_TRANSCRIPT","transcriptText":"alexa"}]}]}"#;
    let newer = r#"[{"alexaHistoryRecords":[{"timestamp":1694872943965,"utteranceType":"GENERAL","title":"time","deviceInfo":[{"deviceName":"K"}]}]}]"#;
    let older = r#"{"activities":[{"creationTimestamp":1533932315288,"activityStatus":"SUCCESS","description":"{\"summary\":\"hello\"}"}]}"#;
    let google = r#"[{"title":"Said x","time":"2019-09-06T02:27:40.949","audioFiles":["2019-09-06_02_27_40_949_UTC.mp3"]}]"#;
    let page = "<html><div class=\"content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1\">Said <a>a &amp; b</a><br>Sep 6, 2019, 2:30:11 AM GMT+3</div></html>";
    let table = "date;time;seconds;kind\n2026-01-01 12:00;2026-01-01T12:00:00Z;2,5;GENERAL\n";
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    archive.start_file("Takeout/MyActivity.json", zip::write::SimpleFileOptions::default())?;
    io::Write::write_all(&mut archive, google.as_bytes())?;
    let archive = archive.finish()?.into_inner();
    let texts = [alexa, newer, older, google, page, table].map(|text| text.as_bytes().to_vec());
    Ok(texts.into_iter().chain([archive]).collect())
}

/// The reference, with its examples as comments and as keys, and a small one of each kind of gateway.
fn configurations() -> Vec<Vec<u8>> {
    let reference = include_str!("../../../docs/earwitness.toml");
    let gateways = [
        "[gateway]\nmode = \"access-point\"\nradio = \"wlan0\"\ncountry = \"DE\"\nssid = \"home\"\npassphrase = \"long enough\"\n",
        "[gateway]\nlan = [\"eth1\"]\nipv6 = \"fd12:3456:789a:1::/64\"\n",
        "[gateway]\nmode = \"bridge\"\nuplink = \"eth0\"\nlan = [\"eth1\"]\n",
    ];
    [reference.to_owned(), reference.replace("#: ", "")]
        .into_iter()
        .chain(gateways.map(str::to_owned))
        .map(String::into_bytes)
        .collect()
}

/// A tenth of a second of a wave in each format that needs no encoder, and the beginning of shipped speech.
fn sound_files() -> Vec<Vec<u8>> {
    let samples: Vec<i16> = (0..1_600_i16).map(|at| (at % 40 - 20) * 500).collect();
    let length = |octets: usize| u32::try_from(octets).unwrap_or(0);
    let octets = samples.len() * 2;
    let mut wave = [&b"RIFF"[..], &length(octets + 36).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes(), &[1, 0, 1, 0]].concat();
    wave.extend([16_000_u32, 32_000].iter().flat_map(|rate| rate.to_le_bytes()));
    wave.extend([&[2, 0, 16, 0][..], b"data", &length(octets).to_le_bytes()].concat());
    wave.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    let mut aiff = [&b"FORM"[..], &length(octets + 46).to_be_bytes(), b"AIFFCOMM", &18_u32.to_be_bytes(), &[0, 1]].concat();
    // 16,000 as an 80-bit float: 2^13 * 1.953125.
    aiff.extend([&length(samples.len()).to_be_bytes()[..], &[0, 16, 0x40, 0x0c, 0xfa, 0, 0, 0, 0, 0, 0, 0]].concat());
    aiff.extend([&b"SSND"[..], &length(octets + 8).to_be_bytes(), &[0; 8]].concat());
    aiff.extend(samples.iter().flat_map(|sample| sample.to_be_bytes()));
    // Layer III, 128 kbit/s, 44,100 Hz, one channel: silence.
    let mut mp3 = [&[0xff, 0xfb, 0x90, 0xc0][..], &[0; 413]].concat();
    mp3 = mp3.repeat(4);
    // A stream of 4,096 samples a block, 16,000 Hz, one channel, 16 bits; its first block is for the fuzzer to find.
    let flac =
        [&b"fLaC"[..], &[0x80, 0, 0, 34, 16, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0x03, 0xe8, 0x00, 0xf0, 0, 0, 0x06, 0x40], &[0; 16]]
            .concat();
    let speech = include_bytes!("../../sound/data/utterances/slt.ogg");
    vec![wave, aiff, mp3, flac, speech[..speech.len().min(30_000)].to_vec()]
}

/// A block with two frames, as `struct tpacket_block_desc`, `tpacket3_hdr` and `sockaddr_ll` lay them out (`linux/if_packet.h`).
fn blocks() -> Vec<Vec<u8>> {
    let mut block = vec![];
    // Version, private area, status, frames, place of the first, length; then sequence number and times.
    for word in [1_u32, 48, 1, 2, 48, 48 + 2 * 128, 0, 0, 0, 0, 0, 0] {
        block.extend(word.to_ne_bytes());
    }
    for next in [128_u32, 0] {
        let places = u32::from_ne_bytes([82, 0, 96, 0]);
        let mut frame: Vec<u8> = [next, 1_700_000_000, 123, 30, 60, status(next), places, 0, 5, 0x8100, 0, 0]
            .iter()
            .flat_map(|it| it.to_ne_bytes())
            .collect();
        frame.extend([&[17, 0, 8, 0][..], &2_u32.to_ne_bytes(), &[1, 0, 4, 6]].concat());
        frame.resize(128, 7);
        block.extend(frame);
    }
    vec![block]
}

/// `TP_STATUS_USER`, and for the first frame a tag that was taken out, with its protocol.
fn status(next: u32) -> u32 {
    if next == 0 { 1 } else { 1 | 1 << 4 | 1 << 6 }
}

/// What the kernel tells of a loopback interface and of a VLAN in a bridge (`linux/rtnetlink.h`), and that this was all.
fn interfaces() -> Vec<Vec<u8>> {
    let attribute = |kind: u16, value: &[u8]| {
        let length = u16::try_from(4 + value.len()).unwrap_or(0);
        let mut octets = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        octets.resize(octets.len().next_multiple_of(4), 0);
        octets
    };
    let message = |kind: u16, body: &[u8]| {
        let length = u32::try_from(16 + body.len()).unwrap_or(0);
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), &2_u16.to_ne_bytes(), &1_u32.to_ne_bytes(), &[0; 4], body].concat()
    };
    let link = |index: u32, hardware: u16, attributes: &[Vec<u8>]| {
        let info = [&[0, 0][..], &hardware.to_ne_bytes(), &index.to_ne_bytes(), &0x1_0043_u32.to_ne_bytes(), &[0; 4]].concat();
        message(16, &[info, attributes.concat()].concat())
    };
    let lo = link(1, 772, &[attribute(3, b"lo\0"), attribute(4, &65_536_u32.to_ne_bytes())]);
    let number = |number: u32| number.to_ne_bytes();
    let inside =
        [attribute(3, b"eth0.7\0"), attribute(5, &number(2)), attribute(10, &number(3)), attribute(18, &attribute(1, b"vlan\0"))];
    let vlan = link(4, 1, &inside);
    let done = message(3, &[0; 4]);
    vec![[lo.clone(), vlan, done].concat(), lo, message(2, &[0xff; 20])]
}

/// A version, the length of pieces, then replies as `PulseAudio` tags their values: of the greeting, of a stream's timing, of a microphone
/// (`protocol-native.c`, `tagstruct.c`), samples, and a refusal.
fn sound_server() -> Vec<Vec<u8>> {
    let message = |channel: u32, body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap_or(0);
        [&length.to_be_bytes()[..], &channel.to_be_bytes(), &[0; 12], body].concat()
    };
    let reply = |body: &[u8]| message(u32::MAX, &[b"L\0\0\0\x02L\0\0\0\x01", body].concat());
    let auth = reply(b"L\0\0\0\x23");
    let moment = &b"T\x65\x53\xf1\0\0\x0f\x42\x3f"[..];
    let timing = reply(
        &[&b"U\0\0\0\0\0\0\0\0U\0\0\0\0\0\0\x52\x081"[..], moment, moment, b"r\0\0\0\0\0\0\0\x07r\0\0\0\0\0\0\0\x07"].concat(),
    );
    let (none, zero) = (&b"L\xff\xff\xff\xff"[..], &b"U\0\0\0\0\0\0\0\0"[..]);
    let source = reply(
        &[
            &b"L\0\0\0\x01tmicrophone\0N"[..],
            b"a\x03\x01\0\0\xbb\x80m\x01\0",
            none,
            b"v\x01\0\x01\0\x000",
            none,
            b"N",
            zero,
            b"NL\0\0\0\0",
            b"Ptdevice.string\0L\0\0\0\x05x\0\0\0\x05hw:0\0N",
            zero,
            b"V\0\x01\0\0L\0\0\0\0L\0\0\0\0",
            none,
            b"L\0\0\0\0N",
            b"B\0",
        ]
        .concat(),
    );
    let samples = message(3, &[1, 2, 3, 4]);
    let refused = message(u32::MAX, b"L\0\0\0\0L\0\0\0\x01L\0\0\0\x05");
    let all = [auth.clone(), samples, timing.clone(), source.clone(), refused].concat();
    [auth, timing, source, all].map(|octets| [&[22, 7][..], &octets].concat()).to_vec()
}

/// A table with one node and one record (`MaxMind` DB format, version 2.0).
fn table() -> Vec<u8> {
    let text = |text: &str| [&[0x40 | u8::try_from(text.len()).unwrap_or(0)][..], text.as_bytes()].concat();
    let short = |key: &str, number: u8| [text(key), vec![0xa1, number]].concat();
    let country = [vec![0xe1], text("country"), vec![0xe1], text("iso_code"), text("DE")].concat();
    let facts = [
        vec![0xe6],
        short("binary_format_major_version", 2),
        short("binary_format_minor_version", 0),
        [text("database_type"), text("GeoLite2-Country")].concat(),
        short("ip_version", 4),
        [text("node_count"), vec![0xc1, 1]].concat(),
        short("record_size", 24),
    ]
    .concat();
    [&[0, 0, 17, 0, 0, 17][..], &[0; 16], &country, b"\xab\xcd\xefMaxMind.com", &facts].concat()
}
