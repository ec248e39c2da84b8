//! Where the store has what a session fixed before its first round.

use earwitness_core::time::Timestamp;
use earwitness_store::{Error, Reader, SessionRow};

/// The setting that holds the text: sessions may share a seed, and none begins when another does.
pub(crate) fn key(seed: u64, begun: Timestamp) -> String {
    format!("commitment of the session with the seed {seed} of {}", begun.nanos())
}

/// The text that a stored session committed to, if it did.
///
/// # Errors
/// When the store cannot be read.
pub(crate) fn of_session(reader: &Reader, row: &SessionRow) -> Result<Option<String>, Error> {
    reader.setting(&key(row.design.seed, row.begun))
}
