//! What verdicts are computed with.

use crate::findings::DeviceId;

/// What verdicts are computed with.
#[derive(Clone, PartialEq, Debug)]
pub struct VerdictSettings {
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Devices that are known to react: if one does, the probes could be heard.
    pub controls: Vec<DeviceId>,
    /// Whether late reactions are searched for.
    pub late: bool,
    /// Seed of the permutations of the dose.
    pub seed: u64,
}

impl Default for VerdictSettings {
    fn default() -> Self {
        Self { alpha: 0.01, controls: Vec::new(), late: true, seed: 1 }
    }
}
