//! The file as it is written: every key with its unit, nothing checked against anything else.

use std::collections::BTreeMap;

use earwitness_base::misread::Misread;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::LONGEST;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) name: Spanned<String>,
    pub(super) question: Spanned<String>,
    #[serde(default = "seed")]
    pub(super) seed: Spanned<u64>,
    #[serde(default = "nights")]
    pub(super) nights: Spanned<u32>,
    pub(super) begin: Option<Spanned<String>>,
    pub(super) apart_hours: Option<Spanned<f64>>,
    pub(super) repeats: Option<Spanned<u32>>,
    pub(super) hours: Option<Spanned<f64>>,
    #[serde(default = "a_night_has")]
    pub(super) a_night_has: Spanned<String>,
    #[serde(default = "order")]
    pub(super) order: Spanned<String>,
    #[serde(default = "before")]
    pub(super) before_seconds: Spanned<f64>,
    #[serde(default = "after")]
    pub(super) after_seconds: Spanned<f64>,
    #[serde(default = "margin")]
    pub(super) margin_seconds: Spanned<f64>,
    #[serde(default = "pause")]
    pub(super) pause_seconds: Spanned<[f64; 2]>,
    #[serde(default = "report")]
    pub(super) report: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) parameters: BTreeMap<Spanned<String>, Spanned<Value>>,
    #[serde(default)]
    pub(super) factors: BTreeMap<Spanned<String>, Spanned<Vec<Value>>>,
    #[serde(default)]
    pub(super) voices: BTreeMap<Spanned<String>, Spanned<Speaker>>,
    /// What a right answer holds, by the text that asks.
    #[serde(default)]
    pub(super) answers: BTreeMap<String, Words>,
    /// The same for every condition that says something, where the command line sets it.
    #[serde(skip)]
    pub(super) answer: Option<Words>,
    #[serde(default)]
    pub(super) condition: Vec<Spanned<Condition>>,
    #[serde(default)]
    pub(super) contrast: Vec<Spanned<Contrast>>,
    pub(super) stop: Option<Spanned<Stop>>,
    #[serde(default)]
    pub(super) device: Vec<Spanned<Device>>,
}

/// Words of which one has to be there.
pub(super) type Words = Spanned<Vec<Spanned<String>>>;

/// Somebody who speaks: a voice of a synthesizer, or recordings of a person.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Speaker {
    pub(super) voice: Option<Spanned<String>>,
    pub(super) speed: Option<String>,
    pub(super) sex: Option<String>,
    pub(super) age: Option<String>,
    pub(super) accent: Option<String>,
    /// Files by the text that is said in them.
    #[serde(default)]
    pub(super) recordings: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) levels: BTreeMap<String, Spanned<Value>>,
    pub(super) times: Option<Spanned<Value>>,
    pub(super) setup: Option<Spanned<Setup>>,
    pub(super) answer: Option<Words>,
    pub(super) parts: Vec<Spanned<Part>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    pub(super) person: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<String>>,
    pub(super) seconds: Option<Spanned<Value>>,
}

/// One part: one of `say`, `file`, `noise`, `music`, `silence_seconds` and `gap_seconds`, and what belongs to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) say: Option<Spanned<String>>,
    pub(super) file: Option<Spanned<String>>,
    pub(super) noise: Option<Spanned<String>>,
    pub(super) music: Option<Spanned<Value>>,
    pub(super) silence_seconds: Option<Spanned<Value>>,
    pub(super) gap_seconds: Option<Spanned<Value>>,
    pub(super) voice: Option<Spanned<String>>,
    pub(super) speed: Option<Spanned<String>>,
    pub(super) seed: Option<Spanned<Value>>,
    pub(super) repeat: Option<Spanned<bool>>,
    pub(super) subtitles: Option<Spanned<String>>,
    pub(super) seconds: Option<Spanned<Value>>,
    pub(super) at_seconds: Option<Spanned<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contrast {
    pub(super) mean: Option<Spanned<String>>,
    /// What of the uploads `mean` is asked of.
    pub(super) measure: Option<Spanned<String>>,
    pub(super) compare: Option<Spanned<[String; 2]>>,
    pub(super) equivalence: Option<Spanned<[String; 2]>>,
    pub(super) dose: Option<Spanned<String>>,
    /// A factor each of whose levels is compared with the lowest.
    pub(super) steps: Option<Spanned<String>>,
    /// The factor whose levels `compare` and `equivalence` name; they name conditions without it.
    pub(super) factor: Option<String>,
    pub(super) margin_seconds: Option<f64>,
    pub(super) difference_seconds: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    pub(super) hours: Option<Spanned<f64>>,
    pub(super) precision_seconds: Option<Spanned<f64>>,
    pub(super) looks: Option<Spanned<Vec<u32>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    pub(super) name: Spanned<String>,
    pub(super) mac: Option<Spanned<String>>,
    pub(super) copies: Option<String>,
}

impl Written {
    pub(super) fn read(text: &str, file: &str) -> Result<Self, Misread> {
        if text.len() > LONGEST {
            return Err(Misread::whole(file, "an experiment is a text file of at most 1 MiB".to_owned()));
        }
        toml::from_str(text).map_err(|error| Misread::of_toml(&error, file, text))
    }
}

/// What is not written has no place in the file.
pub(super) fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

fn seed() -> Spanned<u64> {
    unplaced(1)
}

fn nights() -> Spanned<u32> {
    unplaced(1)
}

fn a_night_has() -> Spanned<String> {
    unplaced("every condition".to_owned())
}

fn order() -> Spanned<String> {
    unplaced("lot".to_owned())
}

/// What a device sends anyway is learned in half a minute.
fn before() -> Spanned<f64> {
    unplaced(30.0)
}

/// An upload, its answer and what follows are over.
fn after() -> Spanned<f64> {
    unplaced(60.0)
}

/// Most devices say something within three minutes.
fn margin() -> Spanned<f64> {
    unplaced(180.0)
}

fn pause() -> Spanned<[f64; 2]> {
    unplaced([5.0, 15.0])
}

fn report() -> Vec<Spanned<String>> {
    vec![unplaced("uploads".to_owned())]
}
