//! Somebody on a bridge answers sounds in the address of another device: the verdict of a session that watches for real says so.

use std::process::Stdio;

use super::lab::{Lab, inside, ip, run};

/// A device that says something four times a second, its gateway that answers, and an intruder that sends at a codec's beat in the device's addresses, with
/// the hop limit of another system.
const TRAFFIC: &str = r"
import socket, struct, time
DEVICE, GATEWAY = bytes.fromhex('02000000aa07'), bytes.fromhex('02000000aa01')
def port(name):
    it = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    it.bind((name, 0))
    return it
def frame(to, of, source, target, hops, ports, octets):
    udp = struct.pack('>HHHH', *ports, 8 + octets, 0) + bytes(octets)
    ip = bytearray(struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0x4000, hops, 17, 0, bytes(source), bytes(target)))
    total = sum(struct.unpack('>10H', ip))
    ip[10:12] = struct.pack('>H', ~((total & 0xffff) + (total >> 16)) & 0xffff)
    return to + of + b'\x08\x00' + bytes(ip) + udp
device, other = port('va'), port('wa')
own, cloud, far = [192, 168, 1, 7], [198, 51, 100, 7], [203, 0, 113, 66]
begun = time.monotonic()
for n in range(100_000):
    time.sleep(max(0, begun + n / 50 - time.monotonic()))
    if n % 12 == 0:
        device.send(frame(GATEWAY, DEVICE, own, cloud, 64, (5000, 443), 60))
        other.send(frame(DEVICE, GATEWAY, cloud, own, 57, (443, 5000), 40))
    if n % 300 < 150:
        other.send(frame(GATEWAY, DEVICE, own, far, 128, (6000, 443), 160))
";

const CONFIGURATION: &str = r#"
[probing]
sounds = ["glass"]
quiet = []
warm_up_seconds = 2.0
slots = 2
slot_seconds = 4.0
guard_seconds = 1.0
rest_seconds = [0.5, 1.0]
probe_seconds = [1.0]
[loudspeaker]
device = "wav"
file = "out.wav"
[microphone]
device = "off"
"#;

#[test]
fn who_answers_in_a_neighbours_address_is_told_beside_the_neighbours_verdict() {
    let Some(lab) = Lab::new() else { return };
    if !inside(&lab.a, "python3").arg("--version").output().is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: an intruder needs python3 to send frames of its own");
        return;
    }
    ip(&["link", "add", "wa", "netns", &lab.a, "type", "veth", "peer", "name", "wb", "netns", &lab.b]);
    ip(&["-n", &lab.a, "link", "set", "wa", "up"]);
    ip(&["-n", &lab.b, "link", "add", "home", "type", "bridge"]);
    for port in ["vb", "wb"] {
        ip(&["-n", &lab.b, "link", "set", port, "master", "home", "up"]);
    }
    ip(&["-n", &lab.b, "link", "set", "home", "up"]);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("probe.toml"), CONFIGURATION).unwrap();
    let mut traffic = inside(&lab.a, "python3").args(["-c", TRAFFIC]).stdout(Stdio::null()).spawn().unwrap();
    // It would wait for what the last round causes, of which this traffic has no end.
    let mut probe = inside(&lab.b, "timeout");
    probe.args([
        "--preserve-status",
        "45",
        env!("CARGO_BIN_EXE_earwitness"),
        "probe",
        "-c",
        "probe.toml",
        "-i",
        "home",
        "--state",
        "state",
        "--rounds",
        "3",
        "--anyway",
    ]);
    let output = run(probe.current_dir(folder.path()));
    traffic.kill().unwrap();
    traffic.wait().unwrap();
    let output = output.split_whitespace().collect::<Vec<_>>().join(" ");
    let qualified =
        "sends under this MAC address: different hop limits at the same time. What is said here is of all of them together.";
    assert!(output.contains("Verdicts") && output.contains("02:00:00:00:aa:07") && output.contains(qualified), "{output}");
}
