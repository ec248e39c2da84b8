//! The appliance lives in the home: time passes, frames come, faults happen, and the power goes.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use earwitness::appliance::{Appliance, Begun, Goal, Input, NOT_WRITTEN, Request, judge};
use earwitness::config::Config;
use earwitness_base::clock::{Clock, Simulated};
use earwitness_core::event::{Fault as Failed, Mended, Stop, What};
use earwitness_core::experiment::{Order, Spoken, Upkeep};
use earwitness_core::frame::{Frame, Link};
use earwitness_core::probe::{Heard, Void};
use earwitness_core::time::{MILLISECOND, SECOND, Timestamp, Window};
use earwitness_sim::house::{House, Sound};
use earwitness_sound::player::{PlayerEvent, Said};
use earwitness_store::SessionId;
use jiff::tz::TimeZone;

use super::chance::Chance;
use super::disk::Disk;
use super::faults::{Fault, faults};
use super::home::{ZONE, config, home};
use super::seen::{Ears, Player, PowerCut, Seen};

/// Longest time that passes at once, nanoseconds.
const STRIDE: i64 = 20 * SECOND;

/// From the order until it sounds.
const LATENCY: i64 = 120 * MILLISECOND;

/// How often the machine looks and writes: seldom, for a month to pass soon.
const UPKEEP: Upkeep = Upkeep { check: 20 * SECOND, write: 1_800 * SECOND };

/// A sound that was ordered, and when what became of it is reported.
pub(crate) struct Sounding {
    reported_at: i64,
    said: Said,
}

/// How often what happened.
#[derive(Default, Debug)]
pub(crate) struct Counts {
    pub(crate) starts: u32,
    pub(crate) refused_starts: u32,
    pub(crate) power_cuts: u32,
    pub(crate) faults: u32,
    pub(crate) frames: u64,
    pub(crate) sets: u32,
}

/// A month in progress.
#[expect(clippy::struct_excessive_bools, reason = "each is something of the home that works or does not")]
pub(crate) struct Life {
    pub(crate) zone: TimeZone,
    pub(crate) seen: Rc<Seen>,
    /// What must not be and was, in words.
    pub(crate) wrong: Vec<String>,
    /// Times of the clock that passed twice, because it was set back.
    pub(crate) twice: Vec<Window>,
    pub(crate) counts: Counts,
    pub(crate) clock: Simulated,
    pub(crate) house: House,
    /// The time of the house, which nobody sets.
    pub(crate) time: i64,
    pub(crate) chance: Chance,
    pub(crate) faults: VecDeque<(i64, Fault)>,
    pub(crate) appliance: Option<Appliance>,
    /// What it is begun for.
    pub(crate) goal: Goal,
    pub(crate) layout: u32,
    pub(crate) sounding: VecDeque<Sounding>,
    pub(crate) disk: Disk,
    /// What is the case in the home.
    pub(crate) link: bool,
    pub(crate) source: bool,
    pub(crate) sound_server: bool,
    pub(crate) microphone: bool,
    pub(crate) glitch: bool,
    /// What people said last; what was not answered is said again.
    pub(crate) paused: bool,
    pub(crate) somebody: bool,
    pub(crate) unanswered: Vec<Request>,
    /// What was answered, and said not to be written down.
    pub(crate) unwritten: Vec<Request>,
    /// How often verdicts were asked for.
    pub(crate) asked: u32,
}

impl Life {
    /// A month with everything that can go wrong.
    pub(crate) fn new(seed: u64, days: i64) -> Self {
        let mut chance = Chance(seed);
        Self::with(seed, days, |begins| faults(begins, days, &TimeZone::get(ZONE).unwrap(), &mut chance))
    }

    /// Some days with these faults.
    pub(crate) fn with(seed: u64, days: i64, faults: impl FnOnce(i64) -> Vec<(i64, Fault)>) -> Self {
        let house = home(days, seed);
        let zone = TimeZone::get(ZONE).unwrap();
        let time = house.begins();
        let faults = faults(time).into();
        Self {
            clock: Simulated::new(Timestamp::from_nanos(time), zone.clone()),
            zone,
            seen: Rc::default(),
            wrong: Vec::new(),
            twice: Vec::new(),
            counts: Counts::default(),
            house,
            time,
            chance: Chance(seed.wrapping_mul(3)),
            faults,
            appliance: None,
            goal: Goal::Watch,
            layout: 0,
            sounding: VecDeque::new(),
            disk: Disk::new(),
            link: true,
            source: true,
            sound_server: true,
            microphone: true,
            glitch: false,
            paused: false,
            somebody: true,
            unanswered: Vec::new(),
            unwritten: Vec::new(),
            asked: 0,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// By the house's time, a moment of the appliance's clock.
    fn in_house(&self, at: Timestamp) -> i64 {
        self.time.saturating_add(at.since(self.now()))
    }

    /// Lets all of the time pass.
    pub(crate) fn run(&mut self) {
        self.run_until(|_| false);
    }

    /// Lets so many nanoseconds pass.
    pub(crate) fn run_for(&mut self, time: i64) {
        let until = self.time + time;
        self.run_until(|life| life.time >= until);
    }

    /// Lets time pass until something is the case, or all of it has passed.
    pub(crate) fn run_until(&mut self, is_over: impl Fn(&Self) -> bool) {
        while self.time < self.house.ends() && !is_over(self) {
            if self.appliance.is_none() {
                self.start();
            }
            let wake = self.appliance.as_ref().and_then(Appliance::wake).map_or(i64::MAX, |at| self.in_house(at));
            let fault = self.faults.front().map_or(i64::MAX, |it| it.0);
            let said = self.sounding.front().map_or(i64::MAX, |it| it.reported_at);
            let next = wake.min(fault).min(said).max(self.time + 1).min(self.time + STRIDE).min(self.house.ends());
            self.advance(next);
            while self.sounding.front().is_some_and(|it| it.reported_at <= self.time) {
                let said = self.sounding.pop_front().unwrap().said;
                self.step(Input::Player(PlayerEvent::Said(said)));
            }
            while self.faults.front().is_some_and(|it| it.0 <= self.time) {
                let fault = self.faults.pop_front().unwrap().1;
                self.happen(fault);
            }
            self.tick();
        }
    }

    /// Ends in good order, with a disk that works; says what the month was.
    pub(crate) fn close(&mut self) -> String {
        self.disk.refuse(false);
        self.disk.fill(false);
        self.seen.fuse.set(None);
        while self.appliance.is_none() {
            self.start();
        }
        let now = self.now();
        self.appliance.take().unwrap().close(What::Stopped(Stop::Asked), now).unwrap();
        let (reported, ordered) = (self.seen.reported.borrow().len(), self.seen.ordered.borrow().len());
        format!("{}, {reported} events told, {ordered} probes ordered", self.counts)
    }

    /// Lets time pass until `next`, and hands over the frames that come meanwhile.
    fn advance(&mut self, next: i64) {
        let offset = self.now().nanos() - self.time;
        let (now, counts, sees) = (self.now(), &mut self.counts, self.link && self.source);
        let mut appliance = self.appliance.as_mut().filter(|_| sees);
        self.house.advance(next, &mut |at, octets| {
            let Some(appliance) = appliance.as_mut() else { return };
            let wire_len = u32::try_from(octets.len()).unwrap();
            let at = Timestamp::from_nanos(at + offset);
            counts.frames += 1;
            appliance.step(Input::Frame(Frame { at, link: Link::Ethernet, wire_len, bytes: octets, interface: 0 }), now);
        });
        self.clock.pass(next - self.time);
        self.time = next;
    }

    /// Lets the appliance do something; the power may go meanwhile.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Appliance) -> T) -> Option<T> {
        let mut appliance = self.appliance.take()?;
        let done = catch_unwind(AssertUnwindSafe(move || {
            let done = act(&mut appliance);
            (appliance, done)
        }));
        match done {
            Ok((appliance, done)) => {
                self.appliance = Some(appliance);
                self.play();
                Some(done)
            }
            Err(why) if why.is::<PowerCut>() => {
                self.play();
                self.lose_power();
                None
            }
            Err(why) => resume_unwind(why),
        }
    }

    pub(crate) fn step(&mut self, input: Input<'_>) {
        let now = self.now();
        self.act(|appliance| appliance.step(input, now));
    }

    fn tick(&mut self) {
        let moment = self.clock.moment();
        self.step(Input::Tick { since_boot: moment.since_boot, ahead: moment.ahead });
        if let Some(session) = self.appliance.as_mut().and_then(Appliance::to_judge) {
            self.asked += 1;
            // To compute them, and to compute them again in the end, takes longer than all the rest.
            if self.asked.is_multiple_of(3) {
                self.judge(session);
            }
        }
    }

    /// Computes verdicts, and hands them in.
    fn judge(&mut self, session: SessionId) {
        let input = match judge(self.disk.state(), session) {
            Ok(judged) => Input::Judged(Box::new(judged)),
            Err(error) => Input::NotJudged(Box::new(error)),
        };
        self.counts.sets += 1;
        self.step(input);
    }

    /// Has verdicts reported that nobody asked for.
    pub(crate) fn report_verdicts(&mut self) {
        self.judge(SessionId(1));
    }

    /// Plays what was ordered, if it may be.
    pub(crate) fn play(&mut self) {
        loop {
            let Some(order) = self.seen.orders.borrow_mut().pop_front() else { return };
            let Order { round, stimulus, length, condition: _ } = order;
            self.complain(round);
            let now = self.now();
            self.seen.ordered.borrow_mut().push((round, now.nanos()));
            let fails = !self.sound_server || std::mem::take(&mut self.glitch);
            let onset = now.plus(LATENCY);
            let spoken = if fails {
                Spoken { round, onset: now, length: 0, heard: Heard::Unknown, trouble: Some(Void::Glitch), timelines: None }
            } else {
                self.house.play(self.time + LATENCY, &Sound { stimulus, length, level_db: 70.0 });
                let heard = if self.microphone { Heard::Yes } else { Heard::Unknown };
                Spoken { round, onset, length, heard, trouble: None, timelines: None }
            };
            let trouble = fails.then(|| "the sound server is away".to_owned());
            let length = spoken.length;
            let level = (spoken.heard == Heard::Yes).then_some(-30.0);
            let said = Said { round, spoken, level, onset_error: MILLISECOND, trouble };
            self.sounding.push_back(Sounding { reported_at: self.time + LATENCY + length + SECOND / 2, said });
        }
    }

    /// Notes what a sound at this moment must not be.
    fn complain(&mut self, round: u32) {
        let local = jiff::Timestamp::from_nanosecond(self.now().nanos().into()).unwrap().to_zoned(self.zone.clone());
        let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
        let mut complain = |what: &str| self.wrong.push(format!("round {round} sounds at {local}: {what}"));
        if !(480..1_260).contains(&minute) || (750..810).contains(&minute) {
            complain("in quiet hours");
        }
        if self.paused {
            complain("a person paused it");
        }
        if self.somebody {
            complain("somebody is at home");
        }
        if !(self.link && self.source) {
            complain("no frame can be seen");
        }
        let refuses = self.seen.reported.borrow().iter().rev().find_map(|it| match it.0.what {
            What::Fault(Failed::StoreRefuses { .. }) => Some(true),
            What::Mended(Mended::Store { .. }) | What::Started { .. } => Some(false),
            _ => None,
        });
        if refuses == Some(true) {
            complain("the store cannot be written");
        }
    }

    /// Begins, or begins again, where the disk lets it.
    fn start(&mut self) {
        let text = config(self.disk.state(), self.layout);
        let config = Config::parse(&text, "month").unwrap();
        let (moment, seen, goal) = (self.clock.moment(), Rc::clone(&self.seen), self.goal);
        let begun = catch_unwind(AssertUnwindSafe(|| {
            let begun = Begun::open(&config, goal, UPKEEP, moment)?;
            let player = Box::new(Player(Rc::clone(&seen)));
            anyhow::Ok(begun.start(Some(player), Box::new(Ears(seen)), vec!["cat".to_owned()], moment))
        }));
        match begun {
            Ok(Ok(appliance)) => {
                self.counts.starts += 1;
                self.appliance = Some(appliance);
            }
            Ok(Err(error)) => {
                assert!(self.disk.may_fail(), "it cannot begin: {error:#}");
                self.counts.refused_starts += 1;
                // Whoever starts services tries again a minute later, unless something else happens before.
                let next = self.faults.front().map_or(i64::MAX, |it| it.0).min(self.time + 60 * SECOND);
                self.advance(next.max(self.time + 1));
                while self.faults.front().is_some_and(|it| it.0 <= self.time) {
                    let fault = self.faults.pop_front().unwrap().1;
                    self.happen(fault);
                }
                return;
            }
            Err(why) if why.is::<PowerCut>() => return self.lose_power(),
            Err(why) => resume_unwind(why),
        }
        let all_capture = self.link && self.source;
        self.step(Input::Sources { all_capture });
        // Who was not answered asks again, and who was told that it is not written down.
        let again = std::mem::take(&mut self.unwritten);
        for request in again.into_iter().chain(std::mem::take(&mut self.unanswered)) {
            self.ask(request);
        }
    }

    /// It is dark for a while; then the machine is switched on, and its clock may be wrong.
    pub(crate) fn lose_power(&mut self) {
        self.counts.power_cuts += 1;
        self.appliance = None;
        self.sounding.clear();
        let dark = self.chance.time(5, 7_200);
        let mut until = (self.time + dark).min(self.house.ends());
        while self.faults.front().is_some_and(|it| it.0 <= until) {
            // The world does not wait.
            let (at, fault) = self.faults.pop_front().unwrap();
            until = until.max(at);
            self.happen(fault);
        }
        self.advance(until);
        self.clock.boot();
        if self.chance.one_in(3) {
            let by = self.chance.between(-30, 30);
            self.set_clock(by * SECOND);
        }
    }

    pub(crate) fn set_clock(&mut self, by: i64) {
        self.clock.set(by);
        if by < 0 {
            self.twice.push(Window { from: self.now(), until: self.now().plus(-by) });
        }
    }

    pub(crate) fn ask(&mut self, request: Request) {
        let now = self.now();
        match request {
            Request::Pause | Request::PauseUntil(_) => self.paused = true,
            Request::Resume => self.paused = false,
            Request::Home | Request::Auto => self.somebody = true,
            Request::Away => self.somebody = false,
            Request::Probe
            | Request::Test
            | Request::TestAnyway
            | Request::EndTest
            | Request::Names
            | Request::Link
            | Request::Status
            | Request::Listen
            | Request::Stop => {}
        }
        match self.act(|appliance| appliance.ask(request, now)) {
            Some(answer) if answer.ends_with(NOT_WRITTEN) => self.unwritten.push(request),
            // What is written is written in order.
            Some(_) => self.unwritten.clear(),
            None => self.unanswered.push(request),
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { starts, refused_starts, power_cuts, faults, frames, sets } = self;
        write!(
            out,
            "{starts} starts ({refused_starts} refused by the disk), {power_cuts} power cuts, {faults} faults and wishes, {frames} frames, \
             {sets} sets of verdicts"
        )
    }
}
