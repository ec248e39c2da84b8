//! The machine that runs a session, driven in virtual time: what it orders, what makes a round worthless, and when it rests.

#![expect(clippy::unwrap_used, reason = "a test that finds nothing fails")]

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::event::What;
use earwitness_core::experiment::{Action, Command, Experiment, Input, Spoken, Upkeep};
use earwitness_core::plan::campaign::{Campaign, Mode};
use earwitness_core::plan::{Done, Next, Plan};
use earwitness_core::probe::{Heard, Round, SoundKind, Stimulus, Void};
use earwitness_core::record::Entry;
use earwitness_core::schedule::{Design, Quiet};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_core::trial::Session;

#[path = "experiment/lots.rs"]
mod lots;
#[path = "experiment/plans.rs"]
mod plans;

/// A session that is watched from outside.
struct Home<P> {
    machine: Experiment<P>,
    now: Timestamp,
    wake: Option<Timestamp>,
    /// What the loudspeaker answers.
    answer: fn(Spoken) -> Option<Spoken>,
    orders: Vec<(Timestamp, u32)>,
    rounds: Vec<Round>,
    ended: Option<Done>,
}

impl<P: Plan> Home<P> {
    fn new(design: Design, plan: P) -> Self {
        design.check().unwrap();
        let machine = Experiment::new(design, plan, 0.01, AnalysisSettings::default());
        let now = Timestamp::from_nanos(1_000 * SECOND);
        Self { machine, now, wake: Some(now), answer: Some, orders: vec![], rounds: vec![], ended: None }
    }

    fn handle(&mut self, input: Input<'_>) {
        let mut actions = Vec::new();
        self.machine.handle(input, self.now, &mut actions);
        while !actions.is_empty() {
            for action in std::mem::take(&mut actions) {
                match action {
                    Action::WakeAt(at) => self.wake = Some(at),
                    Action::Speak(order) => {
                        self.orders.push((self.now, order.round));
                        let (round, length) = (order.round, order.length);
                        let onset = self.now.plus(SECOND / 10);
                        let spoken = Spoken { round, onset, length, heard: Heard::Yes, trouble: None, timelines: None };
                        if let Some(spoken) = (self.answer)(spoken) {
                            self.machine.handle(Input::Spoken(spoken), self.now, &mut actions);
                        }
                    }
                    Action::Write(Entry::Trial(trial)) => self.rounds.push(trial.round),
                    Action::Write(Entry::Ended { why, .. }) => self.ended = Some(why),
                    Action::Write(Entry::Begun { .. } | Entry::Watched(_) | Entry::Drawn(_)) | Action::Report(_) => {}
                }
            }
        }
    }

    /// Lets the time pass.
    fn pass(&mut self, seconds: i64) {
        let until = self.now.plus(seconds * SECOND);
        while let Some(at) = self.wake.filter(|at| *at <= until) {
            assert!(at >= self.now, "woken in the past");
            self.now = at;
            self.wake = None;
            self.handle(Input::Tick);
        }
        self.now = until;
    }
}

fn design() -> Design {
    let stimuli = ["glass", "computer, hello"].map(|name| Stimulus { name: name.into(), kind: SoundKind::Noise });
    Design { seed: 7, stimuli: stimuli.to_vec(), ..Design::default() }
}

fn rounds(count: u32) -> Campaign {
    Campaign::new(count, Mode::Balanced)
}

#[test]
fn one_probe_sounds_in_each_round_and_in_the_drawn_slot() {
    let mut home = Home::new(design(), rounds(20));
    home.pass(20_000);
    assert_eq!((home.rounds.len(), home.ended), (20, Some(Done::Played)));
    assert!(home.machine.is_over());
    for (round, (at, number)) in home.rounds.iter().zip(&home.orders) {
        assert_eq!((round.number, round.void), (*number, None));
        assert_eq!(round.slots[round.drawn].from, *at, "the order comes with its slot");
        assert_eq!(round.windows()[round.drawn].from, round.played.onset, "slots are scored from the onset on");
    }
    assert!(home.rounds.windows(2).all(|pair| pair[0].span().unwrap().until <= pair[1].span().unwrap().from));
}

#[test]
fn a_seed_decides_the_timetable_and_nothing_else_does() {
    let run = |seed, spoil: bool| {
        let mut home = Home::new(Design { seed, ..design() }, rounds(12));
        home.pass(700);
        if spoil {
            home.handle(Input::OtherSound);
        }
        home.pass(10_000);
        home.rounds.iter().map(|round| (round.slots.clone(), round.drawn, round.played.length)).collect::<Vec<_>>()
    };
    assert_eq!(run(7, false), run(7, true), "a void round moves no other");
    assert_ne!(run(7, false), run(8, false));
}

#[test]
fn what_goes_wrong_in_a_round_is_noted_and_only_a_clock_makes_it_void() {
    let spoilt: [(Input<'_>, Void, u32); 3] = [
        (Input::Lost { frames: 3 }, Void::FramesLost, 0),
        (Input::ClockStepped, Void::ClockStepped, 1),
        (Input::OtherSound, Void::OtherSound, 0),
    ];
    for (input, why, void) in spoilt {
        let mut home = Home::new(design(), rounds(2));
        home.pass(100);
        home.handle(input);
        home.pass(2_000);
        assert_eq!(home.rounds.iter().map(|round| round.void).collect::<Vec<_>>(), [Some(why), None], "{why:?}");
        assert_eq!(home.machine.session().void(), void, "{why:?}");
    }
}

#[test]
fn of_several_troubles_the_one_with_the_greatest_effect_is_noted() {
    let mut home = Home::new(design(), rounds(1));
    home.pass(100);
    for input in [Input::OtherSound, Input::Lost { frames: 3 }, Input::OtherSound] {
        home.handle(input);
    }
    home.pass(2_000);
    assert_eq!(home.rounds[0].void, Some(Void::FramesLost));
}

#[test]
fn another_sound_delays_the_next_round_but_not_for_ever() {
    let begins = |until: i64| {
        let mut home = Home::new(design(), rounds(2));
        home.pass(249);
        for _ in 0..until {
            home.handle(Input::OtherSound);
            home.pass(1);
        }
        home.pass(3_000);
        home.rounds[1].slots[0].from.nanos() / SECOND
    };
    let undisturbed = begins(0);
    assert_eq!(begins(100) - (1_000 + 249 + 99), 10, "ten seconds after the last of them");
    assert_eq!(begins(2_000) - undisturbed, 300, "five minutes at most");
}

#[test]
fn what_comes_between_rounds_harms_none() {
    let mut home = Home::new(design(), rounds(2));
    home.pass(5);
    home.handle(Input::OtherSound);
    home.pass(3_000);
    assert!(home.rounds.iter().all(|round| round.void.is_none()));
}

#[test]
fn a_probe_that_nobody_heard_is_noted() {
    let mut home = Home::new(design(), rounds(1));
    home.answer = |spoken| Some(Spoken { heard: Heard::No, ..spoken });
    home.pass(1_000);
    assert_eq!(home.rounds[0].void, Some(Void::NotHeard));
    let mut home = Home::new(design(), rounds(1));
    home.answer = |_| None;
    home.pass(1_000);
    assert_eq!(home.rounds[0].void, Some(Void::Glitch), "the loudspeaker never answered");
    let mut home = Home::new(design(), rounds(1));
    home.answer = |spoken| Some(Spoken { trouble: Some(Void::Glitch), ..spoken });
    home.pass(1_000);
    assert_eq!(home.rounds[0].void, Some(Void::Glitch));
}

#[test]
fn a_pause_breaks_the_round_off_and_nothing_sounds_until_it_ends() {
    let mut home = Home::new(design(), rounds(3));
    home.pass(100);
    home.handle(Input::Command(Command::Pause));
    let before = home.orders.len();
    home.pass(10_000);
    assert_eq!(home.orders.len(), before, "nothing sounds");
    assert_eq!(home.rounds.iter().map(|round| round.void).collect::<Vec<_>>(), [Some(Void::Interrupted)]);
    home.handle(Input::Command(Command::Resume));
    home.pass(10_000);
    assert_eq!(home.rounds.iter().filter(|round| round.void.is_none()).count(), 2);
}

#[test]
fn a_round_that_was_over_when_the_session_was_stopped_is_scored_and_the_one_in_progress_was_interrupted() {
    // How the rounds of a session count that is stopped so many seconds after the end of its first round.
    let stopped = |after: i64, ends: bool| {
        let mut home = Home::new(design(), rounds(2));
        home.machine = home.machine.with_upkeep(Upkeep::default());
        while !matches!(home.machine.rounds(), (_, 1..)) {
            home.pass(1);
        }
        home.pass(after - 1);
        if ends {
            home.handle(Input::Command(Command::Stop));
        }
        let ended = home.machine.finish(home.now);
        ended.trials.iter().map(|trial| (trial.round.number, trial.round.void)).collect::<Vec<_>>()
    };
    let interrupted = Some(Void::Interrupted);
    assert_eq!(stopped(30, true), [(0, None), (1, interrupted)]);
    assert_eq!(stopped(1, true), [(0, interrupted)], "its last frames may be on their way");
    assert_eq!(stopped(30, false), [(0, interrupted), (1, interrupted)], "another process goes on with them");
}

#[test]
fn where_it_is_wanted_so_nothing_sounds_while_somebody_is_at_home() {
    let mut home = Home::new(Design { only_when_away: true, ..design() }, rounds(3));
    home.pass(10_000);
    assert_eq!(home.orders, []);
    home.handle(Input::Command(Command::Presence { somebody: false }));
    home.pass(250);
    let before = home.orders.len();
    assert!(before >= 1);
    home.handle(Input::Command(Command::Presence { somebody: true }));
    home.pass(10_000);
    assert_eq!(home.orders.len(), before);
    assert_eq!(home.rounds.last().unwrap().void, Some(Void::Interrupted));
    home.handle(Input::Command(Command::Presence { somebody: false }));
    home.pass(10_000);
    assert_eq!(home.rounds.len(), 3);
}

#[test]
fn a_clock_that_is_set_ten_years_back_or_ahead_costs_one_round() {
    for years in [-10, 10] {
        let mut home = Home::new(design(), rounds(3));
        home.pass(100);
        home.now = home.now.plus(years * 365 * 86_400 * SECOND);
        home.handle(Input::ClockStepped);
        home.pass(10_000);
        let counted = home.rounds.iter().filter(|round| round.void.is_none()).count();
        assert_eq!((home.rounds.len(), counted), (3, 2), "{years}: {:?}", home.rounds);
        assert_eq!(home.rounds[0].void, Some(Void::ClockStepped));
    }
}

#[test]
fn quiet_hours_follow_local_time() {
    let quiet = vec![Quiet { from: 0, until: 120 }];
    let mut home = Home::new(Design { quiet, ..design() }, rounds(40));
    home.pass(600);
    assert_eq!(home.orders, [], "it is 00:26");
    home.handle(Input::Command(Command::LocalTime { ahead: 7_200 * SECOND }));
    home.pass(600);
    assert!(!home.orders.is_empty(), "it is 02:36");
}

#[test]
fn an_answer_to_an_order_that_was_broken_off_is_no_answer_to_the_next() {
    let mut home = Home::new(design(), rounds(2));
    home.answer = |_| None;
    home.pass(400);
    let late = Spoken { round: 7, onset: home.now, length: SECOND, heard: Heard::Yes, trouble: None, timelines: None };
    home.handle(Input::Spoken(late));
    home.pass(1_000);
    assert!(home.rounds.iter().all(|round| round.void == Some(Void::Glitch)), "{:?}", home.rounds);
}

#[test]
fn stopping_ends_it() {
    let mut home = Home::new(design(), rounds(50));
    home.pass(1_000);
    home.handle(Input::Command(Command::Stop));
    let before = home.orders.len();
    home.pass(10_000);
    assert_eq!((home.orders.len(), home.ended), (before, Some(Done::Stopped)));
    assert!(home.machine.is_over());
}

#[test]
fn in_quiet_hours_nothing_sounds() {
    // The session begins at 00:16:40 of its first day.
    let quiet = vec![Quiet { from: 30, until: 180 }];
    let mut home = Home::new(Design { quiet, ..design() }, rounds(40));
    home.pass(40_000);
    let minute = |at: Timestamp| at.nanos() / (60 * SECOND);
    assert!(home.orders.iter().all(|(at, _)| !(30..180).contains(&minute(*at))));
    assert!(home.orders.iter().any(|(at, _)| minute(*at) < 30) && home.orders.iter().any(|(at, _)| minute(*at) >= 180));
}

#[test]
fn every_sound_of_a_balanced_campaign_is_played_as_often() {
    let mut home = Home::new(design(), rounds(20));
    home.pass(20_000);
    let glass = home.rounds.iter().filter(|round| round.played.stimulus.name == "glass").count();
    assert_eq!(glass, 10);
}

/// Ends before it begins.
#[derive(Debug)]
struct Never;

impl Plan for Never {
    fn next(&mut self, _: &Session, _: &Design, _: u32) -> Next {
        Next::Done(Done::Decided)
    }
}

#[test]
fn a_plan_may_end_at_once_and_says_so() {
    let mut machine = Experiment::new(design(), Never, 0.01, AnalysisSettings::default());
    let mut actions = Vec::new();
    for seconds in [0, 60] {
        machine.handle(Input::Tick, Timestamp::from_nanos(seconds * SECOND), &mut actions);
    }
    assert!(actions.contains(&Action::Report(What::NoFurtherRound(Done::Decided).at(Timestamp::from_nanos(60 * SECOND)))));
    assert!(machine.is_over());
}
