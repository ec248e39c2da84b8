//! What the verdicts of a bundle are derived with.

use std::net::IpAddr;

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::findings::DeviceId;
use earwitness_core::mac::Mac;
use earwitness_core::roster::RosterSettings;
use earwitness_core::time::Timestamp;
use earwitness_core::verdict::{self, VerdictSettings};
use serde::{Deserialize, Serialize};

use crate::frames::Kept;

/// Where the first second begins in which octets are counted.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Bins {
    /// At a whole second of UTC, as while a home is watched.
    #[serde(rename = "utc")]
    Utc,
    /// With the first frame, as `analyze` counts.
    #[serde(rename = "first frame")]
    FirstFrame,
}

/// As they stand in `settings.json`.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The program that made the bundle.
    pub program: String,
    /// The commit that it was built from, where that is known.
    pub commit: Option<String>,
    /// Version of the rules by which rounds are scored and verdicts formed.
    pub rules: i64,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Devices that are known to react.
    pub controls: Vec<String>,
    /// Devices that are the gateway.
    pub gateways: Vec<String>,
    /// How seconds are counted.
    pub bins: Bins,
    /// Which frames are in the bundle.
    pub frames: Kept,
    /// When the session began and ended, nanoseconds since 1970, where it is known.
    pub begun_ns: Option<i64>,
    /// The end.
    pub ended_ns: Option<i64>,
}

impl Settings {
    /// Settings of this program.
    #[must_use]
    pub fn new(alpha: f64, bins: Bins, frames: Kept) -> Self {
        Self {
            program: concat!("earwitness ", env!("CARGO_PKG_VERSION")).to_owned(),
            commit: option_env!("EARWITNESS_COMMIT").map(str::to_owned),
            rules: verdict::RULES,
            alpha,
            controls: Vec::new(),
            gateways: Vec::new(),
            bins,
            frames,
            begun_ns: None,
            ended_ns: None,
        }
    }

    /// How the frames are analysed.
    ///
    /// # Errors
    /// When a device is none.
    pub fn analysis(&self) -> Result<AnalysisSettings, String> {
        let gateways = self.gateways.iter().map(|text| device(text)).collect::<Result<_, _>>()?;
        let roster = RosterSettings { gateways, ..RosterSettings::default() };
        let origin = match self.bins {
            Bins::Utc => Some(Timestamp::default()),
            Bins::FirstFrame => None,
        };
        Ok(AnalysisSettings { origin, roster, ..AnalysisSettings::default() })
    }

    /// How verdicts are formed, of a log with this seed.
    ///
    /// # Errors
    /// When a device is none, or alpha no chance.
    pub fn verdict(&self, seed: Option<u64>) -> Result<VerdictSettings, String> {
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(format!("alpha is {}, which does not lie between 0 and 1", self.alpha));
        }
        let usual = VerdictSettings::default();
        let controls = self.controls.iter().map(|text| device(text)).collect::<Result<_, _>>()?;
        Ok(VerdictSettings { alpha: self.alpha, controls, seed: seed.unwrap_or(usual.seed), ..usual })
    }

    /// What verdicts are derived with, in the words of options: they stand in the report, so that settings and verdicts belong together.
    #[must_use]
    pub fn options(&self) -> Vec<String> {
        let Self { program: _, commit: _, rules, alpha, controls, gateways, bins, frames, begun_ns, ended_ns } = self;
        let number = |number: Option<i64>| number.map_or_else(|| "not known".to_owned(), |it| it.to_string());
        let cut = |octets: Option<u32>| octets.map_or_else(|| "none".to_owned(), |it| it.to_string());
        let bins = match bins {
            Bins::Utc => "seconds of UTC",
            Bins::FirstFrame => "seconds from the first frame on",
        };
        let mut all = vec![format!("rules {rules}"), format!("alpha {alpha}"), bins.to_owned()];
        all.extend(controls.iter().map(|it| format!("control {it}")));
        all.extend(gateways.iter().map(|it| format!("gateway {it}")));
        all.push(format!(
            "frames from {}, cut outside of rounds: {}, cut before: {}",
            frames.from,
            cut(frames.cut_outside_rounds),
            cut(frames.cut_before)
        ));
        all.push(format!("session from {} to {}", number(*begun_ns), number(*ended_ns)));
        all
    }

    /// Whether this program derives verdicts as the one did that made the bundle.
    #[must_use]
    pub const fn has_our_rules(&self) -> bool {
        self.rules == verdict::RULES
    }

    /// What cannot be true if the first and the last round began then.
    #[must_use]
    pub fn contradiction(&self, first: Timestamp, last: Timestamp) -> Option<String> {
        if self.begun_ns.is_some_and(|begun| first.nanos() < begun) {
            return Some("the first round lies before the session began".to_owned());
        }
        self.ended_ns
            .is_some_and(|ended| ended < last.nanos())
            .then(|| "the last round lies after the session had ended".to_owned())
    }
}

/// A device by its MAC address, or by its address where it has none.
pub fn device(text: &str) -> Result<DeviceId, String> {
    if let Ok(mac) = text.parse::<Mac>() {
        return Ok(DeviceId::Mac(mac));
    }
    text.parse::<IpAddr>().map(DeviceId::Address).map_err(|_| format!("{text:?} is neither a MAC address nor an IP address"))
}
