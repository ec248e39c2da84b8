//! Wireshark with our capture interface: a simulated speaker's upload passes, and its packets have comments.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use earwitness_core::pcap::Decoder;
use earwitness_core::time::SECOND;
use earwitness_sim::file::Captured;
use earwitness_sim::home;
use earwitness_sim::scenario::{Kind, Scenario};

use super::lab::{Lab, Written, decode, inside, pass, run, until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_earwitness");

/// Sends the frames of a file at their times; says how many.
const REPLAY: &str = r"
import socket, struct, sys, time
va = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
va.bind(('va', 0))
data, at, sent = open(sys.argv[1], 'rb').read(), 0, 0
begun = time.monotonic()
while at < len(data):
    due, length = struct.unpack_from('>QI', data, at)
    time.sleep(max(0, begun + due / 1e9 - time.monotonic()))
    va.send(data[at + 12:at + 12 + length])
    at, sent = at + 12 + length, sent + 1
print(sent)
";

/// A home around an upload of a few seconds; the sender's MAC address as tshark writes it.
fn upload() -> (Vec<Captured>, String) {
    let (frames, truth) = home::frames(11, Scenario { kind: Kind::Sample, seconds: 180 });
    let uploads = truth.devices.iter().flat_map(|device| device.uploads.iter().map(move |it| (device.mac, it)));
    let (mac, upload) = uploads.max_by_key(|it| it.1.end_ns - it.1.start_ns).unwrap();
    let around = upload.start_ns - 2 * SECOND..upload.end_ns + 2 * SECOND;
    (frames.into_iter().filter(|it| around.contains(&it.at)).collect(), mac.to_string())
}

/// Lets the frames pass from `a` to `b`.
fn replay(lab: &Lab, folder: &Path, frames: &[Captured]) {
    let path = folder.join("frames");
    let mut file = File::create(&path).unwrap();
    for frame in frames {
        file.write_all(&(frame.at - frames[0].at).to_be_bytes()).unwrap();
        file.write_all(&u32::try_from(frame.octets.len()).unwrap().to_be_bytes()).unwrap();
        file.write_all(&frame.octets).unwrap();
    }
    let sent = run(inside(&lab.a, "python3").args(["-c", REPLAY, path.to_str().unwrap()]));
    assert_eq!(sent.trim(), frames.len().to_string());
}

/// `tshark` in namespace `b`, with a folder that holds the link to our program in the place of Wireshark's: as root, Wireshark heeds no variable that names another.
fn tshark(lab: &Lab, folder: &Path, arguments: &[&str]) -> Command {
    let extcap = folder.join("extcap");
    if !extcap.exists() {
        std::fs::create_dir(&extcap).unwrap();
        std::os::unix::fs::symlink(PROGRAM, extcap.join("earwitness-extcap")).unwrap();
    }
    let script = r#"place=$(tshark -G folders 2> /dev/null | sed -n 's/^\(Global \)\{0,1\}[Ee]xtcap path:[[:space:]]*//p' | grep '^/usr' | head -1)
        mount --bind "$0" "$place" && exec tshark "$@""#;
    let mut command = inside(&lab.b, "sh");
    command.arg("-c").arg(script).arg(extcap).args(arguments);
    command
}

fn can_replay(lab: &Lab) -> bool {
    let there = |program: &str| inside(&lab.b, program).arg("--version").output().is_ok_and(|it| it.status.success());
    let missing: Vec<&str> = ["tshark", "python3"].into_iter().filter(|it| !there(it)).collect();
    for it in &missing {
        eprintln!("skipped: Wireshark's side is tested with {it}, which is not installed");
    }
    missing.is_empty()
}

/// Ends when it goes out of scope, also where a test fails.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn tshark_lists_our_interfaces_and_reads_our_comments_in_packets_of_an_upload() {
    let Some(lab) = Lab::new() else { return };
    if !can_replay(&lab) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let listed = run(&mut tshark(&lab, folder.path(), &["-D"]));
    assert!(listed.contains("earwitness-vb (vb: who sends sound (earwitness))"), "{listed}");
    let out = folder.path().join("out.pcapng");
    let name = out.to_str().unwrap();
    let mut command = tshark(&lab, folder.path(), &["-q", "-i", "earwitness-vb", "-w", name]);
    let mut running = Ends(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    // What only shows that frames come is told from the home by its type.
    until("frames come", || {
        lab.send(64, 5, 0, &[]);
        std::fs::metadata(&out).is_ok_and(|it| it.len() > 2_000)
    });
    let (frames, speaker) = upload();
    replay(&lab, folder.path(), &frames);
    // Held back for a second, and written by dumpcap a little later.
    pass(Duration::from_millis(2_500));
    run(Command::new("kill").args(["-INT", &running.0.id().to_string()]));
    until("tshark has ended", || running.0.try_wait().unwrap().is_some());
    let mut said = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(running.0.wait().unwrap().success() && !said.to_lowercase().contains("error"), "{said}");
    let read = ["-n", "-r", name, "-T", "fields", "-e", "eth.src", "-e", "eth.type", "-e", "frame.comment"];
    let rows = run(Command::new("tshark").args(read));
    let rows: Vec<Vec<&str>> =
        rows.lines().map(|it| it.split('\t').collect()).filter(|it: &Vec<&str>| it[1] != "0x88b5").collect();
    assert_eq!(rows.len(), frames.len(), "{said}");
    let commented: Vec<&Vec<&str>> = rows.iter().filter(|it| !it[2].is_empty()).collect();
    let of_upload = commented.iter().filter(|it| it[2].contains("sends what looks like sound to")).count();
    assert!(of_upload > 20, "{of_upload} of {} frames have a comment", rows.len());
    assert!(commented.iter().all(|it| it[0] == speaker && it[2].starts_with("earwitness: ")), "{commented:?}");
    assert!(rows.iter().any(|it| it[0] != speaker), "no other device was there");
}

#[test]
fn tshark_ends_it_when_it_has_enough() {
    let Some(lab) = Lab::new() else { return };
    if !can_replay(&lab) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = tshark(&lab, folder.path(), &["-i", "earwitness-vb", "-c", "20", "-T", "fields", "-e", "frame.len"]);
    let mut running = Ends(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    until("tshark has ended", || {
        lab.send(64, 5, 0, &[]);
        running.0.try_wait().unwrap().is_some()
    });
    let mut frames = String::new();
    running.0.stdout.take().unwrap().read_to_string(&mut frames).unwrap();
    assert_eq!(frames.lines().count(), 20, "{frames}");
    until("nothing of it is left", || of_namespace(&lab.b).is_empty());
}

/// Processes of our program in a namespace.
fn of_namespace(name: &str) -> Vec<String> {
    let all = run(Command::new("ip").args(["netns", "pids", name]));
    let is_ours = |pid: &&str| {
        std::fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|it| it.file_name() == Path::new(PROGRAM).file_name())
    };
    all.lines().filter(is_ours).map(str::to_owned).collect()
}

/// Our side by itself, with a FIFO.
struct Alone {
    child: Ends,
    fifo: PathBuf,
    _folder: tempfile::TempDir,
}

impl Alone {
    fn start(lab: &Lab, interface: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        run(Command::new("mkfifo").arg(&fifo));
        let words = ["extcap", "--capture", "--extcap-interface", interface, "--fifo", fifo.to_str().unwrap()];
        let child = inside(&lab.b, PROGRAM).args(words).args(more).stderr(Stdio::piped()).spawn().unwrap();
        Self { child: Ends(child), fifo, _folder: folder }
    }

    /// Waits for its end; its status and what it said.
    fn ended(&mut self) -> (Option<i32>, String) {
        until("it has ended", || self.child.0.try_wait().unwrap().is_some());
        let mut said = String::new();
        self.child.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.0.wait().unwrap().code(), said)
    }
}

#[test]
fn a_signal_ends_it_with_all_frames_that_were_held_back() {
    let Some(lab) = Lab::new() else { return };
    let mut alone = Alone::start(&lab, "earwitness-vb", &["--delay", "10000"]);
    let mut fifo = File::open(&alone.fifo).unwrap();
    let octets = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&octets);
    let reading = std::thread::spawn(move || {
        let mut chunk = [0; 8_192];
        while let Ok(count @ 1..) = fifo.read(&mut chunk) {
            into.lock().unwrap().extend_from_slice(&chunk[..count]);
        }
    });
    let written = || {
        let mut written = Written::default();
        decode(&mut Decoder::new(), &octets.lock().unwrap(), &mut written);
        written
    };
    until("the capture has begun", || !written().interfaces.is_empty());
    let sent = lab.send(200, 2_000, 2_000, &[]);
    assert_eq!(written().frames.len(), 0, "they are held back");
    run(Command::new("kill").args(["-TERM", &alone.child.0.id().to_string()]));
    let (status, said) = alone.ended();
    reading.join().unwrap();
    let written = written();
    assert_eq!((status, said.as_str(), written.frames.len() as u64, written.lost), (Some(0), "", sent, 0));
}

#[test]
fn a_fifo_that_nobody_reads_any_more_ends_it_although_no_frame_comes() {
    let Some(lab) = Lab::new() else { return };
    let mut alone = Alone::start(&lab, "earwitness-vb", &[]);
    let mut fifo = File::open(&alone.fifo).unwrap();
    let mut head = [0; 28];
    fifo.read_exact(&mut head).unwrap();
    assert_eq!(head[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    drop(fifo);
    assert_eq!(alone.ended(), (Some(0), String::new()));
    until("nothing of it is left", || of_namespace(&lab.b).is_empty());
}

#[test]
fn what_cannot_be_captured_is_said_where_wireshark_shows_it() {
    let Some(lab) = Lab::new() else { return };
    let mut alone = Alone::start(&lab, "earwitness-gone", &[]);
    let _fifo = File::open(&alone.fifo).ok();
    let (status, said) = alone.ended();
    assert!(status == Some(2) && said.contains("gone"), "{said}");
    let refused = inside(&lab.b, PROGRAM)
        .args([
            "extcap",
            "--capture",
            "--extcap-interface",
            "earwitness-vb",
            "--fifo",
            "/dev/null",
            "--extcap-capture-filter",
            "tcp",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && said.contains("display filter"), "{said}");
}
