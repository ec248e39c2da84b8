//! Namespaces, a capture that runs in one of them, and what it has written.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use earwitness_core::pcap::{Decoder, Note, Step};

/// One test after another: each wants both cores.
static ALONE: Mutex<()> = Mutex::new(());
static BUILT: Once = Once::new();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// How long a thing that should come at once may take on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(20);

/// Two namespaces, joined by the veth pair `va` (in `a`) and `vb` (in `b`).
pub(crate) struct Lab {
    pub(crate) a: String,
    pub(crate) b: String,
    _alone: MutexGuard<'static, ()>,
}

impl Lab {
    /// Nothing where namespaces cannot be made.
    pub(crate) fn new() -> Option<Self> {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = |side| format!("ew{}-{number}{side}", std::process::id());
        let lab = Self { a: name('a'), b: name('b'), _alone: alone };
        let made = Command::new("ip").args(["netns", "add", &lab.a]).output();
        if !made.is_ok_and(|it| it.status.success()) {
            eprintln!("skipped: live capture is tested in network namespaces, which need root and iproute2");
            return None;
        }
        ip(&["netns", "add", &lab.b]);
        for name in [&lab.a, &lab.b] {
            // Else the interfaces themselves speak, to find their neighbours.
            let quiet = "for it in all default; do echo 1 > /proc/sys/net/ipv6/conf/$it/disable_ipv6; done";
            run(inside(name, "sh").args(["-c", quiet]));
        }
        lab.pair();
        Some(lab)
    }

    pub(crate) fn pair(&self) {
        ip(&["link", "add", "va", "netns", &self.a, "type", "veth", "peer", "name", "vb", "netns", &self.b]);
        ip(&["-n", &self.a, "link", "set", "va", "up"]);
        ip(&["-n", &self.b, "link", "set", "vb", "up"]);
    }

    /// Sends frames out of `va` and says how many went.
    pub(crate) fn send(&self, octets: u32, frames: u32, rate: u32, tags: &[&str]) -> u64 {
        let (octets, frames, rate) = (octets.to_string(), frames.to_string(), rate.to_string());
        let output = run(inside(&self.a, sender().to_str().unwrap()).args(["va", &octets, &frames, &rate]).args(tags));
        output.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for name in [&self.a, &self.b] {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

/// The program that sends frames: `cargo test --workspace` has built it, else it is built now.
fn sender() -> PathBuf {
    if let Some(path) = std::env::var_os("EARWITNESS_SEND") {
        return path.into();
    }
    let deps = std::env::current_exe().unwrap();
    let path = deps.parent().and_then(|it| it.parent()).unwrap().join("examples/send");
    BUILT.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        run(cargo.args(["build", "--quiet", "--workspace", "--example", "send"]));
    });
    path
}

/// A command inside a namespace.
pub(crate) fn inside(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

/// Runs a command that must succeed; gives its output.
pub(crate) fn run(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

pub(crate) fn ip(arguments: &[&str]) {
    run(Command::new("ip").args(arguments));
}

/// Lets time pass.
pub(crate) fn pass(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "things outside of this program need time")]
    std::thread::sleep(time);
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..TIMEOUT.as_millis() / 20 {
        if holds() {
            return;
        }
        pass(Duration::from_millis(20));
    }
    panic!("waited in vain until {what}");
}

/// What a capture has written so far.
#[derive(Default, Debug)]
pub(crate) struct Written {
    pub(crate) frames: Vec<(u32, Vec<u8>)>,
    pub(crate) interfaces: Vec<String>,
    pub(crate) lost: u64,
}

/// A capture that runs, read as it comes.
pub(crate) struct Running {
    pub(crate) child: Child,
    written: Arc<Mutex<Written>>,
    said: Arc<Mutex<String>>,
    threads: Vec<JoinHandle<()>>,
}

/// `earwitness capture` in a namespace.
pub(crate) fn capture(namespace: &str, arguments: &[&str]) -> Running {
    let mut command = inside(namespace, env!("CARGO_BIN_EXE_earwitness"));
    let mut child = command.arg("capture").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (written, said) = (Arc::new(Mutex::new(Written::default())), Arc::new(Mutex::new(String::new())));
    let (into, lines) = (Arc::clone(&written), Arc::clone(&said));
    let reading = std::thread::spawn(move || {
        let (mut decoder, mut have, mut chunk) = (Decoder::new(), Vec::new(), vec![0; 1 << 20]);
        while let Ok(count @ 1..) = out.read(&mut chunk) {
            have.extend_from_slice(&chunk[..count]);
            let used = decode(&mut decoder, &have, &mut into.lock().unwrap());
            have.drain(..used);
        }
        assert!(decoder.finish(&have).is_none(), "the capture ends inside a block");
    });
    let listening = std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = err.read(&mut chunk) {
            lines.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
    });
    Running { child, written, said, threads: vec![reading, listening] }
}

/// Takes what is whole; says how many octets that were.
pub(crate) fn decode(decoder: &mut Decoder, octets: &[u8], into: &mut Written) -> usize {
    let mut rest = octets;
    loop {
        let (used, _) = decoder.run(rest, |frame| {
            into.frames.push((frame.wire_len, frame.bytes.to_vec()));
            ControlFlow::Continue(())
        });
        rest = &rest[used..];
        match decoder.next(rest).unwrap() {
            Step::Frame { frame, used } => {
                into.frames.push((frame.wire_len, frame.bytes.to_vec()));
                rest = &rest[used..];
            }
            Step::Skip { used, note } => {
                if let Some(Note::Drops { dropped, .. }) = note {
                    into.lost += dropped;
                }
                rest = &rest[used..];
            }
            Step::More { .. } => break,
        }
    }
    into.interfaces = decoder.interfaces().iter().map(|it| it.name.clone()).collect();
    octets.len() - rest.len()
}

impl Running {
    pub(crate) fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap()
    }

    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until an interface is described: then its frames come.
    pub(crate) fn ready(self) -> Self {
        until("the capture has begun", || !self.written().interfaces.is_empty());
        self
    }

    pub(crate) fn signal(&self, name: &str) {
        run(Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]));
    }

    /// Asks it to end; gives its status, what it has written and said.
    pub(crate) fn end(mut self) -> (i32, Written, String) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
        let written = std::mem::take(&mut *self.written.lock().unwrap());
        (status.code().unwrap_or(-1), written, self.said())
    }

    /// Seconds of processor time used so far.
    pub(crate) fn seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
        f64::from(ticks) / 100.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
