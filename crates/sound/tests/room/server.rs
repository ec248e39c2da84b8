//! A `PulseAudio` of the test's own: a null sink for a room, on a socket in a folder that goes with it.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use tempfile::TempDir;

/// A running sound server.
pub(crate) struct Room {
    folder: TempDir,
    daemon: Option<Child>,
    server: String,
}

/// A server that runs already, `PipeWire` for example, with a sink `room`: the onset is measured there as well.
const OTHER: &str = "EARWITNESS_TEST_SOUND_SERVER";

impl Drop for Room {
    fn drop(&mut self) {
        self.end();
    }
}

impl Room {
    /// Starts one with the sinks `room` and `other`; `None`, loudly, where `PulseAudio` is not installed.
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let daemon = launch(folder.path())?;
        let server = format!("unix:{}", folder.path().join("room.sock").display());
        let room = Self { folder, daemon: Some(daemon), server };
        room.settle();
        Some(room)
    }

    /// The server that the environment names.
    pub(crate) fn other() -> Option<Self> {
        let Ok(server) = std::env::var(OTHER) else {
            eprintln!("skipped: {OTHER} names no other sound server");
            return None;
        };
        Some(Self { folder: tempfile::tempdir().unwrap(), daemon: None, server })
    }

    fn end(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    /// Kills the server as a crash would, and starts another one on the same socket.
    pub(crate) fn restart(&mut self) {
        self.end();
        let _ = std::fs::remove_file(self.folder.path().join("room.sock"));
        self.daemon = launch(self.folder.path());
        self.settle();
    }

    fn settle(&self) {
        until("the sound server to answer", || self.run("pactl", &["info"]).status.success());
    }

    /// What to write as `server`.
    pub(crate) fn server(&self) -> String {
        self.server.clone()
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).env("PULSE_SERVER", self.server()).env("HOME", self.folder.path());
        command
    }

    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        self.command(program, arguments).output().unwrap()
    }

    /// Numbers of the modules of this kind whose arguments hold a text.
    pub(crate) fn modules(&self, holds: &str) -> Vec<String> {
        let list = self.run("pactl", &["list", "short", "modules"]);
        let text = String::from_utf8_lossy(&list.stdout).into_owned();
        text.lines().filter(|line| line.contains(holds)).filter_map(|line| line.split('\t').next().map(str::to_owned)).collect()
    }
}

fn launch(folder: &Path) -> Option<Child> {
    let socket = folder.join("room.sock");
    let sink = |name: &str| format!("--load=module-null-sink sink_name={name} rate=48000 channels=1 format=s16le");
    let mut command = Command::new("pulseaudio");
    command.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]);
    command.arg(format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
    command.args([sink("room"), sink("other"), "--load=module-null-source source_name=mute rate=48000 channels=1".to_owned()]);
    command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder).env_remove("PULSE_SERVER");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        Ok(child) => Some(child),
        Err(error) => {
            eprintln!("skipped: PulseAudio cannot be started ({error}); apt-get install pulseaudio pulseaudio-utils");
            None
        }
    }
}

/// Waits until something holds, half a minute at most.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = clock::since_boot() + Duration::from_secs(30);
    while !holds() {
        assert!(clock::since_boot() < end, "waited in vain for {what}");
        clock::sleep(Duration::from_millis(20));
    }
}
