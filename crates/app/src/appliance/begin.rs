//! A session begins, or goes on where a process before this one was interrupted; and how it ends.

use std::collections::BTreeMap;

use anyhow::Context as _;
use earwitness_base::clock::Moment;
use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::detect::lottery::session_part;
use earwitness_core::event::What;
use earwitness_core::experiment::{Command, Experiment, Input, Upkeep};
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::plan::watch::Watch;
use earwitness_core::plan::{Done, Next, Plan};
use earwitness_core::policy::{Hold, Holds, Phones, Presence, Steps};
use earwitness_core::record::Entry;
use earwitness_core::samples::Samples;
use earwitness_core::schedule::Design;
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::trial;
use earwitness_evidence::commitment::{self, SALT};
use earwitness_report::sentence::sentence;
use earwitness_store::{Retention, SessionId, SessionRow, Store};

use super::device_names::DeviceNames;
use super::housekeeping::Housekeeping;
use super::input::Losses;
use super::ledger::{Item, Ledger};
use super::notices::Telling;
use super::today::Today;
use super::{Appliance, Goal, Loudspeaker, Output};
use crate::commitments;
use crate::config::Config;
use crate::names::Names;
use crate::say;

/// A session that watches without an end is closed after so long, and the next one begun, nanoseconds: its error rate is then that of a month.
const MONTH: i64 = 30 * 86_400 * SECOND;

/// What to play next.
#[derive(Debug)]
pub(super) enum Choice {
    Watch(Watch),
    Campaign(Campaign),
}

impl Plan for Choice {
    fn next(&mut self, session: &trial::Session, design: &Design, number: u32) -> Next {
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

/// A session that can go on, before anything of it is reported.
pub struct Begun {
    goal: Goal,
    retention: Retention,
    phones: Phones,
    ledger: Ledger,
    session: Session,
    names: Names,
    telling: Option<Telling>,
    today: Today,
}

/// What the store says of it.
struct Session {
    machine: Experiment<Choice>,
    design: Design,
    share: Share,
    /// The text that it commits to; `None` for one that was begun by an earlier version.
    commitment: Option<String>,
    /// When it began, where it goes on.
    begun: Option<Timestamp>,
    /// Rounds that were played before.
    resumed: Option<usize>,
}

impl Begun {
    /// Opens the store of a configuration: the last session, if it is of the same layout and was interrupted; else a new one.
    ///
    /// # Errors
    /// When the store is held by another process, or cannot be read or written.
    pub fn open(config: &Config, goal: Goal, upkeep: Upkeep, moment: Moment) -> anyhow::Result<Self> {
        let mut ledger = Ledger::open(&config.state)?;
        let wanted = wanted(config, moment.ahead)?;
        let mut settings = AnalysisSettings { origin: Some(Timestamp::default()), ..AnalysisSettings::default() };
        // Whoever knows the seed of the tables can choose addresses that collide in them, and make each look-up slow. No result depends on it.
        settings.roster.seed = random()?;
        let salt = random_octets()?;
        let asked = Asked { config, goal, upkeep, wanted: &wanted, salt: &salt, settings, now: moment.now };
        let telling = if goal.has_household() { Some(asked.telling(&mut ledger)?) } else { None };
        let session = match asked.of_stored(ledger.store_mut()) {
            // Its pages are sound, what is written on them is not: else it would be found so at every start.
            Err(error) if ledger.set_aside(&error)? => asked.of_stored(ledger.store_mut())?,
            session => session?,
        };
        // A home is watched all the same where its devices have no names.
        let names = Names::read(ledger.store().reader()?).unwrap_or_else(|error| {
            say::line(&format!("devices are called by their makers: {error:#}"));
            Names::default()
        });
        let today = match Today::read(ledger.store().reader()?, moment) {
            Err(error) if ledger.set_aside(&error)? => Today::read(ledger.store().reader()?, moment)?,
            today => today?,
        };
        Ok(Self { telling, today, goal, retention: config.retention, phones: config.presence.clone(), ledger, session, names })
    }

    /// How the session is laid out.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.session.design
    }

    /// Says that it begins. Without a loudspeaker devices are only watched. `sources` are the names of those that frames come from.
    #[must_use]
    pub fn start(
        self,
        loudspeaker: Option<Box<dyn Loudspeaker>>,
        output: Box<dyn Output>,
        sources: Vec<String>,
        moment: Moment,
    ) -> Appliance {
        let Self { goal, retention, phones, ledger, session, names, telling, today } = self;
        let (now, silent) = (moment.now, loudspeaker.is_none());
        let mut appliance = Appliance {
            goal,
            retention,
            machine: session.machine,
            wake: Some(now),
            samples: Samples::new(earwitness_core::detect::ttest::TtestSettings::default()),
            scored: None,
            ledger,
            loudspeaker,
            output,
            presence: Presence::new(phones, now),
            holds: Holds::default(),
            paused_until: None,
            steps: Steps::new((now, moment.since_boot)),
            device_names: DeviceNames::new(names),
            today,
            telling,
            verdicts: BTreeMap::new(),
            verdicts_wanted: false,
            housekeeping: Housekeeping::new(now),
            losses: Losses::default(),
            frames: 0,
            begun: false,
        };
        appliance.begin_telling();
        let version = env!("CARGO_PKG_VERSION").to_owned();
        appliance.report(What::Started { version, sources, resumed: session.resumed }, now);
        if !silent {
            appliance.report(session.share.what(), now);
            if let Some(text) = session.commitment {
                appliance.commit(&session.design, text, session.begun.unwrap_or(now), now);
            }
        }
        appliance.hold(Hold::Settings, silent, now);
        appliance.recall(now);
        // The first entry of a session is its layout: it must be there before anything else is.
        appliance.handle(Input::Tick, now);
        appliance.write(now);
        appliance
    }
}

/// What is asked of the store.
struct Asked<'a> {
    config: &'a Config,
    goal: Goal,
    upkeep: Upkeep,
    wanted: &'a Design,
    /// Hides what a new session commits to.
    salt: &'a [u8; SALT],
    settings: AnalysisSettings,
    now: Timestamp,
}

impl Asked<'_> {
    /// What the household was told before.
    fn telling(&self, ledger: &mut Ledger) -> Result<Telling, earwitness_store::Error> {
        let recalled = |ledger: &Ledger| Telling::recalled(&self.config.notify, ledger.store().reader()?, self.now);
        match recalled(ledger) {
            Err(error) if ledger.set_aside(&error)? => recalled(ledger),
            telling => telling,
        }
    }

    /// The session that fits, as far as the store can be read.
    fn of_stored(&self, store: &mut Store) -> Result<Session, earwitness_store::Error> {
        let Self { config, goal, upkeep, wanted, salt, ref settings, now } = *self;
        let whole = config.probing.as_ref().map_or(0.01, |probing| probing.alpha);
        let seeded = config.probing.as_ref().is_some_and(|probing| probing.seeded);
        let choice = match goal {
            Goal::Watch | Goal::Measure { .. } => Choice::Watch(Watch),
            Goal::Probe { rounds, .. } | Goal::Test { rounds } => Choice::Campaign(Campaign::new(rounds, Mode::HOUSEHOLD)),
        };
        let reader = store.reader()?;
        let known = reader.known()?;
        let last = reader.sessions()?.pop();
        // Each session of a home has a part of its own, settled before the first: what is proven in one is not lent against the next.
        let share = |before| Ok::<_, earwitness_store::Error>(Share { whole, session: reader.sessions_with_rounds(before)? + 1 });
        let going_on = last.as_ref().map(|last| share(Some(last.id))).transpose()?;
        let last =
            last.zip(going_on).filter(|(last, share)| goal == Goal::Watch && goes_on(last, wanted, share.alpha(), seeded, now));
        let machine = |design: &Design, alpha| {
            Experiment::new(design.clone(), choice, alpha, settings.clone()).with_upkeep(upkeep).knowing(known)
        };
        let Some((last, share)) = last else {
            let share = share(None)?;
            let machine = machine(wanted, share.alpha());
            let commitment = Some(commitment::text(salt, wanted, share.alpha()));
            return Ok(Session { machine, design: wanted.clone(), share, commitment, begun: None, resumed: None });
        };
        let (trials, unfinished, devices) = (reader.trials(last.id)?, reader.unfinished(last.id)?, reader.devices(last.id)?);
        let commitment = commitments::of_session(reader, &last)?;
        store.resume(last.id)?;
        let machine = machine(&last.design, last.alpha).resumed(&trials, unfinished, devices);
        let (begun, resumed) = (Some(last.begun), Some(trials.len()));
        Ok(Session { machine, design: last.design, share, commitment, begun, resumed })
    }
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
pub(crate) fn random() -> anyhow::Result<u64> {
    random_octets().map(u64::from_le_bytes)
}

/// Octets that nobody can guess; so few that the system gives them all at once.
pub(crate) fn random_octets<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut octets = [0; N];
    rustix::rand::getrandom(&mut octets, rustix::rand::GetRandomFlags::empty()).context("the system has no random numbers")?;
    Ok(octets)
}

/// Whether a stored session is the one that is wanted, and can go on.
fn goes_on(last: &SessionRow, wanted: &Design, alpha: f64, seeded: bool, now: Timestamp) -> bool {
    let interrupted = last.ended.is_none_or(|(_, why)| why == Done::Stopped) && last.retired.is_none();
    let seed = if seeded { wanted.seed } else { last.design.seed };
    let same = Design { seed, local_offset: last.design.local_offset, ..wanted.clone() } == last.design;
    let young = (0..MONTH).contains(&now.since(last.begun));
    interrupted && same && young && last.alpha.to_bits() == alpha.to_bits()
}

impl Appliance {
    /// Ends the session in good order; `why` is reported last. Says which session it was.
    ///
    /// # Errors
    /// When the last entries cannot be written.
    pub fn close(mut self, why: What, now: Timestamp) -> anyhow::Result<Option<SessionId>> {
        // What is stopped goes on when the program is started again, so that it is no end of a session that watches.
        if !matches!(self.goal, Goal::Watch) {
            self.handle(Input::Command(Command::Stop), now);
        }
        self.put_tested();
        self.keep_telling();
        let Self { machine, mut ledger, output, loudspeaker, device_names, .. } = self;
        drop(loudspeaker);
        let ended = machine.finish(now);
        ledger.put(Item::Entry(Entry::Watched(Box::new(ended.findings))));
        for trial in ended.trials {
            ledger.put(Item::Entry(Entry::Trial(trial)));
        }
        let event = why.at(now);
        let name = |device| device_names.of(device);
        ledger.note(&event, &sentence(&event, &name));
        let stored = ledger.write_when_due(Timestamp::MAX);
        for what in ledger.take_happened() {
            output.report(&what.at(now), &name, false);
        }
        output.report(&event, &name, stored);
        let session = ledger.store().current();
        if !stored {
            anyhow::bail!("the last entries could not be written; what was acknowledged before is safe");
        }
        Ok(session)
    }
}
