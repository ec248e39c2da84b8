//! The appliance: one thread owns the machine and hands it frames, sounds, commands and the time; it performs what the machine asks for.
//!
//! Frames come from child processes, sounds from the threads of the mouth, verdicts from a thread that reads the store; all others only send
//! messages. What is written down is durable before anybody is told.

mod act;
mod control;
mod frames_in;
mod inbox;
mod judge;
mod ledger;
mod looks;
mod names;
mod sessions;
mod signals;
mod status;
mod system;
mod tell;
mod wishes;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_core::experiment::{Experiment, Input};
use earwitness_core::findings::DeviceId;
use earwitness_core::policy::{Holds, Presence, Steps};
use earwitness_core::samples::Samples;
use earwitness_core::time::{SECOND, Timestamp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use self::control::{Request, SOCKET, ask};
pub use self::tell::Style;

use self::control::{Asked, Control};
use self::frames_in::Intake;
use self::inbox::{Inbox, Outbox};
use self::judge::Judged;
use self::ledger::Ledger;
use self::names::Names;
use self::sessions::Choice;
use self::system::System;
use self::tell::Teller;
use crate::config::Config;
use earwitness_base::clock::Clock;
use earwitness_sound::mouth::{self, Mouth};
use earwitness_store::SessionId;

/// What it is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Watch always, probe when allowed, without an end.
    Watch,
    /// One session of probes, until every device has a verdict or so many rounds are over.
    Probe {
        /// Rounds.
        rounds: u32,
        /// How long it waits for the first frame.
        patience: Duration,
    },
}

/// Why it ended.
#[derive(Debug)]
enum End {
    /// What it was for is done.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// A source could not begin to capture.
    Failed(String),
    /// The configuration has changed: this is the new one.
    Reload(Box<Config>),
}

/// Reads the configuration again.
pub type Reread<'a> = &'a dyn Fn() -> anyhow::Result<Config>;

/// What other threads tell.
#[derive(Debug)]
enum Message {
    Mouth(mouth::Told),
    Signal(signals::Asked),
    Asked(Asked),
    Judged(Box<Judged>),
    NotJudged(Box<earwitness_store::Error>),
    CommandFailed(String),
}

/// A machine with everything that it needs.
struct Daemon<'a> {
    config: Config,
    goal: Goal,
    clock: &'a dyn Clock,
    machine: Experiment<Choice>,
    wake: Option<Timestamp>,
    samples: Samples,
    intake: Intake,
    ledger: Ledger,
    mouth: Option<Mouth>,
    presence: Presence,
    holds: Holds,
    steps: Steps,
    names: Names,
    /// The verdicts that were told last, in words.
    verdicts: BTreeMap<DeviceId, &'static str>,
    teller: Teller,
    system: System,
    judge: judge::Judge,
    looks: looks::Looks,
    inbox: Rc<Inbox<Message>>,
    _control: Control,
}

/// Runs until it is done or stopped, and begins anew with each configuration that it is told to take; says which session it was.
///
/// # Errors
/// When it cannot begin: no source of frames, the store is held by another process, no folder to write to.
pub fn run(
    mut config: Config,
    goal: Goal,
    style: Style,
    reread: Reread<'_>,
    clock: &dyn Clock,
) -> anyhow::Result<Option<SessionId>> {
    // Both outlive a change of the configuration, so that a signal that comes meanwhile is not lost.
    let (outbox, inbox) = inbox::inbox().context("the threads of the program cannot talk to each other")?;
    let inbox = Rc::new(inbox);
    signals::listen(&outbox).context("signals cannot be received")?;
    loop {
        let mut daemon = Daemon::new(config, goal, style, (outbox.clone(), Rc::clone(&inbox)), clock)?;
        let end = daemon.go_on(reread);
        let session = daemon.close(&end)?;
        match end {
            End::Done | End::Stopped => return Ok(session),
            End::Failed(why) => anyhow::bail!("{why}"),
            End::Reload(again) => config = *again,
        }
    }
}

impl<'a> Daemon<'a> {
    fn new(
        config: Config,
        goal: Goal,
        style: Style,
        (outbox, inbox): (Outbox<Message>, Rc<Inbox<Message>>),
        clock: &'a dyn Clock,
    ) -> anyhow::Result<Self> {
        let moment = clock.moment();
        let now = moment.now;
        let teller = Teller::new(style, &config.notify, failures_to(&outbox))?;
        let mut ledger = Ledger::open(&config.state)?;
        let control = {
            let outbox = outbox.clone();
            Control::listen(&config.state, move |asked| outbox.send(Message::Asked(asked)))
                .with_context(|| format!("no socket can be made in {}", config.state.display()))?
        };
        let begun = sessions::begin(&config, goal, &mut ledger, moment)?;
        let mouth = sessions::mouth(&config, &begun.design, &outbox)?;
        let intake = Intake::new(&config, goal, moment.since_boot)?;
        let mut daemon = Self {
            machine: begun.machine,
            wake: Some(now),
            samples: Samples::new(earwitness_core::detect::ttest::Settings::default()),
            intake,
            mouth,
            presence: Presence::new(config.presence.clone(), now),
            holds: Holds::default(),
            steps: Steps::new((moment.now, moment.since_boot)),
            names: Names::default(),
            verdicts: BTreeMap::new(),
            teller,
            system: System::new(),
            judge: judge::Judge::new(config.state.clone(), outbox),
            looks: looks::Looks::new(now),
            inbox,
            _control: control,
            ledger,
            goal,
            clock,
            config,
        };
        daemon.started(begun.share, begun.resumed, now);
        Ok(daemon)
    }

    /// The loop: waits for whatever comes first, and gives it to the machine.
    fn go_on(&mut self, reread: Reread<'_>) -> End {
        loop {
            self.wait();
            let now = self.clock.now();
            self.take_frames(now);
            if let Some(why) = self.intake.failed() {
                return End::Failed(why.to_owned());
            }
            while let Some(message) = self.inbox.next() {
                if let Some(end) = self.message(message, reread, now) {
                    return end;
                }
            }
            self.look(now);
            if self.wake.is_some_and(|at| at <= now) {
                self.wake = None;
                self.handle(Input::Tick, now);
            }
            self.write(now);
            if self.machine.is_over() && self.is_done() {
                return End::Done;
            }
        }
    }

    /// Whether the end of the session is the end of the program.
    const fn is_done(&self) -> bool {
        matches!(self.goal, Goal::Probe { .. })
    }

    /// Waits until something can be done: a frame, a message, or the time that somebody asked for.
    fn wait(&self) {
        let now = self.clock.now();
        let most = Duration::from_secs(1);
        let until_wake = self.wake.map_or(most, |at| Duration::from_nanos(at.since(now).clamp(0, SECOND).unsigned_abs()));
        let until_start = self.intake.next_start(self.clock.since_boot()).unwrap_or(most);
        let wait = Timespec::try_from(until_wake.min(until_start).min(most)).ok();
        let bell = self.inbox.fd();
        let mut ready: Vec<PollFd<'_>> = self.intake.fds().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        ready.push(PollFd::from_borrowed_fd(bell, PollFlags::IN));
        // A signal that interrupts the wait is a message as well.
        let _ = poll(&mut ready, wait.as_ref());
    }
}

/// That the household's command failed becomes a message.
fn failures_to(outbox: &Outbox<Message>) -> impl Fn(String) + Send + 'static {
    let outbox = outbox.clone();
    move |what| {
        outbox.send(Message::CommandFailed(what));
    }
}
