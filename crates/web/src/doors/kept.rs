//! What the files of keys hold, read again when they changed.

use std::time::Duration;

use super::keys::{Hash, Keys, Stamp, Token};

/// How often it is looked whether the files changed.
const LOOK: Duration = Duration::from_secs(1);

/// What was read last.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) password: Option<Hash>,
    pub(super) tokens: Vec<Token>,
    looked: Option<Duration>,
    stamp: Stamp,
}

impl Kept {
    /// Looks whether the files changed, at most once a second. Returns whether there is another password than before.
    pub(super) fn look(&mut self, keys: Option<&Keys>, now: Duration) -> bool {
        let Some(keys) = keys else { return false };
        let first = self.looked.is_none();
        if self.looked.is_some_and(|it| now.saturating_sub(it) < LOOK) {
            return false;
        }
        self.looked = Some(now);
        if keys.stamp() == self.stamp {
            return false;
        }
        let before = self.password.take();
        self.look_again(Some(keys));
        !first && self.password != before
    }

    /// Reads them. What cannot be read lets nobody in: it is not as if no password were set.
    pub(super) fn look_again(&mut self, keys: Option<&Keys>) {
        let Some(keys) = keys else { return };
        // Before they are read: what changes meanwhile is read again.
        self.stamp = keys.stamp();
        self.password = keys.password().unwrap_or_else(|error| {
            tracing::warn!(%error, "no password lets anybody in");
            Some(Hash::of_none())
        });
        self.tokens = keys.tokens().unwrap_or_else(|error| {
            tracing::warn!(%error, "no token lets anybody in");
            Vec::new()
        });
    }
}
