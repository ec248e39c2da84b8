//! The inputs of the appliance.

use earwitness_core::event::{Gap, What};
use earwitness_core::experiment;
use earwitness_core::frame::Frame;
use earwitness_core::policy::Hold;
use earwitness_core::policy::notices::{Fact, Trouble};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sound::player::PlayerEvent;
use earwitness_store::Error;
use std::time::Duration;

use super::{Appliance, Judged};

/// Lost frames, and clocks that differ, are reported at most so often, nanoseconds.
const LOSSES: i64 = 60 * SECOND;

/// Something that happened, or that came.
#[derive(Debug)]
pub enum Input<'a> {
    /// A frame passed, stamped by this machine's clock as far as that can be told.
    Frame(Frame<'a>),
    /// The capture lost so many frames.
    Lost {
        /// How many.
        frames: u64,
    },
    /// A fact about sources, the ring of recent frames or a channel of notices: it is reported, and voids a round if frames may have passed unseen.
    Happened(What),
    /// Whether every source captures now.
    Sources {
        /// Whether all do.
        all_capture: bool,
    },
    /// Whether somebody talks with us: no probe is played meanwhile, and a round in progress is broken off.
    Talks(bool),
    /// What became of an order, or what else was heard.
    Player(PlayerEvent),
    /// Verdicts that [`Appliance::to_judge`] asked for.
    Judged(Box<Judged>),
    /// Why they could not be computed.
    NotJudged(Box<Error>),
    /// Time has passed: at least once a second, and when [`Appliance::wake`] has come.
    Tick {
        /// The clock that nobody sets, read together with `now`.
        since_boot: Duration,
        /// What local time is ahead of UTC, nanoseconds.
        ahead: i64,
    },
}

/// What was reported of lost frames and of clocks that differ.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Losses {
    /// Frames lost since the start.
    pub(super) in_all: u64,
    /// Those that were not reported yet, and when some were reported last.
    unreported: u64,
    reported_at: Option<Timestamp>,
    /// When it was reported last that a source's clock is off.
    clock_reported_at: Option<Timestamp>,
}

impl Appliance {
    /// Takes what came at `now`, and does all that follows from it.
    pub fn step(&mut self, input: Input<'_>, now: Timestamp) {
        match input {
            Input::Frame(frame) => {
                self.frames += 1;
                self.samples.frame(&frame);
                // By its own stamp, which another machine may have given it.
                let mut actions = Vec::new();
                self.machine.handle(experiment::Input::Frame(frame), frame.at, &mut actions);
                self.perform(&mut actions, now);
            }
            Input::Lost { frames } => {
                self.losses.unreported = self.losses.unreported.saturating_add(frames);
                self.losses.in_all = self.losses.in_all.saturating_add(frames);
                self.handle(experiment::Input::Lost { frames }, now);
                self.report_losses(now);
            }
            Input::Happened(what) => self.happened(what, now),
            Input::Sources { all_capture } => {
                // Every source begins by being away; that is worth no line.
                let aloud = self.begun;
                self.begun |= all_capture;
                if all_capture {
                    self.fact(Fact::Trouble(Trouble::Sources, None), now);
                }
                self.hold_as(Hold::Source, !all_capture, now, aloud);
            }
            Input::Talks(talks) => self.hold_as(Hold::Voice, talks, now, false),
            Input::Player(event) => self.player_event(event, now),
            Input::Judged(judged) => self.judged(*judged, now),
            Input::NotJudged(error) => self.not_judged(&error, now),
            Input::Tick { since_boot, ahead } => self.tick(now, since_boot, ahead),
        }
    }

    fn tick(&mut self, now: Timestamp, since_boot: Duration, ahead: i64) {
        self.check_periodically(now, since_boot, ahead);
        self.report_losses(now);
        if self.wake.is_some_and(|at| at <= now) {
            self.wake = None;
            self.handle(experiment::Input::Tick, now);
        }
        self.write(now);
    }

    fn happened(&mut self, what: What, now: Timestamp) {
        match what {
            What::SourceClock { .. } => {
                if self.losses.clock_reported_at.is_none_or(|at| now.since(at).saturating_abs() >= LOSSES) {
                    self.losses.clock_reported_at = Some(now);
                    self.report(what, now);
                }
                // Nobody set our clock: the source's was set, or frames were held up on their way, by as much as anything that is sent.
                self.handle(experiment::Input::Lost { frames: 0 }, now);
            }
            What::Gap(Gap::Deaf { .. } | Gap::Ended { .. }) => {
                self.handle(experiment::Input::Lost { frames: 0 }, now);
                self.report(what, now);
            }
            _ => self.report(what, now),
        }
    }

    fn report_losses(&mut self, now: Timestamp) {
        let may = self.losses.reported_at.is_none_or(|at| now.since(at).saturating_abs() >= LOSSES);
        if self.losses.unreported > 0 && may {
            let frames = std::mem::take(&mut self.losses.unreported);
            self.losses.reported_at = Some(now);
            self.report(What::FramesLost { frames }, now);
        }
    }
}
