//! The program under test: `earwitness run` in a folder of its own, and what it tells.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use earwitness_base::clock;
use earwitness_core::time::Timestamp;
use earwitness_store::Reader;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_earwitness");

/// How long a thing may take that should come soon, on a machine that is busy.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Rounds of six seconds: as short as can be.
pub(crate) const PROBING: &str = r#"
[probing]
sounds = ["tone"]
quiet = []
slots = 3
slot_seconds = 2
guard_seconds = 0
rest_seconds = [0, 0.5]
probe_seconds = [1.0]
warm_up_seconds = 1
"#;

/// Waits until something holds.
pub(crate) fn until(what: &str, holds: impl FnMut() -> bool) {
    until_for(TIMEOUT, what, holds);
}

pub(crate) fn until_for(timeout: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let end = clock::since_boot() + timeout;
    while !holds() {
        assert!(clock::since_boot() < end, "waited in vain until {what}");
        clock::sleep(Duration::from_millis(10));
    }
}

/// A folder with a configuration.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    state: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        Self { folder, state }
    }

    /// Its store lies elsewhere.
    pub(crate) fn with_state(state: PathBuf) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), state }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("home.toml")
    }

    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// Writes the configuration: sources, and whatever else. No page is served, whose usual port another test may have, unless the rest says so.
    pub(crate) fn write(&self, sources: &[&str], rest: &str) {
        let page = if rest.contains("[web]") { "" } else { "\n[web]\nenabled = false\n" };
        let text = format!("state = {:?}\n[capture]\ncommands = {sources:?}\n{rest}{page}", self.state);
        std::fs::write(self.config(), text).unwrap();
    }

    /// The table of a loudspeaker that writes to a file, and nobody who listens.
    pub(crate) fn wav(&self) -> String {
        let file = self.path("played.wav");
        format!("[loudspeaker]\ndevice = \"wav\"\nfile = {file:?}\npadding = 0.0\n[microphone]\ndevice = \"off\"\n")
    }

    /// Octets that were played.
    pub(crate) fn played(&self) -> u64 {
        std::fs::metadata(self.path("played.wav")).map_or(0, |it| it.len())
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg(words[0]).arg("-c").arg(self.config()).args(&words[1..]);
        command.env("TZ", "UTC").env_remove("PULSE_SERVER").env_remove("NOTIFY_SOCKET").stdin(Stdio::null());
        command
    }

    pub(crate) fn start(&self, words: &[&str]) -> Running {
        Running::spawn(self.command(words))
    }

    /// A word to the program that runs; its answer.
    pub(crate) fn tell(&self, word: &str) -> String {
        let Output { status, stdout, stderr } = self.command(&["tell", word]).output().unwrap();
        assert!(status.success(), "{word}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.tell("status")).unwrap()
    }

    /// The same as text; nothing where it does not run yet.
    pub(crate) fn status_if_any(&self) -> String {
        String::from_utf8(self.command(&["tell", "status"]).output().unwrap().stdout).unwrap()
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.state).unwrap()
    }

    /// `earwitness check` of the store finds every score and verdict as it was reported.
    pub(crate) fn check(&self) {
        let done = Command::new(PROGRAM).arg("check").arg(&self.state).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "{said}");
    }
}

/// A line that was printed, and when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) text: String,
}

/// A program that runs.
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Running {
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        for pipe in [Box::new(out) as Box<dyn Read + Send>, Box::new(err)] {
            let lines = Arc::clone(&lines);
            std::thread::spawn(move || {
                for text in BufReader::new(pipe).lines().map_while(Result::ok) {
                    lines.lock().unwrap().push(Line { at: clock::now(), text });
                }
            });
        }
        Self { child, lines }
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.lock().unwrap().clone()
    }

    /// Everything that it printed.
    pub(crate) fn said(&self) -> String {
        self.lines().into_iter().map(|line| line.text + "\n").collect()
    }

    pub(crate) fn count(&self, text: &str) -> usize {
        self.lines().iter().filter(|line| line.text.contains(text)).count()
    }

    /// The first line with this text, waited for.
    pub(crate) fn line(&mut self, text: &str) -> Line {
        self.nth(text, 1)
    }

    /// The line with this text that is the `nth`, from 1.
    pub(crate) fn nth(&mut self, text: &str, nth: usize) -> Line {
        self.nth_within(TIMEOUT, text, nth)
    }

    pub(crate) fn nth_within(&mut self, timeout: Duration, text: &str, nth: usize) -> Line {
        let end = clock::since_boot() + timeout;
        loop {
            let ended = self.child.try_wait().unwrap();
            if let Some(line) = self.lines().into_iter().filter(|line| line.text.contains(text)).nth(nth - 1) {
                return line;
            }
            assert!(ended.is_none() && clock::since_boot() < end, "no line {nth} with {text:?} ({ended:?}):\n{}", self.said());
            clock::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), id]).status().unwrap().success());
    }

    /// Waits for its end; its status.
    pub(crate) fn ended(&mut self) -> i32 {
        self.ended_within(TIMEOUT)
    }

    pub(crate) fn ended_within(&mut self, timeout: Duration) -> i32 {
        let end = clock::since_boot() + timeout;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What was written last is read by then.
                clock::sleep(Duration::from_millis(50));
                return status.code().unwrap_or(-1);
            }
            assert!(clock::since_boot() < end, "it does not end:\n{}", self.said());
            clock::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it as a service manager does.
    pub(crate) fn stop(&mut self) {
        self.signal("TERM");
        assert_eq!(self.ended(), 0, "{}", self.said());
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("what it said:\n{}", self.said());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
