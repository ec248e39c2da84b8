//! The three things that a person asks for: up, down, and how it stands.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::Signal;
use serde::Serialize;

use super::carry::Leftover;
use super::journal::{self, Found};
use super::place::Place;
use super::plan::BRIDGE;
use super::process::Identity;
use super::read::Written;
use super::service::recorded;
use super::settings::Mode;
use super::supervisor::{Asked, Notify, READY, fingerprint, prepare, raise, undo};
use earwitness_base::clock;

/// How long a supervisor may take to undo everything, and after that to be killed.
const TIMEOUT: (Duration, Duration) = (Duration::from_secs(40), Duration::from_secs(60));
/// How often the lock is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Brings a gateway up and returns when it is; `false` when it was up already. `config` is the file that `written` comes from.
///
/// # Errors
/// When another configuration is up, something is missing, or a step failed; then everything is undone.
pub fn up(written: &Written, config: &Path, place: &Place, notify: Notify<'_>) -> anyhow::Result<bool> {
    if written.settings.mode == Mode::Bridge {
        return up_bridge(written, place, notify);
    }
    match place.lock()? {
        Some(lock) => {
            // What fails is better said here than by the supervisor, who has nobody to talk to.
            if journal::find(place)?.is_none() {
                prepare(written, place)?;
            }
            drop(lock);
        }
        None => return already(journal::find(place)?.as_ref(), written),
    }
    let log = place.open_log()?;
    let mut supervisor = Command::new("/proc/self/exe")
        .args(["gateway", "keep", "--config"])
        .arg(config)
        .arg("--run")
        .arg(place.root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .context("cannot start the keeper")?;
    let said = supervisor.stdout.take().context("the keeper has no standard output")?;
    let mut last = String::from("it ended without a word");
    for line in BufReader::new(said).lines() {
        let line = line?;
        if line == READY {
            return Ok(true);
        }
        notify(&line)?;
        last = line;
    }
    // It is gone: its end of the pipe is closed.
    let _ = supervisor.wait();
    bail!("the gateway is not up: {}", last.strip_prefix(FAILED).unwrap_or(&last));
}

/// Begins the last line of a supervisor that failed.
pub const FAILED: &str = "failed: ";

/// Whether what is up is what is wanted.
fn already(found: Option<&Found>, written: &Written) -> anyhow::Result<bool> {
    match found {
        Some(found) if found.head.fingerprint != fingerprint(&written.settings) => {
            bail!("a gateway with another configuration is up; first: earwitness gateway down")
        }
        Some(found) if found.ready => Ok(false),
        _ => bail!("another earwitness is bringing this gateway up or down at this moment; wait for it"),
    }
}

/// A bridge needs nobody to keep it: its steps are done here.
fn up_bridge(written: &Written, place: &Place, notify: Notify<'_>) -> anyhow::Result<bool> {
    let Some(held) = place.lock()? else {
        return already(journal::find(place)?.as_ref(), written);
    };
    let stands = Path::new("/sys/class/net").join(BRIDGE).exists();
    if let Some(found) = journal::find(place)?.filter(|found| found.ready && found.head.supervisor.is_none() && stands) {
        return already(Some(&found), written);
    }
    let asked = Asked::listen()?;
    if let Some(leftover) = undo(&held)?.first() {
        bail!("an earlier gateway is not undone yet: {leftover}");
    }
    let plan = prepare(written, place)?;
    raise(&plan, written, &held, &asked, notify)?;
    Ok(true)
}

/// Undoes whatever is up or was left; `None` when there was nothing.
///
/// # Errors
/// When it is in other hands that do not let go.
pub fn down(place: &Place) -> anyhow::Result<Option<Vec<Leftover>>> {
    let mut found = journal::find(place)?;
    let there = found.is_some();
    let begun = clock::since_boot();
    let (mut asked, mut killed) = (None, false);
    let held = loop {
        if let Some(lock) = place.lock()? {
            break lock;
        }
        let waited = clock::since_boot().saturating_sub(begun);
        let supervisor = found.as_ref().and_then(|it| it.head.supervisor);
        if asked != supervisor {
            if let Some(supervisor) = supervisor {
                supervisor.signal(Signal::TERM);
            }
            asked = supervisor;
        } else if waited > TIMEOUT.0 && !killed {
            // One that is stopped does not hear; its watchdog, or this process, undoes its work.
            if let Some(supervisor) = supervisor {
                supervisor.signal(Signal::KILL);
            }
            killed = true;
        } else if waited > TIMEOUT.1 {
            bail!("another earwitness holds {} and does not let go", place.root().join("gateway.lock").display());
        }
        clock::sleep(PAUSE);
        found = journal::find(place)?.or(found);
    };
    let left = journal::find(place)?.is_some();
    let leftovers = undo(&held)?;
    Ok((there || left).then_some(leftovers))
}

/// How a gateway stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Status {
    /// In one word: `up`, `down`, `broken` (not whole, or left behind by a crash) or `changing`.
    pub state: &'static str,
    /// What is wrong, and what to do.
    pub troubles: Vec<String>,
    /// Mode as written in the configuration.
    pub mode: Option<String>,
    /// The interface on which all devices are seen.
    pub inside: Option<String>,
    /// The interface towards the internet.
    pub uplink: Option<String>,
    /// Process that keeps it.
    #[serde(rename = "keeper")]
    pub supervisor: Option<i32>,
    /// Daemons and their processes; none for one that does not run.
    pub daemons: Vec<(String, Option<i32>)>,
    /// Addresses that are leased.
    pub leases: usize,
}

/// Looks how a gateway stands; changes nothing.
pub fn status(place: &Place) -> anyhow::Result<Status> {
    let mut status = Status {
        state: "down",
        troubles: Vec::new(),
        mode: None,
        inside: None,
        uplink: None,
        supervisor: None,
        daemons: Vec::new(),
        leases: 0,
    };
    let Some(Found { head, ready, .. }) = journal::find(place)? else { return Ok(status) };
    let mut trouble = |what: String| status.troubles.push(what);
    let kept = head.supervisor.filter(|it| it.is_alive());
    let held = head.daemons.is_empty() || kept.is_some();
    if !held {
        trouble("its keeper is gone and left things behind; remove them: earwitness gateway down".into());
    }
    if head.namespace != journal::namespace() {
        trouble(format!("it is up in another network namespace, {}", head.namespace.display()));
    }
    let alive = |name: &str| recorded(place, name).filter(|it: &Identity| it.is_alive()).map(|it| it.pid);
    let daemons: Vec<_> = head.daemons.iter().map(|name| (name.clone(), alive(name))).collect();
    for name in [&head.inside, &head.uplink] {
        let carrier = fs::read_to_string(format!("/sys/class/net/{name}/carrier"));
        if carrier.map_or(true, |it| it.trim() != "1") {
            trouble(format!("`{name}` has no link; see to its cable or radio"));
        }
    }
    if ready && held {
        for (name, _) in daemons.iter().filter(|(_, pid)| pid.is_none()) {
            trouble(format!("{name} does not run; see {}", place.log().display()));
        }
    }
    status.state = match (ready, held, status.troubles.is_empty()) {
        // Not all steps are done and the supervisor lives: it is bringing the gateway up, or down.
        (false, true, _) if kept.is_some() => "changing",
        (true, true, true) => "up",
        _ => "broken",
    };
    // A bridge has no supervisor that would go on with it.
    if !ready && head.daemons.is_empty() {
        status.troubles.push("it was not brought up to the end; remove what there is: earwitness gateway down".into());
    }
    status.leases =
        fs::read_to_string(place.file("leases")).map_or(0, |it| it.lines().filter(|line| !line.starts_with("duid")).count());
    (status.mode, status.inside, status.uplink) = (Some(head.mode), Some(head.inside), Some(head.uplink));
    (status.supervisor, status.daemons) = (kept.map(|it| it.pid), daemons);
    Ok(status)
}
