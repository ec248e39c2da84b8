//! The keys of the report, apart from the types of the analysis, so that those may change and these do not.
//!
//! Each key is explained in `docs/schema/analyze-2.json`.

use crate::receiver::Where;
use std::collections::BTreeMap;

use earwitness_core::findings::SightingKind;
use serde::Serialize;

use crate::published::Block;
use crate::verdicts::json as verdicts;

#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub(super) version: u32,
    pub(super) program: &'static str,
    pub(super) capture: Capture,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probing: Option<verdicts::Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ttest: Option<Block<'a>>,
    pub(super) devices: Vec<Device>,
}

#[derive(Serialize)]
pub(super) struct Capture {
    pub(super) inputs: Vec<String>,
    pub(super) options: Vec<String>,
    pub(super) troubles: Vec<String>,
    pub(super) frames: u64,
    pub(super) octets: u64,
    pub(super) first_ns: Option<i64>,
    pub(super) last_ns: Option<i64>,
    pub(super) observed_seconds: f64,
    pub(super) dropped: u64,
    pub(super) cut: u64,
    pub(super) oversized: u64,
    pub(super) clock_back: u64,
    pub(super) clock_ahead: u64,
    pub(super) not_read: BTreeMap<String, u64>,
    pub(super) octets_not_read: u64,
    pub(super) octets_behind_damage: u64,
    pub(super) others: u64,
    pub(super) flows_not_followed: u64,
    pub(super) sightings_left_out: u64,
}

#[derive(Serialize)]
pub(super) struct Device {
    pub(super) mac: Option<String>,
    pub(super) randomised_mac: bool,
    pub(super) addresses: Vec<String>,
    pub(super) name: String,
    pub(super) names: Vec<String>,
    pub(super) host_name: Option<String>,
    pub(super) vendor: Option<String>,
    pub(super) vendor_class: Option<String>,
    pub(super) role: &'static str,
    pub(super) several_devices: bool,
    pub(super) several_senders: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<verdicts::Evidence>,
    pub(super) first_ns: i64,
    pub(super) last_ns: i64,
    pub(super) upstream: Sums,
    pub(super) downstream: Sums,
    pub(super) local: Sums,
    pub(super) chatter: Sums,
    pub(super) sightings: Vec<Sighting>,
    pub(super) continuous: Vec<Sighting>,
    pub(super) local_sightings: Vec<Sighting>,
    pub(super) bursts: Vec<Burst>,
    pub(super) contacts: Vec<Contact>,
}

#[derive(Serialize)]
pub(super) struct Contact {
    pub(super) receiver: Where,
    pub(super) payload_octets: u64,
}

#[derive(Serialize)]
pub(super) struct Sums {
    pub(super) frames: u64,
    pub(super) wire_octets: u64,
    pub(super) payload_octets: u64,
}

#[derive(Serialize)]
pub(super) struct Sighting {
    pub(super) kind: Kind,
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
    pub(super) audio_seconds: Option<f64>,
    pub(super) audio_seconds_low: Option<f64>,
    pub(super) audio_seconds_high: Option<f64>,
    pub(super) pre_roll_seconds: Option<f64>,
    pub(super) pre_roll_seconds_low: Option<f64>,
    pub(super) pre_roll_seconds_high: Option<f64>,
    pub(super) tail_seconds: Option<f64>,
    pub(super) tail_seconds_low: Option<f64>,
    pub(super) tail_seconds_high: Option<f64>,
    pub(super) bit_rate: Option<f64>,
    pub(super) beat_ms: Option<f64>,
    pub(super) records: Option<u32>,
    pub(super) octets_total: u64,
    pub(super) octets_audio: u64,
    pub(super) receiver: String,
    pub(super) receiver_details: Where,
    pub(super) flow: Flow,
    pub(super) detectors: Vec<Detector>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Audio,
    Recording,
    LargeUpload,
}

impl From<SightingKind> for Kind {
    fn from(kind: SightingKind) -> Self {
        match kind {
            SightingKind::Audio => Self::Audio,
            SightingKind::Recording => Self::Recording,
            SightingKind::LargeUpload => Self::LargeUpload,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Flow {
    pub(super) source: String,
    pub(super) source_port: u16,
    pub(super) destination: String,
    pub(super) destination_port: u16,
    pub(super) protocol: u8,
}

#[derive(Serialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub(super) enum Detector {
    Clock { shape: Shape, beat_ms: Option<f64>, records: u32, regularity: Option<f64>, unevenness: Option<f64> },
    Burst { windows: u32, mean_octets_per_second: Option<f64>, peak_octets_per_second: Option<f64> },
    Bulk { octets: u64, mean_octets_per_second: Option<f64> },
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Shape {
    Constant,
    Variable,
    Paced,
}

#[derive(Serialize)]
pub(super) struct Burst {
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
    pub(super) windows: u32,
    pub(super) octets: u64,
    pub(super) mean_octets_per_second: Option<f64>,
    pub(super) peak_octets_per_second: Option<f64>,
}
