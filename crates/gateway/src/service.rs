//! A daemon under the supervisor's eyes: started, waited for, started again when it dies.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::getpid;

use super::place::Place;
use super::plan::Ready;
use super::process::Identity;
use earwitness_base::clock;
use earwitness_base::program::find;

/// How long a daemon may take until it is ready. A radio that listens for radar before it sends takes a minute (ETSI EN 301 893, 4.2.6).
const READY_WITHIN: Duration = Duration::from_secs(90);
/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(20);
/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_millis(500);
/// First and longest wait before a daemon that died is started again.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A daemon that lived so long starts with the first wait again.
const STEADY: Duration = Duration::from_secs(60);
/// How long a daemon may take to end by itself.
const ENDING: Duration = Duration::from_secs(5);
/// Octets after which the log begins anew.
const LONG_LOG: u64 = 256 << 10;
/// Octets of the log that are quoted.
const QUOTED: usize = 600;

/// A daemon.
#[derive(Debug)]
pub(super) struct Service {
    name: String,
    command: Vec<String>,
    place: Place,
    child: Option<Child>,
    born: Duration,
    wait: Duration,
    /// When it is started again.
    due: Option<Duration>,
}

/// What a look at a daemon showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Condition {
    /// It runs.
    Runs,
    /// It died a moment ago; how.
    Died(String),
    /// It was started again.
    Restarted,
    /// It waits to be started again.
    Waits,
}

impl Service {
    /// Starts it and waits until it is ready.
    pub(super) fn start(
        name: &str,
        command: &[String],
        ready: Ready,
        place: &Place,
        stop: &dyn Fn() -> bool,
    ) -> anyhow::Result<Self> {
        let mut service = Self {
            name: name.to_owned(),
            command: command.to_vec(),
            place: place.clone(),
            child: None,
            born: Duration::ZERO,
            wait: WAITS.0,
            due: None,
        };
        let before = log_length(place);
        service.spawn()?;
        let begun = clock::since_boot();
        loop {
            if let Some(how) = service.died() {
                let words = said_since(place, before);
                bail!("{name} ended at once ({how}); it said: {words}");
            }
            let is_ready = match ready {
                Ready::Says(words) => said_since(place, before).contains(words),
                Ready::Accepts(address) => TcpStream::connect_timeout(&address, CONNECT).is_ok(),
            };
            if is_ready {
                return Ok(service);
            }
            if stop() || clock::since_boot().saturating_sub(begun) > READY_WITHIN {
                let words = said_since(place, before);
                bail!("{name} was not ready within {} s; it said: {words}", clock::since_boot().saturating_sub(begun).as_secs());
            }
            clock::sleep(PAUSE);
        }
    }

    fn spawn(&mut self) -> anyhow::Result<()> {
        let [program, arguments @ ..] = self.command.as_slice() else { bail!("{} has no command", self.name) };
        let program = find(program).with_context(|| format!("there is no program `{program}`"))?;
        let file = self.place.open_log()?;
        if file.metadata()?.len() > LONG_LOG {
            file.set_len(0)?;
        }
        let child = Command::new("/proc/self/exe")
            .args(["gateway", "leash", "--parent"])
            .arg(getpid().as_raw_nonzero().get().to_string())
            .arg("--record")
            .arg(record(&self.place, &self.name))
            .arg("--")
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", self.name))?;
        (self.child, self.born, self.due) = (Some(child), clock::since_boot(), None);
        Ok(())
    }

    fn died(&mut self) -> Option<String> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        Some(status.to_string())
    }

    /// Looks after it: to be called when a child of this process died, and when [`Service::due`] says so.
    pub(super) fn check(&mut self) -> Condition {
        let now = clock::since_boot();
        if let Some(how) = self.died() {
            self.wait = if now.saturating_sub(self.born) >= STEADY { WAITS.0 } else { self.wait };
            self.due = Some(now.saturating_add(self.wait));
            self.wait = self.wait.saturating_mul(2).min(WAITS.1);
            return Condition::Died(how);
        }
        match self.due {
            Some(due) if due <= now => match self.spawn() {
                Ok(()) => Condition::Restarted,
                Err(error) => {
                    self.due = Some(now.saturating_add(self.wait));
                    Condition::Died(format!("{error:#}"))
                }
            },
            Some(_) => Condition::Waits,
            None => Condition::Runs,
        }
    }

    /// When it is to be started again, in time since boot.
    pub(super) const fn due(&self) -> Option<Duration> {
        self.due
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Ends it, and takes note of its end.
    pub(super) fn stop(mut self) {
        if let Some(child) = &mut self.child {
            if let Some(it) = i32::try_from(child.id()).ok().and_then(Identity::of) {
                it.end(ENDING);
            }
            // It is gone, or cannot be ended by anybody.
            let _ = child.try_wait();
        }
    }
}

fn record(place: &Place, name: &str) -> std::path::PathBuf {
    place.file(&format!("{name}.process"))
}

/// The daemon's process, as it wrote itself down.
pub(super) fn recorded(place: &Place, name: &str) -> Option<Identity> {
    serde_json::from_str(&fs::read_to_string(record(place, name)).ok()?).ok()
}

/// Ends a daemon of whatever supervisor. Whether it is gone.
pub(super) fn end_recorded(place: &Place, name: &str) -> bool {
    recorded(place, name).is_none_or(|it| it.end(ENDING))
}

fn log_length(place: &Place) -> usize {
    fs::metadata(place.log()).map_or(0, |it| usize::try_from(it.len()).unwrap_or(usize::MAX))
}

/// What was added to the log since it had this length, the end of it.
fn said_since(place: &Place, before: usize) -> String {
    let text = fs::read(place.log()).unwrap_or_default();
    let new = text.get(before..).unwrap_or(&text);
    let tail = new.get(new.len().saturating_sub(QUOTED)..).unwrap_or(new);
    String::from_utf8_lossy(tail).trim().to_owned()
}
