//! Frames from all sources, their stamps put right, and what else the sources tell.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use anyhow::Context as _;
use earwitness_core::experiment::Input;
use earwitness_core::frame::Frame;
use earwitness_core::time::{SECOND, Timestamp};

use super::Daemon;
use super::clocks::{Offset, words};
use super::holds::Hold;
use crate::clock;
use crate::config::{Config, Watched};
use crate::frames::FrameRing;
use crate::source::{Event as Came, Source};
use crate::store::Event;

/// Lost frames, and clocks that differ, are told of at most so often, nanoseconds.
const LOSSES: i64 = 60 * SECOND;

/// One source.
struct Lane {
    source: Source,
    offset: Offset,
    /// Whether it has delivered anything since it was started.
    delivered: bool,
}

/// All sources, and the ring of recent frames.
pub(super) struct Intake {
    lanes: Vec<Lane>,
    ring: Option<FrameRing>,
    next_start: Option<Duration>,
    /// Frames lost that nobody was told of yet, and when that may be done again.
    lost: u64,
    lost_told: Option<Timestamp>,
    /// When it was last told that a source's clock is off.
    offset_told: Option<Timestamp>,
    pub(super) frames: u64,
    pub(super) lost_in_all: u64,
}

/// What happened while frames were taken, to be told afterwards.
enum Happened {
    Said(String),
    Gap(String),
    Mended(String),
    Stepped(i64),
}

impl Intake {
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let mut lanes = Vec::new();
        for watched in &config.sources {
            let source = match watched {
                Watched::Interfaces(names) => {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    Source::interfaces(&names, &[]).context("the program cannot start itself to capture")?
                }
                Watched::Command(line) => Source::command(line)?,
            };
            lanes.push(Lane { source, offset: Offset::default(), delivered: false });
        }
        if lanes.is_empty() {
            anyhow::bail!(
                "there is nothing to watch; name an interface with -i (`earwitness capture --list` shows them), or a command that writes a \
                 capture with --source, or either in the configuration under [capture]"
            );
        }
        let ring = config.keep.as_ref().map(|limits| FrameRing::open(&config.state.join("frames"), *limits, clock::since_boot()));
        let ring = ring.transpose().context("the ring of recent frames cannot be kept")?;
        Ok(Self { lanes, ring, next_start: None, lost: 0, lost_told: None, offset_told: None, frames: 0, lost_in_all: 0 })
    }

    /// Ready for reading when a source has something.
    pub(super) fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.lanes.iter().filter_map(|lane| lane.source.fd())
    }

    /// How long until a source that has ended is to be started again.
    pub(super) fn next_start(&self, since_boot: Duration) -> Option<Duration> {
        self.next_start.map(|at| at.saturating_sub(since_boot))
    }

    /// Whether every source runs.
    pub(super) fn all_run(&self) -> bool {
        self.lanes.iter().all(|lane| lane.source.is_running())
    }

    /// The sources, and whether each runs.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, bool)> {
        self.lanes.iter().map(|lane| (lane.source.name(), lane.source.is_running()))
    }

    /// Closes and deletes files of the ring when it is time; called about once a second.
    pub(super) fn tend(&mut self, since_boot: Duration) -> Option<String> {
        let tended = self.ring.as_mut()?.tend(since_boot);
        tended.err().map(|error| error.to_string())
    }

    /// Ends all of them.
    pub(super) fn stop(&mut self) {
        for lane in &mut self.lanes {
            lane.source.stop();
        }
    }

    /// Starts what does not run and whose time has come; says what could not be started.
    fn start(&mut self, since_boot: Duration) -> Vec<String> {
        self.next_start = None;
        let mut wrong = Vec::new();
        for lane in &mut self.lanes {
            let started = lane.source.is_running();
            match lane.source.start_when_due(since_boot) {
                Ok(None) if !started => lane.delivered = false,
                Ok(None) => {}
                Ok(Some(due)) => self.next_start = Some(self.next_start.map_or(due, |next| next.min(due))),
                Err(error) => wrong.push(error.to_string()),
            }
        }
        wrong
    }
}

impl Daemon {
    /// Takes what has come, and starts what has ended.
    pub(super) fn take_frames(&mut self, now: Timestamp) {
        for wrong in self.intake.start(clock::since_boot()) {
            self.trouble(now, Event::Fault, &wrong);
        }
        let mut happened = Vec::new();
        let mut actions = Vec::new();
        let Self { intake, machine, samples, .. } = self;
        let Intake { lanes, ring, frames, lost, lost_in_all, .. } = intake;
        for Lane { source, offset, delivered } in lanes {
            let name = source.name().to_owned();
            source.read_frames(&mut |event| match event {
                Came::Frame(frame) => {
                    if let Some(by) = offset.frame(frame.at, now) {
                        happened.push(Happened::Stepped(by));
                    }
                    if !std::mem::replace(delivered, true) {
                        happened.push(Happened::Mended(format!("frames come from {name}")));
                    }
                    let frame = Frame { at: frame.at.plus(offset.correction()), ..frame };
                    *frames += 1;
                    samples.frame(&frame);
                    if let Some(Err(error)) = ring.as_mut().map(|ring| ring.push(&frame)) {
                        happened.push(Happened::Said(format!("the ring of recent frames: {error}")));
                    }
                    machine.handle(Input::Frame(frame), frame.at, &mut actions);
                }
                Came::Lost { frames, .. } => {
                    *lost = lost.saturating_add(frames);
                    *lost_in_all = lost_in_all.saturating_add(frames);
                    machine.handle(Input::Lost { frames }, now, &mut actions);
                }
                Came::Said(line) => happened.push(Happened::Said(format!("{name}: {line}"))),
                Came::Rubbish(stop) => happened.push(Happened::Gap(format!("{name} wrote what is no capture: {stop}"))),
                Came::Ended(ended) => {
                    machine.handle(Input::Lost { frames: 0 }, now, &mut actions);
                    happened.push(Happened::Gap(format!("{name} has ended ({}); it is started again", ended.why)));
                }
                Came::Interface { .. } | Came::Odd(_) => {}
            });
        }
        self.perform(&mut actions, now);
        for happened in happened {
            self.happened(happened, now);
        }
        self.tell_losses(now);
        let away = !self.intake.all_run();
        self.hold(Hold::Source, away, now);
    }

    fn happened(&mut self, happened: Happened, now: Timestamp) {
        match happened {
            Happened::Said(line) => self.teller.aside(now, &line),
            Happened::Gap(text) => self.trouble(now, Event::CaptureGap, &text),
            Happened::Mended(text) => {
                self.ledger.note(now, Event::Mended, None, &text);
                self.teller.aside(now, &text);
            }
            Happened::Stepped(by) => {
                if self.intake.offset_told.is_none_or(|told| now.since(told).saturating_abs() >= LOSSES) {
                    self.intake.offset_told = Some(now);
                    let text =
                        format!("the clock that stamps frames differs from this one by {}; stamps are put right", words(by));
                    self.trouble(now, Event::ClockStepped, &text);
                }
                self.handle(Input::ClockStepped, now);
            }
        }
    }

    fn tell_losses(&mut self, now: Timestamp) {
        let may = self.intake.lost_told.is_none_or(|told| now.since(told).saturating_abs() >= LOSSES);
        if self.intake.lost > 0 && may {
            let text = format!("the capture lost {} frames; a round in progress does not count", self.intake.lost);
            self.intake.lost = 0;
            self.intake.lost_told = Some(now);
            self.trouble(now, Event::CaptureGap, &text);
        }
    }

    /// Reads what the sources still have to say after they were asked to stop.
    pub(super) fn drain(&mut self) {
        self.intake.stop();
        for _ in 0..20 {
            if self.intake.lanes.iter().all(|lane| !lane.source.is_running()) {
                return;
            }
            self.take_frames_without_starting();
            clock::sleep(Duration::from_millis(25));
        }
    }

    fn take_frames_without_starting(&mut self) {
        let now = clock::now();
        let mut actions = Vec::new();
        let Self { intake, machine, .. } = self;
        for Lane { source, offset, .. } in &mut intake.lanes {
            source.read_frames(&mut |event| {
                if let Came::Frame(frame) = event {
                    let frame = Frame { at: frame.at.plus(offset.correction()), ..frame };
                    machine.handle(Input::Frame(frame), frame.at, &mut actions);
                }
            });
        }
        self.perform(&mut actions, now);
    }

    /// What other threads tell that concerns nobody else.
    pub(super) fn fault(&mut self, what: &str, now: Timestamp) {
        self.trouble(now, Event::Fault, what);
    }
}
