//! What a vendor's history says.

use earwitness_core::time::Timestamp;

/// What a vendor says of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Somebody spoke to the device.
    Request,
    /// Only the wake word was heard.
    WakeWordOnly,
    /// It was no wake word.
    FalseWake,
    /// Another device of the household answered.
    Arbitration,
    /// Nothing was said after the wake word.
    Timeout,
    /// What was said was not meant for the device.
    NoIntent,
    /// Nothing is said of it.
    Unknown,
    /// A word that is not known here.
    Other(String),
}

impl Kind {
    /// Whether the vendor itself says that nobody meant the device.
    #[must_use]
    pub const fn is_false_wake(&self) -> bool {
        matches!(self, Self::FalseWake | Self::NoIntent)
    }
}

/// A record of a vendor's history.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// When, by the vendor's clock.
    pub at: Timestamp,
    /// Length of the vendor's recording, seconds.
    pub seconds: Option<f64>,
    /// What the vendor says of it.
    pub kind: Kind,
    /// The device, as the vendor calls it.
    pub device: Option<String>,
    /// What the vendor understood.
    pub text: Option<String>,
}
