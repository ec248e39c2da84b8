//! A home that is watched, for its page.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use earwitness_base::clock::{self, Clock as _, System};
use earwitness_base::words;
use earwitness_core::findings::{DeviceFindings, DeviceId};
use earwitness_core::time::{SECOND, Window};
use earwitness_report::json::status::Status;
use earwitness_sound::{hear, speak};
use earwitness_traffic::recent::FrameRing;
use earwitness_web::{Check, Export, Household, Kept, Material, Plan, Reading, Session, Wish};
use jiff::tz::TimeZone;
use tokio::sync::{broadcast, watch};

use super::week::Week;
use super::{Laboratory, frames, latest};
use crate::board::Board;
use crate::config::Config;
use crate::daemon::{self, Request};
use crate::doctor;
use crate::hidden::Hidden;
use crate::names;
use crate::say;

/// While a session ends and the next one begins nobody can be told anything: it is tried again for so long.
const PATIENCE: Duration = Duration::from_secs(4);

/// Before it has been running for so long the store may not be there yet.
const STARTS: Duration = Duration::from_secs(10);

/// A home: the same for all who hold it.
#[derive(Clone)]
pub(super) struct Home {
    state: PathBuf,
    board: Board,
    config: Arc<Mutex<Config>>,
    week: Arc<Mutex<Week>>,
    laboratory: Arc<dyn Laboratory>,
    /// One file of an experiment is made at a time: it may take the memory of all its trials.
    making: Arc<Mutex<()>>,
    /// When it began, since the machine was started, and what was said last of why what was seen cannot be read.
    begun: Duration,
    troubled: Arc<Mutex<Option<String>>>,
}

impl Home {
    pub(super) fn new(config: &Config, board: Board, laboratory: Arc<dyn Laboratory>) -> Self {
        Self {
            state: config.state.clone(),
            board,
            config: Arc::new(Mutex::new(config.clone())),
            week: Arc::default(),
            laboratory,
            making: Arc::default(),
            begun: clock::since_boot(),
            troubled: Arc::default(),
        }
    }

    /// Takes a new configuration.
    pub(super) fn follow(&self, config: &Config) {
        *self.config() = config.clone();
    }

    fn config(&self) -> MutexGuard<'_, Config> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says once why what was seen cannot be read, where somebody started it: on the page itself it would name folders. Before the store is made, there is nothing to say.
    fn note(&self, trouble: Option<&String>) {
        let mut said = self.troubled.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.is_none() {
            *said = None;
        } else if clock::since_boot() > self.begun + STARTS && said.as_ref() != trouble {
            *said = trouble.cloned();
            say::line(&format!("the page cannot show what was seen: {}", trouble.map_or("", String::as_str)));
        }
    }

    /// Tells the program that watches something.
    fn tell(&self, request: Request) -> Result<String, String> {
        let since = clock::since_boot();
        loop {
            match daemon::ask(&self.state, request) {
                Ok(answer) => return Ok(answer),
                Err(error) if clock::since_boot() < since + PATIENCE && is_away(error.kind()) => {
                    clock::sleep(Duration::from_millis(100));
                }
                Err(error) => return Err(format!("The program that watches does not answer: {error}.")),
            }
        }
    }

    /// The same of a request whose answer says whether it was granted.
    fn granted(&self, request: Request, granted: &str) -> Result<String, String> {
        let answer = self.tell(request)?;
        if answer == granted { Ok(answer) } else { Err(answer) }
    }
}

const fn is_away(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

impl Household for Home {
    fn read(&self) -> Result<Reading, String> {
        let mut week = self.week.lock().unwrap_or_else(PoisonError::into_inner);
        let read = latest::reading(&self.state, &mut week).map_err(|error| format!("{error:#}"));
        self.note(read.as_ref().err());
        read
    }

    fn session(&self, id: i64) -> Result<Option<Material>, String> {
        latest::session(&self.state, id).map_err(|error| format!("{error:#}"))
    }

    fn sessions(&self) -> Result<Vec<Session>, String> {
        latest::sessions(&self.state).map_err(|error| format!("{error:#}"))
    }

    fn experiments(&self) -> Result<Vec<Kept>, String> {
        self.laboratory.all(&self.state).map_err(|error| plain(&error))
    }

    fn experiment(&self, name: &str) -> Result<Option<Kept>, String> {
        self.laboratory.one(&self.state, name).map_err(|error| plain(&error))
    }

    fn export(&self, name: &str, export: Export) -> Result<Option<Vec<u8>>, String> {
        let Ok(_alone) = self.making.try_lock() else {
            return Err("Another file of an experiment is being made: try again when it is done.".to_owned());
        };
        self.laboratory.export(&self.state, name, export).map_err(|error| plain(&error))
    }

    fn frames(&self, device: DeviceFindings) -> Result<Vec<u8>, String> {
        let kept = self.state.join("frames");
        let mut ring = FrameRing::read(&kept).map_err(|_| "No frames are kept (keep_megabytes under [capture]).".to_owned())?;
        frames::annotated(&mut ring, device)
    }

    fn sounded(&self, window: Window) -> Result<Vec<String>, String> {
        latest::sounded(&self.state, window).map_err(|error| format!("{error:#}"))
    }

    fn health(&self) -> Vec<Check> {
        let checks = [doctor::disk(&self.state), doctor::synchronised(), doctor::clock_source()];
        let told = |it: doctor::Check| {
            let advice = it.advice.map(|it| format!("; {it}")).unwrap_or_default();
            let is_well = matches!(it.status, doctor::Status::Ok | doctor::Status::Skipped);
            Check { name: it.name.replace('-', " "), is_well, words: format!("{}{advice}.", it.measured) }
        };
        let mut all: Vec<Check> = checks.map(told).into();
        let config = self.config();
        let (speaks, hears) = (config.loudspeaker.device != speak::Device::None, config.microphone.device != hear::Device::Off);
        let of = |name: &str, there, with: &str, without: &str| Check {
            name: name.to_owned(),
            is_well: true,
            words: if there { with } else { without }.to_owned(),
        };
        all.push(of("loudspeaker", speaks, "there is one.", "there is none, so nothing can be tested."));
        all.push(of("microphone", hears, "there is one.", "there is none: whether a sound was heard in the room is not known."));
        all
    }

    fn plan(&self) -> Result<Plan, String> {
        let config = self.config().clone();
        let moment = System.moment();
        let quiet_hours = config.quiet_hours().iter().map(|(from, until)| format!("{from} to {until}")).collect();
        let test = config.for_test(true, moment).map_err(|error| format!("{error:#}"))?;
        let mut now = config.clone();
        let quiet = match now.may_begin(false, moment) {
            Ok(()) => None,
            Err(_) => Some(
                config
                    .allowed_from(moment)
                    .map_or_else(|| "somebody says otherwise".to_owned(), |at| words::clock_time(at, &TimeZone::system())),
            ),
        };
        Ok(Plan { words: format!("It {}.", test.told()), quiet, quiet_hours })
    }

    fn carry_out(&self, wish: Wish) -> Result<String, String> {
        match wish {
            Wish::Test { anyway } => self.granted(if anyway { Request::TestAnyway } else { Request::Test }, daemon::TEST_BEGINS),
            Wish::EndTest => self.granted(Request::EndTest, daemon::TEST_ENDS),
            Wish::Pause { minutes } => self.tell(match minutes {
                Some(minutes) => Request::PauseUntil(clock::now().plus(i64::from(minutes) * 60 * SECOND)),
                None => Request::Pause,
            }),
            Wish::Resume => self.tell(Request::Resume),
            Wish::Presence { somebody } => self.tell(match somebody {
                Some(true) => Request::Home,
                Some(false) => Request::Away,
                None => Request::Auto,
            }),
            Wish::Name { device, name } => {
                let DeviceId::Mac(mac) = device else {
                    return Err("Only a device with a MAC address can have a name.".to_owned());
                };
                names::give(&self.state, mac, name.as_deref()).map_err(|error| format!("{error:#}."))?;
                self.tell(Request::Names)
            }
            Wish::Ignore { device, ignored } => {
                hidden(Hidden::read(&self.state).ignore(&self.state, device, ignored))?;
                self.tell(Request::Names)
            }
            Wish::Forget { device } => hidden(Hidden::read(&self.state).forget(&self.state, device, clock::now())),
        }
    }

    fn status(&self) -> watch::Receiver<Arc<Status>> {
        self.board.status()
    }

    fn events(&self) -> broadcast::Receiver<Arc<str>> {
        self.board.events()
    }
}

/// What went wrong, without the paths that stand before it.
fn plain(error: &anyhow::Error) -> String {
    format!("It cannot be read: {}.", error.root_cause())
}

fn hidden(written: std::io::Result<()>) -> Result<String, String> {
    written.map(|()| "done".to_owned()).map_err(|error| format!("It cannot be written down: {error}."))
}
