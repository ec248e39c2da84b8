//! What a session told while it ran, beside what follows from the frames of the bundle.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// As it stands in `told.json`.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// Number of the session in its store.
    pub session: i64,
    /// The program that ran it.
    pub program: String,
    /// What was told last of each device: its verdict, by the device.
    pub verdicts: BTreeMap<String, String>,
    /// When that was, nanoseconds since 1970; nothing where no verdict was told.
    pub told_ns: Option<i64>,
    /// Devices of which the frames of the bundle say something else.
    pub differs: BTreeSet<String>,
}

impl Told {
    /// Devices of which the derived verdicts say something else, or nothing.
    #[must_use]
    pub fn differing(&self, derived: &BTreeMap<String, String>) -> BTreeSet<String> {
        self.verdicts.iter().filter(|(device, told)| derived.get(*device) != Some(told)).map(|it| it.0.clone()).collect()
    }
}
