//! The appliance in virtual time, in a simulated home.
//!
//! The appliance is the real one, with a real store; the home with its devices is simulated, and so are the clocks, the loudspeaker and the people.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    dead_code,
    clippy::print_stderr,
    reason = "a claim that does not hold fails the test; what was simulated is said"
)]

mod chance;
mod claims;
mod disk;
mod faults;
mod home;
mod life;

use std::sync::Mutex;

use earwitness_core::time::SECOND;

use earwitness::appliance::Request;

use self::faults::Fault;
use self::life::Life;

/// The limit on files is that of the whole process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn what_the_two_sample_test_says_too_late_changes_no_verdict_that_was_told() {
    let _alone = ONE_AT_A_TIME.lock();
    let mut life = Life::with(5, 1, |begins| vec![(begins + 600 * SECOND, Fault::Ask(Request::Away))]);
    life.run_until(|life| life.seen.ordered.borrow().len() == 3);
    // No frame comes any more, so that nobody asks what the test says of this probe, until the round is scored and verdicts are told.
    life.happen(Fault::Link(false));
    life.run_for(400 * SECOND);
    life.tell_verdicts();
    life.happen(Fault::Link(true));
    life.run_for(1_800 * SECOND);
    life.close();
    claims::verdicts_follow(&life, &claims::reader(&life));
}
