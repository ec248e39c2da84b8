//! On a real interface: what watching costs while little happens, and an interface that goes down.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;

use super::run::{PROBING, Place, Running, until};

/// A namespace with the interface `vb`, and thirty devices that keep connections alive at the other end.
struct Lan {
    name: String,
    sender: Option<Child>,
}

/// Thirty devices that say a little every five seconds each, as raw frames; and the answers of the gateway.
const DEVICES: &str = r"
import socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('va', 0))
gateway = bytes([2, 0, 0x5e, 0x10, 0, 0xfe])
turn = 0
while True:
    for device in range(30):
        mac = bytes([2, 0, 0x5e, 0x10, 1, device])
        ip = bytes([192, 168, 7, 20 + device])
        far = bytes([203, 0, 113, device])
        for source, target, a, b, sp, dp, seq in ((mac, gateway, ip, far, 40000 + device, 443, turn), (gateway, mac, far, ip, 443, 40000 + device, turn)):
            body = b'\x17\x03\x03\x00\x1a' + bytes(26)
            tcp = struct.pack('!HHIIBBHHH', sp, dp, (1000 + 31 * seq) & 0xffffffff, 77 + 31 * seq, 0x50, 0x18, 4096, 0, 0) + body
            head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), turn & 0xffff, 0, 64, 6, 0) + a + b
            s.send(target + source + b'\x08\x00' + head + tcp)
        time.sleep(5 / 30)
    turn += 1
";

fn run(program: &str, words: &[&str]) -> bool {
    Command::new(program).args(words).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

impl Lan {
    fn new(number: u32) -> Option<Self> {
        let name = format!("ewd{}-{number}", std::process::id());
        if !run("ip", &["netns", "add", &name]) {
            eprintln!("skipped: network namespaces need root and iproute2");
            return None;
        }
        let mut lan = Self { name, sender: None };
        assert!(lan.ip(&["link", "add", "va", "type", "veth", "peer", "name", "vb"]));
        let quiet = "for it in all default; do echo 1 > /proc/sys/net/ipv6/conf/$it/disable_ipv6; done";
        assert!(run("ip", &["netns", "exec", &lan.name, "sh", "-c", quiet]));
        assert!(lan.ip(&["link", "set", "va", "up"]) && lan.ip(&["link", "set", "vb", "up"]));
        let sender = Command::new("ip").args(["netns", "exec", &lan.name, "python3", "-c", DEVICES]).spawn();
        lan.sender = sender.ok();
        Some(lan)
    }

    fn ip(&self, words: &[&str]) -> bool {
        let mut all = vec!["-n", &self.name];
        all.extend_from_slice(words);
        run("ip", &all)
    }

    /// `earwitness run` inside, or another build of it for a measurement.
    fn start(&self, place: &Place) -> Running {
        let program = std::env::var("EARWITNESS_PROGRAM").unwrap_or_else(|_| super::run::PROGRAM.to_owned());
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, &program, "run", "-c"]).arg(place.config());
        command.env("TZ", "UTC").stdin(Stdio::null());
        Running::spawn(command)
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        if let Some(sender) = &mut self.sender {
            let _ = sender.kill();
            let _ = sender.wait();
        }
        run("ip", &["netns", "del", &self.name]);
    }
}

/// Writes a configuration that watches an interface.
fn watching(place: &Place, rest: &str) {
    std::fs::write(place.config(), format!("state = {:?}\n[capture]\ninterfaces = [\"vb\"]\n{rest}", place.state())).unwrap();
}

/// The process and those that it has started.
fn family(of: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    std::iter::once(of).chain(children.split_whitespace().map(|it| it.parse().unwrap())).collect()
}

/// Seconds of processor time and kilobytes of memory of a process.
fn used(process: u32) -> (f64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    (f64::from(ticks) / 100.0, resident.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
fn thirty_quiet_devices_cost_next_to_nothing() {
    let Some(lan) = Lan::new(0) else { return };
    let place = Place::new();
    watching(
        &place,
        &format!(
            "[probing]\n[loudspeaker]\ndevice = \"wav\"\nfile = {:?}\n[microphone]\ndevice = \"off\"\n",
            place.path("a.wav")
        ),
    );
    let mut running = lan.start(&place);
    running.line("frames come from vb");
    until("all are seen", || place.status()["devices"].as_u64().unwrap() >= 30);
    let seconds = std::env::var("EARWITNESS_IDLE_SECONDS").ok().and_then(|it| it.parse().ok()).unwrap_or(20);
    let processes = family(running.child.id());
    assert_eq!(processes.len(), 2, "the program and its capture");
    let before: Vec<(f64, u64)> = processes.iter().map(|&it| used(it)).collect();
    clock::sleep(Duration::from_secs(seconds));
    let after: Vec<(f64, u64)> = processes.iter().map(|&it| used(it)).collect();
    let share = after.iter().zip(&before).map(|(after, before)| after.0 - before.0).sum::<f64>() / seconds as f64;
    let memory: Vec<u64> = after.iter().map(|it| it.1 / 1_024).collect();
    eprintln!("{:.2} % of a core over {seconds} s; {memory:?} MB resident", share * 100.0);
    assert!(share < 0.1 && memory.iter().sum::<u64>() < 120, "{share} of a core, {memory:?} MB");
    running.stop();
}

#[test]
fn while_an_interface_is_down_or_gone_nothing_sounds_and_its_round_is_void() {
    let Some(lan) = Lan::new(1) else { return };
    let place = Place::new();
    watching(&place, &format!("{PROBING}{}", place.wav()));
    let mut running = lan.start(&place);
    running.line("frames come from vb");
    until("a round is in progress", || place.status()["probing"] == true);
    assert!(lan.ip(&["link", "set", "vb", "down"]));
    running.line("vb is down");
    running.line("a source of frames is away");
    clock::sleep(Duration::from_secs(2));
    let played = place.played();
    clock::sleep(Duration::from_secs(7));
    assert_eq!(place.played(), played, "{}", running.said());
    assert!(lan.ip(&["link", "set", "vb", "up"]));
    running.line("no more: a source of frames is away");
    until("it goes on", || place.played() > played);
    running.stop();
    let trials = place.reader().trials(place.reader().sessions().unwrap()[0].id).unwrap();
    let lost = Some(earwitness_core::probe::Void::FramesLost);
    assert_eq!(trials[0].round.void, lost, "{:?}", trials.iter().map(|it| it.round.void).collect::<Vec<_>>());
    place.check();
}
