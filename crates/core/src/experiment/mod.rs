//! The machine that runs a session: inputs in, actions out; it owns no clock, no loudspeaker and no socket.
//!
//! The contract: one input, then all actions are performed, then the next input. A driver passes on frames as they come, says when a sound was
//! really played, and calls with [`Input::Tick`] at each [`Action::WakeAt`]. The same machine runs in virtual time and in a real home.

mod input;
mod running;
mod upkeep;

use std::collections::VecDeque;

pub use self::input::{Action, Command, Input, Order, Spoken};
pub use self::upkeep::Upkeep;

use self::running::Running;
use crate::analysis::{Analysis, AnalysisSettings};
use crate::event::What;
use crate::findings::Findings;
use crate::measure::LEVEL_BEFORE;
use crate::plan::{Done, Next, Plan};
use crate::probe::{Round, Void};
use crate::record::Entry;
use crate::schedule::Design;
use crate::time::{SECOND, Timestamp, Window};
use crate::trial::{Session, Subject, Trial};

/// From the end of a round until it is scored, nanoseconds: uploads that it caused are over by then, or are no answer to it.
pub const SETTLING: i64 = 65 * SECOND;

/// From the end of a round until all its frames have come, nanoseconds: a capture gathers for a second, and hands over what it has when it is stopped.
const ARRIVED: i64 = 2 * SECOND;

/// A stream that goes on without a pause is judged every 90 s (`analysis/uplink`). Rounds with what may be an upload in it wait for that, and for the next time if the
/// upload went on then, but no longer than this, nanoseconds: what is scored must not become another thing later.
const SETTLED: i64 = 250 * SECOND;

/// A round begins so long after another sound at the earliest, nanoseconds: a room has come to rest, and a device that was woken is asleep again.
const QUIET_BEFORE: i64 = 10 * SECOND;

/// Other sounds delay a round by so much at most, nanoseconds. Where a television is always on, probes have to be louder than it, or are not heard.
const LONGEST_WAIT: i64 = 300 * SECOND;

/// A session in progress.
#[derive(Debug)]
pub struct Experiment<P> {
    design: Design,
    plan: P,
    alpha: f64,
    analysis: Analysis,
    session: Session,
    state: State,
    number: u32,
    paused: bool,
    somebody_home: bool,
    /// When the next round begins at the latest, whatever is heard; known once something was heard.
    rested: Option<Timestamp>,
    /// Rounds that are over and wait until what they caused is.
    settling: VecDeque<Round>,
    upkeep: Option<upkeep::Due>,
}

#[derive(Debug)]
enum State {
    /// Before the first tick.
    New,
    /// The next round begins at this moment or later.
    Resting(Timestamp),
    /// In a round.
    Running(Box<Running>),
    /// No further round.
    Ended,
}

/// What a session has come to.
#[derive(Debug)]
pub struct Ended {
    /// Everything that was found in the traffic; with [`Upkeep`], what was not written down before.
    pub findings: Findings,
    /// How devices stand.
    pub session: Session,
    /// Trials that had not been scored before.
    pub trials: Vec<Trial>,
}

impl<P: Plan> Experiment<P> {
    /// A session that has not begun. The design must have passed [`Design::check`].
    pub fn new(design: Design, plan: P, alpha: f64, settings: AnalysisSettings) -> Self {
        Self {
            design,
            plan,
            alpha,
            analysis: Analysis::new(settings),
            session: Session::new(alpha),
            state: State::New,
            number: 0,
            paused: false,
            somebody_home: true,
            rested: None,
            settling: VecDeque::new(),
            upkeep: None,
        }
    }

    /// Takes one input that came at `now`, and says what is to be done.
    pub fn handle(&mut self, input: Input<'_>, now: Timestamp, actions: &mut Vec<Action>) {
        match input {
            Input::Frame(frame) => self.analysis.frame(&frame),
            Input::Lost { frames } => {
                self.analysis.lost(frames);
                self.note(Void::FramesLost);
                // What they caused may have been among the frames.
                for round in &mut self.settling {
                    round.note(Void::FramesLost);
                }
            }
            Input::ClockStepped => self.clock_stepped(now, actions),
            Input::OtherSound => self.other_sound(now),
            Input::Spoken(spoken) => self.spoken(spoken),
            Input::Command(command) => self.command(command, now, actions),
            Input::Tick => self.tick(now, actions),
        }
    }

    /// How devices stand.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// How the session is laid out.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// Whether no further round will come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Ended) && self.settling.is_empty()
    }

    /// Ends the session: what waits is scored as it is.
    #[must_use]
    pub fn finish(mut self, now: Timestamp) -> Ended {
        let mut actions = Vec::new();
        if self.upkeep.is_some() {
            self.break_off(now);
            self.leave_unsettled(now);
        }
        self.score(now, true, &mut actions);
        let trial = |action| match action {
            Action::Write(Entry::Trial(trial)) => Some(trial),
            _ => None,
        };
        let trials = actions.into_iter().filter_map(trial).collect();
        Ended { findings: self.analysis.finish(), session: self.session, trials }
    }

    /// What rounds caused may be under way, and another process could not score them alike: they were interrupted. Where no further round comes, one that is
    /// over, whose frames have come, and in which no upload is open has scores that nothing can change any more.
    fn leave_unsettled(&mut self, now: Timestamp) {
        self.analysis.settle(now);
        let Self { analysis, settling, state, .. } = self;
        let ended = matches!(state, State::Ended);
        for round in settling {
            let is_whole = |span: Window| now >= span.until.plus(ARRIVED) && !analysis.is_open_in(span);
            if !(ended && round.span().is_some_and(is_whole)) {
                round.note(Void::Interrupted);
            }
        }
    }

    /// Notes what became of an order.
    fn spoken(&mut self, spoken: Spoken) {
        match &mut self.state {
            State::Running(running) if running.number() == spoken.round => running.spoken(spoken),
            // Its round was broken off, and the sound went on: what was played is written down, and changes nothing of what the round counts for.
            _ => {
                let is_unknown = |round: &&mut Round| {
                    let Round { number, played, .. } = round;
                    *number == spoken.round
                        && played.length == 0
                        && played.timelines.is_none()
                        && !played.stimulus.name.is_empty()
                };
                if let Some(round) = self.settling.iter_mut().find(is_unknown) {
                    running::sounded(&mut round.played, spoken);
                }
            }
        }
    }

    /// Notes what happened to the round in progress.
    fn note(&mut self, why: Void) {
        if let State::Running(running) = &mut self.state {
            running.note(why);
        }
    }

    /// A sound that is not ours delays the next round, whose lot nobody knows yet. The one in progress goes on and is scored: to leave it out would be to
    /// choose rounds by what is heard, which depends on the draw, because our own probe hides what sounds at the same time.
    fn other_sound(&mut self, now: Timestamp) {
        self.note(Void::OtherSound);
        if let State::Resting(from) = &mut self.state {
            let last = *self.rested.get_or_insert(from.plus(LONGEST_WAIT));
            *from = (*from).max(now.plus(QUIET_BEFORE).min(last));
        }
    }

    fn command(&mut self, command: Command, now: Timestamp, actions: &mut Vec<Action>) {
        match command {
            Command::Pause => {
                self.paused = true;
                self.break_off(now);
            }
            Command::Resume => {
                self.paused = false;
                self.tick(now, actions);
            }
            Command::Now => {
                if let State::Resting(from) = &mut self.state {
                    *from = (*from).min(now.plus(QUIET_BEFORE));
                }
                self.tick(now, actions);
            }
            Command::Presence { somebody } => {
                self.somebody_home = somebody;
                if self.design.only_when_away && somebody {
                    self.break_off(now);
                }
                self.tick(now, actions);
            }
            Command::LocalTime { ahead } => {
                self.design.local_offset = ahead;
                self.tick(now, actions);
            }
            Command::Stop => {
                self.break_off(now);
                self.end(Done::Stopped, now, actions);
            }
        }
    }

    /// What was planned for moments of the old clock may be years away by the new one.
    fn clock_stepped(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        self.note(Void::ClockStepped);
        self.break_off(now);
        for round in &mut self.settling {
            round.note(Void::ClockStepped);
        }
        self.rested = None;
        self.score(now, true, actions);
        if let State::Resting(from) = &mut self.state {
            *from = now.plus(self.design.rest_after(self.number));
        }
        self.tick(now, actions);
    }

    fn break_off(&mut self, now: Timestamp) {
        if matches!(self.state, State::Running(_))
            && let State::Running(mut running) = std::mem::replace(&mut self.state, State::Resting(now))
        {
            running.note(Void::Interrupted);
            self.settling.push_back(running.over());
        }
    }

    fn end(&mut self, why: Done, now: Timestamp, actions: &mut Vec<Action>) {
        if !matches!(self.state, State::Ended) {
            self.state = State::Ended;
            actions.push(Action::Write(Entry::Ended { at: now, why }));
            actions.push(Action::Report(What::NoFurtherRound(why).at(now)));
        }
    }

    fn tick(&mut self, now: Timestamp, actions: &mut Vec<Action>) {
        self.score(now, false, actions);
        let due = self.keep_up(now, actions);
        if matches!(self.state, State::New) {
            let (design, alpha) = (self.design.clone(), self.alpha);
            actions.push(Action::Write(Entry::Begun { at: now, design, alpha }));
            self.state = State::Resting(now.plus(self.design.warm_up));
        }
        let mut wake = None;
        match &mut self.state {
            State::New | State::Ended => {}
            State::Resting(from) if now < *from => wake = Some(*from),
            State::Resting(_) => wake = self.begin(now, actions),
            State::Running(running) => {
                wake = running.step(now, actions);
                if wake.is_none() {
                    let (number, round) = (running.number(), running.over());
                    let until = round.span().map_or(now, |span| span.until);
                    if self.upkeep.is_some() {
                        // Should the program die before it is scored, it is known what was played.
                        actions.push(Action::Write(Entry::Drawn(round.clone())));
                    }
                    self.settling.push_back(round);
                    let from = until.plus(self.design.rest_after(number));
                    self.state = State::Resting(from);
                    wake = Some(from);
                }
            }
        }
        let settled = self.settling.front().and_then(Round::span).map(|span| span.until.plus(SETTLING).max(now.plus(SECOND)));
        if let Some(at) = wake.into_iter().chain(settled).chain(due).min() {
            actions.push(Action::WakeAt(at));
        }
    }

    /// Begins the next round, or says when it may begin.
    fn begin(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Option<Timestamp> {
        if self.paused || (self.design.only_when_away && self.somebody_home) {
            return None;
        }
        match self.design.next_allowed(now) {
            Some(at) if at > now => return Some(at),
            Some(_) => {}
            None => {
                self.end(Done::NoRoom, now, actions);
                return None;
            }
        }
        match self.plan.next(&self.session, &self.design, self.number) {
            Next::Done(why) => {
                self.end(why, now, actions);
                None
            }
            Next::Play(candidate) => {
                self.rested = None;
                // Nothing of the candidate reaches the draw.
                let mut ordered = self.design.round(self.number, now);
                ordered.length = candidate.stimulus.length(ordered.length);
                let mut running = Running::new(ordered, candidate);
                self.number += 1;
                actions.push(Action::Write(Entry::Drawn(running.unknown())));
                let wake = running.step(now, actions);
                self.state = State::Running(Box::new(running));
                wake
            }
        }
    }

    /// Whether what a round caused is over, and judged.
    fn is_settled(&mut self, span: Window, now: Timestamp) -> bool {
        if now < span.until.plus(SETTLING) {
            return false;
        }
        self.analysis.settle(now);
        now >= span.until.plus(SETTLED) || !self.analysis.is_open_in(span)
    }

    /// Scores the rounds whose consequences are over; all of them if `at_once`.
    fn score(&mut self, now: Timestamp, at_once: bool, actions: &mut Vec<Action>) {
        while let Some(span) = self.settling.front().and_then(Round::span) {
            if !at_once && !self.is_settled(span, now) {
                return;
            }
            let Some(round) = self.settling.pop_front() else { return };
            self.analysis.settle(now);
            let watched = self.analysis.watched(span.from.plus(-LEVEL_BEFORE));
            let subjects = watched.iter().map(|it| Subject { id: it.id, since: it.since, profile: &it.profile, unseen: &[] });
            let trial = Trial::new(round, subjects);
            let before: Vec<_> = trial.scores.keys().copied().filter(|&device| self.session.is_proven(device)).collect();
            self.session.take(&trial);
            if self.upkeep.is_some() && !at_once {
                // A round is written down together with the traffic that its scores are of.
                self.drain(now, actions);
            }
            let scored = What::Scored { round: trial.round.number, counted: !trial.round.is_void() };
            actions.push(Action::Write(Entry::Trial(trial)));
            actions.push(Action::Report(scored.at(now)));
            for (&device, standing) in self.session.standings() {
                if let Some(rounds) = standing.proven_after.filter(|_| !before.contains(&device)) {
                    // What was drained is not here any more: whoever wrote it down knows who else sends.
                    actions.push(Action::Report(What::Proven { device, rounds, senders: Vec::new() }.at(now)));
                }
            }
        }
    }
}
