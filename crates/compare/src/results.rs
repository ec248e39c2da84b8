//! What a comparison found: numbers for the terminal, the page and programs (`docs/schema/compare-1.json`).

use serde::Serialize;

use super::stats::{Interval, Median, Share};

/// Version of the format: a key that is renamed, removed or changes its meaning raises it; a new key does not.
pub(crate) const VERSION: u32 = 1;

/// The accuracy that the paper states (`LeakyPick`, ACSAC 2020, abstract: eight devices with voice assistants).
pub(crate) const PUBLISHED: f64 = 0.94;

/// Everything.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// Name and version of the program.
    pub program: &'static str,
    /// What was compared on.
    pub material: Material,
    /// What to know beside.
    pub notes: Vec<String>,
    /// Uploads: each detector that needs no probes.
    pub events: Vec<Found>,
    /// Devices: each detector that needs probes.
    pub sessions: Vec<Decided>,
    /// Single windows after a probe and without one, by their length, the longest first.
    pub windows: Vec<Windows>,
    /// Seconds of sound, by kind of upload, where they are known.
    pub seconds: Vec<Measured>,
    /// All detectors at equal false accusations.
    pub matched: Matched,
    /// What the forests were tuned to.
    pub forests: Vec<Tuned>,
    /// The same with the knobs turned.
    pub sweeps: Sweeps,
}

/// What was compared on.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Material {
    /// Scenarios, captures and files of labels.
    pub inputs: Vec<String>,
    /// Seeds per scenario.
    pub seeds: u32,
    /// Simulated nights and captures.
    pub recordings: u64,
    /// Devices, each counted once per recording.
    pub devices: u64,
    /// Configurations: homes (several seeds are one), or devices of captures. Intervals hold for others of the same sort.
    pub configurations: u64,
    /// Hours of all of these, uploads left out.
    pub device_hours: f64,
    /// Uploads with sound.
    pub uploads: u64,
}

/// How a detector found uploads.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Found {
    /// Which, and with what settings.
    pub detector: String,
    /// Uploads that were found.
    pub recall: Share,
    /// Detections that lie at an upload.
    pub precision: Share,
    /// Detections that do not.
    pub false_alarms: u64,
    /// The same per device and week.
    pub false_alarms_per_week: Option<Interval>,
    /// Hours of device time outside uploads.
    pub device_hours: f64,
    /// How many devices that is taken over.
    pub devices: u64,
}

/// How a detector told devices that sound moves from those that it does not.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Decided {
    /// Which, and with what settings.
    pub detector: String,
    /// Devices that react and were called so.
    pub recall: Share,
    /// Devices called reacting that are.
    pub precision: Share,
    /// Devices that do not react and were called reacting.
    pub false_alarms: Share,
    /// Area under the curve of the detector's score.
    pub auc: Option<Interval>,
    /// Probes after which a device that reacts was called so.
    pub rounds: Option<Median>,
}

/// Single windows: as many after a probe that made the device send as without one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Windows {
    /// Length of a window, seconds (`d`).
    pub seconds: f64,
    /// What the paper states.
    pub published_accuracy: f64,
    /// Each detector.
    pub rows: Vec<Accuracy>,
}

/// How a detector judged single windows.
#[expect(clippy::struct_field_names, reason = "named as the field names it")]
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Accuracy {
    /// Which, and with what settings.
    pub detector: String,
    /// Windows that were judged rightly.
    pub accuracy: Share,
    /// Windows after a probe that were called so.
    pub recall: Share,
    /// Idle windows that were called so.
    pub false_alarms: Share,
}

/// How the seconds of a kind of upload were counted.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Measured {
    /// Which kind.
    pub kind: String,
    /// Uploads in which live audio was found.
    pub found: Share,
    /// Median of what was counted less the truth, as a part of the truth; `None` where nothing was found.
    pub error: Option<f64>,
    /// The same without its sign.
    pub absolute_error: Option<f64>,
    /// Of those that were found: the interval holds the truth.
    pub held: Share,
}

/// All detectors at equal false accusations; each threshold is the best in hindsight.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Matched {
    /// Uploads: each detector at each rate of false alarms.
    pub uploads: Vec<MatchedUploads>,
    /// Devices: each detector at each share of false accusations.
    pub devices: Vec<MatchedDevices>,
    /// False alarms per device and week, and recall.
    pub upload_curves: Vec<Curve>,
    /// Share of devices accused falsely, and recall.
    pub device_curves: Vec<Curve>,
}

/// What a detector finds with at most so many false alarms.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MatchedUploads {
    /// Which.
    pub detector: String,
    /// False alarms per device and week that are allowed.
    pub per_week: f64,
    /// The threshold; `None` where none keeps to that.
    pub threshold: Option<f64>,
    /// What the threshold is of.
    pub unit: &'static str,
    /// What came of it.
    pub found: Option<Found>,
}

/// What a detector finds when it accuses at most so many falsely.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MatchedDevices {
    /// Which, and with what settings.
    pub detector: String,
    /// Share of the devices that do not react that may be accused.
    pub accused: f64,
    /// Devices that react and were called so.
    pub recall: Share,
    /// Devices that do not and were called so.
    pub false_alarms: Share,
}

/// A curve of a detector whose threshold is swept.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Curve {
    /// Which detector.
    pub detector: String,
    /// False alarms and recall.
    pub points: Vec<(f64, f64)>,
}

/// What a forest was tuned to, by cross-validation on what it was trained on.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Tuned {
    /// Which forest.
    pub detector: String,
    /// Number of the part that it is tested on, from 0.
    pub part: u64,
    /// Deepest tree.
    pub depth: u64,
    /// Fewest seconds in a leaf.
    pub leaf: u64,
    /// Features tried at a branch.
    pub features: u64,
    /// Area under the curve of the seconds that were held out of the training; `None` where there was nothing to tune on.
    pub auc: Option<f64>,
}

/// The knobs.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Sweeps {
    /// `burst`: each number of windows with each rate.
    pub burst: Vec<BurstPoint>,
    /// The forest: each threshold of its score.
    pub forest: Vec<ForestPoint>,
    /// `ttest`: each threshold with each length of a sequence.
    pub ttest: Vec<TtestPoint>,
    /// `ttest` and `lottery`: number of probes.
    pub probes: Vec<ProbesPoint>,
}

/// One setting of `burst`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct BurstPoint {
    /// `n`.
    pub n: u32,
    /// `B_audio`, kbit/s.
    pub kbits: f64,
    /// What came of it.
    #[serde(flatten)]
    pub found: Found,
}

/// One threshold of the forest.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ForestPoint {
    /// Whether it was trained on the kinds that it is tested on.
    pub same_kinds: bool,
    /// Least score of a second that is called sound.
    pub threshold: f64,
    /// What came of it.
    #[serde(flatten)]
    pub found: Found,
}

/// One setting of `ttest`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TtestPoint {
    /// `d`, seconds.
    pub seconds: f64,
    /// `t`.
    pub threshold: f64,
    /// Windows after a probe that made the device send, called so.
    pub recall: Share,
    /// Idle windows called so.
    pub false_alarms: Share,
}

/// So many probes.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ProbesPoint {
    /// `k`.
    pub k: u32,
    /// Devices that react, proven by the lottery within so many rounds.
    pub lottery: Share,
    /// Devices that do not, accused.
    pub lottery_false: Share,
    /// Devices that react, of which the t-test is positive for the first `k` probes with some sound; none for more than are repeated.
    pub ttest: Option<Share>,
    /// The same of devices that do not.
    pub ttest_false: Option<Share>,
}
