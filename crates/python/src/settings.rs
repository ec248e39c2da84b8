//! What is looked for, as keywords in Python and as options of the program.

use earwitness_core::analysis::AnalysisSettings;
use earwitness_core::findings::DeviceId;
use earwitness_core::roster::RosterSettings;
use earwitness_core::scope::Network;
use earwitness_report::labels;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Settings of an analysis that have been checked.
#[pyclass(frozen, module = "earwitness")]
pub(crate) struct Settings {
    pub(crate) analysis: AnalysisSettings,
    /// The options that stand for them: those before and those behind the ones of probes.
    pub(crate) options: (Vec<String>, Vec<String>),
}

#[pymethods]
impl Settings {
    #[new]
    #[pyo3(signature = (*, max_seconds=None, max_devices=None, gateways=Vec::new(), local=Vec::new()))]
    fn new(max_seconds: Option<f64>, max_devices: Option<usize>, gateways: Vec<String>, local: Vec<String>) -> PyResult<Self> {
        let usual = AnalysisSettings::default();
        let gateways = ids(&gateways)?;
        let network = |text: &String| text.parse::<Network>().map_err(|error| PyValueError::new_err(error.to_string()));
        let local: Vec<Network> = local.iter().map(network).collect::<PyResult<_>>()?;
        let longest_seconds = max_seconds.unwrap_or(usual.longest_seconds);
        if !(longest_seconds.is_finite() && longest_seconds > 0.0) {
            return Err(PyValueError::new_err("max_seconds is a number of seconds above 0"));
        }
        let devices = max_devices.unwrap_or(usual.roster.devices);
        if !(1..=1_000_000).contains(&devices) {
            return Err(PyValueError::new_err("max_devices lies between 1 and 1,000,000"));
        }
        let mut before: Vec<String> = gateways.iter().map(|id| format!("--gateway {}", labels::id(*id))).collect();
        before.extend(local.iter().map(|network| format!("--local {network}")));
        let mut behind = Vec::new();
        if devices != usual.roster.devices {
            behind.push(format!("--max-devices {devices}"));
        }
        if longest_seconds.total_cmp(&usual.longest_seconds).is_ne() {
            behind.push(format!("--max-seconds {longest_seconds}"));
        }
        let roster = RosterSettings { devices, gateways, local, ..usual.roster };
        // The rows of series are seconds of UTC.
        let analysis = AnalysisSettings { roster, longest_seconds, whole_seconds: true, ..AnalysisSettings::default() };
        Ok(Self { analysis, options: (before, behind) })
    }
}

/// Devices as a person writes them.
pub(crate) fn ids(texts: &[String]) -> PyResult<Vec<DeviceId>> {
    texts.iter().map(|text| labels::device_id(text).map_err(PyValueError::new_err)).collect()
}
