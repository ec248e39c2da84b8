//! A loudspeaker that is unplugged, and a microphone that is silent.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::probe::{Heard, Void};

use super::feed::{Feed, HOME};
use super::run::{PROBING, Place, until, until_for};

/// A sound server of the test's own, whose sink is the room, and a microphone that is muted.
pub(crate) struct Server(Child);

impl Server {
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let socket = folder.join("room.sock");
        let _ = std::fs::remove_file(&socket);
        let native = format!("--load=module-native-protocol-unix auth-anonymous=1 socket={}", socket.display());
        let sink = "--load=module-null-sink sink_name=room rate=48000 channels=1 format=s16le";
        let mute = "--load=module-null-source source_name=mute rate=48000 channels=1";
        let mut command = Command::new("pulseaudio");
        command.args([
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            "--disable-shm=yes",
            &native,
            sink,
            mute,
        ]);
        command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder).env_remove("PULSE_SERVER");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(child) => {
                until("the sound server is there", || socket.exists());
                Some(Self(child))
            }
            Err(error) => {
                eprintln!("skipped: PulseAudio cannot be started ({error}); apt-get install pulseaudio");
                None
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn sound(folder: &Path, microphone: &str) -> String {
    let server = format!("unix:{}", folder.join("room.sock").display());
    format!(
        "[loudspeaker]\ndevice = \"pulse\"\nname = \"room\"\nserver = {server:?}\npadding = 0.1\n[microphone]\n{microphone}\nserver = {server:?}\n"
    )
}

#[test]
fn a_loudspeaker_that_is_gone_mid_probe_makes_the_round_void_and_later_ones_count() {
    let place = Place::new();
    let Some(server) = Server::start(place.folder.path()) else { return };
    let feed = Feed::start(place.folder.path(), HOME);
    let monitor = sound(place.folder.path(), "device = \"monitor\"\nname = \"room\"");
    place.write(&[&feed.command()], &format!("{PROBING}{monitor}"));
    let mut running = place.start(&["run", "--verbose"]);
    running.line("frames come from");
    running.line("played, heard at");
    // As soon as a round runs; its probe sounds, or is yet to.
    until("a round is in progress", || place.status()["probing"] == true);
    drop(server);
    until("it is said", || running.lines().iter().any(|line| line.text.contains("round ") && line.text.contains("sound server")));
    let played = running.count("played, heard at");
    let server = Server::start(place.folder.path());
    until_for(Duration::from_secs(90), "it is heard again", || running.count("played, heard at") >= played + 2);
    running.line("the microphone hears again");
    eprintln!("{}", running.said());
    // Until one of those after it is scored.
    until_for(Duration::from_secs(120), "a later round counts", || {
        let trials = place.reader().trials(place.reader().sessions().unwrap()[0].id).unwrap();
        let void = trials.iter().position(|it| it.round.void == Some(Void::Glitch));
        void.is_some_and(|at| trials[at..].iter().any(|it| it.round.void.is_none() && it.round.played.heard == Heard::Yes))
    });
    running.stop();
    drop(server);
    place.check();
}

#[test]
fn with_a_silent_microphone_no_device_is_called_deaf() {
    let place = Place::new();
    let Some(_server) = Server::start(place.folder.path()) else { return };
    let feed = Feed::start(place.folder.path(), HOME);
    let mute = sound(place.folder.path(), "device = \"source\"\nname = \"mute\"");
    place.write(&[&feed.command()], &format!("{PROBING}{mute}"));
    let mut running = place.start(&["probe", "--rounds", "8"]);
    running.line("frames come from");
    until("it is said", || running.count("has given no signal") > 0 || running.count("was not heard by the microphone") > 0);
    let end = clock::since_boot() + Duration::from_secs(200);
    while running.child.try_wait().unwrap().is_none() {
        assert!(clock::since_boot() < end, "{}", running.said());
        clock::sleep(Duration::from_millis(100));
    }
    assert_eq!(running.ended(), 0, "{}", running.said());
    let said = running.said();
    eprintln!("{said}");
    assert!(!said.contains("no reaction found"), "{said}");
    let trials = place.reader().trials(place.reader().sessions().unwrap()[0].id).unwrap();
    assert!(trials.len() == 8 && trials.iter().all(|it| it.round.played.heard != Heard::Yes));
    place.check();
}
