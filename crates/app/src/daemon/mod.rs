//! The loop of the appliance in a real home: it waits for whatever comes first, and hands it to [`Appliance::step`], which decides.
//!
//! Frames come from child processes, sounds from the threads of the player, verdicts from a thread that reads the store; all others only send
//! messages.

mod control;
mod eve;
mod frames_in;
mod inbox;
mod judge;
mod report;
mod signals;
mod sound;
mod system;

use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_base::clock::{self, Clock};
use earwitness_base::text;
use earwitness_core::event::{Fault, Mended, Stop, What};
use earwitness_core::experiment::Upkeep;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_notify::{Channels, Letter, Notifier, Pace, Report};
use earwitness_report::notice::{self, Worded};
use earwitness_sound::player::{self, Player};
use earwitness_store::SessionId;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

pub use self::control::{SOCKET, ask};
pub use self::report::{Form, Style};
pub(crate) use self::signals::SAME_REQUEST;
pub use crate::appliance::{Goal, Request};
pub(crate) use crate::appliance::{random, random_octets};

use self::control::{Asked, Control};
use self::eve::EveFile;
use self::frames_in::Intake;
use self::inbox::{Inbox, Outbox};
use self::judge::Judge;
use self::report::Reporter;
use self::system::System;
use crate::appliance::{Appliance, Begun, Input, Judged, Loudspeaker, conclude};
use crate::board::Board;
use crate::config::Config;
use crate::say;
use crate::talk::{Means, Talk};

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
    /// The home is to be tested, with this configuration.
    Test(Box<Config>),
}

/// What is answered where a test begins, and where it ends.
pub(crate) const TEST_BEGINS: &str = "the test begins";
pub(crate) const TEST_ENDS: &str = "the test ends";

/// Who follows is shown how it stands so often, and within this where an upload begins or ends.
const SHOWN: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(250);

/// Reads the configuration again.
pub type Reread<'a> = &'a dyn Fn() -> anyhow::Result<Config>;

/// A message of another thread.
#[derive(Debug)]
enum Message {
    Player(player::PlayerEvent),
    Signal(signals::Asked),
    Asked(Asked),
    Judged(Box<Judged>),
    NotJudged(Box<earwitness_store::Error>),
    Channel(Report),
    /// Whether somebody talks with us.
    Talks(bool),
}

/// The appliance with everything that it waits for.
struct Daemon<'a> {
    goal: Goal,
    clock: &'a dyn Clock,
    appliance: Appliance,
    intake: Intake,
    judge: Judge,
    reporter: Rc<Reporter>,
    system: System,
    /// How a session stood after so many rounds, in words.
    progress: Option<(u32, String)>,
    /// When interfaces, the ring and the service manager were last looked after.
    checked: Option<Duration>,
    board: Option<Board>,
    /// When it was looked who is sending, and when that was shown.
    looked: Duration,
    shown: Duration,
    inbox: Rc<Inbox<Message>>,
    talk: Option<Talk>,
    /// Where nothing is probed, so that the appliance has none.
    _player: Option<Player>,
    _control: Control,
}

/// Runs until it is done or stopped, and begins anew with each configuration that it is asked to take; says which session it was.
///
/// # Errors
/// When it cannot begin: no source of frames, the store is held by another process, no folder to write to.
pub fn run(
    mut config: Config,
    goal: Goal,
    style: Style,
    reread: Reread<'_>,
    clock: &dyn Clock,
    board: Option<&Board>,
) -> anyhow::Result<Option<SessionId>> {
    // Both outlive a change of the configuration, so that a signal that comes meanwhile is not lost.
    let (outbox, inbox) = inbox::inbox().context("the threads of the program cannot talk to each other")?;
    let inbox = Rc::new(inbox);
    signals::listen(&outbox).context("signals cannot be received")?;
    // A test that a person asked for, in between.
    let mut test: Option<Config> = None;
    loop {
        let (wanted, what_for) = test.as_ref().map_or((&config, goal), |it| (it, tested(it)));
        let mut daemon = Daemon::new(wanted, what_for, style, (&outbox, &inbox), (clock, board))?;
        let end = daemon.go_on(reread, wanted);
        let session = daemon.close(&end)?;
        let was_test = test.take().is_some();
        if let Some(session) = session.filter(|_| was_test)
            && let Err(error) = conclude(&config.state, session, clock.now())
        {
            say::line(&format!("the verdicts of the test could not be written down: {error}"));
        }
        match end {
            End::Done if was_test => {}
            End::Failed(why) if was_test => say::line(&format!("the test of the home ended: {why}")),
            End::Done | End::Stopped => return Ok(session),
            End::Failed(why) => anyhow::bail!("{why}"),
            End::Reload(again) => config = *again,
            End::Test(it) => test = Some(*it),
        }
    }
}

/// What a test is for: watching goes on after it.
fn tested(config: &Config) -> Goal {
    Goal::Test { rounds: config.probing.as_ref().map_or(0, |it| it.rounds) }
}

impl<'a> Daemon<'a> {
    fn new(
        config: &Config,
        goal: Goal,
        style: Style,
        (outbox, inbox): (&Outbox<Message>, &Rc<Inbox<Message>>),
        (clock, board): (&'a dyn Clock, Option<&Board>),
    ) -> anyhow::Result<Self> {
        let eve = config.eve.as_deref().map(EveFile::open).transpose()?;
        let begun = Begun::open(config, goal, Upkeep::default(), clock.moment())?;
        let reporter = Rc::new(Reporter::new(style, notifier(config, goal, outbox)?, board.cloned(), eve));
        let control = {
            let outbox = outbox.clone();
            Control::listen(&config.state, move |asked| outbox.send(Message::Asked(asked)))
                .with_context(|| format!("no socket can be made in {}", config.state.display()))?
        };
        let player = sound::open(config, begun.design(), outbox)?;
        let talk = match (&player, goal) {
            (Some(player), goal) if goal.has_household() && config.voice.enabled => Some(talk(config, player, outbox)?),
            _ => None,
        };
        let (player, own) = if config.probing.is_some() { (player, None) } else { (None, player) };
        let loudspeaker = player.map(|player| Box::new(player) as Box<dyn Loudspeaker>);
        let intake = Intake::new(config, goal, clock.since_boot())?;
        let sources = intake.sources().map(|source| source.name).collect();
        let appliance = begun.start(loudspeaker, Box::new(Rc::clone(&reporter)), sources, clock.moment());
        Ok(Self {
            goal,
            clock,
            appliance,
            intake,
            judge: Judge::new(config.state.clone(), outbox.clone()),
            reporter,
            system: System::new(),
            checked: None,
            board: board.cloned(),
            looked: Duration::ZERO,
            shown: Duration::ZERO,
            progress: None,
            inbox: Rc::clone(inbox),
            talk,
            _player: own,
            _control: control,
        })
    }

    /// The loop: waits for whatever comes first, and gives it to the appliance.
    fn go_on(&mut self, reread: Reread<'_>, config: &Config) -> End {
        loop {
            self.wait();
            let now = self.clock.now();
            self.intake.take(&mut self.appliance, self.clock, now);
            if let Some(why) = self.intake.failed() {
                return End::Failed(why.to_owned());
            }
            while let Some(message) = self.inbox.next() {
                if let Some(end) = self.message(message, (reread, config), now) {
                    return end;
                }
            }
            // Since `now` a disk may have taken its time, which is no step of the clock.
            let moment = self.clock.moment();
            self.check(moment.now, moment.since_boot);
            self.show(moment.now, moment.since_boot);
            self.appliance.step(Input::Tick { since_boot: moment.since_boot, ahead: moment.ahead }, moment.now);
            if !self.judge.is_busy()
                && let Some(session) = self.appliance.to_judge()
            {
                self.judge.start(session);
            }
            if self.appliance.is_over() && self.is_done() {
                return End::Done;
            }
        }
    }

    /// Takes a message of another thread; says if it is the end.
    fn message(&mut self, message: Message, (reread, config): (Reread<'_>, &Config), now: Timestamp) -> Option<End> {
        let input = match message {
            Message::Player(event) => Input::Player(event),
            Message::Signal(signals::Asked::Stop) => return Some(End::Stopped),
            Message::Signal(signals::Asked::Reload) => match reread() {
                Ok(config) => return Some(End::Reload(Box::new(config))),
                Err(error) => Input::Happened(What::Fault(Fault::Settings { said: format!("{error:#}") })),
            },
            Message::Asked(asked) => {
                let request = asked.request;
                let (answer, end) = match request {
                    Request::Status => (self.appliance.status(self.intake.sources().collect(), now).json(), None),
                    Request::Stop => ("stopping".to_owned(), Some(End::Stopped)),
                    Request::Listen => (self.listen().to_owned(), None),
                    Request::Link => (self.link(), None),
                    Request::Test | Request::TestAnyway => self.test(config, request == Request::TestAnyway),
                    Request::EndTest => self.end_test(),
                    wanted => (self.appliance.ask(wanted, now), None),
                };
                asked.answer(answer);
                return end;
            }
            Message::Judged(judged) => Input::Judged(judged),
            Message::NotJudged(error) => Input::NotJudged(error),
            Message::Channel(report) => Input::Happened(channel(report)),
            Message::Talks(talks) => Input::Talks(talks),
        };
        self.appliance.step(input, now);
        None
    }

    /// Somebody wants the home tested.
    fn test(&self, config: &Config, anyway: bool) -> (String, Option<End>) {
        if self.goal != Goal::Watch {
            return ("a session of probes is in progress already".to_owned(), None);
        }
        match config.for_test(anyway, self.clock.moment()) {
            Ok(config) => (TEST_BEGINS.to_owned(), Some(End::Test(Box::new(config)))),
            Err(error) => (format!("no test can begin: {error:#}"), None),
        }
    }

    /// Somebody does not want to wait for the end of a test.
    fn end_test(&self) -> (String, Option<End>) {
        if self.is_test() { (TEST_ENDS.to_owned(), Some(End::Done)) } else { ("no test is in progress".to_owned(), None) }
    }

    /// The link to the page.
    fn link(&self) -> String {
        let link = self.board.as_ref().and_then(Board::link);
        link.unwrap_or_else(|| "no page is served: set enabled = true under [web]".to_owned())
    }

    /// Shows those who follow how it stands.
    fn show(&mut self, now: Timestamp, since_boot: Duration) {
        let Some(board) = self.board.as_ref().filter(|board| board.is_followed()) else { return };
        if since_boot.saturating_sub(self.looked) < LOOK {
            return;
        }
        self.looked = since_boot;
        if self.appliance.look(now) || since_boot.saturating_sub(self.shown) >= SHOWN {
            self.shown = since_boot;
            board.put(self.appliance.status(self.intake.sources().collect(), now));
        }
    }

    /// Somebody wants to talk.
    fn listen(&self) -> &'static str {
        match &self.talk {
            Some(talk) => {
                talk.press();
                "listening"
            }
            None => "nobody listens: set enabled = true under [voice]",
        }
    }

    /// Checks interfaces, the ring, the terminal and the service manager, once a second.
    fn check(&mut self, now: Timestamp, since_boot: Duration) {
        if self.checked.is_some_and(|checked| since_boot.saturating_sub(checked) < Duration::from_secs(1)) {
            return;
        }
        self.checked = Some(since_boot);
        self.intake.check(&mut self.appliance, since_boot, now);
        self.reporter.catch_up();
        let status = self.appliance.line(now);
        self.system.alive(since_boot, || status.clone());
        if !self.is_done() {
            self.reporter.status(&status);
            return;
        }
        // How devices stand changes with the scores of a round, and takes a while to reckon.
        let scored = self.appliance.rounds_scored();
        if self.progress.as_ref().is_none_or(|before| before.0 != scored) {
            let progress = self.appliance.progress(now);
            if scored > 0 {
                self.reporter.round(&progress.summary);
            }
            let lines = progress.devices.iter().map(|it| format!("\n  {}", text::clean(it, 200)));
            self.progress = Some((scored, format!("{}{}", progress.summary, lines.collect::<String>())));
        }
        let progress = self.progress.as_ref().map_or("", |it| it.1.as_str());
        self.reporter.status(&format!("{status}\n  {progress}"));
    }

    /// Whether the end of the session is the end of the program.
    const fn is_done(&self) -> bool {
        self.goal.rounds().is_some()
    }

    /// Whether it is a test in between, after which watching goes on.
    const fn is_test(&self) -> bool {
        matches!(self.goal, Goal::Test { .. })
    }

    /// Waits until something can be done: a frame, a message, or the time that somebody asked for.
    fn wait(&self) {
        let now = self.clock.now();
        let is_followed = self.board.as_ref().is_some_and(Board::is_followed);
        let most = if is_followed { LOOK } else { Duration::from_secs(1) };
        let wake = self.appliance.wake();
        let until_wake = wake.map_or(most, |at| Duration::from_nanos(at.since(now).clamp(0, SECOND).unsigned_abs()));
        let until_start = self.intake.next_start(self.clock.since_boot()).unwrap_or(most);
        let wait = Timespec::try_from(until_wake.min(until_start).min(most)).ok();
        let bell = self.inbox.fd();
        let mut ready: Vec<PollFd<'_>> = self.intake.fds().map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        ready.push(PollFd::from_borrowed_fd(bell, PollFlags::IN));
        // A signal that interrupts the wait is a message as well.
        let _ = poll(&mut ready, wait.as_ref());
    }

    /// Ends the session in good order; says which it was.
    fn close(mut self, end: &End) -> anyhow::Result<Option<SessionId>> {
        drop(self.talk.take());
        let goes_on = matches!(end, End::Reload(_) | End::Test(_)) || (self.is_test() && !matches!(end, End::Stopped));
        if goes_on {
            System::reloading();
        } else {
            System::stopping();
        }
        let now = self.clock.now();
        self.intake.drain(&mut self.appliance, self.clock);
        let why = match end {
            End::Done => What::Stopped(Stop::Done),
            End::Stopped | End::Test(_) => What::Stopped(Stop::Asked),
            End::Failed(_) => What::Stopped(Stop::NothingCaptured),
            End::Reload(_) => What::Reloaded,
        };
        self.appliance.close(why, now)
    }
}

/// What a channel says of itself.
fn channel(report: Report) -> What {
    match report {
        Report::Fails { channel, why } => What::Fault(Fault::Channel { channel: channel.to_owned(), said: why.to_string() }),
        Report::Works { channel } => What::Mended(Mended::Channel { channel: channel.to_owned() }),
    }
}

/// Begins to talk with people.
fn talk(config: &Config, player: &Player, outbox: &Outbox<Message>) -> anyhow::Result<Talk> {
    let mouth = player.mouth().context("[voice] needs a microphone")?;
    let state = config.state.clone();
    let talks = outbox.clone();
    Talk::start(Means {
        settings: config.voice.clone(),
        sounds: config.sounds.clone(),
        state: state.clone(),
        mouth,
        tell: Box::new(move |request| ask(&state, request)),
        hold: Box::new(move |holds| {
            // Where nobody is told any more, no probe is played either.
            let _ = talks.send(Message::Talks(holds));
        }),
        trouble: Box::new(say::line),
    })
}

/// The channels of a household that is watched; what they say of themselves becomes messages.
fn notifier(config: &Config, goal: Goal, outbox: &Outbox<Message>) -> anyhow::Result<Notifier> {
    let channels = if goal.has_household() { config.notify.channels.clone() } else { Channels::default() };
    let outbox = outbox.clone();
    let report = move |report| {
        outbox.send(Message::Channel(report));
    };
    Ok(Notifier::start(&config.state, &channels, Pace::usual(random()?), lost, report)?)
}

/// That notices were dropped.
fn lost(number: u32) -> Letter {
    let Worded { title, text, json } = notice::lost(number, clock::now());
    Letter { number: 0, importance: u8::MAX, urgent: false, title, text, json }
}
