//! What was found, for people and for programs: one file per format.

use earwitness_core::findings::Sighting;
use earwitness_core::mac::Mac;
use jiff::tz::TimeZone;

mod aside;
pub mod borders;
pub mod community;
pub mod eve;
pub mod geo;
pub mod grid;
pub mod html;
pub mod json;
pub mod labels;
mod notes;
pub mod notice;
pub mod plot;
pub mod probelog;
pub mod published;
mod receiver;
pub mod remarks;
pub mod senders;
pub mod sentence;
pub mod series;
mod stretches;
pub mod summary;
pub mod table;
pub mod terminal;
pub mod vendor;
pub mod verdicts;

#[cfg(test)]
pub(crate) mod sample;

/// What a report needs beside the findings themselves.
pub struct Context<'a> {
    /// The captures, as the user named them.
    pub inputs: &'a [String],
    /// The options that changed the analysis, each as the user wrote it.
    pub options: &'a [String],
    /// One line for each trouble in reading the inputs.
    pub troubles: &'a [String],
    /// A session of probes, if there was one.
    pub probing: Option<&'a verdicts::Probing>,
    /// What the published two-sample test said, where it was asked.
    pub published: Option<&'a published::Published>,
    /// Who makes the device with an address.
    pub vendor: &'a dyn Fn(Mac) -> Option<String>,
    /// The time zone in which times are shown.
    pub zone: TimeZone,
}

/// The sightings of all devices, oldest first.
fn sightings<'a, 'b>(summary: &'b summary::Summary<'a>) -> Vec<(&'b summary::Device<'a>, &'a Sighting)> {
    let mut all: Vec<_> =
        summary.devices.iter().flat_map(|device| device.found.sightings.iter().map(move |it| (device, it))).collect();
    all.sort_by_key(|(_, it)| it.window.from);
    all
}
