//! Which other words wake a device, found with the fewest plays.
//!
//! A [`Pool`] holds the words that may be played; a [`Search`] says what to play next and takes what came of it; [`results`] says what is known of each word. The strength with which a
//! word wakes is a Gaussian process over how the wake word lies in it (`kernel`, `posterior`); what is worth most is played next (`learned`). Other orders (`orders`,
//! `genetic`) are there to be compared with, and an [`oracle::Oracle`] answers from a table. With a real device a [`Campaign`] plays
//! rounds of words by lot, and says what they prove (`evidence`).
//!
//! Nothing here reads a clock or a file, and chance comes from a seed that is an argument.

mod campaign;
pub mod candidates;
mod control;
mod curve;
pub mod dictionary;
pub mod distance;
mod end;
mod everyday;
mod evidence;
mod features;
mod frequencies;
mod genetic;
mod history;
pub mod ipa;
mod kernel;
mod learned;
mod less;
mod manner;
mod normal;
pub mod oracle;
mod orders;
mod pace;
pub mod phoneme;
mod pool;
mod posterior;
mod replay;
mod results;
mod round;
mod search;

#[cfg(test)]
mod tests;

pub use self::campaign::{Again, Campaign, Rules, Step};
pub use self::curve::{Point, curve};
pub use self::end::End;
pub use self::everyday::{Everyday, everyday};
pub use self::frequencies::frequencies;
pub use self::history::History;
pub use self::kernel::Beliefs;
pub use self::less::less_often;
pub use self::manner::{Answer, Manner, Play, loudest};
pub use self::orders::Order;
pub use self::pace::Pace;
pub use self::pool::{Empty, LeftOut, MOST_PHONEMES, MOST_WORDS, Pool, Word};
pub use self::replay::replays;
pub use self::results::{Chance, Level, Result, Voice, chances, results, results_of};
pub use self::round::{Round, Seen, Slot};
pub use self::search::{Next, Search, Settings, Strategy};
