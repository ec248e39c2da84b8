//! The settings of an analysis.

use crate::detect::{bulk, burst, clock};
use crate::roster;
use crate::time::Timestamp;

/// What an analysis looks for, and its bounds.
#[derive(Clone, Debug)]
pub struct AnalysisSettings {
    /// Who is who.
    pub roster: roster::RosterSettings,
    /// The burst detector; `None` leaves it out.
    pub burst: Option<burst::BurstSettings>,
    /// What the burst detector counts.
    pub burst_counts: BurstCounts,
    /// The clock detector; `None` leaves it out, and streams are then not followed.
    pub clock: Option<clock::ClockSettings>,
    /// Recordings; needs the streams of the clock detector.
    pub bulk: bulk::BulkSettings,
    /// Longest sighting of live audio, seconds; what goes on for longer is listed as continuous.
    pub longest_seconds: f64,
    /// Most flows that are followed at once.
    pub flows: usize,
    /// Most sightings that are kept.
    pub sightings: usize,
    /// Start of the first bin. `None`: the first frame.
    pub origin: Option<Timestamp>,
    /// Let the seconds that are counted be those of UTC, for tables that are joined with others. The burst detector's windows begin at the origin all the same.
    pub whole_seconds: bool,
}

/// Which frames count for the burst detector.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct BurstCounts {
    /// Only unicast frames to an address of the internet. The paper does not say that it drops local traffic, so it counts all by default.
    pub internet_only: bool,
    /// Only TCP segments with an octet that was not seen before. The paper does not say that it drops retransmissions.
    pub first_only: bool,
}

impl Default for AnalysisSettings {
    fn default() -> Self {
        Self {
            roster: roster::RosterSettings::default(),
            burst: Some(burst::BurstSettings::default()),
            burst_counts: BurstCounts::default(),
            clock: Some(clock::ClockSettings::default()),
            bulk: bulk::BulkSettings::default(),
            longest_seconds: 60.0,
            flows: 32_768,
            sightings: 20_000,
            origin: None,
            whole_seconds: false,
        }
    }
}
