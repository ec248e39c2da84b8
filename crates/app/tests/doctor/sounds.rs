//! A sound server of the test's own, whose sink is the room.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use serde_json::Value;

use super::lane::check;
use super::shell::can_run;

struct Server(Child);

impl Server {
    fn start(socket: &Path) -> Self {
        let native = format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
        let sink = "--load=module-null-sink sink_name=room rate=48000 channels=1 format=s16le";
        let folder = socket.parent().unwrap();
        let child = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes", &native, sink])
            .env("HOME", folder)
            .env("XDG_RUNTIME_DIR", folder)
            .env_remove("PULSE_SERVER")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = clock::since_boot();
        while !socket.exists() {
            assert!(clock::since_boot().saturating_sub(begun) < Duration::from_secs(60), "no sound server");
            clock::sleep(Duration::from_millis(20));
        }
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn report(socket: &Path) -> Value {
    let done = Command::new(env!("CARGO_BIN_EXE_earwitness"))
        .args(["doctor", "--json", "--monitor", "--seconds", "1", "--source", "true"])
        .env("PULSE_SERVER", format!("unix:{}", socket.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&done.stderr)))
}

#[test]
fn a_loudspeaker_that_is_heard_is_told_with_its_level() {
    if !can_run(&["pulseaudio"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("room.sock");
    let _server = Server::start(&socket);
    let report = report(&socket);
    assert_eq!(check(&report, "sound-server")["status"], "ok", "{report}");
    let heard = check(&report, "loudspeaker");
    let measured = heard["measured"].as_str().unwrap();
    eprintln!("{measured}");
    assert!(heard["status"] == "ok" && measured.contains("dBFS"), "{heard}");
}

#[test]
fn a_sound_server_that_is_not_there_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let report = report(&folder.path().join("nobody.sock"));
    let server = check(&report, "sound-server");
    assert!(server["status"] == "fail" && server["advice"].as_str().unwrap().contains("PULSE_SERVER"), "{server}");
}
