//! A month of the appliance in virtual time, with everything that can go wrong in a home, and what must hold whatever does.
//!
//! The appliance is the real one, with a real store; the home with its devices is simulated, and so are the clocks, the loudspeaker and the people.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a claim that does not hold fails the test; what was simulated is said"
)]

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
use earwitness_core::policy::Hold;
use earwitness_core::time::SECOND;

use earwitness::appliance::{NOT_WRITTEN, Request};

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
