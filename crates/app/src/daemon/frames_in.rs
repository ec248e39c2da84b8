//! Frames from all sources, their stamps put right, and what else the sources report.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_base::clock::{self, Clock};
use earwitness_core::event::{Fault, Gap, Mended, What};
use earwitness_core::frame::Frame;
use earwitness_core::policy::Offset;
use earwitness_core::time::Timestamp;
use earwitness_report::json::status;
use earwitness_report::sentence::sentence;
use earwitness_traffic::live::{ADVICE, Links, cannot_hear};
use earwitness_traffic::recent::FrameRing;
use earwitness_traffic::source::{Event as Came, Source};

use crate::appliance::{Appliance, Goal, Input};
use crate::config::{Config, Watched};

/// One source.
struct Lane {
    source: Source,
    offset: Offset,
    /// Interfaces of this machine that our own capture watches.
    interfaces: Vec<String>,
    /// Whether the head of a capture has come since it was started.
    captures: bool,
    /// Whether a frame has.
    delivered: bool,
}

/// All sources, and the ring of recent frames.
pub(super) struct Intake {
    lanes: Vec<Lane>,
    ring: Option<FrameRing>,
    not_kept: NotKept,
    /// Whether every source has captured at once.
    begun: bool,
    /// Whether an interface of this machine is down or gone.
    link_away: bool,
    next_start: Option<Duration>,
    /// Until the first frames have come, or it was reported that they have not.
    silence: Option<Silence>,
    /// Whether a source that has never captured anything is started again when it ends.
    waits: bool,
    /// What such a source ended with, where that is the end of the session.
    failed: Option<String>,
}

/// Whether an interface is down, or not there; one that cannot tell is up.
fn is_away(name: &str) -> bool {
    let state = std::fs::read_to_string(Path::new("/sys/class/net").join(name).join("operstate"));
    state.is_ok_and(|state| matches!(state.trim(), "down" | "lowerlayerdown" | "notpresent"))
        || !Path::new("/sys/class/net").join(name).exists()
}

/// That no frame has come at all is reported after so long: in any home something is sent within a minute.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// How long the first frame may take.
#[derive(Clone, Copy)]
struct Silence {
    until: Duration,
    timeout: Duration,
    /// Whether any frame has come.
    frames: bool,
}

/// Says at once what keeps an interface from hearing, which would else be waited for.
fn can_hear(config: &Config) -> anyhow::Result<()> {
    let mut names = Vec::new();
    for watched in &config.sources {
        if let Watched::Interfaces(interfaces) = watched {
            names.extend(interfaces);
        }
    }
    // Where the kernel gives no list, the capture itself will say what is wrong.
    let Ok(links) = Links::open().and_then(|mut links| links.list()) else { return Ok(()) };
    names.into_iter().find_map(|name| cannot_hear(&links, name)).map_or(Ok(()), |what| Err(anyhow::Error::msg(what)))
}

/// The ring fails again at each try as long as the disk is full: that is reported once.
#[derive(Clone, Copy, Default)]
struct NotKept(Option<Duration>);

/// What has not failed for so long works again: several tries of the ring.
const WORKS_AGAIN: Duration = Duration::from_secs(30);

impl NotKept {
    fn failed(&mut self, since_boot: Duration, error: &earwitness_traffic::recent::NotKept) -> Option<What> {
        self.0.replace(since_boot).is_none().then(|| What::Fault(Fault::FramesNotKept { said: error.to_string() }))
    }

    fn is_over(&mut self, since_boot: Duration) -> bool {
        let over = self.0.is_some_and(|failed| since_boot.saturating_sub(failed) > WORKS_AGAIN);
        if over {
            self.0 = None;
        }
        over
    }
}

/// Whether a line of our own capture only advises. Lost frames are counted in what it writes.
fn is_advice(line: &str) -> bool {
    line.strip_prefix("earwitness: ").unwrap_or(line).starts_with(ADVICE)
}

impl Intake {
    /// Who watches waits for interfaces that are not there, and starts sources again that end at once; a home that was watched until now is not given up because a source begins anew. Who probes does not wait.
    pub(super) fn new(config: &Config, goal: Goal, since_boot: Duration) -> anyhow::Result<Self> {
        let (waits, timeout) = match goal {
            Goal::Watch | Goal::Test { .. } => (true, SILENCE_LIMIT),
            Goal::Probe { timeout, .. } | Goal::Measure { timeout } => (false, timeout),
        };
        if !waits {
            can_hear(config)?;
        }
        let more: &[&str] = if waits { &["--wait"] } else { &[] };
        let mut lanes = Vec::new();
        for watched in &config.sources {
            let mut interfaces = Vec::new();
            let source = match watched {
                Watched::Interfaces(names) => {
                    interfaces.clone_from(names);
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    Source::interfaces(&names, more).context("the program cannot start itself to capture")?
                }
                Watched::Command(line) => Source::command(line)?,
            };
            lanes.push(Lane { source, offset: Offset::default(), interfaces, captures: false, delivered: false });
        }
        if lanes.is_empty() {
            anyhow::bail!(
                "there is nothing to watch; name an interface with -i (`earwitness capture --list` shows them), or a command that writes a \
                 capture with --source, or either in the configuration under [capture]"
            );
        }
        let ring = config.keep.as_ref().map(|limits| FrameRing::open(&config.state.join("frames"), *limits, since_boot));
        let ring = ring.transpose().context("the ring of recent frames cannot be kept")?;
        Ok(Self {
            lanes,
            ring,
            not_kept: NotKept::default(),
            begun: false,
            link_away: false,
            next_start: None,
            silence: Some(Silence { until: since_boot.saturating_add(timeout), timeout, frames: false }),
            waits,
            failed: None,
        })
    }

    /// Ready for reading when a source has something.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.lanes.iter().filter_map(|lane| lane.source.fd())
    }

    /// How long until a source that has ended is to be started again.
    pub(super) fn next_start(&self, since_boot: Duration) -> Option<Duration> {
        self.next_start.map(|at| at.saturating_sub(since_boot))
    }

    /// Whether every source captures: a command that waits for a password does not, nor does an interface that is down.
    fn all_capture(&self) -> bool {
        self.lanes.iter().all(|lane| lane.source.is_running() && lane.captures) && !self.link_away
    }

    /// The sources, and whether each runs.
    pub(super) fn sources(&self) -> impl Iterator<Item = status::Source> + '_ {
        self.lanes.iter().map(|lane| status::Source { name: lane.source.name().to_owned(), runs: lane.source.is_running() })
    }

    /// Closes and deletes files of the ring when it is time. Says on a change whether frames can be kept.
    fn tend(&mut self, since_boot: Duration) -> Option<What> {
        if let Err(error) = self.ring.as_mut()?.tend(since_boot) {
            return self.not_kept.failed(since_boot, &error);
        }
        self.not_kept.is_over(since_boot).then_some(What::Mended(Mended::FramesKept))
    }

    /// Which sources have given nothing for too long since the start: said once.
    fn silent(&mut self, since_boot: Duration) -> Option<What> {
        let Silence { until, timeout, frames } = self.silence?;
        if frames && self.begun {
            self.silence = None;
        }
        if since_boot < until || self.silence.take().is_none() {
            return None;
        }
        let silent = |lane: &&Lane| !lane.delivered && (!frames || !lane.captures);
        let sources: Vec<String> = self.lanes.iter().filter(silent).map(|lane| lane.source.name().to_owned()).collect();
        (!sources.is_empty()).then_some(What::Gap(Gap::Silent { sources, seconds: timeout.as_secs(), waits: self.waits }))
    }

    /// Why it is of no use to go on, if so: a source could not begin to capture.
    pub(super) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Starts what does not run and whose time has come; says what could not be started.
    fn start(&mut self, since_boot: Duration) -> Vec<String> {
        self.next_start = None;
        let mut wrong = Vec::new();
        for lane in &mut self.lanes {
            let started = lane.source.is_running();
            match lane.source.start_when_due(since_boot) {
                Ok(None) if !started => (lane.captures, lane.delivered) = (false, false),
                Ok(None) => {}
                Ok(Some(due)) => self.next_start = Some(self.next_start.map_or(due, |next| next.min(due))),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        wrong
    }
}

impl Intake {
    /// Takes what has come, and starts what has ended.
    pub(super) fn take(&mut self, appliance: &mut Appliance, clock: &dyn Clock, now: Timestamp) {
        for said in self.start(clock.since_boot()) {
            appliance.step(Input::Happened(What::Fault(Fault::Source { said: said.clone() })), now);
            if !self.waits && !self.begun {
                self.failed = Some(said);
            }
        }
        let Self { lanes, ring, not_kept, waits, begun, failed, silence, .. } = self;
        for Lane { source, offset, interfaces, captures, delivered } in lanes {
            let name = source.name().to_owned();
            let mut happened = Vec::new();
            source.read_frames(&mut |event| match event {
                Came::Frame(frame) => {
                    *captures = true;
                    if let Some(silence) = silence {
                        silence.frames = true;
                    }
                    if let Some(by) = offset.frame(frame.at, now) {
                        happened.push(What::SourceClock { by });
                    }
                    if !std::mem::replace(delivered, true) {
                        happened.push(What::Mended(Mended::FramesCome { source: name.clone() }));
                    }
                    let frame = Frame { at: frame.at.plus(offset.correction()), ..frame };
                    if let Some(Err(error)) = ring.as_mut().map(|ring| ring.push(&frame)) {
                        happened.extend(not_kept.failed(clock.since_boot(), &error));
                    }
                    appliance.step(Input::Frame(frame), now);
                }
                Came::Lost { frames, .. } => appliance.step(Input::Lost { frames }, now),
                Came::Said(line) if interfaces.is_empty() || is_advice(line) => {
                    let source = interfaces.is_empty().then(|| name.clone());
                    happened.push(What::Said { source, said: line.to_owned() });
                }
                // Else our own capture speaks only of what keeps it from hearing.
                Came::Said(line) => happened.push(What::Gap(Gap::Deaf { said: line.to_owned() })),
                Came::Rubbish(stop) => {
                    happened.push(What::Gap(Gap::NoCapture { source: name.clone(), said: stop.to_string() }));
                }
                Came::Ended(ended) if !*waits && !*begun && !*captures => {
                    *failed = Some(format!("{name} ended before it captured anything: {}", ended.why));
                }
                Came::Ended(ended) => {
                    happened.push(What::Gap(Gap::Ended { source: name.clone(), said: ended.why.clone() }));
                }
                Came::Interface { .. } => *captures = true,
                Came::Odd(_) => {}
            });
            for what in happened {
                appliance.step(Input::Happened(what), now);
            }
        }
        if let Some(silent) = self.silent(clock.since_boot()) {
            if self.waits {
                appliance.step(Input::Happened(silent), now);
            } else {
                // It is about no device.
                self.failed.get_or_insert(sentence(&silent.at(now), &|_| String::new()));
            }
        }
        let all_capture = self.all_capture();
        self.begun |= all_capture;
        appliance.step(Input::Sources { all_capture }, now);
    }

    /// Checks interfaces and the ring of recent frames; called about once a second.
    pub(super) fn check(&mut self, appliance: &mut Appliance, since_boot: Duration, now: Timestamp) {
        let mut names = self.lanes.iter().flat_map(|lane| &lane.interfaces);
        self.link_away = names.any(|name| is_away(name));
        if let Some(what) = self.tend(since_boot) {
            appliance.step(Input::Happened(what), now);
        }
    }

    /// Reads what the sources still have to say after they were asked to stop.
    pub(super) fn drain(&mut self, appliance: &mut Appliance, clock: &dyn Clock) {
        for lane in &mut self.lanes {
            lane.source.stop();
        }
        for _ in 0..20 {
            if self.lanes.iter().all(|lane| !lane.source.is_running()) {
                return;
            }
            let now = clock.now();
            for Lane { source, offset, .. } in &mut self.lanes {
                source.read_frames(&mut |event| {
                    if let Came::Frame(frame) = event {
                        let frame = Frame { at: frame.at.plus(offset.correction()), ..frame };
                        appliance.step(Input::Frame(frame), now);
                    }
                });
            }
            clock::sleep(Duration::from_millis(25));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_is_no_gap() {
        assert!(is_advice("earwitness: by the way: eth0 carries frames of up to 2962 octets, more than its MTU allows"));
        assert!(!is_advice("earwitness: eth0 is down; nothing can be heard until it is up"));
    }
}
