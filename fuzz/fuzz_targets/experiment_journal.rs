//! The journal of an experiment as somebody else may have written it: a line is taken or refused with its number, one that was cut counts for nothing, and what comes
//! back from a trial that counts was written down of it.
#![no_main]

use earwitness_core::time::{Timestamp, Window};
use earwitness_lab::carry::{Damage, Journal};
use libfuzzer_sys::fuzz_target;

/// Trials that are asked for.
const TRIALS: u32 = 64;

fuzz_target!(|text: &[u8]| {
    let Ok(text) = std::str::from_utf8(text) else { return };
    let (mut journal, mut lines) = (Journal::default(), 0);
    for line in text.lines() {
        let before = journal.clone();
        match journal.line(line) {
            Ok(()) => lines += 1,
            Err(Damage::Line(number, _)) => return assert_eq!(number, lines, "the line before was the damaged one"),
            Err(Damage::Head | Damage::Format(_)) => return,
        }
        if journal.is_torn() {
            assert_eq!((journal.count(), journal.experiment()), (before.count(), before.experiment()));
        }
    }
    let Ok(Some((experiment, plan))) = journal.plan("file") else { return };
    let counted = (0..TRIALS).filter(|it| journal.carried(*it).is_some()).count();
    assert!(counted <= journal.count());
    for trial in plan.trials().iter().take(TRIALS as usize) {
        assert_eq!(journal.sounded(&experiment, trial).is_some(), journal.carried(trial.index).is_some());
    }
    let ever = Window { from: Timestamp::from_nanos(i64::MIN), until: Timestamp::from_nanos(i64::MAX) };
    assert!(journal.lost(&[ever]).len() <= journal.count() && journal.spent() >= 0);
});
