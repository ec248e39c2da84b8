//! Uploads that were seen against the records that a vendor shows its customer.
//!
//! Both are moments in time, on two clocks, the vendor's often cut to whole minutes. [`compare`] estimates the cut (`rounding`) and the offset (`offset`), matches
//! uploads and records one to one (`matching`) at the least total distance, and says what is left over. How many matches chance would make is measured by
//! shifting the records in time (`chance`), with all of the estimates made again.
//!
//! Nothing here reads a clock or a file, and chance comes from a seed that is an argument.

mod chance;
mod entry;
mod fit;
mod history;
pub mod import;
mod matching;
mod offset;
mod rounding;
mod totals;
mod watched;
mod zone;

#[cfg(test)]
mod tests;

use earwitness_core::findings::Estimate;
use earwitness_core::time::{SECOND, Timestamp, Window};

pub use self::chance::Chance;
pub use self::entry::{Entry, Outcome};
pub use self::fit::Fit;
pub use self::history::{Kind, Record};
pub use self::totals::Totals;

/// An upload that was seen.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Upload {
    /// When it began.
    pub start: Timestamp,
    /// Seconds of sound in it; `None` where only octets could be counted.
    pub seconds: Option<Estimate>,
}

/// Something that sounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Sound {
    /// When it began.
    pub at: Timestamp,
    /// Whether it was played on purpose; else a microphone heard it, such as a device that answers.
    pub played: bool,
}

/// What is compared; each list in any order.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Material {
    /// What was played or heard.
    pub sounds: Vec<Sound>,
    /// The uploads.
    pub uploads: Vec<Upload>,
    /// The vendor's records, in the order of its file.
    pub records: Vec<Record>,
    /// When uploads could be seen; records of other times are set aside. Empty: always.
    pub watched: Vec<Window>,
}

/// How it is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How far the two clocks may be apart, nanoseconds.
    pub widest_offset: i64,
    /// How far a record may lie from its upload beside offset and cut, nanoseconds: a vendor may stamp the beginning, the end, or the answer.
    pub tolerance: i64,
    /// How often the records are shifted in time to see what chance does.
    pub shifts: u32,
    /// What the shifts are drawn from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { widest_offset: 120 * SECOND, tolerance: 10 * SECOND, shifts: 199, seed: 1 }
    }
}

/// Why nothing can be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Error {
    /// One of the lists is longer than any household's.
    #[error("{0} uploads or records are more than {MOST}; compare a shorter time")]
    TooMany(usize),
    /// So many moments lie close together that no assignment means anything.
    #[error(
        "too many uploads and records lie within the same minutes, so that any could be matched to any; compare one device at a time"
    )]
    TooDense,
}

/// Most uploads, records or sounds: thirty years of a hundred a day.
pub const MOST: usize = 1_000_000;

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Ledger {
    /// How the vendor's clock stands to ours; `None` where nothing could be matched.
    pub fit: Option<Fit>,
    /// Everything that was seen or recorded, in order of time.
    pub entries: Vec<Entry>,
    /// Counts and seconds.
    pub totals: Totals,
    /// What chance would have matched; `None` where the time is too short to shift records in it.
    pub chance: Option<Chance>,
    /// By how much the records would have to be later to fit far better, nanoseconds: their times were read in a wrong time zone.
    pub zone_off: Option<i64>,
}

/// Compares uploads and records.
///
/// # Errors
/// When there are too many of them, or too many at the same time.
pub fn compare(material: &Material, settings: &Settings) -> Result<Ledger, Error> {
    let longest = material.uploads.len().max(material.records.len()).max(material.sounds.len());
    if longest > MOST {
        return Err(Error::TooMany(longest));
    }
    let uploads = matching::Moments::of_uploads(&material.uploads);
    let reach = settings.widest_offset.saturating_add(settings.tolerance);
    let (records, outside) = watched::watched(material, reach);
    let found = fit::fit(&uploads, &records, settings)?;
    let chance = chance::chance(&uploads, &records, &found, settings)?;
    let zone_off = zone::off(material, &uploads, found.pairs.len(), settings)?;
    let entries = entry::entries(material, &records, &found);
    let totals = totals::totals(material, &entries, outside);
    Ok(Ledger { fit: found.fit, entries, totals, chance, zone_off })
}
