//! A month of the appliance in virtual time, with everything that can go wrong in a home, and what must hold whatever does.
//!
//! The appliance is the real one, with a real store; the home with its devices is simulated, and so are the clocks, the loudspeaker and the people.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a claim that does not hold fails the test; what was simulated is said"
)]

#[path = "../../../core/tests/household/chance.rs"]
mod chance;
mod claims;
mod disk;
mod faults;
mod happen;
mod home;
mod life;
mod seen;

use std::sync::Mutex;

use earwitness_base::clock;
use earwitness_core::event::What;
use earwitness_core::findings::SightingKind;
use earwitness_core::policy::Hold;
use earwitness_core::probe::{SoundKind, Stimulus};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_sim::house::Sound;

use earwitness::appliance::{Goal, NOT_WRITTEN, Request};

use self::faults::Fault;
use self::life::Life;

/// Days that are simulated.
const DAYS: i64 = 30;

/// Lives through a month, and holds everything that was reported against the store.
fn month(seed: u64) {
    eprintln!("seed {seed}, {DAYS} days");
    let begun = clock::since_boot();
    let mut life = Life::new(seed, DAYS);
    life.run();
    let lived = clock::since_boot().saturating_sub(begun);
    let reported = life.close();
    eprintln!("{reported}; lived in {lived:.1?}");
    claims::hold(&life);
    eprintln!("checked after {:.1?}", clock::since_boot().saturating_sub(begun));
}

/// The limit on files is that of the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn a_month_of_faults_leaves_the_store_whole_and_the_home_quiet_when_it_must_be() {
    let _alone = ONE_AT_A_TIME.lock();
    // `SEEDS=1,2,3` for others.
    let seeds = std::env::var("SEEDS").unwrap_or_else(|_| "2".to_owned());
    seeds.split(',').for_each(|seed| month(seed.trim().parse().unwrap()));
}

#[test]
fn what_the_two_sample_test_says_too_late_changes_no_verdict_that_was_reported() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 1, |begins| vec![(begins + 600 * SECOND, Fault::Ask(Request::Away))]);
    life.run_until(|life| life.seen.ordered.borrow().len() == 3);
    // No frame comes any more, so that nobody asks what the test says of this probe, until the round is scored and verdicts are reported.
    life.happen(Fault::Link(false));
    life.run_for(400 * SECOND);
    life.report_verdicts();
    life.happen(Fault::Link(true));
    life.run_for(1_800 * SECOND);
    life.close();
    claims::verdicts_follow(&life, &claims::reader(&life));
}

#[test]
fn a_pause_that_was_told_holds_after_a_power_cut_at_that_moment() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 1, |_| Vec::new());
    life.run_for(60 * SECOND);
    life.seen.fuse.set(Some(1));
    life.happen(Fault::Ask(Request::Pause));
    assert!(life.appliance.is_none(), "the power is gone");
    let reported = life.seen.reported.borrow().last().map(|it| (it.0.what.clone(), it.2));
    assert_eq!(reported, Some((What::Held(Hold::Person), true)));
    // Nobody asks again.
    life.unanswered.clear();
    life.run_for(60 * SECOND);
    let status = life.appliance.as_ref().unwrap().status(Vec::new(), life.now());
    assert_eq!(status.held, [Hold::Person.words()]);
}

/// The answer to a person.
fn ask(life: &mut Life, request: Request) -> String {
    let now = life.now();
    life.act(|appliance| appliance.ask(request, now)).unwrap()
}

#[test]
fn who_asks_for_something_is_told_when_it_cannot_be_written_down() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 1, |_| Vec::new());
    life.run_for(60 * SECOND);
    assert_eq!(ask(&mut life, Request::Away), "nobody is at home");
    life.disk.refuse(true);
    assert_eq!(ask(&mut life, Request::Home), format!("somebody is at home{NOT_WRITTEN}"));
    life.disk.refuse(false);
    life.run_for(60 * SECOND);
    assert_eq!(ask(&mut life, Request::Pause), Hold::Person.words());
}

/// Lets somebody say the wake word until the device sends it, and time pass until that is judged; with or without a microphone that hears it.
fn wakes(life: &mut Life, is_heard: bool) {
    let stimulus = Stimulus { name: "computer".into(), kind: SoundKind::Speech };
    let sent = |life: &Life| {
        let is_sound = |what: &What| matches!(what, What::Sighted { sighting, .. } if sighting.kind == SightingKind::Audio);
        life.seen.reported.borrow().iter().filter(|it| is_sound(&it.0.what)).count()
    };
    let before = sent(life);
    for _ in 0..20 {
        life.house.play(life.time + SECOND, &Sound { stimulus: stimulus.clone(), length: 2 * SECOND, level_db: 70.0 });
        life.run_for(3 * SECOND);
        if is_heard {
            life.happen(Fault::OtherSound);
        }
        life.run_for(300 * SECOND);
        if sent(life) > before {
            return;
        }
    }
    panic!("the device did not wake");
}

#[test]
fn a_household_is_told_once_of_sound_that_nobody_made_also_after_a_power_cut() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 3, |_| Vec::new());
    // It begins at six in the morning, and the night of the household ends at eight.
    life.run_for(5 * 3_600 * SECOND);
    let learnt = told(&life);
    assert!(learnt.len() == 1 && learnt[0].ends_with("devices were found"), "{learnt:?}");
    wakes(&mut life, true);
    assert_eq!(told(&life).len(), 1, "somebody spoke: {:?}", told(&life));
    wakes(&mut life, false);
    assert!(told(&life).len() == 2 && told(&life)[1].ends_with("sent sound while nobody spoke"), "{:?}", told(&life));
    life.lose_power();
    life.run_for(600 * SECOND);
    wakes(&mut life, false);
    assert_eq!(told(&life).len(), 2, "{:?}", told(&life));
    life.run_for(12 * 3_600 * SECOND);
    wakes(&mut life, false);
    assert!(told(&life).len() == 3 && told(&life)[2].ends_with("sent sound at night, and nobody spoke"), "{:?}", told(&life));
}

/// What the household was told, each title once.
fn told(life: &Life) -> Vec<String> {
    let mut letters: Vec<_> = life.seen.letters.borrow().iter().map(|it| (it.number, it.title.clone())).collect();
    letters.dedup();
    // The first day is a Monday, on which there is a digest.
    letters.into_iter().map(|it| it.1).filter(|it| !it.starts_with("Since the last digest")).collect()
}

#[test]
fn during_a_test_of_the_home_a_household_is_told_as_always_and_nothing_of_what_probes_caused() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 3, |_| Vec::new());
    life.run_for(5 * 3_600 * SECOND);
    let learnt = told(&life);
    assert!(learnt.len() == 1 && learnt[0].ends_with("devices were found"), "{learnt:?}");
    life.goal = Goal::Test { rounds: 1_000 };
    life.happen(Fault::Restart);
    life.run_for(60 * SECOND);
    life.happen(Fault::Ask(Request::Away));
    let answers = |life: &Life| {
        let is_sound = |what: &What| matches!(what, What::Sighted { sighting, .. } if sighting.kind == SightingKind::Audio);
        life.seen.reported.borrow().iter().filter(|it| is_sound(&it.0.what)).count()
    };
    for _ in 0..6 {
        another_round(&mut life);
    }
    life.run_for(900 * SECOND);
    assert!(answers(&life) > 0, "the device answers probes");
    let of_probes: Vec<String> = told(&life).into_iter().skip(1).filter(|it| !it.contains("reacts to sound")).collect();
    assert!(of_probes.is_empty(), "{of_probes:?}");
    life.happen(Fault::Ask(Request::Home));
    life.run_for(60 * SECOND);
    wakes(&mut life, false);
    let last = told(&life).pop().unwrap();
    assert!(last.ends_with("sent sound while nobody spoke"), "{:?}", told(&life));
    // Watching goes on, and knows what was told.
    let before = told(&life).len();
    life.goal = Goal::Watch;
    life.happen(Fault::Restart);
    life.run_for(600 * SECOND);
    wakes(&mut life, false);
    assert_eq!(told(&life).len(), before, "{:?}", told(&life));
}

/// Rounds that have begun since the last start.
fn rounds(life: &mut Life) -> u32 {
    life.act(|appliance| appliance.status(Vec::new(), Timestamp::default()).rounds).unwrap_or_default()
}

/// Lets time pass until a round more has begun: two days at most, since nights are quiet.
fn another_round(life: &mut Life) {
    let before = rounds(life);
    for _ in 0..2 * 24 * 60 {
        life.run_for(60 * SECOND);
        if rounds(life) > before {
            return;
        }
    }
    panic!("no round has begun in two days");
}

#[test]
fn a_pause_that_was_to_end_ends_by_itself_also_after_a_power_cut() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 6, |begins| vec![(begins + 60 * SECOND, Fault::Ask(Request::Away))]);
    another_round(&mut life);
    let until = life.now().plus(4 * 3_600 * SECOND);
    assert_eq!(ask(&mut life, Request::PauseUntil(until)), Hold::Person.words());
    let before = rounds(&mut life);
    life.run_for(1_800 * SECOND);
    // Two hours at most.
    life.lose_power();
    life.run_for(until.since(life.now()) - 60 * SECOND);
    let now = life.now();
    let status = life.act(|appliance| appliance.status(Vec::new(), now)).unwrap();
    assert_eq!((status.rounds, status.paused_until_ns), (before, Some(until.nanos())), "nothing sounds");
    assert_eq!(status.held, [Hold::Person.words()]);
    life.run_for(120 * SECOND);
    let status = life.act(|appliance| appliance.status(Vec::new(), until)).unwrap();
    assert_eq!((status.held, status.paused_until_ns), (Vec::new(), None));
    another_round(&mut life);
}

#[test]
fn a_round_that_is_asked_for_does_not_wait_for_the_end_of_its_rest() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 6, |begins| vec![(begins + 60 * SECOND, Fault::Ask(Request::Away))]);
    another_round(&mut life);
    let left = |life: &mut Life| {
        let now = life.now();
        let status = life.act(|appliance| appliance.status(Vec::new(), now)).unwrap();
        status.next_round_ns.map(|next| next - now.nanos())
    };
    let rests = (0..600).any(|_| {
        life.run_for(10 * SECOND);
        left(&mut life).is_some_and(|left| left > 60 * SECOND)
    });
    assert!(rests, "rounds lie so far apart that one can be asked for");
    assert_eq!(ask(&mut life, Request::Probe), "probing is allowed");
    assert!(left(&mut life).is_none_or(|left| left <= 10 * SECOND), "{:?}", left(&mut life));
}
