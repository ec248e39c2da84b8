//! Does sound *cause* this device to send? Probes drawn by lot, and a proof whose chance of being wrong is bounded.
//!
//! A round has `m` slots of equal length; one, drawn by lot, gets the probe, the others are shams in which nothing is played. A device that
//! is deaf cannot know which slot was drawn: whatever its traffic looks like, the rank of the drawn slot's score among the `m` scores is
//! uniform, given all traffic and all earlier draws (ties shared out). [`Lottery`] bets on the rank, round by round, at odds that are fair
//! under that hypothesis; what a stake of 1 has become is a test martingale, and by Ville's inequality (Ville 1939) it ever reaches
//! `1/alpha` with a probability of at most `alpha`, *however many interim analyses are made*. The bound does not depend on the score, if that was fixed
//! before; how soon a reaction is found does.
//!
//! The formulas, what they assume and where they are from: `docs/design/detection.md`.

mod bets;
mod bound;
mod late;
mod limit;
mod many;
mod martingale;
mod odds;
mod place;

pub use bound::{Bound, CONFIDENCE, FIRST, Top, bound};
pub use late::{AT_ONCE, Evidence, Lag, Late, MOST_LAGS, lags};
pub use limit::detection_limit;
pub use many::{e_bh, known, newcomer, session_part, threshold};
pub use martingale::{Lottery, MOST_STIMULI};
pub use place::{MOST_SLOTS, Place, Rank, Score};
