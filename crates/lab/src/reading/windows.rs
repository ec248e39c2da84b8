//! Which time belongs to which trial.

use earwitness_core::time::Window;

use super::{Rules, Sounded};

/// The window of each trial, of which no two share a moment. Empty where the next sound follows too closely.
#[must_use]
pub fn windows(trials: &[Sounded], rules: &Rules) -> Vec<Window> {
    let before = rules.before.max(0);
    let nexts = trials.iter().skip(1).map(|next| Some(next.from.plus(-rules.pause.max(before)))).chain([None]);
    let window = |(trial, next): (&Sounded, Option<_>)| Window {
        from: trial.from.plus(-before),
        until: next.map_or(trial.watched_until, |next| trial.watched_until.min(next)),
    };
    trials.iter().zip(nexts).map(window).collect()
}
