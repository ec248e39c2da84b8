//! A session begins, or goes on where a process before this one was interrupted; and how it ends.

use anyhow::Context as _;
use earwitness_core::analysis::Settings;
use earwitness_core::detect::lottery::session_part;
use earwitness_core::event::{Stop, What};
use earwitness_core::experiment::{Command, Experiment, Input, Upkeep};
use earwitness_core::lot::Lot;
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::plan::watch::Watch;
use earwitness_core::plan::{Done, Next, Plan};
use earwitness_core::record::Entry;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::trial::Session;

use super::inbox::Outbox;
use super::ledger::{Item, Ledger};
use super::system::System;
use super::{Daemon, End, Goal, Message};
use crate::config::Config;
use earwitness_base::clock::Moment;
use earwitness_core::policy::Hold;
use earwitness_report::sentence::sentence;
use earwitness_sound::hear::Ear;
use earwitness_sound::mouth::Mouth;
use earwitness_sound::speak::sounds::Library;
use earwitness_sound::speak::{self, Device};
use earwitness_store::{SessionId, SessionRow, Store};

/// A session that watches without an end is closed after so long, and the next one begun, nanoseconds: its error rate is then that of a month.
const MONTH: i64 = 30 * 86_400 * SECOND;

/// Rounds after which a device that shows nothing counts as decided in a household's session.
const SILENT_AFTER: u32 = 12;

/// What to play next.
#[derive(Debug)]
pub(super) enum Choice {
    Watch(Watch),
    Campaign(Campaign),
}

impl Plan for Choice {
    fn next(&mut self, session: &Session, design: &Design, number: u32) -> Next {
        match self {
            Self::Watch(watch) => watch.next(session, design, number),
            Self::Campaign(campaign) => campaign.next(session, design, number),
        }
    }
}

/// What a session may spend of the chance of a false accusation that its home allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// The chance for all sessions together.
    whole: f64,
    /// Number of this session among those of the home that played a round, from 1.
    session: usize,
}

impl Share {
    fn alpha(self) -> f64 {
        self.whole * session_part(self.session)
    }

    fn what(self) -> What {
        let Self { whole, session } = self;
        What::Share { session, whole, alpha: self.alpha(), next: whole * session_part(session + 1) }
    }
}

/// A session that can go on.
pub(super) struct Begun {
    pub(super) machine: Experiment<Choice>,
    pub(super) design: Design,
    pub(super) share: Share,
    /// Rounds that were played before.
    pub(super) resumed: Option<usize>,
}

/// The last session, if it is of the same layout and was interrupted; else a new one.
pub(super) fn begin(config: &Config, goal: Goal, ledger: &mut Ledger, moment: Moment) -> anyhow::Result<Begun> {
    let (now, wanted) = (moment.now, wanted(config, moment.ahead)?);
    let mut settings = Settings { origin: Some(Timestamp::default()), ..Settings::default() };
    // Whoever knows the seed of the tables can choose addresses that collide in them, and make each look-up slow. No result depends on it.
    settings.roster.seed = random()?;
    match of_stored(config, goal, ledger.store_mut(), (&wanted, settings.clone()), now) {
        // Its pages are sound, what is written on them is not: else it would be found so at every start.
        Err(error) if ledger.set_aside(&error)? => Ok(of_stored(config, goal, ledger.store_mut(), (&wanted, settings), now)?),
        begun => Ok(begun?),
    }
}

/// The same, as far as the store can be read.
fn of_stored(
    config: &Config,
    goal: Goal,
    store: &mut Store,
    (wanted, settings): (&Design, Settings),
    now: Timestamp,
) -> Result<Begun, earwitness_store::Error> {
    let whole = config.probing.as_ref().map_or(0.01, |probing| probing.alpha);
    let seeded = config.probing.as_ref().is_some_and(|probing| probing.seeded);
    let choice = match goal {
        Goal::Watch => Choice::Watch(Watch),
        Goal::Probe { rounds, .. } => Choice::Campaign(Campaign::new(rounds, Mode::UntilDecided { silent_after: SILENT_AFTER })),
    };
    let reader = store.reader()?;
    let known = reader.known()?;
    let last = reader.sessions()?.pop();
    // Each session of a home has a part of its own, settled before the first: what is proven in one is not lent against the next.
    let share = |before| Ok::<_, earwitness_store::Error>(Share { whole, session: reader.sessions_with_rounds(before)? + 1 });
    let going_on = last.as_ref().map(|last| share(Some(last.id))).transpose()?;
    let last =
        last.zip(going_on).filter(|(last, share)| goal == Goal::Watch && goes_on(last, wanted, share.alpha(), seeded, now));
    let Some((last, share)) = last else {
        let share = share(None)?;
        let alpha = share.alpha();
        let machine = Experiment::new(wanted.clone(), choice, alpha, settings).with_upkeep(Upkeep::default()).knowing(known);
        return Ok(Begun { machine, design: wanted.clone(), share, resumed: None });
    };
    let (trials, unfinished, devices) = (reader.trials(last.id)?, reader.unfinished(last.id)?, reader.devices(last.id)?);
    store.resume(last.id)?;
    let design = last.design;
    let machine = Experiment::new(design.clone(), choice, last.alpha, settings).with_upkeep(Upkeep::default()).knowing(known);
    Ok(Begun { machine: machine.resumed(&trials, unfinished, devices), design, share, resumed: Some(trials.len()) })
}

/// The layout that the configuration asks for.
fn wanted(config: &Config, ahead: i64) -> anyhow::Result<Design> {
    let Some(probing) = &config.probing else {
        return Ok(Design { local_offset: ahead, ..Design::default() });
    };
    let mut design = Design { local_offset: ahead, ..probing.design.clone() };
    if !probing.seeded {
        // Whoever could guess the lots could answer only where a probe sounds, or only where none does.
        design.seed = random()? >> 1;
    }
    Ok(design)
}

/// A number that nobody can guess.
fn random() -> anyhow::Result<u64> {
    let mut octets = [0; 8];
    rustix::rand::getrandom(&mut octets, rustix::rand::GetRandomFlags::empty()).context("the system has no random numbers")?;
    Ok(u64::from_le_bytes(octets))
}

/// Whether a stored session is the one that is wanted, and can go on.
fn goes_on(last: &SessionRow, wanted: &Design, alpha: f64, seeded: bool, now: Timestamp) -> bool {
    let interrupted = last.ended.is_none_or(|(_, why)| why == Done::Stopped) && last.retired.is_none();
    let seed = if seeded { wanted.seed } else { last.design.seed };
    let same = Design { seed, local_offset: last.design.local_offset, ..wanted.clone() } == last.design;
    let young = (0..MONTH).contains(&now.since(last.begun));
    interrupted && same && young && last.alpha.to_bits() == alpha.to_bits()
}

/// Loudspeaker and ear, if anything is to be played.
pub(super) fn mouth(config: &Config, design: &Design, outbox: &Outbox<Message>) -> anyhow::Result<Option<Mouth>> {
    if config.probing.is_none() || config.loudspeaker.device == Device::None {
        return Ok(None);
    }
    let loudspeaker = speak::open(&config.loudspeaker)?;
    let ear = Ear::open(&config.microphone).map_err(anyhow::Error::msg)?;
    let library = Library::new(&config.sounds)?;
    let outbox = outbox.clone();
    let tell = move |told| {
        outbox.send(Message::Mouth(told));
    };
    let mouth = Mouth::new(loudspeaker, ear, library, Lot::new(design.seed), tell);
    Ok(Some(mouth.context("the threads of the loudspeaker cannot be started")?))
}

impl Daemon<'_> {
    /// Says that it begins.
    pub(super) fn started(&mut self, share: Share, resumed: Option<usize>, now: Timestamp) {
        let sources = self.intake.sources().map(|source| source.0.to_owned()).collect();
        let started = What::Started { version: env!("CARGO_PKG_VERSION").to_owned(), sources, resumed };
        System::ready(&sentence(&started.clone().at(now), &|device| self.names.of(device)));
        self.tell(started, now);
        let silent = self.mouth.is_none();
        if !silent {
            self.tell(share.what(), now);
        }
        self.hold(Hold::Settings, silent, now);
        self.recall_wishes(now);
        // The first entry of a session is its layout: it must be there before anything else is.
        self.handle(Input::Tick, now);
        self.write(now);
    }

    /// Ends the session in good order; says which it was.
    pub(super) fn close(mut self, end: &End) -> anyhow::Result<Option<SessionId>> {
        let now = self.clock.now();
        if matches!(end, End::Reload(_)) {
            System::reloading();
        } else {
            System::stopping();
        }
        self.drain();
        // What is stopped goes on when the program is started again, so that it is no end of a session that watches.
        if !matches!(self.goal, Goal::Watch) {
            self.handle(Input::Command(Command::Stop), now);
        }
        for (round, tested) in self.samples.take() {
            self.ledger.put(Item::Tested(round, tested));
        }
        let Self { machine, mut ledger, teller, mouth, names, .. } = self;
        drop(mouth);
        let ended = machine.finish(now);
        ledger.put(Item::Entry(Entry::Watched(Box::new(ended.findings))));
        for trial in ended.trials {
            ledger.put(Item::Entry(Entry::Trial(trial)));
        }
        let what = match end {
            End::Done => What::Stopped(Stop::Done),
            End::Stopped => What::Stopped(Stop::Asked),
            End::Failed(_) => What::Stopped(Stop::NothingCaptured),
            End::Reload(_) => What::Reloaded,
        };
        let event = what.at(now);
        ledger.note(&event, &sentence(&event, &|device| names.of(device)));
        let stored = ledger.write_when_due(Timestamp::MAX);
        for what in ledger.take_happened() {
            teller.tell(&what.at(now), &names, false);
        }
        teller.tell(&event, &names, stored);
        let session = ledger.store().current();
        if !stored {
            anyhow::bail!("the last entries could not be written; what was acknowledged before is safe");
        }
        Ok(session)
    }
}
