//! The store: everything that a session writes down, in one `SQLite` file that a power cut cannot tear.
//!
//! One process writes ([`Store`]), any number read ([`Reader`]), also while it writes. What was acknowledged is on the disk. Rows have words and
//! numbers of their own, apart from the types of the core, so that those may change and a file cannot. Explained in `docs/design/store.md`.

mod aside;
mod contact;
mod device;
mod error;
mod journal;
mod lock;
mod pack;
mod reader;
mod recompute;
mod retention;
mod round;
mod schema;
mod session;
mod sighting;
mod sounded;
mod stretch;
mod verdict_set;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use self::aside::Notice;
pub use self::device::Announced;
pub use self::error::{Error, Holder, Kind, Result};
pub use self::journal::{JournalLine, Reply};
pub use self::reader::{Material, Of, Reader};
pub use self::recompute::{Difference, Recomputed, recompute};
pub use self::retention::{Kept, Retention, Swept};
pub use self::session::{SessionId, SessionRow};
pub use self::sighting::{List, StoredSighting};
pub use self::verdict_set::{NUMBERS, StoredVerdict, VerdictSet};
pub use self::words::{heard_word, noise_word, outcome_words, role_word, sighting_word, sound_word, void_word, why_word};
pub use self::writer::{Record, Store};

/// Name of the file in the store's folder.
pub const FILE: &str = "earwitness.db";

/// Version of the schema that this program writes.
pub const VERSION: i64 = 6;
