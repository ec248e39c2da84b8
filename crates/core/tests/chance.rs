//! The law of the detectors, by simulation. Of the clock: what comes at random moments keeps no beat, and what keeps one is found; of the
//! dose: see `dose`; of the paper's t-test, that there is none: see `ttest`.
//!
//! All chance comes from seeds that are printed (`cargo test --test chance -- --nocapture`). `CHANCE_EPISODES=20000` repeats the
//! measurement that the stated bounds rest on; an ordinary run draws fewer.
//!
//! How uneven are moments that lie anywhere in a stretch? The unevenness of the line through all of them (4,000,000 draws each, by
//! `scripts/golden.py --null`):
//!
//! | moments | one in 10,000 below | one in 1,000 below | one in 100 below | median | at most 0.006 | at most 0.003 |
//! |---|---|---|---|---|---|---|
//! | 16 | 0.0064 | 0.0093 | 0.0143 | 0.058 | 7e-5 | 8e-7 |
//! | 32 | 0.0084 | 0.0112 | 0.0160 | 0.057 | 5e-6 | under 3e-7 |
//! | 64 | 0.0093 | 0.0120 | 0.0167 | 0.056 | 8e-7 | under 3e-7 |
//! | 128 | 0.0097 | 0.0124 | 0.0170 | 0.056 | under 3e-7 | under 3e-7 |
//!
//! None of the draws came to 0.0015. So the limits of `clock::ClockSettings` are error rates far below one in 1,000 where every slice counts. The
//! detector asks only those that lie within the tolerance of the line that most lie on, and these are near it by choice: what that lets
//! through is measured by episodes, in `background`, and the share that must be on time matters as much as the unevenness.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small counts, lengths and times of simulations"
)]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says what it measured, and fails where a snapshot is missing"
)]

#[path = "chance/background.rs"]
mod background;
#[path = "chance/dose.rs"]
mod dose;
#[path = "chance/null.rs"]
mod null;
#[path = "chance/power.rs"]
mod power;
#[path = "chance/random.rs"]
mod random;
#[path = "chance/snapshot.rs"]
mod snapshot;
#[path = "chance/sound.rs"]
mod sound;
#[path = "chance/ttest.rs"]
mod ttest;
