//! The process that brings a gateway up and keeps its daemons, and the one that waits for its end.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{geteuid, setsid};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::carry::{Leftover, carry_out, undo_all};
use super::journal::{self, Head, Journal};
use super::observe::Observed;
use super::place::{Held, Place};
use super::plan::{Act, Plan, plan, show};
use super::process::Identity;
use super::read::Written;
use super::service::{Condition, Service};
use super::settings::{GatewaySettings, Passphrase};
use earwitness_base::clock;

/// Wait before a watchdog that ended is replaced: one that cannot live must not keep this process busy.
const REPLACE: Duration = Duration::from_secs(2);
/// How long the watchdog waits for whoever else undoes what the supervisor left.
const OTHERS: Duration = Duration::from_secs(60);
/// How often it looks meanwhile.
const PAUSE: Duration = Duration::from_millis(50);

/// Called for each step, with what is done. An error ends the gateway: whoever asked for it is gone.
pub type Notify<'a> = &'a mut dyn FnMut(&str) -> io::Result<()>;

/// Signals that end the gateway.
#[derive(Debug)]
pub(super) struct Asked {
    stop: Arc<AtomicBool>,
    woken: UnixStream,
}

impl Asked {
    /// Takes over the signals by which a process is asked to end, and the one that says that a child ended.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let (woken, wake) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            // The flag first: whoever is woken looks at it.
            flag::register(signal, Arc::clone(&stop))?;
            low_level::pipe::register(signal, wake.try_clone()?)?;
        }
        low_level::pipe::register(SIGCHLD, wake)?;
        Ok(Self { stop, woken })
    }

    pub(super) fn to_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Waits for a signal, or for so long.
    fn wait(&self, at_most: Option<Duration>) {
        let limit = at_most.and_then(|it| Timespec::try_from(it).ok());
        // An interrupted wait is a wait that ended.
        let _ = poll(&mut [PollFd::new(&self.woken, PollFlags::IN)], limit.as_ref());
        let mut octets = [0; 64];
        while (&self.woken).read(&mut octets).is_ok_and(|read| read > 0) {}
    }
}

/// Differs between configurations, and does not reveal the passphrase.
pub(super) fn fingerprint(settings: &GatewaySettings) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    format!("{settings:?}").hash(&mut hasher);
    settings.passphrase.as_ref().map(Passphrase::reveal).hash(&mut hasher);
    hasher.finish()
}

/// Looks at the machine and makes the plan; refuses when it cannot be carried out.
pub(super) fn prepare(written: &Written, place: &Place) -> anyhow::Result<Plan> {
    if !geteuid().is_root() {
        bail!("only root may change the network; run it with sudo");
    }
    if place.root().to_str().is_none_or(|it| it.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'')) {
        bail!(
            "the folder {} has blanks or quotes in its name, which the daemons' files cannot hold; name another",
            place.root().display()
        );
    }
    let plan = plan(&written.settings, &Observed::now()?, place).map_err(|fault| written.locate(&fault))?;
    if !plan.missing.is_empty() {
        bail!("programs are missing: {}", show::missing(&plan));
    }
    Ok(plan)
}

/// A gateway that is up.
#[derive(Debug)]
pub(super) struct Raised {
    services: Vec<Service>,
    watchdog: Option<Watchdog>,
}

/// Undoes what a journal lists, and forgets it when nothing is left.
pub(super) fn undo(held: &Held) -> anyhow::Result<Vec<Leftover>> {
    let leftovers = match journal::find(&held.place)? {
        None => Vec::new(),
        Some(found) if found.head.namespace != journal::namespace() => {
            bail!("the gateway was set up in another network namespace ({}); run this there", found.head.namespace.display())
        }
        Some(found) => undo_all(&found, held),
    };
    if leftovers.is_empty() {
        held.place.clear()?;
    }
    Ok(leftovers)
}

/// Carries a plan out. Where a step fails, all before it are undone.
pub(super) fn raise(plan: &Plan, written: &Written, held: &Held, asked: &Asked, notify: Notify<'_>) -> anyhow::Result<Raised> {
    let daemons: Vec<String> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.act {
            Act::Serve { daemon, .. } => Some(daemon.clone()),
            _ => None,
        })
        .collect();
    let first = Head {
        boot: journal::boot(),
        namespace: journal::namespace(),
        fingerprint: fingerprint(&written.settings),
        mode: written.settings.mode.name().to_owned(),
        inside: plan.inside.clone(),
        uplink: plan.uplink.clone(),
        supervisor: if daemons.is_empty() { None } else { Identity::own() },
        daemons,
    };
    let mut journal = Journal::begin(&held.place, &first)?;
    let mut raised = Raised { services: Vec::new(), watchdog: None };
    let outcome = raised.steps(plan, held, &mut journal, asked, notify);
    match outcome {
        Ok(()) => Ok(raised),
        Err(error) => {
            let leftovers = raised.lower(held)?;
            let left = leftovers.iter().fold(String::new(), |text, it| format!("{text}\n{it}"));
            Err(error.context(if left.is_empty() {
                "everything was undone again".into()
            } else {
                format!("not all could be undone:{left}")
            }))
        }
    }
}

impl Raised {
    fn steps(
        &mut self,
        plan: &Plan,
        held: &Held,
        journal: &mut Journal,
        asked: &Asked,
        notify: Notify<'_>,
    ) -> anyhow::Result<()> {
        if plan.steps.iter().any(|step| matches!(step.act, Act::Serve { .. })) {
            self.watchdog = Some(Watchdog::start(&held.place)?);
        }
        for (number, step) in plan.steps.iter().enumerate() {
            if asked.to_stop() {
                bail!("stopped before step {}", number + 1);
            }
            notify(&format!("{}/{} {}", number + 1, plan.steps.len(), step.why)).context("nobody waits for it any more")?;
            journal.step(&step.undo)?;
            let service = carry_out(step, held, &|| asked.to_stop());
            let service = service.with_context(|| format!("step {} ({}) failed", number + 1, step.why))?;
            self.services.extend(service);
        }
        journal.ready()
    }

    /// Undoes everything.
    pub(super) fn lower(self, held: &Held) -> anyhow::Result<Vec<Leftover>> {
        for service in self.services.into_iter().rev() {
            service.stop();
        }
        undo(held)
        // The watchdog sees the end of its pipe, finds no journal and ends.
    }

    /// Looks after the daemons until asked to stop.
    fn watch(&mut self, place: &Place, asked: &Asked) {
        while !asked.to_stop() {
            for service in &mut self.services {
                match service.check() {
                    Condition::Died(how) => log(place, &format!("{} ended: {how}; it is started again", service.name())),
                    Condition::Restarted => log(place, &format!("{} was started again", service.name())),
                    Condition::Runs | Condition::Waits => {}
                }
            }
            if let Some(watchdog) = &mut self.watchdog {
                watchdog.check(place);
            }
            let due = self.services.iter().filter_map(Service::due).chain(self.watchdog.as_ref().and_then(|it| it.due)).min();
            asked.wait(due.map(|due| due.saturating_sub(clock::since_boot()) + Duration::from_millis(1)));
        }
    }
}

/// Brings a gateway up and keeps it until a signal; then undoes everything. `detached`: outlives the terminal.
///
/// # Errors
/// When it could not be brought up (everything is undone then), or not undone.
pub fn keep(written: &Written, place: &Place, detached: bool, notify: Notify<'_>) -> anyhow::Result<()> {
    if detached {
        // Fails for the leader of a session only, who needs none.
        let _ = setsid();
    }
    let asked = Asked::listen()?;
    let held =
        &place.lock()?.context("another earwitness is changing this gateway or keeps it up; see `earwitness gateway status`")?;
    let leftovers = undo(held)?;
    if let Some(leftover) = leftovers.first() {
        bail!("an earlier gateway is not undone yet: {leftover}");
    }
    let plan = prepare(written, place)?;
    let mut raised = raise(&plan, written, held, &asked, notify)?;
    // Whoever asked has what it waited for; it may be gone.
    let _ = notify(READY);
    raised.watch(place, &asked);
    let leftovers = raised.lower(held)?;
    match leftovers.first() {
        Some(leftover) => bail!("not all could be undone: {leftover}; repeat: earwitness gateway down"),
        None => Ok(()),
    }
}

/// What the supervisor says when all steps are done.
pub(super) const READY: &str = "ready";

/// A line in the log.
fn log(place: &Place, what: &str) {
    // A log that cannot be written must not end the gateway.
    let Ok(mut file) = place.open_log() else { return };
    let _ = writeln!(file, "earwitness: {what}");
}

/// The process that undoes everything when this one dies.
#[derive(Debug)]
struct Watchdog {
    child: Child,
    due: Option<Duration>,
}

impl Watchdog {
    fn start(place: &Place) -> anyhow::Result<Self> {
        let child = Command::new("/proc/self/exe")
            .args(["gateway", "guard", "--run"])
            .arg(place.root())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start the guardian")?;
        Ok(Self { child, due: None })
    }

    /// Replaces it when it died.
    fn check(&mut self, place: &Place) {
        let now = clock::since_boot();
        match self.due {
            Some(due) if due <= now => match Self::start(place) {
                Ok(new) => *self = new,
                Err(error) => {
                    log(place, &format!("{error:#}"));
                    self.due = Some(now.saturating_add(REPLACE));
                }
            },
            Some(_) => {}
            None => {
                if let Ok(Some(status)) = self.child.try_wait() {
                    log(place, &format!("the guardian ended ({status}); another one takes its place"));
                    self.due = Some(now.saturating_add(REPLACE));
                }
            }
        }
    }
}

/// Waits on standard input, whose other end only the supervisor holds, until the supervisor is gone in whatever way; then undoes what it left.
pub fn guard(place: &Place) -> anyhow::Result<()> {
    // Whoever ends the supervisor's whole group means the supervisor; this process ends after it.
    let ignored = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        flag::register(signal, Arc::clone(&ignored))?;
    }
    // Fails for the leader of a session only, who needs none.
    let _ = setsid();
    let kept = journal::find(place)?.and_then(|found| found.head.supervisor);
    let mut octets = [0; 64];
    loop {
        match io::stdin().read(&mut octets) {
            Ok(0) => break,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => break,
            _ => {}
        }
    }
    let begun = clock::since_boot();
    while clock::since_boot().saturating_sub(begun) < OTHERS {
        let Some(held) = place.lock()? else {
            clock::sleep(PAUSE);
            continue;
        };
        let left = journal::find(place)?.filter(|found| found.head.supervisor == kept);
        if left.is_some() {
            log(place, "the keeper ended without undoing its steps; the guardian does");
            for leftover in undo(&held)? {
                log(place, &leftover.to_string());
            }
        }
        return Ok(());
    }
    Ok(())
}
