//! What a second witness says of the trials of a device, beside its traffic.

use serde::Serialize;

/// Trials of one device by what its traffic and a witness, such as a light sensor on its lamp, say of each. Trials are told by their numbers, from 0.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WitnessResults {
    /// What the witness is called.
    pub witness: String,
    /// The device.
    pub device: String,
    /// Both noticed something.
    pub both: Vec<u32>,
    /// There was an upload, and the witness noticed nothing.
    pub upload_only: Vec<u32>,
    /// The witness noticed something, and there was no upload.
    pub witness_only: Vec<u32>,
    /// Neither.
    pub neither: Vec<u32>,
    /// Trials whose reading is not known.
    pub unknown: u64,
    /// Times of the witness that lie in no trial.
    pub beside: u64,
    /// How much later the witness noticed something than the upload began: the median of each night, over nights by their trials, seconds.
    pub later_seconds: Option<f64>,
}
